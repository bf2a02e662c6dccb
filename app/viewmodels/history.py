"""Changes that can be undone, one after the other; one history for the whole window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.notices import Action, Notices
from motionpatches.core.restore import Before


@dataclass(frozen=True, eq=False)
class Change:
    """`name` is what menus call it; `redo` and `undo` return False where it could not be done, else anything else."""

    name: str
    redo: Callable[[], object]
    undo: Callable[[], object]


@dataclass
class Step:
    """What takes the last write of a change back: of the change itself, of its undo or of its redo."""

    back: Before | None = None


class History(QObject):
    """`changed`: something else can be undone or redone.

    A change that could not be done, or not be undone, leaves the history.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._done: list[Change] = []
        self._undone: list[Change] = []

    def push(self, change: Change) -> None:
        """Do a change; what was undone before can no longer be redone."""
        self._undone.clear()
        if change.redo() is not False:
            self._done.append(change)
        self.changed.emit()

    def undo(self) -> None:
        if self._done:
            change = self._done.pop()
            if change.undo() is not False:
                self._undone.append(change)
            self.changed.emit()

    def take_back(self, change: Change) -> None:
        """Undo a change, where none was made after it."""
        if self._done and self._done[-1] is change:
            self.undo()

    def of_several(self, change: Change, count: int, notices: Notices) -> None:
        """Do a change of several takes, of which most are out of sight, and say so with a way to undo it."""
        self.push(change)
        if count > 1 and self._done and self._done[-1] is change:
            text = f"{change.name}: {count:,} takes changed."
            notices.say(text, Action("Undo", lambda: self.take_back(change)), about="change")

    def redo(self) -> None:
        if self._undone:
            change = self._undone.pop()
            if change.redo() is not False:
                self._done.append(change)
            self.changed.emit()

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    @property
    def undo_name(self) -> str:
        """The name of the change that `undo` takes back; '' for none."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """The name of the change that `redo` does again; '' for none."""
        return self._undone[-1].name if self._undone else ""
