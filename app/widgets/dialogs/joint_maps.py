"""The page of the settings that lists the joints that were set for pairs of rigs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QWidget

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.widgets.dialogs.list_page import ListPage
from motionpatches.core.errors import StudioError
from motionpatches.core.retarget import map_file
from motionpatches.core.retarget.map_file import Kept

COLUMNS = ("From", "Onto", "Roles", "When")
ABOUT = "Joints set in the export sheet, below Rig. They hold wherever the same two rigs meet."


class JointMapsPage(ListPage):
    """List of joint maps. What is removed comes back by *Undo* while the settings are open.

    Args:
        tell: Shows a sentence about a list that cannot be read or written.
    """

    def __init__(self, tell: Callable[[str], object], parent: QWidget | None = None):
        super().__init__(ABOUT, "Joints of pairs of rigs", COLUMNS, parent=parent)
        self.tell = tell
        self.history = History(self)
        self.undo = QPushButton("&Undo")
        self.undo.clicked.connect(self.history.undo)
        self.remove.clicked.connect(self._remove)
        self.add_buttons(self.undo, self.remove)
        self.history.changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Fill the list anew, the newest first."""
        try:
            entries = map_file.listed()
        except StudioError as error:
            entries = []
            self.tell(str(error))
        self.show_entries(
            (entry, (*entry.names, ", ".join(dict.fromkeys((*entry.said.source, *entry.said.target))), entry.when), {})
            for entry in reversed(entries)
        )
        self.note.setText("" if entries else "No joints have been set.")

    def enable(self) -> None:
        super().enable()
        self.undo.setEnabled(bool(self.history.undo_name))

    def _remove(self) -> None:
        gone: list[Kept] = self.chosen
        self.history.push(Change("Remove Joints of Rigs", lambda: self._put(gone, []), lambda: self._put([], gone)))

    def _put(self, gone: Sequence[Kept], added: Sequence[Kept]) -> bool:
        try:
            map_file.exchange(gone, added)
        except StudioError as error:
            self.tell(str(error))
            return False
        return True
