"""The library: clips with captions, length and split, and a filter on words of the captions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from app.viewmodels.workspace import Workspace
from core.library import index
from core.library.library import Clip, Library

COLUMNS = ("Caption", "Length", "Split")
LARGE = 20_000


class ClipTable(QAbstractTableModel):
    """Rows of the clips that hold every word of the filter in id or captions."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.clips: tuple[Clip, ...] = ()
        self.root = Path()
        self.texts: list[str] = []
        self.rows: Sequence[int] = ()

    def set_library(self, library: Library) -> None:
        self.root, self.clips, self.texts = library.root, library.clips, []
        self.filter("")

    def filter(self, words: str) -> None:
        """Any part of a word in a small library; beginnings of words, by the index, in a large one."""
        wanted = words.lower().split()
        rows = index.search(self.root, words) if wanted and len(self.clips) > LARGE else None
        if rows is None:
            if wanted and not self.texts:
                self.texts = [" ".join((c.id, *c.captions)).lower() for c in self.clips]
            hits = (i for i, text in enumerate(self.texts) if all(w in text for w in wanted))
            rows = list(hits) if wanted else range(len(self.clips))
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent=QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        clip = self.clips[self.rows[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return (clip.caption, f"{clip.duration_s:.1f} s", clip.split or "–")[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((clip.id, *clip.captions))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class LibraryPanel(QWidget):
    chosen = Signal(object)

    def __init__(self, workspace: Workspace, parent=None):
        super().__init__(parent)
        self.workspace, self.library = workspace, None
        self.table = ClipTable(self)
        self.filter = QLineEdit(placeholderText="Filter captions…", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter captions")
        self.filter.textChanged.connect(self._filter)
        self.view = QTableView()
        self.view.setModel(self.table)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setAlternatingRowColors(True)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(24)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 62), (2, 52)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.view.setColumnWidth(column, width)
        self.view.selectionModel().currentRowChanged.connect(self._row)
        self.count = QLabel()
        self.count.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        for widget in (self.filter, self.view, self.count):
            box.addWidget(widget)
        workspace.changed.connect(self._changed)

    def _changed(self) -> None:
        if self.workspace.library is not self.library:
            grown = self.library is not None and self.library.root == self.workspace.library.root
            self.library = self.workspace.library
            if not grown:
                self.filter.clear()
            bar, row = self.view.verticalScrollBar(), self.view.currentIndex()
            at, chosen = bar.value(), self.table.clips[self.table.rows[row.row()]].id if grown and row.isValid() else ""
            self.table.set_library(self.library)
            self.table.filter(self.filter.text())
            if grown:
                self._choose(chosen)
                bar.setValue(at)
            self._count()

    def _choose(self, clip_id: str) -> None:
        """Marks the row of a clip, without opening it."""
        row = next((i for i, r in enumerate(self.table.rows) if self.table.clips[r].id == clip_id), -1)
        if row >= 0:
            selection = self.view.selectionModel()
            selection.blockSignals(True)
            self.view.setCurrentIndex(self.table.index(row, 0))
            selection.blockSignals(False)
            self.view.viewport().update()

    def _filter(self, words: str) -> None:
        self.table.filter(words)
        self._count()

    def _count(self) -> None:
        if self.library is None:
            return
        shown, total = len(self.table.rows), len(self.table.clips)
        text = f"{total:,} motions" if shown == total else f"{shown:,} of {total:,} motions"
        if self.library.skipped:
            text += f", {len(self.library.skipped)} left out"
        self.count.setText(f"{text}\n" + "\n".join(self.library.notes[:2]))
        self.count.setToolTip("\n".join(s.reason for s in self.library.skipped[:20]))

    def _row(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.table.clips[self.table.rows[current.row()]])
