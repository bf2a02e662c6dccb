"""The tour: five steps through the window, for a first start or from the Help menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.theme import heading

# Pixels: the widths of the card and of its button, and the card's distance from the edges of the window.
WIDTH, BUTTON, EDGE = 360, 80, 16
STEPS = (
    (
        "Open",
        "A folder of motions, single files and the demo library are opened here. Or drop files anywhere on the window.",
    ),
    (
        "Search",
        "Describe what you are looking for in your own words. The best matches play at once; a click shows one on the stage.",
    ),
    (
        "Watch",
        "Left drag orbits, right drag pans, the wheel zooms. Space plays. K keeps a motion for comparison; T, G, Y and J "
        "show trails, ghosts, the path on the floor and joint names.",
    ),
    (
        "Look inside",
        "This picture is what the model reads: five body parts over time, xyz as colours. Point at it, and the "
        "joints light up on the stage. W explains a result.",
    ),
    (
        "Your own data",
        "Captions are edited here. Ctrl+T teaches the model the words of the open library. F1 opens the manual.",
    ),
)


class Tour(QWidget):
    """Dims the window but for the part that is explained. Escape ends it."""

    def __init__(self, window: QWidget, parts: Sequence[QWidget], before: Mapping[int, Callable[[], object]]):
        """
        Args:
            window: What the tour covers.
            parts: The widgets of STEPS, one a step.
            before: What brings a step's widget into view, by the number of the step.
        """
        super().__init__(window)
        self.window_, self.parts, self.before, self.step = window, parts, before, 0
        self._had_keyboard = window.focusWidget()
        self.bubble = QFrame(self)
        self.bubble.setObjectName("notice")
        self.bubble.setAutoFillBackground(True)
        self.bubble.setFixedWidth(WIDTH)
        self.title, self.text, self.count = heading("", 1.2), Label(wrap=True), Label()
        skip, self.on = QPushButton("Skip"), QPushButton("Next", default=True)
        self.on.setFixedWidth(BUTTON)
        skip.clicked.connect(self.end)
        self.on.clicked.connect(self.next)
        row = QHBoxLayout()
        row.addWidget(self.count)
        row.addStretch()
        row.addWidget(skip)
        row.addWidget(self.on)
        box = QVBoxLayout(self.bubble)
        for widget in (self.title, self.text):
            box.addWidget(widget)
        box.addStretch()
        box.addLayout(row)
        self.bubble.setFixedHeight(self._height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The window is laid out anew while a library is indexed.
        for watched in (window, *parts):
            watched.installEventFilter(self)
        self._show()
        self.show()
        self.raise_()
        self.on.setFocus()

    def next(self) -> None:
        """Go to the next step; after the last one, end."""
        self.step += 1
        self.end() if self.step >= len(STEPS) else self._show()

    def end(self) -> None:
        """Remove the tour from the window."""
        self.hide()
        if self._had_keyboard is not None:
            self._had_keyboard.setFocus()
        self.deleteLater()

    def _box(self) -> QRect:
        """Return the rectangle of the part that is explained."""
        part = self.parts[self.step]
        return QRect(part.mapTo(self.window_, part.rect().topLeft()), part.size()).adjusted(-4, -4, 4, 4)

    def _height(self) -> int:
        """Return the height that the longest text needs."""
        heights = []
        for title, text in STEPS:
            self.title.setText(title)
            self.text.setText(text)
            heights.append(max(self.bubble.heightForWidth(WIDTH), self.bubble.minimumSizeHint().height()))
        return max(heights)

    def _show(self) -> None:
        if self.step in self.before:
            self.before[self.step]()
        title, text = STEPS[self.step]
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(f"{self.step + 1} of {len(STEPS)}")
        self.on.setText("Done" if self.step == len(STEPS) - 1 else "Next")
        self._place()

    def _place(self) -> None:
        """Stand in the lower left corner at every step, where none of the parts is: *Next* stays where it is."""
        self.resize(self.window_.size())
        self.bubble.move(EDGE, self.height() - self.bubble.height() - 2 * EDGE)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self._box()
        for rect in (
            QRect(0, 0, self.width(), box.top()),
            QRect(0, box.bottom() + 1, self.width(), self.height()),
            QRect(0, box.top(), box.left(), box.height()),
            QRect(box.right() + 1, box.top(), self.width(), box.height()),
        ):
            painter.fillRect(rect, QColor(0, 0, 0, 130))
        painter.setPen(QPen(self.palette().highlight().color(), 2))
        painter.drawRect(box)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Space):
            self.next()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
