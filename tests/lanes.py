"""Lanes without threads, for view models that are tested without a window."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication

from motionpatches.app.background.lane import Lanes
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Cancelled, run


class FakeLane:
    """Does its work at once, in the caller's thread; while `waits`, once `go` is called. Of one key the latest wins."""

    def __init__(self):
        self.waits = False
        self.tasks, self.tokens, self.cancelled = [], {}, set()
        self.keys = []

    def submit(self, key, work, done, failed, kept=False):
        self.keys.append(key)
        token = self.tokens[key] = self.tokens.get(key, 0) + 1

        def task():
            if self.tokens[key] != token and not kept:
                return
            try:
                result = work()
            except StudioError as error:
                call, value = failed, str(error)
            except Cancelled:
                call, value = failed, ""
            else:
                call, value = done, result
            if self.tokens[key] == token:
                call(value)

        self.tasks.append(task)
        if not self.waits:
            self.go()

    def submit_job(self, key, job, progress, done, failed):
        self.cancelled.discard(key)
        self.submit(key, lambda: run(job(), progress, lambda: key in self.cancelled), done, failed)

    def cancel(self, key):
        self.cancelled.add(key)

    def go(self):
        """Do what waits."""
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task()

    @property
    def busy(self):
        return bool(self.tasks)

    has_urgent_work = busy


def fake_lanes() -> Lanes:
    return Lanes(*(FakeLane() for _ in range(8)))


def rest(seconds=0.05):
    """Timers that are due go off."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QCoreApplication.processEvents()


def heard(signal):
    """What a signal emits from now on."""
    found = []
    signal.connect(lambda *values: found.append(values))
    return found
