"""Runs jobs for the view models: progress, failure and cancel in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.lane import Lane
from motionpatches.core.progress import Job, Progress

T = TypeVar("T")


class Jobs(QObject):
    """`progressed(Progress or None)`: how far the long work is that is shown; None once nothing of it is under way."""

    progressed = Signal(object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._running: dict[tuple[Lane, str], bool] = {}

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
            job: Makes the job, in the lane's thread.
            done: Called with the result.
            failed: Called with a sentence, or with '' where the job was cancelled.
            shown: Whether its progress is reported by `progressed`.
            found: Called with each progress before it is reported.
        """
        place = (lane, key)

        def progress(value: Progress) -> None:
            if found is not None:
                found(value)
            if shown:
                self.progressed.emit(value)

        def finished(result: T) -> None:
            self._end(place)
            done(result)

        def ended(message: str) -> None:
            self._end(place)
            failed(message)

        self._running[place] = shown
        lane.submit_job(key, job, progress, finished, ended)

    def cancel(self) -> None:
        """Ask all jobs to stop; each keeps what it has finished."""
        for lane, key in list(self._running):
            lane.cancel(key)

    def _end(self, place: tuple[Lane, str]) -> None:
        shown = self._running.pop(place, False)
        if shown and not any(self._running.values()):
            self.progressed.emit(None)
