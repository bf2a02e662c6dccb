"""The character that is shown instead of the figure: chosen, read in the background, remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSettings, Signal

from motionpatches.app.viewmodels.stage import Stage
from motionpatches.core.progress import Job, Meter

if TYPE_CHECKING:
    from motionpatches.core.figure.character import Character

# Names in the settings; characters that are remembered; what stands for the body of the package anny instead of a path.
LAST, RECENT, KEPT = "character", "characters", 6
ANNY = "anny"
Read = tuple["Character", tuple[np.ndarray, ...]]


class Characters(QObject):
    """`changed`: another character, or none any more. `shown`: its path or ANNY, '' for none; `character` and `pictures`: as
    soon as they are read."""

    changed = Signal()

    def __init__(self, stage: Stage, settings: QSettings, parent: QObject | None = None):
        super().__init__(parent)
        self.stage, self.workspace, self.settings = stage, stage.workspace, settings
        self.shown = ""
        self.character: Character | None = None
        self.pictures: tuple[np.ndarray, ...] = ()
        self._pending = str(settings.value(LAST, "", str))
        self.workspace.shown.connect(self._again)

    def recent(self) -> list[str]:
        """Return paths of characters, the newest first."""
        kept = self.settings.value(RECENT)
        names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return [name for name in names if isinstance(name, str) and name][:KEPT]

    def choose(self, name: str) -> None:
        """Show a character by its path, or ANNY."""
        self._pending = ""
        self._read(name, lambda: None)

    def none(self) -> None:
        """Show the figure again."""
        self._pending = ""
        self.settings.setValue(LAST, "")
        self._set("", None, ())

    def _again(self) -> None:
        """Show the last character again, with the first motion. One that is gone is reported once."""
        name, self._pending = self._pending, ""
        if name:
            self._read(name, lambda: self.settings.setValue(LAST, ""))

    def _read(self, name: str, lost: Callable[[], object]) -> None:
        def done(found: Read) -> None:
            self.settings.setValue(LAST, name)
            if name != ANNY:
                self.settings.setValue(RECENT, [name, *(one for one in self.recent() if one != name)][:KEPT])
            if self.stage.options.bones or self.stage.options.skin:
                self.stage.set(bones=False, skin=False)
            self._set(name, *found)

        def failed(message: str) -> None:
            lost()
            if message:
                self.workspace.failed.emit(message)

        self.workspace.jobs.run(self.workspace.lanes.files, "character", lambda: read(name), done, failed)

    def _set(self, name: str, character: Character | None, pictures: tuple[np.ndarray, ...]) -> None:
        self.shown, self.character, self.pictures = name, character, pictures
        self.changed.emit()


def read(name: str) -> Job[Read]:
    """Read a character and its pictures. Raises StudioError."""
    from motionpatches.app.viewmodels.character_pictures import decoded
    from motionpatches.core.export.anny_body import anny_file
    from motionpatches.core.figure.character import open_character

    yield Meter(f"Opening {Path(name).name}", 1).at(0)
    path = anny_file() if name == ANNY else Path(name)
    character = open_character(path)
    meter, pictures = Meter(f"Pictures of {path.name}", len(character.meshes.pictures)), []
    for number, content in enumerate(character.meshes.pictures, 1):
        yield meter.at(number - 1)
        pictures.append(decoded(content, f"{path.name}: picture {number}"))
    return character, tuple(pictures)
