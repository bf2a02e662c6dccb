"""The models on this computer, and the ways to get one more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.aside import Aside
from motionpatches.app.viewmodels.remembered import of_this_version
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.catalogue import Model, model_where_there, own_models
from motionpatches.core.models.known_runs import listed_runs, trained_model
from motionpatches.core.progress import Job, Progress


class Models(QObject):
    """`changed`: the list, or what an import says (`message`).

    Models outside the program's own folders may lie on a share that hangs: they are read aside, and listed once they are read.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, remembered: Callable[[], list[str]] = list, parent: QObject | None = None):
        """`remembered` gives what stands for the folders of models that were used before."""
        super().__init__(parent)
        self.remembered = remembered
        self.workspace = workspace
        self.models: list[Model] = []
        self.message, self.working = "", False
        self._own: list[Model] = []
        self._places: dict[str, Callable[[], Model | None]] = {}
        self._elsewhere: dict[str, Model | None] = {}
        self._aside = Aside(self)

    def refresh(self) -> None:
        """Looks again; models opened from elsewhere stay in the list."""
        self._own = own_models()
        opened = self.workspace.model_folder
        names = self.remembered() + [str(opened)] * (opened is not None)
        self._places |= {name: partial(_model_of, name) for name in names}
        self._places |= {str(run): partial(_best_of, run) for run in _listed_runs()}
        for name, read in self._places.items():
            self._aside.call(Path(name), "look", read, partial(self._read, name))
        self._arrange()

    def _read(self, name: str, model: Model | None) -> None:
        before, self._elsewhere[name] = self._elsewhere.get(name), model
        if model != before:
            self._arrange()

    def _arrange(self) -> None:
        elsewhere = filter(None, self._elsewhere.values())
        self.models = list({model.folder: model for model in (*self._own, *elsewhere, *self._own)}.values())
        self.changed.emit()

    def close(self) -> None:
        """Take no notice of what is read from now on."""
        self._aside.close(0)

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


def _listed_runs() -> list[Path]:
    try:
        return listed_runs()[::-1]
    except StudioError:
        return []


def _model_of(name: str) -> Model | None:
    return model_where_there(of_this_version(name))


def _best_of(run: Path) -> Model | None:
    best = trained_model(run)
    return Model.read_or_broken(best) if best is not None else None
