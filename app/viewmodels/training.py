"""Training runs: the one under way, those of the past, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training import runs
from motionpatches.core.training.alone import come_back, is_held
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Paused, Preparing, Resumed, Step, TrainingEvent, Warned
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.fine_tuning import FineTuning
    from motionpatches.core.training.packed import Packed

# Milliseconds between two lines of a run in the list of work, and between two looks at packed runs that nobody trains.
LIST_MS, LOOK_MS = 250, 3000


class Training(QObject):
    """The run under way goes on without this studio; one that an earlier or another studio has begun is followed. So are packed
    runs that other computers train (`elsewhere`).

    `changed`: the list of runs, or how one stands; `reported`: another event of the run under way.
    """

    changed = Signal()
    reported = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.runs: list[Run] = []
        self.process: TrainingProcess | None = None
        self.elsewhere: dict[Path, TrainingProcess] = {}
        self.message = ""
        self._stamps: dict[Path, tuple[bool, int]] = {}
        self._waiting = QTimer(self, interval=LOOK_MS)
        self._waiting.timeout.connect(self._look)
        self._listing = QTimer(self, interval=LIST_MS, singleShot=True)
        self._listing.timeout.connect(self._list)
        for signal in (self.changed, self.reported):
            signal.connect(lambda: self._listing.isActive() or self._listing.start())
        self.refresh()

    def refresh(self) -> None:
        """Looks at the disk again; runs that are followed keep what they have reported, and one that is found is followed."""
        live = {run.folder: run for run in self.runs if self.is_here(run)}
        found = runs.runs_in(paths.user_runs())
        try:
            found += [runs.read_or_broken(folder) for folder in known_runs()]
        except StudioError as error:
            self.message = str(error)
        self.runs = [live.get(run.folder, run) for run in found]
        for at, run in enumerate(self.runs):
            if run.packed and run.history.finished and not self.is_here(run):
                self._trained(run)
                self.runs[at] = runs.read_or_broken(run.folder)
            elif run.status == "running" and not self.is_here(run) and (run.packed or self.process is None):
                self._follow(TrainingProcess(run.folder, self, follow=True), bool(run.packed))
                # What it has reported until now, read after following has begun: an event may be read twice, none is left out.
                self.runs[at] = runs.read_or_broken(run.folder)
        self._stamps = {run.folder: _stamp(run.folder) for run in self.runs if run.packed and not self.is_here(run)}
        self._waiting.start() if self._stamps else self._waiting.stop()
        self._list()
        self.changed.emit()

    def _look(self) -> None:
        """Read the list again where a packed run has begun, or has come back."""
        if any(_stamp(folder) != stamp for folder, stamp in self._stamps.items()):
            self.refresh()

    @property
    def current(self) -> Run | None:
        """The run that this computer trains."""
        return self._run_of(self.process.run) if self.process else None

    def _run_of(self, folder: Path) -> Run | None:
        return next((run for run in self.runs if run.folder == folder), None)

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
        """Whether the run is under way and followed, on this computer or elsewhere."""
        return self._process_of(run) is not None

    def _process_of(self, run: Run | None) -> TrainingProcess | None:
        """Return the process of a run that is followed; of the one on this computer without a run."""
        if self.process is not None and run is not None and run.folder == self.process.run:
            return self.process
        return self.process if run is None else self.elsewhere.get(run.folder)

    def is_of_open(self, run: Run) -> bool:
        """Whether the library that a run was trained on is open."""
        opened = self.workspace.paths
        return len(opened) == 1 and opened[0].expanduser().resolve() == Path(run.config.library)

    def begin(self, name: str, config: TrainingConfig) -> None:
        """A new run in a folder of its own."""
        try:
            folder = runs.new_run(paths.user_runs(), name, config)
        except StudioError as error:
            self._say(str(error))
            return
        self.resume(folder)

    def pack(self, config: TrainingConfig, file: Path) -> None:
        """Pack a new run into a file, to be trained on another computer and followed from here."""

        def job() -> Job[Packed]:
            from motionpatches.core.training.packed import pack

            return (yield from pack(config, file))

        def done(packed: Packed) -> None:
            remember_run(packed.folder)
            self.message = ""
            show = Action("Show in Folder", lambda: self._show(packed.file))
            text = f"{packed.file.name} is packed. Train it on the other computer with: {packed.command}"
            self.workspace.notices.say(" ".join((text, *packed.warnings)), show, kept=True)
            self.refresh()

        def failed(message: str) -> None:
            self._say(message)
            if message:
                self.workspace.failed.emit(message)

        self.workspace.jobs.run(self.workspace.lanes.long, "pack", job, done, failed)

    def _show(self, file: Path) -> None:
        from motionpatches.app.background.reveal import reveal

        reveal([file], self.workspace.lanes.files, self.workspace.failed.emit)

    def resume(self, folder: Path) -> None:
        """Resume a run that was stopped, interrupted or never started."""
        if self.process is not None:
            self._say(f"{self.process.run.name} is under way. Stop it before you start another one.")
            return
        if not is_held(folder):
            come_back(folder)  # a packed run is one of this computer from now on
            self.runs = [runs.read_or_broken(folder) if run.folder == folder else run for run in self.runs]
        try:
            # One that another studio trains is followed; its lock keeps two from training it.
            process = TrainingProcess(folder, self, follow=is_held(folder))
        except StudioError as error:
            self._say(str(error))
            return
        self.message = ""
        self._follow(process)
        self.refresh()

    def _follow(self, process: TrainingProcess, elsewhere: bool = False) -> None:
        folder = process.run
        if elsewhere:
            self.elsewhere[folder] = process
        else:
            self.process = process
        process.reported.connect(lambda event: self._event(folder, event))
        process.ended.connect(lambda message: self._ended(folder, message))

    def pause(self, run: Run | None = None) -> None:
        """Pause a run (that of this computer without one), or resume what is paused. It says so at once: the step under way comes
        to its end first."""
        process, run = self._process_of(run), run or self.current
        if process and run:
            paused = run.history.paused
            self._tell(process.resume if paused else process.pause, "Resuming…" if paused else "Pausing after this step…")

    def stop(self, run: Run | None = None) -> None:
        """Let a run (that of this computer without one) save itself and end."""
        process = self._process_of(run)
        if process:
            self._tell(process.stop, "Saving and stopping…")

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
        """Follow runs under way no longer; they go on."""
        self._listing.stop()
        self._waiting.stop()
        for key in (TRAINING, *map(_key, self.elsewhere)):
            self.workspace.jobs.ended(key)
        for process in (self.process, *self.elsewhere.values()):
            if process:
                process.close()

    def _event(self, folder: Path, event: TrainingEvent) -> None:
        run = self._run_of(folder)
        if run is None:
            return
        run.history.add(event)
        if isinstance(event, Paused | Resumed):
            self.message = ""
        if isinstance(event, Warned):
            self.message = event.message
        (self.reported if isinstance(event, Preparing | Step) else self.changed).emit()

    def _ended(self, folder: Path, message: str) -> None:
        run = self._run_of(folder)
        if self.elsewhere.pop(folder, None) is not None:
            self.workspace.jobs.ended(_key(folder))
        else:
            self.process = None
        self.message = message or (run.history.error if run else "")
        if run is not None and not message and run.history.finished:
            self._trained(run)
        self.refresh()
        if run is not None and message:
            again = Action("Resume Here" if run.packed else "Resume", lambda: self.resume(folder))
            self.workspace.notices.say(f"{run.name}: {message}", again, kept=True, warning=True)

    def _trained(self, run: Run) -> None:
        """Say that a run is finished, with a way to use its model."""
        if run.packed:
            come_back(run.folder)
        words = "Use for This Library" if self.is_of_open(run) else "Use This Model"
        self.workspace.notices.say(f"{run.name} is trained.", Action(words, lambda: self.use(run)), kept=True)

    def _list(self) -> None:
        """List the runs with the work under way, or no longer."""
        run, jobs = self.current, self.workspace.jobs
        if run is None:
            jobs.ended(TRAINING)
        else:
            jobs.report(TRAINING, progress_of(run), self.stop)
        for folder in self.elsewhere:
            other = self._run_of(folder)
            if other is not None:
                jobs.report(_key(folder), progress_of(other), partial(self.stop, other))

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()


def progress_of(run: Run) -> Progress:
    """Return how far a run is."""
    history = run.history
    last = history.steps[max(history.steps)] if history.steps else None
    name = f"Training {run.name}{' elsewhere' if run.packed else ''}"
    if last is None or history.start is None:
        return Progress(f"{name}: {history.preparing.split(':')[0].lower()}" if history.preparing else name, 0, 0)
    words = f"{name} (paused)" if history.paused else name
    return Progress(words, last.step, history.start.steps, None, last.remaining_s)


def _key(folder: Path) -> str:
    """Return the key of a run that another computer trains, in the list of work."""
    return f"{TRAINING} {folder}"


def _stamp(folder: Path) -> tuple[bool, int]:
    """Return what changes where another computer trains a run."""
    try:
        size = (folder / runs.EVENTS).stat().st_size
    except OSError:
        size = 0
    return is_held(folder), size


def run_name(library: str) -> str:
    """Return the name of a run on a library by its name; its model is called so."""
    return f"{library} tuned"
