"""The library: its takes as a list, and a filter on words of the captions and on fields."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.collection_menus import CollectionMenu
from motionpatches.app.widgets.panels.take_list import TakeList
from motionpatches.app.widgets.plain import NAME, Label, shown, tip
from motionpatches.app.widgets.theme import icon_button, of_kind, px
from motionpatches.core.library.filters import HELP, why_none
from motionpatches.core.library.library import Library

# Notes of a library that are listed, and the height in pixels below which they are not.
NOTES, LOW = 3, 420


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

    def __init__(self, view_models: ViewModels, settings: QSettings, parent: QWidget | None = None):
        super().__init__(parent)
        self.search, self.marks, self.workspace = view_models.search, view_models.marks, view_models.workspace
        self.sheet = view_models.sheet
        self.library: Library | None = None
        self.takes = ClipRows(self.workspace, self.marks, self, view_models.sheet)
        self.view = TakeList(self.takes, view_models.selection, view_models.thumbnails, settings)
        self.view.chosen.connect(self.chosen)
        self.table = self.view.table
        self.filter = FilterLine(placeholderText="Filter captions…", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter captions")
        self.filter.setToolTip(HELP)
        self.filter.down.connect(self._enter_list)
        self.filter.textChanged.connect(self._filter)
        self.order = icon_button("order", "Columns and order")
        self.only = QCheckBox("Search only these")
        self.only.toggled.connect(self._keep)
        self.only.hide()
        self.count, self._kept, self._told = of_kind(Label(wrap=True), "secondary"), False, list[str]()
        self.left_out = QPushButton("Files Left Out…")
        self.left_out.hide()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(self._nothing())
        self.collections = icon_button("collections", "Collections: show one, rename, delete")
        self.collection_menu = CollectionMenu(view_models.collections, view_models.selection, self.filter, self)
        for button, menu in ((self.collections, self.collection_menu), (self.order, self.view.columns)):
            button.clicked.connect(lambda _=False, b=button, m=menu: m.popup(b.mapToGlobal(b.rect().bottomLeft())))
        top = QHBoxLayout()
        top.setSpacing(px(tokens.UNIT))
        top.addWidget(self.filter)
        top.addWidget(self.collections)
        top.addWidget(self.order)
        box = QVBoxLayout(self)
        box.setContentsMargins(*(px(tokens.GAP),) * 4)
        box.setSpacing(px(tokens.GAP))
        box.addLayout(top)
        for widget in (self.pages, self.only, self.count):
            box.addWidget(widget)
        box.addWidget(self.left_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.takes.changed.connect(self._count)
        self.nothing.setText("The takes of a folder appear here once it is open.")
        self.clear.hide()
        self.pages.setCurrentIndex(1)
        self.workspace.library_changed.connect(self._changed)
        self.workspace.shown.connect(self._shown)
        self.search.limit_changed.connect(self._lifted)

    def _nothing(self) -> QWidget:
        """Make the page that is shown where the filter lets nothing through."""
        page = QWidget()
        self.nothing = of_kind(Label(wrap=True), "secondary")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = QPushButton("Clear Filter")
        self.clear.clicked.connect(self.filter.clear)
        column = QVBoxLayout(page)
        column.addStretch()
        column.addWidget(self.nothing)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        return page

    def _changed(self) -> None:
        """Show the library that is open now; where it has only grown, filter, chosen rows and place stay."""
        library = self.workspace.library
        if library is None or library is self.library:
            return
        grown = self.library is not None and self.library.root == library.root
        self.library = library
        if not grown:
            self.filter.clear()
        bar = self.view.verticalScrollBar()
        at = bar.value()
        self.takes.set_library(library)
        if grown:
            bar.setValue(at)

    def _shown(self) -> None:
        """Scroll to the row of the clip on the stage, where it is among the rows."""
        clip = self.workspace.clip
        if clip is not None and self.isVisible():
            self.view.show_clip(clip.id)

    def _tell(self) -> None:
        """Say below the list what is in it; in little height its rigs are in the tooltip, so that the list has the room."""
        few = self.height() < px(LOW)
        self.count.setText("\n".join(self._told[:1] if few else self._told))
        self.count.setToolTip(tip("\n".join(self._told)) if few else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown()

    def _enter_list(self) -> None:
        self.view.setFocus()
        if not self.view.currentIndex().isValid() and len(self.takes.rows):
            self.view.setCurrentIndex(self.table.index(0, 0))

    def _filter(self, words: str) -> None:
        self.takes.filter(words)
        self.only.setVisible(bool(words.strip()))
        if not words.strip():
            self.only.setChecked(False)
        self._keep()

    def _keep(self) -> None:
        """Limit the search to the filtered clips while the box is checked."""
        if self.only.isChecked():
            clips = self.takes.clips
            kept = frozenset(clips[row].id for row in self.takes.rows.tolist())
            self.search.keep_to(kept, "filter", self.takes.words.strip())
        elif self._kept and self.search.limit == "filter":
            self.search.keep_to(None)
        self._kept = self.only.isChecked()

    def _lifted(self) -> None:
        """Untick the box where the search no longer keeps to the filter."""
        if self.search.limit != "filter":
            self.only.setChecked(False)

    def _count(self) -> None:
        """Say how many takes there are, or that the filter lets none through."""
        if self.library is None:
            return
        count, total = len(self.takes.rows), len(self.takes.clips)
        filtered = bool(self.takes.words.strip())
        if self.only.isChecked():
            self._keep()
        if filtered and not count:
            self.nothing.setText(shown(why_none(self.takes.words, self.takes.clips, self.marks.marks, self.sheet.rows), 3 * NAME))
        self.clear.show()
        self.pages.setCurrentIndex(1 if filtered and not count else 0)
        text = f"{count:,} of {total:,} motions" if filtered else f"{total:,} motion{'s' * (total != 1)}"
        if self.library.skipped:
            text += f", {len(self.library.skipped):,} left out"
        if self.library.gone:
            text += f", {len(self.library.gone):,} gone"
        self._told = [text, *(shown(note) for note in self.library.notes[:NOTES])]
        self._tell()
        self.left_out.setVisible(bool(self.library.skipped or self.library.gone))
