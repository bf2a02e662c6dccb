"""The models on this computer, and the ways to get one more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.models.catalogue import Model, models_in
from motionpatches.core.progress import Job, Progress


class Models(QObject):
    """`changed`: the list, or what an import says (`message`)."""

    changed = Signal()

    def __init__(self, workspace: Workspace, remembered: Callable[[], list[Path]] = list, parent: QObject | None = None):
        """`remembered` gives the folders of models that were used before."""
        super().__init__(parent)
        self.remembered = remembered
        self.workspace = workspace
        self.models: list[Model] = []
        self.message, self.working = "", False

    def refresh(self) -> None:
        """Looks again; models opened from elsewhere stay in the list."""
        known = {m.folder: m for m in self.models}
        found = {m.folder: m for m in models_in()}
        opened = self.workspace.model_folder
        for folder in ([opened] if opened else []) + self.remembered():
            if folder not in found and (folder / "config.json").is_file():
                found[folder] = Model.read_or_broken(folder)
        self.models = list({**found, **{f: m for f, m in known.items() if f.is_dir()}}.values())
        self.changed.emit()

    def is_used(self, model: Model) -> bool:
        return self.workspace.model is not None and model.folder == self.workspace.model_folder

    def use(self, folder: Path) -> None:
        """Loads it and indexes what is open with it."""
        self.workspace.load_model(folder)

    def import_file(self, file: Path, data: Path) -> None:
        """A released model with the statistics of its data set's folder."""
        from motionpatches.core.models.importing import name_of

        def here() -> Job[Path]:
            yield Progress(f"Reading {file.name}", 0, 1)
            return file

        self._get(here, data, f"the file {file.name}", name_of(file))

    def pull(self, name: str, dataset: str, data: Path) -> None:
        """A published model from the hub."""
        from motionpatches.core.models.download import pull_checkpoint

        self._get(
            lambda: pull_checkpoint(name, dataset),
            data,
            f"{name} on the Hugging Face hub, {dataset}",
            f"{name.split('/')[-1]} {dataset}",
        )

    def _get(self, fetch: Callable[[], Job[Path]], data: Path, origin: str, name: str) -> None:
        out = paths.user_models() / name

        def job() -> Job[Path]:
            from motionpatches.core.models.importing import install

            file = yield from fetch()
            yield from install(file, data, out, origin)
            return out

        def done(folder: Path) -> None:
            self.working, self.message = False, f"Imported as {folder.name}."
            self.refresh()

        def failed(message: str) -> None:
            self.working, self.message = False, message or "Stopped."
            self.changed.emit()

        self.working, self.message = True, "Importing…"
        self.changed.emit()
        self.workspace.jobs.run(self.workspace.lanes.long, "import", job, done, failed)
