"""The library: clips with captions, length and split, and a filter on words of the captions and on fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.widgets.plain import Label, ModelTable, ask_text, shown, tip
from motionpatches.app.widgets.theme import of_kind, px
from motionpatches.core.library import index
from motionpatches.core.library.filters import HELP, clip_filter, is_plain
from motionpatches.core.library.library import Clip, Library

COLUMNS = ("Caption", "Length", "Split")
# Number of clips from which the filter asks the index.
LARGE = 20_000
# Notes of a library, reasons of files left out, captions of a clip, that are listed.
NOTES, REASONS, CAPTIONS = 3, 20, 12
Index = QModelIndex | QPersistentModelIndex


class ClipTable(QAbstractTableModel):
    """Rows of the clips that hold every word of the filter in id or captions."""

    def __init__(self, marks: Marks, parent: QObject | None = None):
        super().__init__(parent)
        self.marks = marks
        self.clips: tuple[Clip, ...] = ()
        self.root = Path()
        self.texts: list[str] = []
        self.rows: Sequence[int] = ()

    def set_library(self, library: Library) -> None:
        """Show all clips of a library."""
        self.root, self.clips, self.texts = library.root, library.clips, []
        self.filter("")

    def filter(self, words: str) -> None:
        """Show the clips that hold all words, and that fields such as `rig:` (core/library/filters.py) let through.

        In a small library a word may stand inside another; in a large one, where the index answers, it begins a word.
        """
        wanted = words.lower().split()
        if not wanted:
            self._set_rows(range(len(self.clips)))
        elif not is_plain(words):
            keep = clip_filter(words, self.marks.marks)
            self._set_rows([i for i, clip in enumerate(self.clips) if keep(clip)])
        else:
            found = index.search(self.root, words) if len(self.clips) > LARGE else None
            self._set_rows(self._holding(wanted) if found is None else found)

    def _holding(self, wanted: list[str]) -> list[int]:
        if not self.texts:
            self.texts = [" ".join((c.id, *c.captions)).lower() for c in self.clips]
        return [i for i, text in enumerate(self.texts) if all(w in text for w in wanted)]

    def _set_rows(self, rows: Sequence[int]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        clip = self.clips[self.rows[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            star = "★ " if self.marks.of(clip).favourite else ""
            return (star + shown(clip.caption), f"{clip.duration_s:.1f} s", clip.split or "–")[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            tags = self.marks.of(clip).tags
            texts = (shown(t) for t in (clip.id, *clip.captions[:CAPTIONS], *([f"tags: {', '.join(tags)}"] if tags else [])))
            return tip("\n".join(texts))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class FilterLine(QLineEdit):
    """`down`: the key was pressed."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
        else:
            super().keyPressEvent(event)


class LibraryPanel(QWidget):
    """The list with its filter. `chosen(Clip)`: a row was chosen."""

    chosen = Signal(object)

    def __init__(self, search: Search, marks: Marks, parent: QWidget | None = None):
        super().__init__(parent)
        self.workspace, self.search, self.marks = search.workspace, search, marks
        self.library: Library | None = None
        workspace = search.workspace
        self.table = ClipTable(marks, self)
        self.filter = FilterLine(placeholderText="Filter captions…", clearButtonEnabled=True)
        self.filter.down.connect(self._enter_list)
        self.filter.setAccessibleName("Filter captions")
        self.filter.setToolTip(HELP)
        self.only = QCheckBox("Search only these")
        self.only.toggled.connect(self._keep)
        self.only.hide()
        self.filter.textChanged.connect(self._filter)
        self.view = ModelTable()
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
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((1, 62), (2, 52)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.view.setColumnWidth(column, width)
        self.view.selectionModel().currentRowChanged.connect(self._row)
        self.count, self._kept = of_kind(Label(wrap=True), "secondary"), False
        box = QVBoxLayout(self)
        box.setContentsMargins(*(px(tokens.GAP),) * 4)
        box.setSpacing(px(tokens.GAP))
        for widget in (self.filter, self.view, self.only, self.count):
            box.addWidget(widget)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, act in (("Favourite", self.toggle_favourite), ("Tags…", self.edit_tags)):
            action = QAction(text, self)
            action.triggered.connect(act)
            self.view.addAction(action)
        workspace.library_changed.connect(self._changed)
        workspace.shown.connect(self._shown)
        marks.changed.connect(self._marked)
        search.limit_changed.connect(self._lifted)

    def _changed(self) -> None:
        """Show the library that is open now; where it has only grown, filter, chosen row and place stay."""
        library = self.workspace.library
        if library is None or library is self.library:
            return
        grown = self.library is not None and self.library.root == library.root
        self.library = library
        if not grown:
            self.filter.clear()
        bar, row = self.view.verticalScrollBar(), self.view.currentIndex()
        at, chosen = bar.value(), self.table.clips[self.table.rows[row.row()]].id if grown and row.isValid() else ""
        self.table.set_library(library)
        self.table.filter(self.filter.text())
        if grown:
            self._choose(chosen)
            bar.setValue(at)
        self._count()

    def _shown(self) -> None:
        """Mark the row of the clip on the stage; none where it is not among the rows."""
        clip = self.workspace.clip
        if clip is not None and self.isVisible():
            self._choose(clip.id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown()

    def _enter_list(self) -> None:
        self.view.setFocus()
        if not self.view.currentIndex().isValid() and self.table.rows:
            self.view.setCurrentIndex(self.table.index(0, 0))

    def _choose(self, clip_id: str) -> None:
        """Mark the row of a clip, without opening it; no row where it is not there."""
        row = next((i for i, r in enumerate(self.table.rows) if self.table.clips[r].id == clip_id), -1)
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        if row >= 0:
            self.view.setCurrentIndex(self.table.index(row, 0))
            self.view.selectRow(row)
            self.view.scrollTo(self.table.index(row, 0))
        else:
            selection.clear()
        selection.blockSignals(False)
        self.view.viewport().update()

    def _filter(self, words: str) -> None:
        self.table.filter(words)
        self.only.setVisible(bool(words.strip()))
        if not words.strip():
            self.only.setChecked(False)
        self._keep()
        self._count()

    def _keep(self) -> None:
        """Limit the search to the filtered clips while the box is checked."""
        if self.only.isChecked():
            self.search.keep_to(frozenset(self.table.clips[r].id for r in self.table.rows), "filter")
        elif self._kept and self.search.limit == "filter":
            self.search.keep_to(None)
        self._kept = self.only.isChecked()

    def _lifted(self) -> None:
        """Untick the box where the search no longer keeps to the filter."""
        if self.search.limit != "filter":
            self.only.setChecked(False)

    def _marked(self) -> None:
        if not is_plain(self.filter.text()):
            self._filter(self.filter.text())
        self.view.viewport().update()

    def toggle_favourite(self) -> None:
        """Mark the shown clip as a favourite, or no longer."""
        if self.workspace.clip is not None:
            self.marks.toggle_favourite(self.workspace.clip)

    def edit_tags(self) -> None:
        """Ask for the tags of the shown clip."""
        clip = self.workspace.clip
        if clip is not None:
            text = ask_text(self, f"Tags of {clip.id}", "Tags, separated by commas:", ", ".join(self.marks.of(clip).tags))
            if text is not None:
                self.marks.tag((clip,), text)

    def _count(self) -> None:
        if self.library is None:
            return
        count, total = len(self.table.rows), len(self.table.clips)
        text = f"{total:,} motions" if count == total else f"{count:,} of {total:,} motions"
        if self.library.skipped:
            text += f", {len(self.library.skipped)} left out"
        self.count.setText("\n".join((text, *(shown(note) for note in self.library.notes[:NOTES]))))
        self.count.setToolTip(tip("\n".join(shown(s.reason) for s in self.library.skipped[:REASONS])))

    def _row(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.table.clips[self.table.rows[current.row()]])
