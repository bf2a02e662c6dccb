"""The captions of the take on the stage, to be read and edited; a double click edits."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.viewmodels.captions import Captions
from app.viewmodels.playback import Playback

COLUMNS = ("Caption", "From, s", "To, s")
FIELDS = ("text", "start_s", "end_s")


class CaptionsPanel(QWidget):
    """From and to are empty where a caption speaks of the whole take."""

    def __init__(self, captions: Captions, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.captions, self.playback = captions, playback
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Captions of this take")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.table.setColumnWidth(column, 62)
        self.table.setWordWrap(True)
        self.table.itemChanged.connect(self._edited)
        self.table.itemSelectionChanged.connect(self._enable)
        self.add, self.add_range, self.remove = QPushButton("Add"), QPushButton("Add for Range"), QPushButton("Remove")
        self.add_range.setToolTip("A caption of the range that is marked on the timeline (I, O)")
        row = QHBoxLayout()
        for button, act in ((self.add, self._add), (self.add_range, self._add_range), (self.remove, self._remove)):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch()
        self.own = QCheckBox("Save in the library's own files")
        self.own.setToolTip("Off: in a file of your own, and the library stays as it is")
        self.own.setChecked(captions.own)
        self.own.toggled.connect(lambda on: setattr(captions, "own", on))
        self.state = QLabel(wordWrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.addWidget(self.table, 1)
        box.addLayout(row)
        box.addWidget(self.own)
        box.addWidget(self.state)
        self._new: tuple[float, float] | None = None
        captions.changed.connect(self._fill)
        playback.changed.connect(self._enable)
        self._fill()

    def _fill(self) -> None:
        lines = [(line.text, line.start_s, line.end_s) for line in self.captions.lines]
        self.state.setText(self.captions.message)
        self.state.setVisible(bool(self.captions.message))
        self._new = None
        self.table.blockSignals(True)
        self.table.setRowCount(len(lines))
        for row, (text, start, end) in enumerate(lines):
            whole = not start and not end
            for column, value in enumerate((text, "" if whole else f"{start:g}", f"{end:g}" if end else "")):
                self._item(row, column, value)
        self.table.blockSignals(False)
        self.table.resizeRowsToContents()
        self._enable()

    def _item(self, row: int, column: int, value: str) -> None:
        item = QTableWidgetItem(value)
        item.setToolTip(value)
        if column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, column, item)

    def _enable(self) -> None:
        there = bool(self.captions.take)
        self.add.setEnabled(there)
        self.add_range.setEnabled(there and self.playback.range_s is not None)
        self.remove.setEnabled(bool(self._rows()))

    def _rows(self) -> list[int]:
        return sorted({i.row() for i in self.table.selectedIndexes() if i.row() < len(self.captions.lines)})

    def edit(self) -> None:
        """Begins to edit the first caption, or a new one where there is none."""
        if self.table.rowCount():
            self.table.setCurrentCell(0, 0)
            self.table.setFocus()
            self.table.editItem(self.table.item(0, 0))
        else:
            self._add()

    def _add(self) -> None:
        self._begin(0.0, 0.0)

    def _add_range(self) -> None:
        """Of the marked range, in seconds of the take (a clip of a range begins later in it)."""
        clip = self.captions.workspace.clip
        start, end = self.playback.range_s or (0.0, 0.0)
        offset = clip.start_s if clip else 0.0
        self._begin(round(start + offset, 2), round(end + offset, 2))

    def _begin(self, start: float, end: float) -> None:
        """An empty line in which to type; it is kept once it has words."""
        if not self.captions.take:
            return
        self.table.blockSignals(True)
        row = len(self.captions.lines)
        self.table.setRowCount(row + 1)
        for column, value in enumerate(("", f"{start:g}" if end else "", f"{end:g}" if end else "")):
            self._item(row, column, value)
        self.table.blockSignals(False)
        self._new = (start, end)
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        self.table.editItem(self.table.item(row, 0))

    def _edited(self, item: QTableWidgetItem) -> None:
        row, text = item.row(), item.text().strip()
        if self._new is not None and row >= len(self.captions.lines):
            if item.column() == 0 and text:
                self.captions.add(text, *self._new)
            return
        if item.column() == 0:
            self.captions.edit(row, text=text)
        else:
            try:
                seconds = float(text) if text else 0.0
            except ValueError:
                seconds = -1.0
            if seconds < 0:
                self.captions.message = f"{text} is not a time in seconds."
            else:
                self.captions.edit(row, **{FIELDS[item.column()]: seconds})
        self._fill()

    def _remove(self) -> None:
        self.captions.remove(self._rows())
