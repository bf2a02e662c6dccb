"""Garbage collection in the window's thread alone: what is collected may be Qt's, which no other thread may delete."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 10_000


def collect_due() -> int:
    """Collect the oldest generation that is over its threshold, with the younger ones; return it, -1 for none."""
    counts, most = gc.get_count(), gc.get_threshold()
    generation = next((g for g in (2, 1, 0) if counts[g] > most[g]), -1)
    if generation >= 0:
        gc.collect(generation)
    return generation


class GarbageCollector(QObject):
    """Collects at intervals, as far as Python's thresholds ask for it; Python's own collection is to be off."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.timer = QTimer(self, interval=INTERVAL_MS)
        self.timer.timeout.connect(collect_due)
        self.timer.start()
