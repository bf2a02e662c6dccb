"""`python -m tests.benchmarks [NAME ...]`: prints what each benchmark measures. Nothing here asserts a time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

START = """
import time; t = time.perf_counter()
import tempfile; from PySide6.QtCore import QSettings
from app.application import Studio, make_application
app = make_application()
studio = Studio([], settings=QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat))
app.processEvents(); app.processEvents()
print("window visible", round(time.perf_counter() - t, 2))
studio.window.query.ask("a person waves with the right hand")
while not studio.search.results: app.processEvents()
print("first query answered", round(time.perf_counter() - t, 2))
times = []
for text in ("walks", "jumps", "a kick", "someone bows", "claps hands", "runs", "sits down", "a dance", "waves", "falls") * 2:
    studio.search.results = []; studio.search.changed.emit()
    s = time.perf_counter(); studio.window.query.ask(text)
    while not studio.search.results: app.processEvents()
    times.append((time.perf_counter() - s) * 1000)
times.sort()
print("later queries ms: median", round(times[10], 1), "95th percentile", round(times[18], 1))
studio.playback.playing = True
studio.window.query.results.resize(1280, 720)
view = studio.window.query.results
studio.search.k = 9; studio.window.query.ask("a person walks")
while len(studio.search.results) != 9: app.processEvents()
s = time.perf_counter()
for _ in range(40): view.grabFramebuffer()
print("frames per second, 9 tiles", round(40 / (time.perf_counter() - s), 1), f"{view.width()}x{view.height()}")
studio.window.close(); app.processEvents(); app.shutdown()
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
