"""The captions of the take on the stage, to be read and edited; a double click edits."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStyleOptionViewItem,
    QTableView,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.plain import Items, ItemTable, Label, ask, tip
from motionpatches.app.widgets.theme import of_kind, px
from motionpatches.core.library.captions import CaptionLine, clean_caption

COLUMNS, TIMES = ("Caption", "From, s", "To, s"), (1, 2)
# The least width of a column of seconds, in pixels.
SECONDS = 58
FIELDS = ("text", "start_s", "end_s")
# Captions that are listed; characters of one that is edited here: a line of text holds no more than 32,767; the rest after which
# rows get the heights that their texts need.
MOST, EDITABLE, REST_MS = 500, 10_000, 100
# Lines of the message below.
STATE_LINES = 3


class _Editors(Items):
    """Holds the take while one of its cells is edited. Tab opens the next cell before it closes the last, hence `editor`.

    Rows are as high as their text needs: Qt's own hint forgets the padding of the stylesheet.
    """

    def __init__(self, captions: Captions, parent: QWidget):
        super().__init__(parent)
        self.captions = captions
        self.editor: QWidget | None = None
        self.closeEditor.connect(self._closed)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QWidget:
        self.editor = editor = super().createEditor(parent, option, index)
        self.captions.hold(True)
        return editor

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint, table = super().sizeHint(option, index), self.parent()
        if isinstance(table, QTableView):
            width = max(table.columnWidth(index.column()) - 4 * px(tokens.UNIT), 1)
            text = self.displayText(index.data(), option.locale)
            wrapped = option.fontMetrics.boundingRect(QRect(0, 0, width, 1 << 20), Qt.TextFlag.TextWordWrap, text)
            hint.setHeight(max(hint.height(), wrapped.height() + 3 * px(tokens.UNIT)))
        return hint

    def _closed(self, editor: QWidget) -> None:
        if editor is self.editor:
            self.editor = None
            self.captions.hold(False)


class CaptionsPanel(QWidget):
    """The table of captions, and buttons to add and remove some.

    From and To are empty for a caption of the whole take; where all are, the captions have their room.
    """

    def __init__(self, captions: Captions, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.captions, self.playback = captions, playback
        self.table = ItemTable(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Captions of this take")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.ensurePolished()
        for column in TIMES:
            self.table.setColumnWidth(column, max(px(SECONDS), header.sectionSizeHint(column) + px(tokens.UNIT)))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setWordWrap(True)
        self._narrowed = QTimer(self, interval=REST_MS, singleShot=True)
        self._narrowed.timeout.connect(self._settle)
        header.sectionResized.connect(lambda *_: self._narrowed.start())
        self.table.setItemDelegate(_Editors(captions, self.table))
        self.table.itemChanged.connect(self._edited)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(lambda at: self.menu().popup(self.table.viewport().mapToGlobal(at)))
        self.add, self.add_range, self.remove = QPushButton("Add"), QPushButton("Add for Range"), QPushButton("Remove")
        self.add_range.setToolTip("A caption of the range that is marked on the timeline (I, O)")
        row = QHBoxLayout()
        for button, act in ((self.add, self._add), (self.add_range, self._add_range), (self.remove, self._remove)):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch()
        self.own = QCheckBox("Write into the library's files")
        self.own.clicked.connect(self._own)
        self.state = of_kind(Label(wrap=True), "secondary")
        self.state.setAlignment(Qt.AlignmentFlag.AlignTop)
        # A message of another length moves nothing.
        self.state.setFixedHeight(STATE_LINES * self.state.fontMetrics().lineSpacing())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.table, 1)
        box.addLayout(row)
        box.addWidget(self.own)
        box.addWidget(self.state)
        self._shown: list[CaptionLine] = []
        self._new: tuple[float, float] | None = None
        self._added: CaptionLine | None = None
        captions.changed.connect(self._fill)
        captions.place.changed.connect(self._fill)
        playback.changed.connect(self._enable)
        self._fill()

    def _fill(self) -> None:
        """Show the lines; while the user types, wait until the editor is closed."""
        place = self.captions.place
        self.own.setChecked(place.own)
        self.own.setEnabled(bool(place.files))
        self.own.setToolTip(tip(place.sentence()))
        said = self.captions.message or place.sentence()
        self.state.setText(said)
        self.state.setToolTip(tip(said))
        if self.captions.held:
            return
        row = self.table.currentRow()
        chosen = self._added or (self._shown[row] if 0 <= row < len(self._shown) else None)
        self._shown, self._new, self._added = list(self.captions.lines[:MOST]), None, None
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._shown))
        for row, line in enumerate(self._shown):
            whole = not line.start_s and not line.end_s
            times = "" if whole else f"{line.start_s:g}", f"{line.end_s:g}" if line.end_s else ""
            for column, value in enumerate((line.text, *times)):
                self._item(row, column, value)
        self.table.blockSignals(False)
        self._show_times(any(line.start_s or line.end_s for line in self._shown))
        self.table.resizeRowsToContents()
        if chosen in self._shown:
            self.table.setCurrentCell(self._shown.index(chosen), 0)
            self.table.scrollToItem(self.table.currentItem())
        self._enable()

    def _show_times(self, on: bool) -> None:
        for column in TIMES:
            self.table.setColumnHidden(column, not on)

    def _settle(self) -> None:
        """Give rows the heights that their texts need at this width; the chosen one stays in sight."""
        self.table.resizeRowsToContents()
        if self.table.currentItem() is not None:
            self.table.scrollToItem(self.table.currentItem())

    def _own(self, on: bool) -> None:
        """Write into the library's files once the user agreed, or no longer."""
        place = self.captions.place
        if not on or ask(self, "Write into the Library's Files", place.question()):
            place.set_own(on)
            self.captions.write_kept()
        self.captions.say("")

    def _item(self, row: int, column: int, value: str) -> None:
        item = QTableWidgetItem(value)
        item.setToolTip(tip(value))
        if len(value) > EDITABLE:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        if column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, column, item)

    def _enable(self) -> None:
        there = bool(self.captions.take)
        self.add.setEnabled(there)
        self.add_range.setEnabled(there and self.playback.range_s is not None)
        self.remove.setEnabled(bool(self._rows()))

    def _rows(self) -> list[int]:
        return sorted({i.row() for i in self.table.selectedIndexes() if i.row() < len(self._shown)})

    def menu(self) -> QMenu:
        """Return the menu of the chosen captions."""
        menu, rows, there = QMenu(self), self._rows(), bool(self.captions.take)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        marked = there and self.playback.range_s is not None
        one, some = "" if len(rows) == 1 else "Choose one caption.", "" if rows else "Choose a caption."
        take, span = "" if there else "Choose a take first.", "" if marked else "Mark a range on the timeline first (I, O)."
        for text, do, why_not in (
            ("Edit", lambda: self._type(rows[0]), one),
            ("Copy", lambda: self._copy(rows), some),
            ("Add", self._add, take),
            ("Add for Range", self._add_range, span),
            ("Set to Marked Range", lambda: self._set_range(rows[0]), one or span),
            ("Remove", self._remove, some),
        ):
            action = menu.addAction(text)
            action.triggered.connect(do)
            action.setEnabled(not why_not)
            action.setToolTip(why_not or text)
        return menu

    def _copy(self, rows: list[int]) -> None:
        QApplication.clipboard().setText("\n".join(self._shown[row].text for row in rows))

    def edit(self) -> None:
        """Begin to edit the first caption, or a new one where there is none."""
        if self.table.rowCount():
            self._type(0)
        else:
            self._add()

    def _type(self, row: int) -> None:
        """Open the editor of a row's caption."""
        item = self.table.item(row, 0)
        if item is None:
            return
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        if item.flags() & Qt.ItemFlag.ItemIsEditable:
            self.table.editItem(item)
        else:
            self.captions.say(f"A caption of more than {EDITABLE:,} characters is edited in its file.")

    def _add(self) -> None:
        self._begin(0.0, 0.0)

    def _add_range(self) -> None:
        self._begin(*self._marked())

    def _set_range(self, row: int) -> None:
        """Let a caption be that of the marked range."""
        line = self._shown[row]
        if line in self.captions.lines:
            start, end = self._marked()
            self.captions.edit(self.captions.lines.index(line), start_s=start, end_s=end)

    def _marked(self) -> tuple[float, float]:
        """Return the marked range in seconds of the take (a clip of a range begins later in it)."""
        clip = self.captions.workspace.clip
        start, end = self.playback.range_s or (0.0, 0.0)
        offset = clip.start_s if clip else 0.0
        return round(start + offset, 2), round(end + offset, 2)

    def _begin(self, start: float, end: float) -> None:
        """Add an empty line in which to type; it is kept once it has words."""
        if not self.captions.take:
            return
        self.table.blockSignals(True)
        row = len(self._shown)
        self.table.setRowCount(row + 1)
        for column, value in enumerate(("", f"{start:g}" if end else "", f"{end:g}" if end else "")):
            self._item(row, column, value)
        self.table.blockSignals(False)
        if end:
            self._show_times(True)
        self._new = (start, end)
        self._type(row)

    def _edited(self, item: QTableWidgetItem) -> None:
        """Hand what was typed into a cell to the captions."""
        row, text = item.row(), item.text().strip()
        if row == len(self._shown):
            if self._new is not None and item.column() == 0 and text:
                self._added = CaptionLine(clean_caption(text), *self._new)
                self.captions.add(text, *self._new)
                self._shown, self._new = list(self.captions.lines), None
            return
        # Another window or panel may have changed the captions meanwhile: the line is found by its content.
        if self._shown[row] not in self.captions.lines:
            self.captions.say("This caption was changed elsewhere in the meantime. Edit it again.")
            return
        at = self.captions.lines.index(self._shown[row])
        if item.column() == 0:
            self.captions.edit(at, text=text)
        else:
            try:
                seconds = float(text) if text else 0.0
            except ValueError:
                seconds = -1.0
            if seconds < 0:
                self.captions.say(f"{text} is not a time in seconds.")
            else:
                self.captions.edit(at, **{FIELDS[item.column()]: seconds})
        self._shown[row] = self.captions.lines[at]
        self._fill()

    def _remove(self) -> None:
        self.captions.remove(self._rows())
