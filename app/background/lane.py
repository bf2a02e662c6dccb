"""One worker thread; of the requests under one key, the latest wins. Results come back in the window's thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Cancelled, Job, run

NICE = 10


def _give_way() -> None:
    """Lets the window's thread go first, where threads have a priority of their own (Linux); torch's threads inherit it."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class Lane(QObject):
    """Runs functions and jobs one after the other, off the window's thread."""

    _deliver = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None):
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_give_way)
        self._latest: dict[str, int] = {}
        self._cancel: dict[str, threading.Event] = {}
        self._closed = False
        self._waiting = self._short = 0
        self._deliver.connect(lambda call: call())

    def submit(
        self,
        key: str,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        long: bool = False,
        kept: bool = False,
    ) -> None:
        """Runs work(); then done(result) or failed(sentence), unless a newer request took the key. `kept` work, such as
        writing what a person typed, is done even where the window closes first."""
        token = self._latest[key] = self._latest.get(key, 0) + 1

        def task() -> None:
            if not kept and (self._closed or self._latest[key] != token):
                return
            try:
                result = work()
            except StudioError as error:
                self._send(key, token, failed, str(error))
            except Cancelled:
                self._send(key, token, failed, "")
            except Exception as error:
                import traceback

                traceback.print_exc()
                self._send(key, token, failed, f"Something unexpected went wrong ({type(error).__name__}: {error}).")
            else:
                self._send(key, token, done, result)

        self._waiting += 1
        self._short += not long
        self._pool.submit(task).add_done_callback(lambda _: self._task_ended(long))

    @property
    def busy(self) -> bool:
        """Whether something runs or waits to run."""
        return self._waiting > 0

    @property
    def hurries(self) -> bool:
        """Whether something short that a person waits for runs or waits to run."""
        return self._short > 0

    def _task_ended(self, long: bool) -> None:
        self._waiting -= 1
        self._short -= not long

    def submit_job(
        self,
        key: str,
        job: Callable[[], Job],
        progress: Callable[[Any], None],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Like submit, for a job: reports progress, stops at the next yield when cancelled (failed with '')."""
        self.cancel(key)
        event = self._cancel[key] = threading.Event()
        token = self._latest.get(key, 0) + 1

        def report(value: Any) -> None:
            self._send(key, token, progress, value)

        self.submit(key, lambda: run(job(), report, lambda: event.is_set() or self._closed), done, failed, long=True)

    def cancel(self, key: str) -> None:
        """Asks the job under a key to stop."""
        if key in self._cancel:
            self._cancel[key].set()

    def stop(self) -> None:
        """Cancels everything but what is to be kept."""
        self._closed = True
        for event in self._cancel.values():
            event.set()

    def close(self) -> None:
        """Stops, and waits for the running step to end and for what is to be kept."""
        self.stop()
        self._pool.shutdown(wait=True)

    def _send(self, key: str, token: int, receiver: Callable[[Any], None], value: Any) -> None:
        def call() -> None:
            if self._latest.get(key) == token and not self._closed:
                receiver(value)

        if not self._closed:
            self._deliver.emit(call)
