"""Calls that may hang, as those that read a network share: each folder has a thread of its own, which nobody waits for.

The threads know nothing of Qt: a timer in the window's thread takes what has come of a call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.core.errors import StudioError

T = TypeVar("T")
# Milliseconds between two looks at what has come; seconds after which a folder that answers nothing counts as away.
TICK_MS, AWAY_S = 40, 10.0


def _nothing(_: object) -> None:
    """Take no notice of a result."""


@dataclass(frozen=True)
class _Call:
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[str], None]
    kept: bool


class _Folder:
    """One call under way, and those that wait: of one key the latest."""

    def __init__(self, name: str):
        self.name, self.waiting = name, dict[str, _Call]()
        self.under_way: tuple[Future[Any], _Call] | None = None
        self.since_s, self.refuses = 0.0, False

    def go(self) -> None:
        """Begin what waits, where nothing is under way."""
        if self.under_way is None and self.waiting:
            call = self.waiting.pop(next(iter(self.waiting)))
            future: Future[Any] = Future()
            self.under_way, self.since_s = (future, call), self.since_s if self.refuses else time.time()
            threading.Thread(target=_run, args=(call.work, future), name=self.name, daemon=True).start()

    def take(self) -> Callable[[], None] | None:
        """Return what tells the result of the call under way; None where there is none yet."""
        if self.under_way is None or not self.under_way[0].done():
            return None
        (future, call), self.under_way = self.under_way, None
        error = future.exception()
        self.refuses = isinstance(error, OSError)
        if error is None:
            result = future.result()
            return lambda: call.done(result)
        return lambda: call.failed(_sentence(self.name, error))

    @property
    def is_away(self) -> bool:
        """Whether it has hung, or was refused by the system, for a while."""
        return (self.refuses or self.under_way is not None) and time.time() - self.since_s > AWAY_S


def _run(work: Callable[[], Any], future: Future[Any]) -> None:
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _sentence(name: str, error: BaseException) -> str:
    if isinstance(error, StudioError):
        return str(error)
    return f"{name} cannot be used ({str(error) or type(error).__name__}). Look at it in the file manager."


class Aside(QObject):
    """`changed`: a folder has stopped answering, or answers again."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._folders: dict[Path, _Folder] = {}
        self._away: set[Path] = set()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    def call(
        self,
        folder: Path,
        key: str,
        work: Callable[[], T],
        done: Callable[[T], None] = _nothing,
        failed: Callable[[str], None] = _nothing,
        kept: bool = False,
    ) -> None:
        """Run work(), after what is under way for the folder; then done(result) or failed(sentence) in this thread.

        Args:
            folder: What it reads or writes.
            key: What it is, in a word; one that waits under the same key is left out.
            work: Knows nothing of Qt.
            done: Called with the result.
            failed: Called with a sentence.
            kept: It is waited for, a moment, where the window closes first.
        """
        found = self._folders.setdefault(folder, _Folder(folder.name))
        found.waiting[key] = _Call(work, done, failed, kept)
        found.go()
        self._timer.start()

    def is_busy(self, folder: Path) -> bool:
        """Whether something is under way for a folder, or waits."""
        found = self._folders.get(folder)
        return found is not None and (found.under_way is not None or bool(found.waiting))

    def away_since(self, folder: Path) -> float | None:
        """Return since when a folder answers nothing, in seconds since 1970; None where it answers."""
        found = self._folders.get(folder)
        return found.since_s if found is not None and found.is_away else None

    def close(self, patience_s: float = 1.0) -> None:
        """Take no more results. What is to be kept has a moment to be written, unless its folder is away."""
        self._timer.stop()
        end = time.monotonic() + patience_s
        for folder in self._folders.values():
            folder.waiting = {key: call for key, call in folder.waiting.items() if call.kept}
        while time.monotonic() < end and any(map(_is_kept, self._folders.values())):
            for folder in self._folders.values():
                folder.take()
                folder.go()
            time.sleep(0.005)

    def _tick(self) -> None:
        for folder in list(self._folders.values()):
            tell = folder.take()
            folder.go()
            if tell is not None:
                tell()
        away = {place for place, folder in self._folders.items() if folder.is_away}
        if away != self._away:
            self._away = away
            self.changed.emit()
        if not any(folder.under_way or folder.waiting for folder in self._folders.values()):
            self._timer.stop()


def _is_kept(folder: _Folder) -> bool:
    under_way = folder.under_way is not None and folder.under_way[1].kept
    return not folder.is_away and (under_way or bool(folder.waiting))
