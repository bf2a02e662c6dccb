"""The window with a large library: how its list scrolls, and how long a query takes from Enter to tiles."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer

from motionpatches.app.application import Studio, make_application
from tests.benchmarks.library import memory_mb, percentiles

SCROLLED, AFTER_MS = 300, 700


def measure(root: Path, takes: int, words: Sequence[str], model: Path | None = None) -> None:
    """Print the times of a window of 1440 x 900 on a library that is indexed by a model, the starter for None."""
    start = time.perf_counter()
    app = make_application()
    settings = QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat)
    settings.setValue("toured", True)
    studio = Studio([root], model, settings=settings)
    studio.window.resize(1440, 900)
    library = studio.workspace
    until(library.library_changed, lambda: library.library is not None)
    assert library.library is not None and len(library.library.clips) >= takes
    print(f"window: {len(library.library.clips):,} takes listed after {time.perf_counter() - start:.2f} s")
    until(library.ready_changed, lambda: library.retriever is not None)
    print(f"window: searched after {time.perf_counter() - start:.2f} s, {memory_mb():.0f} MB")
    until_quiet(studio)
    print(f"window: files checked after {time.perf_counter() - start:.1f} s, {memory_mb('VmHWM'):.0f} MB at the highest")
    scroll(app, studio)
    queries(studio, [f"{text} {number}" for number, text in enumerate(tuple(words) * 4)], "sentences")
    queries(studio, [*words, "a person", "someone"] * 3, "exact words")
    print(
        f"window: {memory_mb():.0f} MB, {memory_mb('VmHWM'):.0f} MB at the highest, {memory_mb('RssAnon'):.0f} MB of them no file"
    )
    studio.window.close()
    app.processEvents()
    app.shutdown()


def queries(studio: Studio, texts: Sequence[str], what: str) -> None:
    """Print the time from Enter to the first tiles, to all, and what the threads spend until the first; takes are as they lie."""
    view, search, first, whole, own, others = studio.window.results.view, studio.search, [], [], [], []
    studio.window.query.ask("someone turns around")
    until(view.drawn, lambda: bool(search.results))
    for text in texts:
        pause(AFTER_MS)
        begun, old = time.perf_counter(), search.results
        thread, process = time.thread_time(), time.process_time()
        studio.window.query.ask(text)
        until(view.drawn, lambda old=old: search.results is not old)
        first.append(time.perf_counter() - begun)
        own.append(time.thread_time() - thread)
        others.append(time.process_time() - process - own[-1])
        if len(search.results) < search.k:
            until(view.drawn, lambda: len(search.results) >= search.k)
        whole.append(time.perf_counter() - begun)
    print(f"window: {what}, Enter to the first tiles, {percentiles(first)}; to all {search.k}, {percentiles(whole)}")
    print(f"window: {what}, processor until the first: the window's thread, {percentiles(own)}; others, {percentiles(others)}")


def scroll(app, studio: Studio) -> None:
    """Turn the wheel down the list of takes, drawing each step."""
    studio.window.left.turn("Library")
    view = studio.window.library.view
    bar, viewport = view.verticalScrollBar(), view.viewport()
    steps = {"by three rows": 3, "by a page": max(bar.pageStep(), 1), "through all of it": bar.maximum() // SCROLLED}
    for name, step in steps.items():
        bar.setValue(0)
        pause(300)
        times = []
        for _ in range(SCROLLED):
            begun = time.perf_counter()
            bar.setValue(bar.value() + step if bar.value() < bar.maximum() else 0)
            app.processEvents()
            viewport.repaint()
            times.append(time.perf_counter() - begun)
        rate = SCROLLED / sum(times)
        print(f"window: list scrolled {name}: {rate:.0f} frames/s, {percentiles(times)}, longest {1000 * max(times):.0f} ms")


def until(signal, ready: Callable[[], bool]) -> None:
    """Wait for a signal after which something holds, unless it does already."""
    loop = QEventLoop()
    signal.connect(lambda *_: ready() and loop.quit())
    loop.exec()


def until_quiet(studio: Studio) -> None:
    """Wait until no job is under way."""
    while studio.workspace.jobs.work:
        pause(200)
    pause(1000)


def pause(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()
