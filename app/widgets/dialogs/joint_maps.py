"""The page of the settings that lists the joints that were set for pairs of rigs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.widgets.plain import ItemTree, Label, tip
from motionpatches.core.errors import StudioError
from motionpatches.core.retarget import map_file
from motionpatches.core.retarget.map_file import Kept

COLUMNS = ("From", "Onto", "Roles", "When")


class JointMapsPage(QWidget):
    """List of joint maps. What is removed comes back by *Undo* while the settings are open.

    Args:
        tell: Shows a sentence about a list that cannot be read or written.
    """

    def __init__(self, tell: Callable[[str], object], parent: QWidget | None = None):
        super().__init__(parent)
        self.tell = tell
        self.history = History(self)
        self.list = ItemTree()
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(COLUMNS)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Joints of pairs of rigs")
        self.list.header().setStretchLastSection(False)
        for column in range(len(COLUMNS)):
            self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.note = Label(wrap=True)
        self.undo, self.remove = QPushButton("&Undo"), QPushButton("&Remove")
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        for button in (self.undo, self.remove):
            button.setAutoDefault(False)
            row.addWidget(button)
        box = QVBoxLayout(self)
        box.addWidget(Label("Joints set in the export sheet, below Rig. They hold wherever the same two rigs meet.", wrap=True))
        box.addWidget(self.list, 1)
        box.addLayout(row)
        self.undo.clicked.connect(self.history.undo)
        self.remove.clicked.connect(self._remove)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self.remove.click, context=Qt.ShortcutContext.WidgetShortcut)
        self.list.itemSelectionChanged.connect(self._enable)
        self.history.changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Fill the list anew, the newest first."""
        self.list.clear()
        try:
            entries = map_file.listed()
        except StudioError as error:
            entries = []
            self.tell(str(error))
        for entry in reversed(entries):
            roles = ", ".join(dict.fromkeys((*entry.said.source, *entry.said.target)))
            item = QTreeWidgetItem([*entry.names, roles, entry.when])
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            for column in range(len(COLUMNS)):
                item.setToolTip(column, tip(item.text(column)))
            self.list.addTopLevelItem(item)
        self.note.setText("" if entries else "No joints have been set.")
        self._enable()

    def _enable(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))
        self.undo.setEnabled(bool(self.history.undo_name))

    def _remove(self) -> None:
        gone: list[Kept] = [item.data(0, Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        self.history.push(Change("Remove Joints of Rigs", lambda: self._put(gone, []), lambda: self._put([], gone)))

    def _put(self, gone: Sequence[Kept], added: Sequence[Kept]) -> bool:
        try:
            map_file.exchange(gone, added)
        except StudioError as error:
            self.tell(str(error))
            return False
        return True
