"""One worker thread; of the requests under one key, the latest wins. Results come back in the window's thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Cancelled, Job, Progress, run

NICE = 10
T = TypeVar("T")


def _give_way() -> None:
    """Lets the window's thread go first, where threads have a priority of their own (Linux); torch's threads inherit it."""
    if sys.platform == "linux":
        with suppress(OSError):
            own = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), own + NICE)


def _end_reading() -> None:
    """End the read of a file in progress; a sentence about the file takes its place."""
    from motionpatches.core.io.native import child

    child.cancel()


class Lane(QObject):
    """Runs functions and jobs one after the other, off the window's thread."""

    _deliver = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None, interrupt: Callable[[], None] = lambda: None):
        """`interrupt`: ends what a job does between two yields, where it can be ended."""
        super().__init__(parent)
        self._interrupt = interrupt
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_give_way)
        self._latest: dict[str, int] = {}
        self._cancel: dict[str, threading.Event] = {}
        self._closed = False
        self._running = ""
        # Counted in the window's thread alone: work has ended once its result is delivered.
        self._waiting = self._urgent = 0
        self._deliver.connect(lambda call: call())

    def submit(
        self,
        key: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[str], None],
        kept: bool = False,
    ) -> None:
        """Run work(); then done(result) or failed(sentence), unless a newer request took the key.

        Args:
            kept: Do it even where the window closes first, as for writing what a user typed.
        """
        self._submit(key, self._next_token(key), work, done, failed, urgent=True, kept=kept)

    def submit_job(
        self,
        key: str,
        job: Callable[[], Job[T]],
        progress: Callable[[Progress], None],
        done: Callable[[T], None],
        failed: Callable[[str], None],
    ) -> None:
        """Like `submit`, for a job: reports progress, stops at the next yield when cancelled (failed with '')."""
        self.cancel(key)
        event = self._cancel[key] = threading.Event()
        token = self._next_token(key)

        def report(value: Progress) -> None:
            self._send(key, token, progress, value)

        def work() -> T:
            return run(job(), report, lambda: event.is_set() or self._closed)

        self._submit(key, token, work, done, failed, urgent=False, kept=False)

    def _next_token(self, key: str) -> int:
        token = self._latest[key] = self._latest.get(key, 0) + 1
        return token

    def _submit(
        self,
        key: str,
        token: int,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[str], None],
        urgent: bool,
        kept: bool,
    ) -> None:
        def task() -> None:
            try:
                answer()
            finally:  # here, not in the future's callback, which the window's thread runs itself where the work has ended by then
                self._call_in_window(lambda: self._count(-1, urgent))

        def answer() -> None:
            if not kept and (self._closed or self._latest[key] != token):
                return
            self._running = key
            try:
                result = work()
            except StudioError as error:
                self._send(key, token, failed, str(error))
            except Cancelled:
                self._send(key, token, failed, "")
            except BaseException as error:  # a panic of a library in Rust is no Exception
                import traceback

                traceback.print_exc()
                self._send(key, token, failed, f"Something unexpected went wrong ({type(error).__name__}: {str(error)[:300]}).")
            else:
                self._send(key, token, done, result)
            finally:
                self._running = ""

        self._count(1, urgent)
        self._pool.submit(task)

    def _count(self, by: int, urgent: bool) -> None:
        self._waiting += by
        self._urgent += by * urgent

    @property
    def busy(self) -> bool:
        """Whether something runs or waits to run, or its result to be delivered."""
        return self._waiting > 0

    @property
    def has_urgent_work(self) -> bool:
        """Whether something short that a user waits for runs or waits to run, or its result to be delivered."""
        return self._urgent > 0

    def cancel(self, key: str) -> None:
        """Ask the job under a key to stop."""
        if key in self._cancel and not self._cancel[key].is_set():
            self._cancel[key].set()
            if self._running == key:
                self._interrupt()

    def stop(self) -> None:
        """Cancel everything but what is to be kept."""
        self._closed = True
        for event in self._cancel.values():
            event.set()
        if self._running:
            self._interrupt()

    def close(self) -> None:
        """Stop, and wait for the running step to end and for what is to be kept."""
        self.stop()
        self._pool.shutdown(wait=True)
        self._waiting = self._urgent = 0  # nothing is delivered any more

    def _send(self, key: str, token: int, receiver: Callable[[Any], None], value: object) -> None:
        def call() -> None:
            if self._latest.get(key) == token and not self._closed:
                receiver(value)

        self._call_in_window(call)

    def _call_in_window(self, call: Callable[[], None]) -> None:
        if not self._closed:
            self._deliver.emit(call)


@dataclass(frozen=True)
class Lanes:
    """The lanes of the program, by what waits for what: work of one lane never waits for that of another."""

    scans: Lane  # folders that are read
    files: Lane  # a take for the stage, captions that are written
    models: Lane  # a model that is loaded, queries
    index: Lane  # the gallery of the open library, while queries are answered by what there is of it
    long: Lane  # what takes minutes: evaluation, estimates, maps, captions of a library, galleries of other models
    exports: Lane
    pictures: Lane  # thumbnails, which nobody waits for
    shared: Lane  # a server of shared galleries, which may not answer for seconds

    @classmethod
    def start(cls) -> Lanes:
        """A thread each."""
        scans, files = (Lane(name, interrupt=_end_reading) for name in ("scans", "files"))
        return cls(scans, files, *map(Lane, ("models", "index", "long", "exports", "pictures", "shared")))

    @property
    def all(self) -> tuple[Lane, ...]:
        return self.scans, self.files, self.models, self.index, self.long, self.exports, self.pictures, self.shared

    @property
    def busy(self) -> bool:
        """Whether work goes on that drawing has to share the processor with."""
        return self.files.busy or self.models.busy or self.index.busy or self.long.busy

    def close(self) -> None:
        """End all lanes at once; a step under way is waited for."""
        for lane in self.all:
            lane.stop()
        for lane in self.all:
            lane.close()
