"""Garbage collection by a timer of the window."""

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication

from motionpatches.app.background.garbage import GarbageCollector, collect_due


class Node:
    """An object in a circle, which only collection frees."""

    def __init__(self):
        self.me = self


@pytest.fixture
def off():
    app = None if QCoreApplication.instance() else QCoreApplication([])
    gc.collect()
    yield
    if app is not None:
        app.shutdown()


def test_what_is_over_the_threshold_is_collected_and_nothing_before(off):
    collector = GarbageCollector()
    gone = weakref.ref(Node())
    assert collect_due() == -1 and gone() is not None
    kept = [[] for _ in range(2 * gc.get_threshold()[0] + 10)]
    assert collect_due() >= 0 and gone() is None and kept
    assert collector.timer.isActive()
    collector.timer.stop()
