"""The rows of the list of takes as a model of Qt: a cell for each column, and one that holds all of a take."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from motionpatches.app.viewmodels.clip_columns import COLUMNS, Entry
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.widgets.plain import shown, tip
from motionpatches.app.widgets.theme import colours
from motionpatches.core.motion.motion import rate_text

Index = QModelIndex | QPersistentModelIndex
# The column that shows all of a take in two lines, those of the picture and the caption, and the role of a row's entry.
CARD, PICTURE, CAPTION = len(COLUMNS), 0, next(i for i, column in enumerate(COLUMNS) if column.name == "Caption")
ENTRY = Qt.ItemDataRole.UserRole
# Captions of a clip that its tooltip lists.
CAPTIONS = 12
_ALIGNED = {True: Qt.AlignmentFlag.AlignRight, False: Qt.AlignmentFlag.AlignLeft}


class TakeTable(QAbstractTableModel):
    """Cells are made when they are shown; there is nothing per row."""

    def __init__(self, rows: ClipRows, parent: QObject | None = None):
        super().__init__(parent)
        self.takes = rows
        self._count = 0
        rows.changed.connect(self._changed)
        rows.refreshed.connect(self._refreshed)

    def _changed(self) -> None:
        self.beginResetModel()
        self._count = len(self.takes.rows)
        self.endResetModel()

    def _refreshed(self) -> None:
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, CARD))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if section == CARD:
            by, descending = self.takes.sorted_by
            words = f"By {by.lower()}{', descending' if descending else ''}" if by else "In the order of the library"
            return words if role == Qt.ItemDataRole.DisplayRole else None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if section == PICTURE else column.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{column.about}. A click sorts; a right click chooses columns.")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED[column.right] | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == ENTRY:
            return self.takes.entry(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            entry, at = self.takes.entry(index.row()), index.column()
            star = "★ " if entry.mark.favourite and at in (CAPTION, CARD) else ""
            return star + shown(entry.clip.caption if at == CARD else COLUMNS[at].text(entry))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(map(shown, _told(self.takes.entry(index.row())))))
        if index.column() == CARD:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED[column.right] | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column.name == "Quality":
            good = self.takes.entry(index.row()).facts.quality in ("good", "corrected")
            return QColor(colours().secondary if good else colours().warning)
        return None


def _told(entry: Entry) -> list[str]:
    """Return what a tooltip tells of a take, line by line."""
    facts, tags = entry.facts, entry.mark.tags
    rig = ", ".join(filter(None, (entry.rig, f"{rate_text(facts.fps)} fps" if facts.fps else "")))
    return [
        entry.clip.id,
        *entry.clip.captions[:CAPTIONS],
        *([rig] if rig else []),
        *([f"tags: {', '.join(tags)}"] if tags else []),
        *([f"quality: {facts.quality}"] if facts.quality and facts.remarks else []),
        *facts.remarks,
    ]
