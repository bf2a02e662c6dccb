"""Training runs: the one under way, those of the past, and what can be done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.training_process import TrainingProcess
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import format_duration
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import TrainingEvent
from motionpatches.core.training.runs import Run


class Training(QObject):
    """`changed`: the list of runs, or how one stands; `reported`: another event of the run under way."""

    changed = Signal()
    reported = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.runs: list[Run] = []
        self.elsewhere: list[Path] = []
        self.process: TrainingProcess | None = None
        self.message = ""
        self.refresh()

    def refresh(self) -> None:
        """Looks at the disk again; the run under way keeps what it has reported."""
        current = self.current
        found = runs.runs_in(paths.user_runs())
        for folder in self.elsewhere:
            try:
                found.append(runs.read_run(folder))
            except StudioError as error:
                self.message = str(error)
        self.runs = [current if current and run.folder == current.folder else run for run in found]
        self.changed.emit()

    @property
    def current(self) -> Run | None:
        """The run that this studio trains now."""
        return next((r for r in self.runs if self.process and r.folder == self.process.run), None)

    def begin(self, name: str, config: TrainingConfig) -> None:
        """A new run in a folder of its own."""
        try:
            folder = runs.new_run(paths.user_runs(), name, config)
        except StudioError as error:
            self._say(str(error))
            return
        self.resume(folder)

    def resume(self, folder: Path) -> None:
        """Goes on with a run that was stopped, interrupted or never begun."""
        if self.process is not None:
            self._say(f"{self.process.run.name} is under way. Stop it before another one is begun.")
            return
        self.message = ""
        self.process = TrainingProcess(folder, self)
        self.process.event.connect(self._event)
        self.process.ended.connect(self._ended)
        self.refresh()

    def pause(self) -> None:
        """Or, where it is paused, goes on."""
        if self.process and self.current:
            (self.process.resume if self.current.history.paused else self.process.pause)()

    def stop(self) -> None:
        if self.process:
            self.message = "Saving and stopping…"
            self.process.stop()
            self.changed.emit()

    def use(self, run: Run) -> None:
        """Loads its best model and indexes what is open with it."""
        if run.best:
            self.workspace.load_model(run.best)

    def delete(self, run: Run) -> None:
        try:
            runs.delete_run(run.folder)
        except StudioError as error:
            self._say(str(error))
        self.elsewhere = [f for f in self.elsewhere if f != run.folder]
        self.refresh()

    def note(self, run: Run, text: str) -> None:
        try:
            runs.write_note(run.folder, text)
        except StudioError as error:
            self._say(str(error))

    def add(self, folder: Path) -> None:
        """Shows a run that lies elsewhere, as one begun by hand."""
        self.message = ""
        self.elsewhere.append(folder)
        self.refresh()

    def close(self) -> None:
        """The run under way saves itself; it can be resumed."""
        if self.process:
            self.process.close()

    def _event(self, event: TrainingEvent) -> None:
        run = self.current
        if run is None:
            return
        run.history.add(event)
        if event.kind == "warning":
            self.message = event.values["message"]
        (self.reported if event.kind in ("prepare", "step") else self.changed).emit()

    def _ended(self, message: str) -> None:
        run, self.process = self.current, None
        self.message = message or (run.history.error if run else "")
        self.refresh()

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()


def how_it_stands(run: Run, here: bool) -> str:
    """One line on a run; `here`: this studio trains it."""
    h = run.history
    last = h.steps[max(h.steps)] if h.steps else None
    if here and h.preparing and (last is None or not h.start):
        return h.preparing
    if here and last is None:
        return "Starting…"
    if here or run.status == "running":
        state = "Paused" if h.paused else "Training"
        if last is None:
            return state
        return (
            f"{state}: epoch {last['epoch']} of {h.start.get('epochs', run.config.epochs)}, step {last['step']:,} of "
            f"{h.start.get('steps', 0):,}, loss {last['loss']:.3f}, {last['motions_per_s']:.0f} motions/s, "
            f"{format_duration(last['remaining_s'])} left"
        )
    words = {"finished": "Finished", "stopped": "Stopped", "failed": "Failed", "new": "Not begun"}[run.status]
    if h.epochs:
        best = max(h.epochs.values(), key=lambda v: (v["best"], v["epoch"]))
        exact = best["val"]["exact_caption"]
        words += (
            f" after epoch {max(h.epochs)}; best: epoch {best['epoch']}, validation R@1 {exact['t2m']['R@1']:.1f} text to "
            f"motion, {exact['m2t']['R@1']:.1f} motion to text"
        )
    return f"{words}. {h.error}".strip() if run.status == "failed" else words
