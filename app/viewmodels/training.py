"""Training runs: the one under way, those of the past, and what can be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.training_process import TrainingProcess
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.known_runs import forget_run, known_runs, remember_run
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Paused, Preparing, Resumed, Step, TrainingEvent, Warned
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.fine_tuning import FineTuning


class Training(QObject):
    """`changed`: the list of runs, or how one stands; `reported`: another event of the run under way."""

    changed = Signal()
    reported = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.runs: list[Run] = []
        self.process: TrainingProcess | None = None
        self.message = ""
        self.refresh()

    def refresh(self) -> None:
        """Looks at the disk again; the run under way keeps what it has reported."""
        current = self.current
        found = runs.runs_in(paths.user_runs())
        try:
            found += [runs.read_or_broken(folder) for folder in known_runs()]
        except StudioError as error:
            self.message = str(error)
        self.runs = [current if current and run.folder == current.folder else run for run in found]
        self.changed.emit()

    @property
    def current(self) -> Run | None:
        """The run that this studio trains now."""
        return next((r for r in self.runs if self.process and r.folder == self.process.run), None)

    def fine_tuning(self, start: Run | None = None) -> FineTuning | None:
        """The form of another run on the open library; from the best model of `start`, where one is given. None where nothing
        is open."""
        from motionpatches.app.viewmodels.fine_tuning import FineTuning

        if self.workspace.library is None:
            return None
        form = FineTuning(self.workspace, self)
        if start is not None and start.best:
            form.add_start(f"the best model of {start.name}", start.best)
        return form

    def is_here(self, run: Run) -> bool:
        """Whether this studio trains the run now."""
        return self.process is not None and run.folder == self.process.run

    def begin(self, name: str, config: TrainingConfig) -> None:
        """A new run in a folder of its own."""
        try:
            folder = runs.new_run(paths.user_runs(), name, config)
        except StudioError as error:
            self._say(str(error))
            return
        self.resume(folder)

    def resume(self, folder: Path) -> None:
        """Resume a run that was stopped, interrupted or never started."""
        if self.process is not None:
            self._say(f"{self.process.run.name} is under way. Stop it before you start another one.")
            return
        self.message = ""
        self.process = TrainingProcess(folder, self)
        self.process.reported.connect(self._event)
        self.process.ended.connect(self._ended)
        self.refresh()

    def pause(self) -> None:
        """Pause, or resume what is paused. It says so at once: the step under way comes to its end first."""
        if self.process and self.current:
            paused = self.current.history.paused
            (self.process.resume if paused else self.process.pause)()
            self._say("Resuming…" if paused else "Pausing after this step…")

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
        else:
            forget_run(run.folder)
        self.refresh()

    def note(self, run: Run, text: str) -> None:
        try:
            runs.write_note(run.folder, text)
        except StudioError as error:
            self._say(str(error))

    def add(self, folder: Path) -> None:
        """Show a run that lies elsewhere, as one begun by hand, now and later."""
        try:
            runs.read_run(folder)
        except (StudioError, OSError) as error:
            self._say(str(error))
            return
        self.message = ""
        remember_run(folder)
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
        if isinstance(event, Paused | Resumed):
            self.message = ""
        if isinstance(event, Warned):
            self.message = event.message
        (self.reported if isinstance(event, Preparing | Step) else self.changed).emit()

    def _ended(self, message: str) -> None:
        run, self.process = self.current, None
        self.message = message or (run.history.error if run else "")
        self.refresh()

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()


def run_name(library: str) -> str:
    """Return the name of a run on a library by its name; its model is called so."""
    return f"{library} tuned"
