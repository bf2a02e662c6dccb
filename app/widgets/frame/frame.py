"""The frame of the window: header, pages at both sides, the stage between them, the timeline below; what folds, and its sizes."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from motionpatches.app.widgets.frame.header import Header
from motionpatches.app.widgets.frame.side_panel import SidePanel
from motionpatches.app.widgets.theme import px

# Widths below which the pages at the right fold by themselves, least widths of the pages, width of the gap by which they are
# dragged; shares of the window at first.
NARROW, LEFT_LEAST, RIGHT_LEAST, GRIP = 1280, 200, 280, 7
# Width of the stage that both pages leave; where they cannot, one of them is open.
STAGE_LEAST = 500
LEFT_SHARE, RIGHT_SHARE, STRIP_SHARE = 0.24, 0.24, 0.3
_KEYS = ("frame/left", "frame/right", "frame/below", "frame/across", "frame/down", "frame/strip")


class Frame(QWidget):
    """Lays out the parts. `left` and `right` hold pages; `strip` is the place above the stage."""

    def __init__(self, header: Header, middle: QWidget, below: QWidget, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("page")
        self.header, self.below = header, below
        self.left, self.right = SidePanel(LEFT_LEAST), SidePanel(RIGHT_LEAST)
        self.strip = QWidget()
        inside = QVBoxLayout(self.strip)
        inside.setContentsMargins(0, 0, 0, 0)
        self.strip.setMinimumHeight(120)
        self.strip.hide()
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        for splitter, parts in ((self.down, (self.strip, middle)), (self.across, (self.left, self.down, self.right))):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(px(GRIP))
            for part in parts:
                splitter.addWidget(part)
        self.down.setStretchFactor(1, 1)
        self.across.setStretchFactor(1, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.left.icons)
        row.addWidget(self.across, 1)
        row.addWidget(self.right.icons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addLayout(row, 1)
        column.addWidget(below)
        self._folded_by_width = False
        self.left.turned.connect(lambda name: self._make_room(name, self.right))
        self.right.turned.connect(lambda name: self._make_room(name, self.left))

    @property
    def _holds_both(self) -> bool:
        """Whether the stage has room between pages at both sides."""
        icons = self.left.icons.sizeHint().width() + self.right.icons.sizeHint().width()
        return self.width() >= icons + px(STAGE_LEAST) + LEFT_LEAST + RIGHT_LEAST

    def _make_room(self, opened: str, other: SidePanel) -> None:
        """Fold the pages of the other side where the stage would have no room between both."""
        if opened and other.open_page and not self._holds_both:
            other.turn("")

    def set_strip(self, widget: QWidget | None) -> None:
        """Show a widget above the stage; None: nothing."""
        layout = self.strip.layout()
        if widget is not None and layout is not None:
            layout.addWidget(widget)
            widget.show()
        self.strip.setVisible(widget is not None)
        if widget is not None:
            self.down.setSizes([round(self.height() * STRIP_SHARE), round(self.height() * (1 - STRIP_SHARE))])

    def default(self) -> None:
        """Open the panels of the first start with their sizes then; in a narrow window the right ones stay folded."""
        self.left.turn("Library")
        self.right.turn("Patches" if self.width() >= NARROW else "")
        self._folded_by_width = self.width() < NARROW
        self.below.show()
        self.default_sizes()

    def default_sizes(self) -> None:
        """Give the panels their sizes of the first start."""
        width = self.width() - self.left.icons.width() - self.right.icons.width()
        sides = [round(self.width() * LEFT_SHARE), round(self.width() * RIGHT_SHARE)]
        self.across.setSizes([sides[0], width - sum(sides), sides[1]])

    def show_page(self, side: SidePanel, name: str) -> None:
        """Open a page, and let the layout follow at once."""
        side.turn(name)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the pages at the right where the window gets narrow, and open them again where it gets wide."""
        super().resizeEvent(event)
        before, now = event.oldSize().width(), self.width()
        if before >= NARROW > now and self.right.open_page:
            self.right.turn("")
            self._folded_by_width = True
        elif before < NARROW <= now and self._folded_by_width:
            self.right.toggle()
            self._folded_by_width = False
        if self.left.open_page:
            self._make_room(self.left.open_page, self.right)

    def save(self, settings: QSettings, strip: bool) -> None:
        """Keep what is open and how large it is."""
        values = (
            self.left.open_page,
            "narrow" if self._folded_by_width else self.right.open_page,
            not self.below.isHidden(),
            self.across.saveState(),
            self.down.saveState(),
            strip,
        )
        for key, value in zip(_KEYS, values, strict=True):
            settings.setValue(key, value)

    def restore(self, settings: QSettings) -> bool:
        """Open what was open; return whether the strip was."""
        left, right, below, across, down, strip = (settings.value(key) for key in _KEYS)
        if left is None:
            self.default()
            return False
        self.left.turn(str(left))
        narrow = self.width() < NARROW
        self._folded_by_width = right == "narrow" and narrow
        self.right.turn("" if self._folded_by_width else "Patches" if right == "narrow" else str(right or ""))
        self.below.setVisible(str(below).lower() != "false")
        for splitter, state in ((self.across, across), (self.down, down)):
            if isinstance(state, QByteArray):
                splitter.restoreState(state)
        return str(strip).lower() == "true"
