"""Waiting for a window, and what it shows."""

import ctypes
import os
import time
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.patience import PATIENCE


def wait(condition, seconds=20.0):
    """Runs the event loop until the condition holds (QTest.qWait keeps Python's lock, so that workers would stand still)."""
    loop, end = QEventLoop(), time.perf_counter() + PATIENCE * seconds
    timer = QTimer(interval=20)
    timer.timeout.connect(lambda: (time.perf_counter() > end or condition()) and loop.quit())
    timer.start()
    loop.exec()
    assert condition(), "waited in vain"


def rest(milliseconds):
    """The event loop for a while."""
    end = time.perf_counter() + milliseconds / 1000
    wait(lambda: time.perf_counter() > end, milliseconds / 1000 + 5)


def modal(kind, act, open_it, done=None):
    """Opens a modal window of a kind as a person does, acts in it once it has the keyboard, and waits until it is closed."""
    seen, end = [], time.perf_counter() + 10
    timer = QTimer(interval=30)

    def look():
        window = QApplication.activeModalWidget()
        if isinstance(window, kind) and not seen:
            if not window.isActiveWindow() and time.perf_counter() < end:
                window.activateWindow()
                return
            seen.append(window)
            timer.stop()
            try:
                act(window)
            except BaseException as error:
                seen.append(error)
            finally:
                if window.isVisible():
                    window.reject()

    timer.timeout.connect(look)
    timer.start()
    open_it()
    wait(lambda: seen and QApplication.activeModalWidget() is None, 30)
    if len(seen) > 1:
        raise seen[1]


def pixels(widget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def ask(studio, text):
    """Type a query and wait for its results, and for the best on the stage."""
    search = studio.search
    before = search.results
    studio.window.query.ask(text)
    wait(lambda: search.query == text and search.results and search.results is not before and not search.settling, 40)


def meshed(studio):
    """Wait until the motion on the stage is drawn as a figure, whose mesh another thread makes."""
    from motionpatches.app.gl.figure.posed import figures

    figure = figures().figure(studio.workspace.motion)
    wait(lambda: figure is None or figures().shape(figure) is not None, 40)
    rest(50)


@contextmanager
def opened_files(*files):
    """Gives a function that tells, at any time, whether one of the files was opened by anybody; Linux alone (inotify)."""
    libc, opened = ctypes.CDLL(None, use_errno=True), 0x20
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0
    for file in files:
        assert libc.inotify_add_watch(watch, os.fsencode(file), opened) >= 0

    def seen():
        try:
            return bool(os.read(watch, 4096))
        except BlockingIOError:
            return False

    try:
        yield seen
    finally:
        os.close(watch)
