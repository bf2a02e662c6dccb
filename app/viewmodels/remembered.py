"""What is open is open again at the next start: the library, and for each library the model that was used with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths

LAST, MODELS = "last library", "models of libraries"
# Libraries whose model is remembered.
KEPT = 64
# What stands for the files of the program itself, which the next version has elsewhere; none is a path.
SHIPPED = {"<starter>": lambda: paths.starter_model(), "<demo>": lambda: paths.demo_library()}


class Remembered(QObject):
    """Kept in the settings. Another library brings the model that was last used with it, where it is still there."""

    def __init__(self, workspace: Workspace, settings: QSettings, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.settings = workspace, settings
        self._model: Path | None = None
        self._root: Path | None = None
        workspace.model_changed.connect(self._used)
        workspace.library_changed.connect(self._opened)

    def library(self) -> list[Path]:
        """Return what was open last, where it is still there; else the demo library."""
        kept = self.settings.value(LAST)
        names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        found = [of_this_version(name) for name in names if isinstance(name, str) and name and of_this_version(name).exists()]
        return found or [paths.demo_library()]

    def model(self, opened: list[Path]) -> Path | None:
        """Return the model that was last used with what is opened; None: none that is still there."""
        name = self._models().get(_key(opened))
        folder = of_this_version(name) if isinstance(name, str) else None
        return folder if folder is not None and (folder / "config.json").is_file() else None

    def folders(self) -> list[str]:
        """Return what stands for the models that are remembered; none of them is looked at. See `of_this_version`."""
        return list(dict.fromkeys(name for name in self._models().values() if isinstance(name, str)))

    def _models(self) -> dict[str, Any]:
        try:
            found = json.loads(str(self.settings.value(MODELS, "{}", str)))
        except ValueError:
            found = {}
        return found if isinstance(found, dict) else {}

    def _used(self) -> None:
        """Remember the model once it is loaded, for the library that is open."""
        folder, opened = self.workspace.model_folder, self.workspace.paths
        if folder is None or folder == self._model or self.workspace.model is None:
            return
        self._model = folder
        if not opened:
            return
        found = self._models()
        found.pop(_key(opened), None)
        found[_key(opened)] = _name(folder)
        self.settings.setValue(MODELS, json.dumps(dict(list(found.items())[-KEPT:])))

    def _opened(self) -> None:
        """Remember the library, and load its model where that is another."""
        library, opened = self.workspace.library, self.workspace.paths
        if library is None or library.root == self._root:
            return
        self._root = library.root
        self.settings.setValue(LAST, [_name(path) for path in opened])
        folder = self.model(opened)
        if folder is not None and self._model is not None and folder != self.workspace.model_folder:
            self.workspace.load_model(folder)


def _key(opened: list[Path]) -> str:
    return "|".join(map(_name, opened))


def _name(path: Path) -> str:
    """Return what stands for a path in the settings."""
    return next((name for name, shipped in SHIPPED.items() if path == shipped()), str(path))


def of_this_version(name: str) -> Path:
    """Return the path of a name; for a file of another version of the program, the one of this version."""
    path = Path(name)
    of_program = not path.exists() or all((path.parent / shipped().name).exists() for shipped in SHIPPED.values())
    for kept, shipped in SHIPPED.items():
        if name == kept or (of_program and path.parts[-2:] == shipped().parts[-2:]):
            return shipped()
    return path
