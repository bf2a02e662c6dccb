"""A fine-tuning run before it starts: its fields, what is wrong with them, and what it will cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths as app_paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import presets
from motionpatches.core.training import config as training_config
from motionpatches.core.training.advice import advise, trained_of, with_trained
from motionpatches.core.training.estimate import Estimate, estimate

PAUSE_MS = 600


@dataclass(frozen=True)
class Start:
    """Where a run can begin: from a model folder, or a new model of a preset."""

    label: str
    preset: str = "starter"
    start_from: str = ""


class FineTuning(QObject):
    """`changed`: a field, the advice or the estimate."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        if workspace.library is None:
            raise ValueError("nothing is open")
        self.workspace, self.library = workspace, workspace.library
        folder = workspace.model_folder
        self.starts: list[Start] = []
        if folder is not None and workspace.model is not None:
            self.starts = [Start(f"the open model, {app_paths.model_name(folder)}", "starter", str(folder))]
        self.starts += [Start(f"a new model: {name}", name) for name in presets()]
        self.reasons: tuple[str, ...] = ()
        self.unsuitable = ""
        self.estimate: Estimate | None = None
        self.estimating, self.cost_problem = False, ""
        self._timer = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self._estimate)
        self.begin(self.starts[0])

    def add_start(self, label: str, folder: Path) -> None:
        """Add another model to begin from, and begin from it."""
        self.starts.insert(0, Start(label, "starter", str(folder)))
        self.begin(self.starts[0])

    def begin(self, start: Start) -> None:
        """Take the advice for another start."""
        self.start = start
        paths = self.workspace.paths
        base = training_config.recipe(
            start.preset, library=str(paths[0].expanduser().resolve()), layout=self.workspace.layout, start_from=start.start_from
        )
        try:
            if len(paths) > 1:
                raise StudioError("Several files are open. Put them into one folder, open it, and train on that.")
            advice = advise(self.library, base)
        except StudioError as error:
            self.recipe = self.config = base
            self.reasons, self.unsuitable = (), str(error)
        else:
            self.recipe = advice.config
            self.config = with_trained(advice.config, advice.config, advice.trained)
            self.reasons, self.unsuitable = advice.reasons, ""
        self._changed()

    @property
    def trained(self) -> str:
        return trained_of(self.config)

    def train(self, what: str) -> None:
        """Choose which encoders learn, as in core/training/advice.py's TRAINED."""
        self.config = with_trained(self.config, self.recipe, what)
        self._changed()

    def set(self, **fields: Any) -> None:
        if any(getattr(self.config, name) != value for name, value in fields.items()):
            self.config = replace(self.config, **fields)
            self._changed()

    @property
    def problems(self) -> dict[str, str]:
        """Return what is wrong, in words, by field."""
        return training_config.problems(self.config)

    @property
    def can_start(self) -> bool:
        return not self.problems and not self.unsuitable and not self.cost_problem

    def _changed(self) -> None:
        self.estimate, self.cost_problem = None, ""
        self.estimating = not self.problems and not self.unsuitable
        if self.estimating:
            self._timer.start()
        self.changed.emit()

    def _estimate(self) -> None:
        config, library = self.config, self.library

        def done(found: Estimate) -> None:
            if config is self.config:
                self.estimate, self.estimating = found, False
                self.changed.emit()

        def failed(message: str) -> None:
            if config is self.config:
                self.cost_problem, self.estimating = message, False
                self.changed.emit()

        jobs, lane = self.workspace.jobs, self.workspace.lanes.long
        jobs.run(lane, "estimate", lambda: estimate(config, library), done, failed)
