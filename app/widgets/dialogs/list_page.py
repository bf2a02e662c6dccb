"""A page of the settings that lists what is remembered, a line each; what is chosen can be removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import ItemTree, Label, tip


class ListPage(QWidget):
    """A sentence, a table, and a row of a note and buttons.

    Args:
        about: The sentence above the table, a literal.
        name: What is listed, a literal.
        columns: Heads of the columns, literals.
        narrow: Columns that are as wide as their texts; the others share the rest.
        parent: Of the page.
    """

    def __init__(self, about: str, name: str, columns: Sequence[str], narrow: Sequence[int] = (), parent: QWidget | None = None):
        super().__init__(parent)
        self.list = ItemTree()
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(columns)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(name)
        header, modes = self.list.header(), QHeaderView.ResizeMode
        header.setStretchLastSection(False)
        for column in range(len(columns)):
            header.setSectionResizeMode(column, modes.ResizeToContents if column in narrow else modes.Stretch)
        self.note, self.remove = Label(wrap=True), QPushButton("&Remove")
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self.remove.click, context=Qt.ShortcutContext.WidgetShortcut)
        self.row = QHBoxLayout()
        self.row.addWidget(self.note, 1)
        box = QVBoxLayout(self)
        box.addWidget(Label(about, wrap=True))
        box.addWidget(self.list, 1)
        box.addLayout(self.row)
        self.list.itemSelectionChanged.connect(self.enable)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Put buttons at the end of the row below the table."""
        for button in buttons:
            button.setAutoDefault(False)
            self.row.addWidget(button)

    def show_entries(self, entries: Iterable[tuple[Any, Sequence[str], dict[int, str]]]) -> None:
        """Fill the table anew: an entry, its cells, and the tooltips of those that do not show their own text."""
        self.list.clear()
        for entry, cells, tips in entries:
            item = QTreeWidgetItem(list(cells))
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            for column, cell in enumerate(cells):
                item.setToolTip(column, tip(tips.get(column, cell)))
            self.list.addTopLevelItem(item)
        self.enable()

    @property
    def chosen(self) -> list[Any]:
        """The chosen entries."""
        return [item.data(0, Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]

    def enable(self) -> None:
        """Enable the buttons that something can be done with."""
        self.remove.setEnabled(bool(self.list.selectedItems()))
