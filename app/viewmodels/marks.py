"""Favourites and tags of the open library's clips; edits are kept at once and can be undone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library import marks as store
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import NONE, Mark


class Marks(QObject):
    """`changed`: another library, or another mark."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history = workspace, history
        self.marks: dict[str, Mark] = {}
        self._root: Path | None = None
        workspace.library_changed.connect(self._look)

    def _look(self) -> None:
        library = self.workspace.library
        if library is None or library.root == self._root:
            return
        self._root = library.root
        try:
            self.marks = store.read_marks(library.root)
        except StudioError as error:
            self.marks = {}
            self.workspace.failed.emit(str(error))
        self.workspace.tell_notices()
        self.changed.emit()

    def of(self, clip: Clip) -> Mark:
        return self.marks.get(clip.id, NONE)

    def toggle_favourite(self, clip: Clip) -> None:
        mark = self.of(clip)
        self._push("Favourite", clip.id, mark, Mark(not mark.favourite, mark.tags))

    def tag(self, clip: Clip, text: str) -> None:
        """Tags between commas take the place of those it has."""
        mark, tags = self.of(clip), store.tags_of(text)
        if tags != mark.tags:
            self._push("Tags", clip.id, mark, Mark(mark.favourite, tags))

    def _push(self, name: str, clip_id: str, before: Mark, after: Mark) -> None:
        self.history.push(Change(name, lambda: self.keep(clip_id, before, after), lambda: self.keep(clip_id, after, before)))

    def keep(self, clip_id: str, before: Mark, after: Mark) -> bool:
        """Change a mark on disk and show what is kept there. Return False, and emit an error, if it cannot be written."""
        if self._root is None:
            return False
        try:
            self.marks = store.change_mark(self._root, clip_id, before, after)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return False
        self.workspace.tell_notices()
        self.changed.emit()
        return True
