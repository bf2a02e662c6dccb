"""The library: clips with captions, length and split, and a filter on words of the captions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QInputDialog,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.search import Search
from motionpatches.core.library import index
from motionpatches.core.library.filters import HELP, clip_filter, is_plain
from motionpatches.core.library.library import Clip, Library

COLUMNS = ("Caption", "Length", "Split")
LARGE = 20_000


class ClipTable(QAbstractTableModel):
    """Rows of the clips that hold every word of the filter in id or captions."""

    def __init__(self, marks: Marks, parent=None):
        super().__init__(parent)
        self.marks = marks
        self.clips: tuple[Clip, ...] = ()
        self.root = Path()
        self.texts: list[str] = []
        self.rows: Sequence[int] = ()

    def set_library(self, library: Library) -> None:
        self.root, self.clips, self.texts = library.root, library.clips, []
        self.filter("")

    def filter(self, words: str) -> None:
        """Any part of a word in a small library; beginnings of words, by the index, in a large one; fields as
        motionpatches.core.library.filters has them."""
        wanted = words.lower().split()
        if not is_plain(words):
            keep = clip_filter(words, self.marks.marks)
            self._set_rows([i for i, clip in enumerate(self.clips) if keep(clip)])
            return
        rows = index.search(self.root, words) if wanted and len(self.clips) > LARGE else None
        if rows is None:
            if wanted and not self.texts:
                self.texts = [" ".join((c.id, *c.captions)).lower() for c in self.clips]
            hits = (i for i, text in enumerate(self.texts) if all(w in text for w in wanted))
            rows = list(hits) if wanted else range(len(self.clips))
        self._set_rows(rows)

    def _set_rows(self, rows: Sequence[int]) -> None:
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
            star = "★ " if self.marks.of(clip).favourite else ""
            return (star + clip.caption, f"{clip.duration_s:.1f} s", clip.split or "–")[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            tags = self.marks.of(clip).tags
            return "\n".join((clip.id, *clip.captions, *([f"tags: {', '.join(tags)}"] if tags else [])))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class LibraryPanel(QWidget):
    chosen = Signal(object)

    def __init__(self, search: Search, marks: Marks, parent=None):
        super().__init__(parent)
        self.workspace, self.library, self.search, self.marks = search.workspace, None, search, marks
        workspace = search.workspace
        self.table = ClipTable(marks, self)
        self.filter = QLineEdit(placeholderText="Filter captions…", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter captions")
        self.filter.setToolTip(HELP)
        self.only = QCheckBox("Search only these")
        self.only.toggled.connect(self._keep)
        self.only.hide()
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
        self.count, self._kept = QLabel(), False
        self.count.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        for widget in (self.filter, self.view, self.only, self.count):
            box.addWidget(widget)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, act in (("Favourite", self.toggle_favourite), ("Tags…", self.edit_tags)):
            action = QAction(text, self)
            action.triggered.connect(act)
            self.view.addAction(action)
        workspace.library_changed.connect(self._changed)
        marks.changed.connect(self._marked)

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
        self.only.setVisible(bool(words.strip()))
        if not words.strip():
            self.only.setChecked(False)
        self._keep()
        self._count()

    def _keep(self, *_) -> None:
        """The search keeps to the filtered clips while that is wished."""
        if self.only.isChecked():
            self.search.keep_to(frozenset(self.table.clips[r].id for r in self.table.rows))
        elif self._kept:
            self.search.keep_to(None)
        self._kept = self.only.isChecked()

    def _marked(self) -> None:
        if not is_plain(self.filter.text()):
            self._filter(self.filter.text())
        self.view.viewport().update()

    def toggle_favourite(self) -> None:
        if self.workspace.clip is not None:
            self.marks.toggle_favourite(self.workspace.clip)

    def edit_tags(self) -> None:
        clip = self.workspace.clip
        if clip is not None:
            text, given = QInputDialog.getText(
                self, "Tags", f"Tags of {clip.id}, between commas:", text=", ".join(self.marks.of(clip).tags)
            )
            if given:
                self.marks.tag(clip, text)

    def _count(self) -> None:
        if self.library is None:
            return
        shown, total = len(self.table.rows), len(self.table.clips)
        text = f"{total:,} motions" if shown == total else f"{shown:,} of {total:,} motions"
        if self.library.skipped:
            text += f", {len(self.library.skipped)} left out"
        self.count.setText(f"{text}\n" + "\n".join(self.library.notes[:3]))
        self.count.setToolTip("\n".join(s.reason for s in self.library.skipped[:20]))

    def _row(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.table.clips[self.table.rows[current.row()]])
