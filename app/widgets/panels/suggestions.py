"""The list below the query line: what the line may become. The keyboard stays in the line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidgetItem, QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import ItemList, tip
from motionpatches.app.widgets.theme import icon, px
from motionpatches.core.search.suggest import Kind, Suggestion

# The widest list, in pixels.
WIDEST = 560
# Icon and meaning of each kind.
KINDS: dict[Kind, tuple[str, str]] = {
    "query": ("loop", "Earlier query"),
    "filter": ("filters", "Filter"),
    "tag": ("tags", "Your tag"),
    "collection": ("collections", "Collection"),
    "word": ("names", "Word of this library"),
}


class SuggestionList(ItemList):
    """`taken(Suggestion)`: a row was clicked. Lies over the window, below `line`, while there is something to offer."""

    taken = Signal(object)

    def __init__(self, line: QWidget):
        super().__init__(line)
        self.line = line
        self.offered: list[Suggestion] = []
        self.setObjectName("suggestions")
        self.setAccessibleName("Suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(lambda item: self.taken.emit(self.offered[self.row(item)]))
        self.hide()

    @property
    def current(self) -> Suggestion | None:
        """The one that the arrow keys have chosen."""
        return self.offered[self.currentRow()] if self.isVisible() and self.currentRow() >= 0 else None

    def offer(self, found: Sequence[Suggestion]) -> None:
        """Show suggestions, none of them chosen; without any, nothing."""
        self.offered = list(found)
        self.clear()
        for one in found:
            picture, meaning = KINDS[one.kind]
            item = QListWidgetItem(icon(picture), one.text, self)
            item.setToolTip(tip(f"{meaning}: {one.text}"))
        self.setCurrentRow(-1)
        if found:
            self._place()
        self.setVisible(bool(found))

    def step(self, by: int) -> bool:
        """Choose the next row, or with -1 the one before; before the first there is none. Return whether there is such a row."""
        row = self.currentRow() + by
        if row >= len(self.offered):
            return False
        self.setCurrentRow(max(row, -1))
        return True

    def _place(self) -> None:
        window = self.line.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        wide = min(self.line.width(), px(WIDEST))
        high = len(self.offered) * max(self.sizeHintForRow(0), 1) + 2 * px(tokens.UNIT)
        self.setGeometry(QRect(self.line.mapTo(window, QPoint(0, self.line.height())), QSize(wide, high)))
        self.raise_()
