"""The page of the settings that lists the import corrections."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.import_corrections import ImportCorrections, rig, where, words
from motionpatches.app.widgets.plain import ItemTree, Label, tip
from motionpatches.core.recognition.corrections import Remembered

COLUMNS = ("What", "Rig", "Where", "When")


class CorrectionsPage(QWidget):
    """List of import corrections. Undo in the window's Edit menu restores removed ones."""

    def __init__(self, corrections: ImportCorrections, parent: QWidget | None = None):
        super().__init__(parent)
        self.corrections = corrections
        self.list = ItemTree()
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(COLUMNS)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Import corrections")
        header = self.list.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(
            (
                QHeaderView.ResizeMode.Stretch,
                QHeaderView.ResizeMode.Stretch,
                QHeaderView.ResizeMode.ResizeToContents,
                QHeaderView.ResizeMode.ResizeToContents,
            )
        ):
            header.setSectionResizeMode(column, mode)
        self.note = Label(wrap=True)
        self.remove, self.remove_all = QPushButton("&Remove"), QPushButton("Remove &All")
        self.remove.clicked.connect(lambda: self.corrections.remove(self._selected()))
        self.remove_all.clicked.connect(self.corrections.remove_all)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self.remove.click, context=Qt.ShortcutContext.WidgetShortcut)
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        for button in (self.remove, self.remove_all):
            button.setAutoDefault(False)
            row.addWidget(button)
        box = QVBoxLayout(self)
        box.addWidget(
            Label("Corrections made in Check Import. Undo (Ctrl+Z) in the main window restores removed ones.", wrap=True)
        )
        box.addWidget(self.list, 1)
        box.addLayout(row)
        self.list.itemSelectionChanged.connect(self._enable)
        corrections.changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Fill the list anew."""
        self.list.clear()
        for entry in self.corrections.listed():
            item = QTreeWidgetItem([words(entry.correction), rig(entry), where(entry), entry.when])
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            for column in range(len(COLUMNS)):
                item.setToolTip(column, tip(item.text(column)))
            item.setToolTip(2, tip(entry.place or "This rig everywhere"))
            self.list.addTopLevelItem(item)
        unread = self.corrections.unread()
        count = self.list.topLevelItemCount()
        nothing = "There are no corrections." if not count else ""
        self.note.setText(f"{unread} cannot be read and {'is' if unread == 1 else 'are'} not used." if unread else nothing)
        self.remove_all.setEnabled(bool(count or unread))
        self._enable()

    def _selected(self) -> list[Remembered]:
        return [item.data(0, Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]

    def _enable(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))
