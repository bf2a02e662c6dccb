"""Training runs: the one under way, those of the past, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.background.jobs import TRAINING
from motionpatches.app.background.training_process import TrainingProcess
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.known_runs import forget_run, known_runs, remember_run
from motionpatches.core.progress import Progress
from motionpatches.core.training import runs
from motionpatches.core.training.alone import is_held
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Paused, Preparing, Resumed, Step, TrainingEvent, Warned
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.fine_tuning import FineTuning

# Milliseconds between two lines of a run in the list of work.
LIST_MS = 250


class Training(QObject):
    """The run under way goes on without this studio; one that an earlier or another studio has begun is followed.

    `changed`: the list of runs, or how one stands; `reported`: another event of the run under way.
    """

    changed = Signal()
    reported = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.runs: list[Run] = []
        self.process: TrainingProcess | None = None
        self.message = ""
        self._listing = QTimer(self, interval=LIST_MS, singleShot=True)
        self._listing.timeout.connect(self._list)
        for signal in (self.changed, self.reported):
            signal.connect(lambda: self._listing.isActive() or self._listing.start())
        self.refresh()

    def refresh(self) -> None:
        """Looks at the disk again; the run under way keeps what it has reported, and one that is found is followed."""
        current = self.current
        found = runs.runs_in(paths.user_runs())
        try:
            found += [runs.read_or_broken(folder) for folder in known_runs()]
        except StudioError as error:
            self.message = str(error)
        self.runs = [current if current and run.folder == current.folder else run for run in found]
        held = next((run for run in self.runs if run.status == "running"), None)
        if self.process is None and held is not None:
            self._follow(TrainingProcess(held.folder, self, follow=True))
            # What it has reported until now, read after following has begun: an event may be read twice, none is left out.
            self.runs = [runs.read_or_broken(run.folder) if run is held else run for run in self.runs]
        self._list()
        self.changed.emit()

    @property
    def current(self) -> Run | None:
        """The run under way, which this studio follows."""
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
        """Whether the run is the one under way."""
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
        try:
            # One that another studio trains is followed; its lock keeps two from training it.
            process = TrainingProcess(folder, self, follow=is_held(folder))
        except StudioError as error:
            self._say(str(error))
            return
        self.message = ""
        self._follow(process)
        self.refresh()

    def _follow(self, process: TrainingProcess) -> None:
        self.process = process
        process.reported.connect(self._event)
        process.ended.connect(self._ended)

    def pause(self) -> None:
        """Pause, or resume what is paused. It says so at once: the step under way comes to its end first."""
        if self.process and self.current:
            paused = self.current.history.paused
            self._tell(
                self.process.resume if paused else self.process.pause, "Resuming…" if paused else "Pausing after this step…"
            )

    def stop(self) -> None:
        """Let the run save itself and end."""
        if self.process:
            self._tell(self.process.stop, "Saving and stopping…")

    def _tell(self, ask: Callable[[], None], message: str) -> None:
        try:
            ask()
        except StudioError as error:
            message = str(error)
        self._say(message)

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
        """Follow the run under way no longer; it goes on."""
        self._listing.stop()
        self.workspace.jobs.ended(TRAINING)
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
        if run is None:
            return
        if message:
            again = Action("Resume", lambda: self.resume(run.folder))
            self.workspace.notices.say(f"{run.name}: {message}", again, kept=True, warning=True)
        elif run.history.finished:
            self.workspace.notices.say(f"{run.name} is trained.", Action("Use This Model", lambda: self.use(run)), kept=True)

    def _list(self) -> None:
        """List the run with the work under way, or no longer."""
        run, jobs = self.current, self.workspace.jobs
        if run is None:
            jobs.ended(TRAINING)
        else:
            jobs.report(TRAINING, progress_of(run), self.stop)

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()


def progress_of(run: Run) -> Progress:
    """Return how far a run is."""
    history = run.history
    last, name = history.steps[max(history.steps)] if history.steps else None, f"Training {run.name}"
    if last is None or history.start is None:
        return Progress(f"{name}: {history.preparing.split(':')[0].lower()}" if history.preparing else name, 0, 0)
    words = f"{name} (paused)" if history.paused else name
    return Progress(words, last.step, history.start.steps, None, last.remaining_s)


def run_name(library: str) -> str:
    """Return the name of a run on a library by its name; its model is called so."""
    return f"{library} tuned"
