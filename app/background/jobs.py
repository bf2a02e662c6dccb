"""Runs jobs for the view models: progress, failure and cancel in one place, and a list of the long work under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.lane import Lane
from motionpatches.core.progress import Job, Progress, format_duration

T = TypeVar("T")
# What work is called before its first step says it.
FIRST = {"open": "Opening", "index": "Indexing", "map": "Laying out the map", "estimate": "Estimating"}
# The key of a training run, which no lane runs.
TRAINING = "training"
# Seconds of a job after which what it has done says how long the rest takes, and the fewest steps it has then: of two, one may
# take a hundred times as long as the other.
TELLS_S, TELLS_STEPS = 2.0, 5


@dataclass(frozen=True)
class Work:
    """Long work under way.

    Attributes:
        key: what it is: 'index', 'export', 'training' …
        progress: how far it is; None before its first step.
        cancel: asks it to stop.
        began_s: `time.monotonic` at its start, and again where what it does changes.
        began_at: what was done by then.
        stopping: it was asked to stop.
    """

    key: str
    progress: Progress | None
    cancel: Callable[[], object]
    began_s: float
    began_at: int = 0
    stopping: bool = False

    @property
    def name(self) -> str:
        """What it does."""
        return self.progress.what if self.progress else FIRST.get(self.key, self.key.capitalize())

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; None where it is not known."""
        found = self.progress
        return found.done / found.total if found and found.done and found.total else None

    def remaining_s(self, now_s: float) -> float | None:
        """Return the seconds it takes yet, as it says or as its pace so far tells; None where that is not known."""
        found = self.progress
        if found is None or found.remaining_s is not None:
            return found.remaining_s if found else None
        spent, done = now_s - self.began_s, found.done - self.began_at
        tells = done > 0 and spent > TELLS_S and found.total >= TELLS_STEPS
        return spent / done * (found.total - found.done) if tells else None

    def text(self, now_s: float) -> str:
        """Return how far it is, in words. What shows no number yet says for how long it has been at work."""
        if self.stopping:
            return f"{self.name}: stopping…"
        spent = f"{format_duration(now_s - self.began_s)} so far"
        if self.share is None or self.progress is None:
            return f"{self.name}: {spent}" if now_s - self.began_s >= 1 else f"{self.name}…"
        return str(replace(self.progress, remaining_s=self.remaining_s(now_s)))


class Jobs(QObject):
    """`changed`: long work has begun, ended or gone on; `work` lists it, the oldest first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._running: dict[tuple[Lane, str], bool] = {}
        self._work: dict[str, Work] = {}

    @property
    def work(self) -> list[Work]:
        """The long work that is shown."""
        return list(self._work.values())

    def run(
        self,
        lane: Lane,
        key: str,
        job: Callable[[], Job[T]],
        done: Callable[[T], None],
        failed: Callable[[str], None],
        shown: bool = True,
        found: Callable[[Progress], None] | None = None,
    ) -> None:
        """Run a job on a lane; a newer one under the same key takes its place, and neither function is called then.

        Args:
            lane: Where it runs.
            key: What it is, in a word.
            job: Makes the job, in the lane's thread.
            done: Called with the result.
            failed: Called with a sentence, or with '' where the job was cancelled.
            shown: Whether it is listed in `work`.
            found: Called with each progress before it is shown.
        """
        place = (lane, key)

        def progress(value: Progress) -> None:
            if found is not None:
                found(value)
            if shown:
                self.report(key, value, lambda: lane.cancel(key))

        def finished(result: T) -> None:
            self._end(place)
            done(result)

        def ended(message: str) -> None:
            self._end(place)
            failed(message)

        self._running[place] = shown
        if shown:
            self._work.pop(key, None)
            self.report(key, None, lambda: lane.cancel(key))
        lane.submit_job(key, job, progress, finished, ended)

    def report(self, key: str, progress: Progress | None, cancel: Callable[[], object]) -> None:
        """List work, or how far it is now; also work that no lane does.

        Args:
            key: What it is, in a word.
            progress: How far it is.
            cancel: Asks it to stop.
        """
        before, now = self._work.get(key), time.monotonic()
        if before is None:
            self._work[key] = Work(key, progress, cancel, now, progress.done if progress else 0)
        elif progress is not None and (before.progress is None or progress.what != before.progress.what):
            self._work[key] = replace(before, progress=progress, began_s=now, began_at=progress.done)
        else:
            self._work[key] = replace(before, progress=progress)
        self.changed.emit()

    def ended(self, key: str) -> None:
        """List work no longer."""
        if self._work.pop(key, None) is not None:
            self.changed.emit()

    def stop(self, key: str) -> None:
        """Ask one of `work` to stop; it keeps what it has finished."""
        work = self._work.get(key)
        if work is not None and not work.stopping:
            self._work[key] = replace(work, stopping=True)
            self.changed.emit()
            work.cancel()

    def cancel(self) -> None:
        """Ask all jobs to stop; each keeps what it has finished."""
        for lane, key in list(self._running):
            self.stop(key) if self._running[lane, key] else lane.cancel(key)

    def _end(self, place: tuple[Lane, str]) -> None:
        if self._running.pop(place, False) and not any(key == place[1] and on for (_, key), on in self._running.items()):
            self.ended(place[1])
