"""Teach This Library: what the open library would teach the open model, the run that does it, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.viewmodels.before_after import BeforeAfter
from motionpatches.app.viewmodels.training import Training, run_name
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.training.library_facts import LibraryFacts, library_facts
from motionpatches.core.training.outcome import Outcome, outcome
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.fine_tuning import FineTuning

# A proposal is made anew this long after library or model have changed.
PAUSE_MS = 300
PROPOSAL, RUNNING, ENDED = "proposal", "running", "ended"


class Teaching(QObject):
    """`changed`: the proposal, the state of the run, or its result. While `watched`, the proposal follows library and model."""

    changed = Signal()

    def __init__(self, workspace: Workspace, training: Training, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.training = workspace, training
        self.before_after = BeforeAfter(workspace, self)
        self.form: FineTuning | None = None
        self.facts: LibraryFacts | None = None
        self.problem = ""
        self.watched = False
        self._folder: Path | None = None
        self._compared: Path | None = None
        self._timer = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self.propose)
        for signal in (workspace.library_changed, workspace.model_changed):
            signal.connect(self._opened)
        training.changed.connect(self._trained)
        training.reported.connect(self.changed)
        self.before_after.changed.connect(self.changed)

    @property
    def run(self) -> Run | None:
        """The run under way, whoever began it; else the one that was begun here last."""
        if self.training.current is not None:
            return self.training.current
        return next((run for run in self.training.runs if run.folder == self._folder), None)

    @property
    def state(self) -> str:
        """Return PROPOSAL, RUNNING or ENDED."""
        if self.training.current is not None:
            return RUNNING
        return ENDED if self.run is not None else PROPOSAL

    def watch(self, on: bool) -> None:
        """Follow library and model, or no longer."""
        self.watched = on
        if on and self.state == PROPOSAL:
            self.propose()
        elif on:
            self._trained()

    def again(self) -> None:
        """Put the result away and propose another run."""
        self._folder = None
        self.propose()

    def propose(self) -> None:
        """Say what the open library would teach the open model, and how long that takes."""
        workspace = self.workspace
        library, model = workspace.library, workspace.model
        if self.form is not None:
            self.form.setParent(None)
        self.form, self.facts = None, None
        self.problem = (
            "Open a library with captions first." if library is None else "" if model else "The model is not loaded yet."
        )
        if library is not None and model is not None:
            self.form = form = self.training.fine_tuning()
            if form is not None:
                form.changed.connect(self.changed)

            def done(facts: LibraryFacts) -> None:
                if form is not None and form is self.form:
                    self.facts = facts
                    form.set(sentences=list(facts.compared))
                    self.changed.emit()

            def failed(message: str) -> None:
                self.problem = message
                self.changed.emit()

            workspace.jobs.run(workspace.lanes.long, "facts", lambda: library_facts(library, model), done, failed, shown=False)
        self.changed.emit()

    @property
    def can_teach(self) -> bool:
        return self.form is not None and self.form.can_start and self.training.process is None

    def teach(self, name: str = "") -> None:
        """Begin the proposed run."""
        if self.form is None or not self.can_teach:
            return
        self.training.begin(name or run_name(self.form.library.name), self.form.config)
        if self.training.process is not None:
            self._folder = self.training.process.run
        self.changed.emit()

    @property
    def can_pack(self) -> bool:
        return self.form is not None and self.form.can_start

    def pack(self, file: Path) -> None:
        """Pack the proposed run into a file, to be trained on another computer."""
        if self.form is not None and self.can_pack:
            self.training.pack(self.form.config, file)

    def resume(self) -> None:
        """Train a stopped run to its end."""
        if self.run is not None and self.training.process is None:
            self._compared = None
            self.training.resume(self.run.folder)

    # The result ------------------------------------------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome | None:
        """What the run has changed, as counts."""
        return outcome(self.run.history) if self.run else None

    @property
    def is_open(self) -> bool:
        """Whether the library that the run was trained on is open."""
        return self.run is not None and self.training.is_of_open(self.run)

    @property
    def is_used(self) -> bool:
        """Whether the model of the run is in use."""
        run = self.run
        return run is not None and run.best is not None and run.best == self.workspace.model_folder

    def use(self) -> None:
        """Use the model of the run for the open library, now and whenever it is opened again."""
        if self.run is not None:
            self.training.use(self.run)

    def back_to_starter(self) -> None:
        """Use the starter for the open library again."""
        self.workspace.load_model(paths.starter_model())

    def _opened(self) -> None:
        if self.watched and self.state == PROPOSAL:
            self._timer.start()
        elif self.watched:
            self._trained()

    def _trained(self) -> None:
        """Compare the phrases as soon as a run has ended."""
        if self.training.current is not None:
            self._folder = self.training.current.folder
        run = self.run
        if self.state == ENDED and run is not None and run.best and self.watched and self.is_open:
            self.before_after.set_run(run)
            if self._compared != run.folder and self.workspace.library is not None:
                self._compared = run.folder
                self.before_after.ask_all(run.config.sentences)
        self.changed.emit()
