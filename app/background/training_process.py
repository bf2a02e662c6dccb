"""A training run in a process of its own, which goes on without the studio; a later studio follows it by its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.core import paths
from motionpatches.core.errors import os_problem
from motionpatches.core.training import alone
from motionpatches.core.training.events import Ended, Failed, Preparing, from_line
from motionpatches.core.training.runs import EVENTS

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


class TrainingProcess(QObject):
    """`reported(TrainingEvent)` as the process reports; `ended(sentence)`: '' where it ended by itself, else what went wrong."""

    reported = Signal(object)
    ended = Signal(str)

    def __init__(self, run: Path, parent: QObject | None = None, follow: bool = False):
        """
        Args:
            run: Its folder.
            parent: Of the object.
            follow: Another studio, or an earlier one, has begun it; else it is begun now.

        Raises:
            StudioError: it cannot be begun.
        """
        super().__init__(parent)
        self.run = run
        self._events, self._looks = Tail(run / EVENTS), 0
        self._reported, self.reported_end = False, False
        self._prepared: Preparing | None = None
        self.child = None if follow else begin(run)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def pause(self) -> None:
        """Raises StudioError where it cannot be told."""
        alone.tell(self.run, alone.PAUSE)

    def resume(self) -> None:
        """Raises StudioError where it cannot be told."""
        alone.tell(self.run, alone.RESUME)

    def stop(self) -> None:
        """Ask it to save and end. Raises StudioError where it cannot be told."""
        alone.tell(self.run, alone.STOP)

    def close(self) -> None:
        """Follow it no longer; it goes on."""
        self._timer.stop()

    def _alive(self) -> bool:
        """Whether the process is there. The lock is not looked at every time."""
        if self.child is not None:
            return self.child.poll() is None
        self._looks += 1
        return self._looks % LOOKS != 0 or alone.is_held(self.run)

    def _look(self) -> None:
        alive = self._alive()  # before the events, so that none is left
        for line in self._events.lines():
            with suppress(ValueError):
                event = from_line(line)
                self._reported = True
                self.reported_end |= isinstance(event, Ended | Failed)
                self.reported.emit(event)
        printed = None if self._reported else alone.said(self.run)[0]
        if isinstance(printed, Preparing) and printed != self._prepared:
            self._prepared = printed
            self.reported.emit(printed)
        if not alive:
            self._timer.stop()
            self.ended.emit("" if self.reported_end else alone.why_it_ended(self.run))
