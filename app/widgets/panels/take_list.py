"""The list of takes: a table that is sorted and chosen from, in columns or in two lines a take."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.selection import Selection
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.widgets.panels.list_columns import ListColumns
from motionpatches.app.widgets.panels.picture_scrub import PictureScrub
from motionpatches.app.widgets.panels.take_cells import TakeCells
from motionpatches.app.widgets.panels.take_table import TakeTable
from motionpatches.app.widgets.plain import ModelTable

_ROWS = QItemSelectionModel.SelectionFlag.Rows


class TakeList(ModelTable):
    """`chosen(Clip)`: a row became the current one. `menu_wanted(QPoint)`: a menu of the chosen takes, at a place of the screen.

    What is chosen here is what `selection` holds, whoever changes it.
    """

    chosen = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(
        self,
        takes: ClipRows,
        selection: Selection,
        thumbnails: Thumbnails,
        settings: QSettings,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.takes, self.selection = takes, selection
        self.table = TakeTable(takes, self)
        self.setModel(self.table)
        # Headings do not ask each row whether it is chosen: of 142,000 that takes seconds.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(self.table, self))
        cells = TakeCells(thumbnails, self)
        self.setItemDelegate(cells)
        self.scrub = PictureScrub(self, cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Takes of the library")
        self.verticalHeader().hide()
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.columns = ListColumns(self, takes, settings)
        self._following = False
        self.selectionModel().selectionChanged.connect(self._selected)
        self.selectionModel().currentRowChanged.connect(self._row)
        self.table.modelReset.connect(self._follow)
        self.table.modelReset.connect(self.columns.fit)
        self.table.dataChanged.connect(self.columns.fit)
        selection.changed.connect(self._follow)
        thumbnails.ready.connect(lambda _: self.viewport().update())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.lay_out()

    def _selected(self) -> None:
        """Choose the clips of the marked rows; where none is marked, the shown one."""
        if self._following:
            return
        ranges = self.selectionModel().selection()
        marked = [ranges.at(i) for i in range(ranges.size())]
        rows = sorted({row for one in marked for row in range(one.top(), one.bottom() + 1)})
        shown = self.selection.workspace.clip
        self.selection.choose([self.takes.clip(row) for row in rows] or ([shown] if shown is not None else []))

    def _row(self, current: QModelIndex, _: QModelIndex) -> None:
        if not self._following and current.isValid():
            self.chosen.emit(self.takes.clip(current.row()))

    def _follow(self) -> None:
        """Mark the rows of the chosen clips; the first of them is the current row, unless the current one is among them."""
        rows = self.takes.rows_of(self.selection.ids)
        marked = QItemSelection()
        for start, end in _runs(rows):
            marked.select(self.table.index(start, 0), self.table.index(end, self.table.columnCount() - 1))
        model, current = self.selectionModel(), self.currentIndex().row()
        self._following = True
        model.select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROWS)
        if rows and current not in rows:
            model.setCurrentIndex(self.table.index(rows[0], self._column), QItemSelectionModel.SelectionFlag.NoUpdate)
        self._following = False
        self.viewport().update()

    @property
    def _column(self) -> int:
        """The first column that is shown: keys move in it."""
        return self.horizontalHeader().logicalIndexAt(0) if self.isVisible() else 0

    def show_clip(self, clip_id: str) -> None:
        """Scroll to the row of a clip, and make it the current one without opening it."""
        for row in self.takes.rows_of(frozenset([clip_id])):
            self._following = True
            index = self.table.index(row, max(self._column, 0))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self._following = False
            self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the chosen takes, or of the one under the mouse, which is chosen but not shown for it."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            self.selection.point(self.takes.clip(index.row()))
            place = self.visualRect(index).bottomLeft() if by_key else event.pos()
            self.menu_wanted.emit(self.viewport().mapToGlobal(place))


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Return the runs of neighbours in ascending rows, as first and last."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return runs
