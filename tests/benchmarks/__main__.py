"""`python -m tests.benchmarks [NAME ...]`: prints what each benchmark measures. Nothing here asserts a time.

`python -m tests.benchmarks gpu` measures what runs on a GPU (tests/benchmarks/gpu); it has options and stands alone. So do a
large library (`python -m tests.benchmarks.library`), load on a server (`.serving`), scans (`.scanning`) and edits in a shared
gallery (`.sharing`)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

START = """
import time; t = time.perf_counter()
import tempfile; from PySide6.QtCore import QEventLoop, QSettings, QTimer
from motionpatches.app.application import Studio, make_application
app = make_application()
studio = Studio([], settings=QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat))
view = studio.window.results.view

def wait(signal, ready=lambda: True):
    loop = QEventLoop()
    signal.connect(lambda: ready() and loop.quit()); loop.exec()

wait(studio.window.stage.drawn)
print("window visible", round(time.perf_counter() - t, 2))
studio.window.query.ask("a person waves with the right hand")
wait(view.drawn, lambda: studio.search.results)
print("first query answered", round(time.perf_counter() - t, 2))
times, whole, shown = [], [], []
for text in ("walks", "jumps", "a kick", "someone bows", "claps hands", "runs", "sits down", "a dance", "waves", "falls") * 2:
    pause = QEventLoop(); QTimer.singleShot(700, pause.quit); pause.exec()
    s = time.perf_counter()
    old = studio.search.results
    studio.window.query.ask(text)
    wait(view.drawn, lambda: studio.search.results is not old)
    times.append((time.perf_counter() - s) * 1000)
    shown.append(len(studio.search.results))
    if shown[-1] < studio.search.k:
        wait(view.drawn, lambda: len(studio.search.results) == studio.search.k)
    whole.append((time.perf_counter() - s) * 1000)
print("later queries, Enter to", sorted(shown)[0], "or more tiles on the screen")
for label, found in (("first tiles", times), ("all tiles", whole)):
    found.sort()
    print(label, "ms: median", round(found[10], 1), "95th percentile", round(found[18], 1))
import numpy as np
swaps = []
view.setParent(None); view.set_arrangement("all"); view.resize(1280, 720); view.show(); studio.window.hide()
view.drawn.connect(lambda: swaps.append(time.perf_counter()))

def watch(label, seconds=5000):
    swaps.clear()
    pause = QEventLoop(); QTimer.singleShot(seconds, pause.quit); pause.exec()
    gaps = np.diff(swaps) * 1000
    print(label, "frames per second", round(len(gaps) / (swaps[-1] - swaps[0]), 1), "longest frame, ms", round(float(gaps.max())))

for tiles in (1, 9, 25):
    studio.search.k = tiles; studio.window.query.ask(f"a person walks {tiles}")
    wait(view.drawn, lambda: len(studio.search.results) == tiles)
    pause = QEventLoop(); QTimer.singleShot(500, pause.quit); pause.exec()
    watch(f"{tiles} tiles, {view.width()}x{view.height()}:")
from motionpatches.core.search.indexing import build_gallery
studio.lanes.models.submit_job("bench", lambda: build_gallery(studio.workspace.model, studio.workspace.library),
                                   lambda p: None, lambda g: None, print)
watch("25 tiles while the model encodes:", 3000)
view.close(); studio.window.close(); app.processEvents(); app.shutdown()
"""


def studio() -> None:
    """Window after start, first query after start, later queries, frames per second of nine tiles."""
    from contextlib import nullcontext

    from motionpatches.app.virtual_screen import has_screen, virtual_screen

    with nullcontext() if has_screen() else virtual_screen():
        subprocess.run([sys.executable, "-c", START], check=True)


def patches() -> None:
    """One matrix product a motion against a loop that resizes chain by chain and frame by frame."""
    from PIL import Image

    from motionpatches.core.motion.motion import Motion
    from motionpatches.core.motion.skeleton import SMPL22
    from motionpatches.core.patches import PatchRecipe, compute_statistics, prepare, sample_points, to_patches

    positions = np.random.default_rng(0).normal(size=(200, 22, 3)).astype(np.float32)
    motion = Motion(positions, 20, SMPL22)

    def loop() -> np.ndarray:
        out = np.zeros((200, 80, 3), np.float32)
        for t in range(200):
            for part, chain in enumerate(SMPL22.chains):
                for axis in range(3):
                    row = Image.fromarray(positions[t, list(chain), axis][None])
                    out[t, part * 16 : part * 16 + 16, axis] = np.asarray(row.resize((16, 1), Image.Resampling.BILINEAR))[0]
        return out

    np.testing.assert_allclose(loop(), sample_points(motion), atol=1e-4)
    fast, slow = _seconds(lambda: sample_points(motion), 50), _seconds(loop, 2)
    print(f"patches: {fast * 1000:.2f} ms a motion, loop {slow * 1000:.0f} ms, {slow / fast:.0f} times")
    recipe = PatchRecipe(canonical=True, height_m=1.7)
    takes = [Motion(positions + np.float32(i), 30, SMPL22) for i in range(1000)]
    statistics = compute_statistics([prepare(takes[0], recipe)])
    start = time.perf_counter()
    for take in takes:
        to_patches(prepare(take, recipe), statistics)
    seconds = time.perf_counter() - start
    print(f"patches: 1,000 clips of 200 frames at 30 fps, canonical, resampled, z-scored: {seconds:.2f} s")


def indexing() -> None:
    """Motions a second from packed library to gallery."""
    from motionpatches.core import paths
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import build_gallery

    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    start = time.perf_counter()
    run(build_gallery(model, library))
    print(f"indexing: {len(library.clips) / (time.perf_counter() - start):.0f} motions/s")


def evaluation() -> None:
    """All five protocols on 4,384 embeddings, the size of HumanML3D's test split, on one core."""
    import os

    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from motionpatches.core.evaluation.protocols import Material, run_protocols

    rng = np.random.default_rng(0)

    def rows(width: int) -> np.ndarray:
        found = rng.normal(size=(4384, width)).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    captions = tuple(f"caption {i % 4000}" for i in range(4384))
    material = Material(rows(256), rows(256), captions, rows(384), tuple(range(100)))
    start = time.perf_counter()
    figures, missing = run_protocols(material)
    assert len(figures) == 5 and not missing
    print(f"evaluation: 4,384 embeddings under {len(figures)} protocols in {time.perf_counter() - start:.2f} s on one core")


def bvh() -> None:
    """BVH text to world positions on one core: ours against bvhtoolbox (`pip install bvhtoolbox "setuptools<81"`), in turns,
    on the files of MOTIONPATCHES_BVH (a folder), else on one written here. The two must agree."""
    import os
    import tempfile

    from motionpatches.core.io.bvh.bvh import joint_positions
    from motionpatches.core.io.bvh.parse import parse_bvh
    from tests.skeletons import BODIES, write_bvh

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = os.environ.get("MOTIONPATCHES_BVH")
    if folder:
        files = sorted(Path(folder).rglob("*.bvh"))
    else:
        files = [Path(tempfile.mkdtemp()) / "a.bvh"]
        write_bvh(files[0], BODIES["Character Creator"], frames=2000)
    for file in files[:8]:
        ours = []
        theirs = []
        for _ in range(3):
            start = time.perf_counter()
            parsed = parse_bvh(file)
            positions = joint_positions(parsed)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            other = _bvhtoolbox_positions(file)
            theirs.append(time.perf_counter() - start)
        worst = max(np.abs(positions[:, parsed.names.index(n)] - p).max() for n, p in other.items())
        mine, rate = min(ours), file.stat().st_size / min(ours) / 1e6
        print(
            f"bvh: {file.name} {file.stat().st_size / 1e6:.1f} MB: {rate:.0f} MB/s, {min(theirs) / mine:.1f} times bvhtoolbox "
            f"({mine * 1000:.0f} ms, {min(theirs) * 1000:.0f} ms), largest difference {worst:.1e} units"
        )


def _bvhtoolbox_positions(file: Path) -> dict[str, np.ndarray]:
    from bvhtoolbox import BvhTree
    from bvhtoolbox.bvhtransforms import get_affines

    tree = BvhTree(file.read_text())
    root = next(tree.root.filter("ROOT"))
    found = {}

    def walk(joint, above) -> None:
        channels = tree.joint_channels(joint.name)
        axes = "s" + "".join(c[0] for c in channels if c[1:] == "rotation").lower()[::-1]
        world = get_affines(tree, joint.name, axes=axes)
        offset = np.array([float(o) for o in joint["OFFSET"]])
        if above is not None:
            if not any(c.endswith("position") for c in channels):
                world[:, :3, 3] = offset
            world = np.matmul(above, world)
        found[joint.name] = world[:, :3, 3]
        for child in joint.filter("JOINT"):
            walk(child, world)

    walk(root, None)
    return found


def index() -> None:
    """Reopening a library of 100,000 clips from its index; the memory that it takes."""
    import resource
    import tempfile

    from motionpatches.core.library import index as library_index
    from motionpatches.core.library.folder import read_clip
    from motionpatches.core.library.library import Clip, Library

    root = Path(tempfile.mkdtemp())
    clips = tuple(
        Clip(
            f"s{i // 1000}/take {i}",
            root / f"s{i // 1000}/take {i}.bvh",
            (f"a person walks, take {i}", "strolls"),
            "train",
            4.0,
            key=f"{i:016x}",
        )
        for i in range(100_000)
    )
    library_index.save(Library(root, "big", "motion files", clips, read_clip), file=root / "x.sqlite")
    del clips
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = library_index.load(root, root / "x.sqlite")
    print(
        f"index: {len(found.clips):,} clips reopened in {time.perf_counter() - start:.2f} s; peak memory of the process "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB ({before / 1024:.0f} before)"
    )
    fast = _seconds(lambda: library_index.search(root, "stro 777", root / "x.sqlite"), 10)
    print(f"index: words found in {fast * 1000:.1f} ms")


def training() -> None:
    """Motions a second in training, against a plain loop."""
    from tests.benchmarks.training import compare

    compare()


def explaining() -> None:
    """Occlusion against random deletion, and planted actions in a long take."""
    from tests.benchmarks.explaining import deletion, planted

    deletion()
    planted()


def searching() -> None:
    """The index with windows of two lengths, queries over many takes, and the words for scores."""
    from tests.benchmarks.searching import searching

    searching()


def reading() -> None:
    """A folder of 1,000 BVH opened, indexed, opened again and queried; megabytes a second by format."""
    from tests.benchmarks.reading import reading

    reading()


def _seconds(work: Callable[[], object], times: int) -> float:
    work()
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


BENCHMARKS = {
    "studio": studio,
    "patches": patches,
    "indexing": indexing,
    "evaluation": evaluation,
    "bvh": bvh,
    "index": index,
    "training": training,
    "explaining": explaining,
    "reading": reading,
    "searching": searching,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["gpu"]:
        from tests.benchmarks.gpu.run import main

        sys.exit(main(sys.argv[2:]))
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()
