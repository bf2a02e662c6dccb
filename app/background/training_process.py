"""A training run as a child process: lines go in and out, so that a run started by hand is the same run."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from motionpatches.core import paths
from motionpatches.core.training.events import Ended, Failed, from_line

# How long a closing studio waits for a run to save itself.
PATIENCE_MS = 20_000
# A frozen program has no `python -m`: it starts itself with this.
CHILD = "--training-run"


def command(run: Path) -> list[str]:
    """The program and arguments that train a run folder, from a source tree, installed, or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD, str(run)]
    return [sys.executable, "-m", "motionpatches.core.training", str(run)]


class TrainingProcess(QObject):
    """`reported(TrainingEvent)` as the child reports; `ended(sentence)`: '' where it ended by itself, else what went wrong."""

    reported = Signal(object)
    ended = Signal(str)

    def __init__(self, run: Path, parent: QObject | None = None):
        super().__init__(parent)
        self.run, self.last_words = run, ""
        self.reported_end = False
        self.process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        roots = [str(paths.assets().parent), *filter(None, [environment.value("PYTHONPATH")])]
        environment.insert("PYTHONPATH", (";" if sys.platform == "win32" else ":").join(roots))
        self.process.setProcessEnvironment(environment)
        self.process.readyReadStandardOutput.connect(self._read)
        self.process.readyReadStandardError.connect(self._read_errors)
        self.process.finished.connect(self._finished)
        self.process.errorOccurred.connect(self._failed)
        program, *arguments = command(run)
        self.process.start(program, arguments)

    def pause(self) -> None:
        self.process.write(b"pause\n")

    def resume(self) -> None:
        self.process.write(b"resume\n")

    def stop(self) -> None:
        """Asks it to save and end."""
        self.process.closeWriteChannel()

    def close(self) -> None:
        """Stops it and waits until it has saved; a child that does not answer is ended, and can be resumed all the same."""
        self.process.blockSignals(True)
        self.stop()
        if not self.process.waitForFinished(PATIENCE_MS):
            self.process.kill()
            self.process.waitForFinished(2000)

    def _read(self) -> None:
        while self.process.canReadLine():
            line = str(bytes(self.process.readLine().data()), "utf-8", "replace")
            try:
                event = from_line(line)
            except ValueError:  # a library printed something
                continue
            self.reported_end |= isinstance(event, Ended | Failed)
            self.reported.emit(event)

    def _read_errors(self) -> None:
        text = str(bytes(self.process.readAllStandardError().data()), "utf-8", "replace")
        self.last_words = (self.last_words + text)[-4000:]

    def _finished(self, *_: object) -> None:
        self._read()
        lines = [line for line in self.last_words.splitlines() if line.strip()]
        last = lines[-1] if lines else ""
        self.ended.emit("" if self.reported_end else f"The run ended unexpectedly; it can be resumed. {last}".strip())

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.ended.emit(f"The run could not be started: {self.process.errorString()}.")
