"""Favourites and tags of the open library's clips; edits are kept at once and can be undone."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library import marks as store
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import NONE, Mark


class Marks(QObject):
    """`changed`: another library, or another mark."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: QUndoStack, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history = workspace, history
        self.marks: dict[str, Mark] = {}
        self._root = None
        workspace.changed.connect(self._look)

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
        self.changed.emit()

    def of(self, clip: Clip) -> Mark:
        return self.marks.get(clip.id, NONE)

    def toggle_favourite(self, clip: Clip) -> None:
        mark = self.of(clip)
        self.history.push(_Edit(self, clip.id, mark, Mark(not mark.favourite, mark.tags), "Favourite"))

    def tag(self, clip: Clip, text: str) -> None:
        """Tags between commas take the place of those it has."""
        mark, tags = self.of(clip), store.tags_of(text)
        if tags != mark.tags:
            self.history.push(_Edit(self, clip.id, mark, Mark(mark.favourite, tags), "Tags"))

    def keep(self, clip_id: str, mark: Mark) -> None:
        marks = {**self.marks, clip_id: mark}
        try:
            store.write_marks(self._root, marks)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return
        self.marks = marks
        self.changed.emit()


class _Edit(QUndoCommand):
    def __init__(self, marks: Marks, clip_id: str, before: Mark, after: Mark, what: str):
        super().__init__(what)
        self.marks, self.clip_id, self.before, self.after = marks, clip_id, before, after

    def redo(self) -> None:
        self.marks.keep(self.clip_id, self.after)

    def undo(self) -> None:
        self.marks.keep(self.clip_id, self.before)
