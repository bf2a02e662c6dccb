"""A training run in a process of its own, which goes on without the studio; a later studio follows it by its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.background.aside import Aside
from motionpatches.core import paths
from motionpatches.core.errors import os_problem
from motionpatches.core.training import alone
from motionpatches.core.training.events import Ended, Failed, Preparing, TrainingEvent, from_line
from motionpatches.core.training.runs import EVENTS, best_of

# Milliseconds between two looks at the events; looks between two at the lock.
LOOK_MS, LOOKS = 250, 4
# A frozen program has no `python -m`: it starts itself with this.
CHILD = "--training-run"
# Those that were begun here: one that still runs must not be forgotten while the studio lives, else it stays a zombie.
_begun: list[subprocess.Popen[bytes]] = []


def command(run: Path) -> list[str]:
    """The program and arguments that train a run folder, from a source tree, installed, or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD, str(run), "--told"]
    return [sys.executable, "-m", "motionpatches.core.training", str(run), "--told"]


def begin(run: Path) -> subprocess.Popen[bytes]:
    """Start the process of a run: in a session of its own, without a console, so that it outlives this program.

    Raises:
        FileProblem: the folder cannot be written, or the process not be started.
    """
    roots = [str(paths.assets().parent), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    alone.forget(run)
    try:
        with open(run / alone.OUTPUT, "ab" if alone.is_held(run) else "wb") as output:
            child = subprocess.Popen(
                command(run),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
                start_new_session=True,
                creationflags=flags,
            )
    except OSError as error:
        raise os_problem(run, error) from error
    _begun[:] = [one for one in _begun if one.poll() is None] + [child]
    return child


class Tail:
    """Whole lines that are added to a file after it was made; all of them, where another file takes its place."""

    def __init__(self, file: Path):
        self.file, self._rest = file, b""
        self._which, self._at = self._state()

    def lines(self) -> list[str]:
        """Return the lines since the last call."""
        which, size = self._state()
        if which != self._which or size < self._at:
            self._which, self._at, self._rest = which, 0, b""
        if size == self._at:
            return []
        try:
            with open(self.file, "rb") as stream:
                stream.seek(self._at)
                new = stream.read()
        except OSError:
            return []
        self._at += len(new)
        *whole, self._rest = (self._rest + new).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def _state(self) -> tuple[int, int]:
        try:
            found = self.file.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_size


@dataclass(frozen=True)
class Seen:
    """What one look at the folder of a run found; `why`: the sentence about a process that is no longer there."""

    alive: bool
    events: list[TrainingEvent]
    printed: Preparing | None
    best: Path | None
    why: str


def look(run: Path, tail: Tail, alive: bool | None, reported: bool, follow: bool) -> Seen:
    """Look at the folder of a run.

    Args:
        run: Its folder.
        tail: Of its events.
        alive: Whether its process is there; None to look at the lock.
        reported: It has reported an event before, so that what it prints is of no interest.
        follow: Another program has begun it.

    Raises:
        OSError: The folder of a run that is followed cannot be reached.
    """
    if follow:
        run.stat()
    if alive is None:
        alive = alone.is_held(run)  # before the events, so that none is left
    events = []
    for line in tail.lines():
        with suppress(ValueError):
            events.append(from_line(line))
    printed = None if reported or events else alone.said(run)[0]
    why = "" if alive else alone.why_it_ended(run)
    return Seen(alive, events, printed if isinstance(printed, Preparing) else None, best_of(run) if events else None, why)


class TrainingProcess(QObject):
    """`reported(TrainingEvent)` as the process reports; `ended(sentence)`: '' where it ended by itself, else what went wrong;
    `refused(sentence)`: it could not be told something. Its folder is looked at aside, one look at a time."""

    reported = Signal(object)
    ended = Signal(str)
    refused = Signal(str)

    def __init__(
        self, run: Path, parent: QObject | None = None, follow: bool = False, tail: Tail | None = None, aside: Aside | None = None
    ):
        """
        Args:
            run: Its folder.
            parent: Of the object.
            follow: Another studio, or an earlier one, has begun it; else it is begun now.
            tail: Its events from here on; those from now on without it.
            aside: Where its folder is looked at.
        """
        super().__init__(parent)
        self.run = run
        self.best: Path | None = None
        self._aside, self._tail, self._looks = aside or Aside(self), tail, 0
        self._reported, self.reported_end = False, False
        self._prepared: Preparing | None = None
        self.child: subprocess.Popen[bytes] | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        if follow and tail is not None:
            self._timer.start()
        else:
            self._aside.call(run, "begin", partial(_started, run, follow), self._has_begun, self._end, kept=True)

    def _has_begun(self, found: tuple[Tail, subprocess.Popen[bytes] | None]) -> None:
        self._tail, self.child = found
        self._timer.start()

    def pause(self) -> None:
        """Ask it to wait after the step under way."""
        self._tell(alone.PAUSE)

    def resume(self) -> None:
        """Ask it to go on."""
        self._tell(alone.RESUME)

    def stop(self) -> None:
        """Ask it to save and end."""
        self._tell(alone.STOP)

    def _tell(self, word: str) -> None:
        self._aside.call(self.run, "tell", partial(alone.tell, self.run, word), failed=self.refused.emit, kept=True)

    def close(self) -> None:
        """Follow it no longer; it goes on."""
        self._timer.stop()

    def _look(self) -> None:
        """Begin a look, unless one is under way. The lock is not looked at every time."""
        if self._aside.is_busy(self.run) or self._tail is None:
            return
        self._looks += 1
        alive = self.child.poll() is None if self.child is not None else None if self._looks % LOOKS == 0 else True
        work = partial(look, self.run, self._tail, alive, self._reported, self.child is None)
        self._aside.call(self.run, "look", work, self._take)

    def _take(self, seen: Seen) -> None:
        if not self._timer.isActive():
            return
        self.best = seen.best or self.best
        for event in seen.events:
            self._reported = True
            self.reported_end |= isinstance(event, Ended | Failed)
            self.reported.emit(event)
        if seen.printed is not None and seen.printed != self._prepared:
            self._prepared = seen.printed
            self.reported.emit(seen.printed)
        if not seen.alive:
            self._end("" if self.reported_end else seen.why)

    def _end(self, message: str) -> None:
        self._timer.stop()
        self.ended.emit(message)


def _started(run: Path, follow: bool) -> tuple[Tail, subprocess.Popen[bytes] | None]:
    tail = Tail(run / EVENTS)
    return tail, None if follow else begin(run)
