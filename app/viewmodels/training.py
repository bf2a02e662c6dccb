"""Training runs: the one under way, those of the past, and what can be done with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.background.aside import Aside
from motionpatches.app.background.jobs import TRAINING
from motionpatches.app.background.run_folder import Seen, added, away_run, deleted, seen, seen_again, seen_where_there, taken_back
from motionpatches.app.background.training_process import TrainingProcess
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.known_runs import listed_runs, remember_run
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training import runs
from motionpatches.core.training.alone import come_back
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Paused, Preparing, Resumed, Step, TrainingEvent, Warned
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.fine_tuning import FineTuning
    from motionpatches.core.training.packed import Packed

T = TypeVar("T")
# Milliseconds between two lines of a run in the list of work, and between two looks at packed runs that nobody trains.
LIST_MS, LOOK_MS = 250, 3000


class Training(QObject):
    """The run under way goes on without this studio; one that an earlier or another studio has begun is followed. So are packed
    runs that other computers train (`elsewhere`). Folders outside of the program's own may lie on a share that hangs: they are
    read and written aside.

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
        self._own: list[Run] = []
        self._listed: list[Path] = []
        self._seen: dict[Path, Seen] = {}  # of the listed ones
        self._told: set[Path] = set()  # packed runs whose end was reported
        self._aside = Aside(self)
        self._aside.changed.connect(self._arrange)
        self._waiting = QTimer(self, interval=LOOK_MS)
        self._waiting.timeout.connect(self._look)
        self._listing = QTimer(self, interval=LIST_MS, singleShot=True)
        self._listing.timeout.connect(self._list)
        for signal in (self.changed, self.reported):
            signal.connect(lambda: self._listing.isActive() or self._listing.start())
        self.refresh()

    def refresh(self) -> None:
        """Look at the disk again; runs that are followed keep what they have reported, and one that is found is followed."""
        self._own = runs.runs_in(paths.user_runs())
        try:
            self._listed = listed_runs()
        except StudioError as error:
            self.message = str(error)
        for at, run in enumerate(self._own):
            if (run.status == "running" or run.packed and run.history.finished) and not self.is_here(run):
                self._own[at] = self._attend(seen(run.folder))
        for folder in self._listed:
            if not self._is_followed(folder):
                self._aside.call(folder, "look", partial(seen_where_there, folder), partial(self._read, folder))
        self._arrange()

    def _look(self) -> None:
        """Read a packed run again where it has begun, or has come back."""
        for folder in self._listed:
            known = self._seen.get(folder)
            if known is not None and known.run.packed and not self._is_followed(folder) and not self._aside.is_busy(folder):
                self._aside.call(folder, "look", partial(seen_again, folder, known.stamp), partial(self._looked, folder))

    def _read(self, folder: Path, found: Seen | None) -> None:
        """Take in a listed run, or that it is gone; a packed one may lie on a share that comes back."""
        known = self._seen.get(folder)
        if found is None and known is not None and not known.run.packed and not self._is_followed(folder):
            del self._seen[folder]
            self._arrange()
        self._looked(folder, found)

    def _looked(self, folder: Path, found: Seen | None) -> None:
        """Take in what a look at a listed run found; nothing where it is as before."""
        if found is not None and not self._is_followed(folder):
            self._seen[folder] = replace(found, run=self._attend(found))
            self._arrange()

    def _attend(self, found: Seen) -> Run:
        """Follow a run that is under way, and say that a packed one is finished. Return the run as it is to be shown."""
        run = found.run
        if run.packed and run.history.finished:
            return self._trained(run)
        if run.status == "running" and (run.packed or self.process is None):
            process = TrainingProcess(run.folder, self, follow=True, tail=found.tail, aside=self._aside)
            self._follow(process, bool(run.packed))
            self.runs = [run if one.folder == run.folder else one for one in self.runs]
        return run

    def _arrange(self) -> None:
        """List the runs: those that are followed as they have reported, the others as they were read last."""
        live = {run.folder: run for run in self.runs if self.is_here(run)}
        known = {folder: found.run for folder, found in self._seen.items()}
        away = {folder: away_run(folder) for folder in self._listed if self._aside.away_since(folder) is not None}
        known = {**{run.folder: run for run in self._own}, **away, **known}
        order = dict.fromkeys([*(run.folder for run in self._own), *self._listed])
        self.runs = [live.get(folder) or known[folder] for folder in order if folder in live or folder in known]
        waits = any(run.packed and not self._is_followed(run.folder) for run in self.runs)
        self._waiting.start() if waits else self._waiting.stop()
        self._list()
        self.changed.emit()

    def away(self, run: Run) -> str:
        """Return since when the folder of a run was not reached, in a sentence; '' where it is."""
        since = self._aside.away_since(run.folder)
        if since is None:
            return ""
        when = time.strftime("%H:%M", time.localtime(since))
        return f"Not reachable: its folder has not answered since {when}. It is looked at again, and followed where it goes on."

    def _is_followed(self, folder: Path) -> bool:
        return folder in self.elsewhere or (self.process is not None and self.process.run == folder)

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

            packed = yield from pack(config, file)
            remember_run(packed.folder)
            return packed

        def done(packed: Packed) -> None:
            self._told.discard(packed.folder)
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
        elif folder in self._listed:
            self._ask(folder, "resume", partial(taken_back, folder), lambda found: self._resumed(folder, *found))
        else:
            self._resumed(folder, *taken_back(folder))

    def _resumed(self, folder: Path, held: bool, found: Seen) -> None:
        """Train a run here, or follow it where another process does: its lock keeps two from training it."""
        if self.process is not None:
            return
        self.runs = [found.run if run.folder == folder else run for run in self.runs]
        self.message = ""
        tail = found.tail if held else None
        self._follow(TrainingProcess(folder, self, follow=held, tail=tail, aside=self._aside))
        self.refresh()

    def _ask(self, folder: Path, key: str, work: Callable[[], T], done: Callable[[T], None], kept: bool = False) -> None:
        """Do something in the folder of a run aside; say what it refuses, or that it is away."""
        since = self._aside.away_since(folder)
        if since is not None:
            self._say(
                f"{folder.name} is not reachable since {time.strftime('%H:%M', time.localtime(since))}. Try it again later."
            )
        else:
            self._aside.call(folder, key, work, done, self._say, kept)

    def _follow(self, process: TrainingProcess, elsewhere: bool = False) -> None:
        folder = process.run
        if elsewhere:
            self.elsewhere[folder] = process
        else:
            self.process = process
        process.reported.connect(lambda event: self._event(folder, event))
        process.ended.connect(lambda message: self._ended(folder, message))
        process.refused.connect(self._say)

    def pause(self, run: Run | None = None) -> None:
        """Pause a run (that of this computer without one), or resume what is paused. It says so at once: the step under way comes
        to its end first."""
        process, run = self._process_of(run), run or self.current
        if process and run:
            paused = run.history.paused
            process.resume() if paused else process.pause()
            self._say(self.away(run) or ("Resuming…" if paused else "Pausing after this step…"))

    def stop(self, run: Run | None = None) -> None:
        """Let a run (that of this computer without one) save itself and end."""
        process, run = self._process_of(run), run or self.current
        if process:
            process.stop()
            self._say((run and self.away(run)) or "Saving and stopping…")

    def use(self, run: Run) -> None:
        """Loads its best model and indexes what is open with it."""
        if run.best:
            self.workspace.load_model(run.best)

    def delete(self, run: Run) -> None:
        """Delete the folder of a run; of one that is gone, forget it."""

        def done(_: object) -> None:
            self._seen.pop(run.folder, None)
            self.refresh()

        self._do(run.folder, "delete", partial(deleted, run.folder), done)

    def note(self, run: Run, text: str) -> None:
        """Keep a note on a run."""
        self._do(run.folder, "note", partial(runs.write_note, run.folder, text), lambda _: None)

    def add(self, folder: Path) -> None:
        """Show a run that lies elsewhere, as one begun by hand, now and later."""

        def done(_: object) -> None:
            self.message = ""
            self.refresh()

        self._ask(folder, "add", partial(added, folder), done)

    def _do(self, folder: Path, key: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do something in the folder of a run: at once among the program's own, else aside."""
        if folder in self._listed:
            self._ask(folder, key, work, done, kept=True)
            return
        try:
            found = work()
        except StudioError as error:
            self._say(str(error))
        else:
            done(found)

    def close(self) -> None:
        """Follow runs under way no longer; they go on."""
        self._listing.stop()
        self._waiting.stop()
        for key in (TRAINING, *map(_key, self.elsewhere)):
            self.workspace.jobs.ended(key)
        for process in (self.process, *self.elsewhere.values()):
            if process:
                process.close()
        self._aside.close()

    def _event(self, folder: Path, event: TrainingEvent) -> None:
        run = self._run_of(folder)
        if run is None:
            return
        run.history.add(event)
        process = self._process_of(run)
        run.best = (process.best if process else None) or run.best
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

    def _trained(self, run: Run) -> Run:
        """Say that a run is finished, with a way to use its model; of a packed one once."""
        if run.packed:
            self._aside.call(run.folder, "come back", partial(come_back, run.folder), kept=True)
            run = replace(run, packed="")
            if run.folder in self._told:
                return run
            self._told.add(run.folder)
        words = "Use for This Library" if self.is_of_open(run) else "Use This Model"
        self.workspace.notices.say(f"{run.name} is trained.", Action(words, lambda: self.use(run)), kept=True)
        return run

    def _list(self) -> None:
        """List the runs with the work under way, or no longer."""
        run, jobs = self.current, self.workspace.jobs
        if run is None:
            jobs.ended(TRAINING)
        else:
            jobs.report(TRAINING, progress_of(run, self.away(run)), self.stop)
        for folder in self.elsewhere:
            other = self._run_of(folder)
            if other is not None:
                jobs.report(_key(folder), progress_of(other, self.away(other)), partial(self.stop, other))

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()


def progress_of(run: Run, away: str = "") -> Progress:
    """Return how far a run is; `away`: a sentence about a folder that is not reached."""
    history = run.history
    last = history.steps[max(history.steps)] if history.steps else None
    name = f"Training {run.name}{' elsewhere' if run.packed else ''}{' (not reachable)' if away else ''}"
    if last is None or history.start is None:
        return Progress(f"{name}: {history.preparing.split(':')[0].lower()}" if history.preparing else name, 0, 0)
    words = f"{name} (paused)" if history.paused else name
    return Progress(words, last.step, history.start.steps, None, last.remaining_s)


def _key(folder: Path) -> str:
    """Return the key of a run that another computer trains, in the list of work."""
    return f"{TRAINING} {folder}"


def run_name(library: str) -> str:
    """Return the name of a run on a library by its name; its model is called so."""
    return f"{library} tuned"
