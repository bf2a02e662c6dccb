"""Reading files once: a folder of 1,000 BVH opened, indexed, opened again and queried; and megabytes a second by format.

Each step runs in a process of its own with one cache, as a user's sessions do.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHARED = Path(__file__).resolve().parents[3] / "shared"
ROOT = Path(__file__).resolve().parents[2]
FILES = 1000
QUERIES = (
    "a person walks",
    "someone jumps",
    "a high kick with the right leg",
    "she bows",
    "claps hands",
    "falls to the floor",
    "running in a circle",
    "sits down on a chair",
    "a dance",
    "waves with the left hand",
    "picks something up",
    "throws",
)
FORMATS = {
    "BVH": ("data/capture", "*.bvh", 40),
    "FBX": ("cases/51-fbx", "*.fbx", 4),
    "GLB": ("cases/52-glb", "*.glb", 1),
    "C3D": ("cases/50-c3d", "*.c3d", 1),
    "AMC": ("cases/33-asf-amc", "*.amc", 4),
    "NPZ of positions": ("cases/02-kimodo-soma-npz", "*.npz", 1),
    "NPZ of SMPL poses": ("cases/21-amass-like-fps-and-shapes", "*.npz", 2),
}


def reading() -> None:
    """All steps, each in a process of its own."""
    if not SHARED.is_dir():
        print("reading: left out, for the motion capture in ../shared is not here")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "takes"
        size = make_folder(folder)
        print(f"reading: a folder of {FILES:,} BVH files, {size / 1e6:.0f} MB")
        environment = os.environ | {"MOTIONPATCHES_HOME": str(Path(name) / "home")}
        for step in STEPS:
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.reading", step, str(folder)],
                cwd=os.getcwd(),
                check=True,
                env=environment,
            )


def make_folder(folder: Path, count: int = FILES) -> int:
    """Pieces of 2 to 10 s of the captured takes, each moved by a place of its own. Returns their bytes."""
    folder.mkdir(parents=True)
    sources = [take for file in sorted(SHARED.rglob("data/**/*.bvh")) if (take := _parts_of(file))]
    draw, total = np.random.default_rng(0), 0
    for i in range(count):
        name, header, lines, frame_time = sources[draw.integers(len(sources))]
        length = min(int(draw.uniform(2, 10) / frame_time), len(lines))
        start = int(draw.integers(len(lines) - length + 1))
        shift = draw.normal(0, 20, 3) * (1, 0, 1)
        text = (
            f"{header}Frames: {length}\nFrame Time: {frame_time}\n"
            + "\n".join(_moved(line, shift) for line in lines[start : start + length])
            + "\n"
        )
        total += (folder / f"{name}_{i:04d}.bvh").write_text(text, encoding="utf-8", newline="\n")
    return total


def _parts_of(file: Path) -> tuple[str, str, list[str], float] | None:
    """Name, text up to the motion, its lines, and seconds a frame; None for a take of less than 2 s."""
    text = file.read_text("utf-8", "replace")
    found = re.match(r"(.*MOTION\s*\n)Frames:\s*\d+\s*\nFrame Time:\s*(\S+)\s*\n(.*)", text, re.DOTALL)
    if found is None or "CHANNELS 6 X" not in found[1]:
        return None
    lines, frame_time = found[3].strip().splitlines(), float(found[2])
    return (file.stem, found[1], lines, frame_time) if len(lines) * frame_time >= 2 else None


def _moved(line: str, shift: np.ndarray) -> str:
    x, y, z, rest = line.split(None, 3)
    return " ".join(f"{float(n) + by:.6f}" for n, by in zip((x, y, z), shift, strict=True)) + f" {rest}"


def opened_cold(folder: Path) -> None:
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run

    size = sum(f.stat().st_size for f in folder.iterdir())
    start = time.perf_counter()
    library = run(open_library(folder, use_index=True))
    seconds = time.perf_counter() - start
    print(
        f"reading: opened the first time in {seconds:.1f} s, {size / seconds / 1e6:.1f} MB/s; {len(library.clips):,} clips, "
        f"{len(library.skipped)} left out"
    )


def indexed(folder: Path) -> None:
    from motionpatches.core import paths
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import update_gallery

    library, model = run(open_library(folder, use_index=True)), load_model(paths.starter_model())
    start = time.perf_counter()
    for clip in library.clips:
        library.load(clip.id)
    loaded = time.perf_counter() - start
    start = time.perf_counter()
    gallery = run(update_gallery(model, library))
    seconds = time.perf_counter() - start
    print(
        f"reading: indexed in {seconds:.1f} s, {len(library.clips) / seconds:.0f} motions/s ({len(gallery.entries):,} "
        f"windows); loading every motion once takes {loaded:.2f} s"
    )


def opened_again(folder: Path) -> None:
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run

    start = time.perf_counter()
    library = run(open_library(folder, use_index=True))
    shown = time.perf_counter() - start
    start = time.perf_counter()
    found = run(open_library(folder))
    seconds = time.perf_counter() - start
    print(
        f"reading: opened again in {shown:.2f} s from its index; looked through for changes in {seconds:.2f} s, "
        f"{'none' if found.same_content(library) else 'some'} found"
    )


def queried(folder: Path) -> None:
    """Enter to tiles, as the window's search does it, without the painting."""
    from motionpatches.app.viewmodels.workspace import view_motions
    from motionpatches.core import paths
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import update_gallery
    from motionpatches.core.search.retriever import Retriever

    library, model = run(open_library(folder, use_index=True)), load_model(paths.starter_model())
    retriever = Retriever(model, run(update_gallery(model, library)))
    retriever.search_terms("warm up", None, 8)
    finding, loading = [], []
    for turn in range(10):
        for query in QUERIES:
            start = time.perf_counter()
            hits = retriever.search_terms(query if not turn else f"{query}, {turn} times", None, 8)
            found = time.perf_counter()
            motions = view_motions(library, [h.clip_id for h in hits])
            finding.append(found - start)
            loading.append(time.perf_counter() - found)
            assert len(motions) == 8 and not any(isinstance(m, str) for m in motions)
    whole = np.add(finding, loading)
    for what, seconds in (("Enter to tiles", whole), ("of these the search", finding), ("of these the motions", loading)):
        p50, p95 = np.percentile(np.array(seconds) * 1000, (50, 95))
        print(f"reading: {what}, k = 8: {p50:.1f} ms median, {p95:.1f} ms 95th percentile of {len(whole)}")


def by_format(_: Path) -> None:
    """Each file once cold for the imports, then the best of three, as the cache calls it: native formats through their
    child process."""
    from motionpatches.core.errors import StudioError
    from motionpatches.core.io.load import read_takes_of

    for name, (place, pattern, count) in FORMATS.items():
        files = sorted((SHARED / place).rglob(pattern))[:count]
        if not files:
            print(f"reading: {name}: left out, no {pattern} in {place}")
            continue
        try:
            read_takes_of(files[0])
        except StudioError as error:
            print(f"reading: {name}: left out, {error}")
            continue
        seconds = min(_seconds(files, read_takes_of) for _ in range(3))
        print(
            f"reading: {name}: {sum(f.stat().st_size for f in files) / seconds / 1e6:.1f} MB/s, "
            f"{seconds / len(files) * 1000:.1f} ms a file ({len(files)} files)"
        )


def _seconds(files: list[Path], read) -> float:
    start = time.perf_counter()
    for file in files:
        read(file)
    return time.perf_counter() - start


STEPS = {"cold": opened_cold, "index": indexed, "again": opened_again, "query": queried, "formats": by_format}

if __name__ == "__main__":
    STEPS[sys.argv[1]](Path(sys.argv[2]))
