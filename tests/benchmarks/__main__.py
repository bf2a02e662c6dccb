"""`python -m tests.benchmarks [NAME ...]`: prints what each benchmark measures. Nothing here asserts a time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

START = """
import time; t = time.perf_counter()
import tempfile; from PySide6.QtCore import QEventLoop, QSettings, QTimer
from app.application import Studio, make_application
app = make_application()
studio = Studio([], settings=QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat))
view = studio.window.query.results

def wait(signal, ready=lambda: True):
    loop = QEventLoop()
    signal.connect(lambda: ready() and loop.quit()); loop.exec()

wait(studio.window.stage.frameSwapped)
print("window visible", round(time.perf_counter() - t, 2))
studio.window.query.ask("a person waves with the right hand")
wait(view.frameSwapped, lambda: studio.search.results)
print("first query answered", round(time.perf_counter() - t, 2))
times = []
for text in ("walks", "jumps", "a kick", "someone bows", "claps hands", "runs", "sits down", "a dance", "waves", "falls") * 2:
    pause = QEventLoop(); QTimer.singleShot(700, pause.quit); pause.exec()
    s = time.perf_counter()
    old = studio.search.results
    studio.window.query.ask(text)
    wait(view.frameSwapped, lambda: studio.search.results is not old)
    times.append((time.perf_counter() - s) * 1000)
times.sort()
print("later queries, Enter to tiles on the screen, ms: median", round(times[10], 1), "95th percentile", round(times[18], 1))
frames = [0]
view.frameSwapped.connect(lambda: frames.__setitem__(0, frames[0] + 1))
pause = QEventLoop(); QTimer.singleShot(5000, pause.quit); pause.exec()
print("frames per second of the whole window, 8 tiles and stage", frames[0] / 5)
view.setParent(None); view.resize(1280, 720); view.show()
studio.search.k = 9; studio.window.query.ask("a person walks")
wait(view.frameSwapped, lambda: len(studio.search.results) == 9)
frames[0] = 0
pause = QEventLoop(); QTimer.singleShot(5000, pause.quit); pause.exec()
print("frames per second, 9 tiles", frames[0] / 5, f"{view.width()}x{view.height()}")
view.close(); studio.window.close(); app.processEvents(); app.shutdown()
"""


def studio() -> None:
    """Window after start, first query after start, later queries, frames per second of nine tiles."""
    from contextlib import nullcontext

    from app.virtual_screen import has_screen, virtual_screen

    with nullcontext() if has_screen() else virtual_screen():
        subprocess.run([sys.executable, "-c", START], check=True)


def patches() -> None:
    """One matrix product a motion against a loop that resizes chain by chain and frame by frame."""
    from PIL import Image

    from core.motion.motion import Motion
    from core.motion.skeleton import SMPL22
    from core.patches import sample_points

    positions = np.random.default_rng(0).normal(size=(200, 22, 3)).astype(np.float32)
    motion = Motion(positions, 20, SMPL22)

    def loop() -> np.ndarray:
        out = np.zeros((200, 80, 3), np.float32)
        for t in range(200):
            for part, chain in enumerate(SMPL22.chains):
                for axis in range(3):
                    row = Image.fromarray(positions[t, list(chain), axis][None])
                    out[t, part * 16:part * 16 + 16, axis] = np.asarray(row.resize((16, 1), Image.Resampling.BILINEAR))[0]
        return out

    np.testing.assert_allclose(loop(), sample_points(motion), atol=1e-4)
    fast, slow = _seconds(lambda: sample_points(motion), 50), _seconds(loop, 2)
    print(f"patches: {fast * 1000:.2f} ms a motion, loop {slow * 1000:.0f} ms, {slow / fast:.0f} times")


def indexing() -> None:
    """Motions a second from packed library to gallery."""
    from core import places
    from core.library.open import open_library
    from core.models.checkpoint import load_model
    from core.progress import run
    from core.retriever import build_gallery

    library, model = run(open_library(places.demo_library())), load_model(places.starter_model())
    start = time.perf_counter()
    run(build_gallery(model, library))
    print(f"indexing: {len(library.clips) / (time.perf_counter() - start):.0f} motions/s")


def _seconds(work: Callable[[], object], times: int) -> float:
    work()
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


BENCHMARKS = {"studio": studio, "patches": patches, "indexing": indexing}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()
