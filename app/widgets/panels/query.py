"""The query line, with its chips and its suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.asked import Chip
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.suggestions import Suggestions
from motionpatches.app.widgets.panels.suggestions import SuggestionList
from motionpatches.app.widgets.plain import shown, tip, title
from motionpatches.app.widgets.theme import px, set_icon, sized
from motionpatches.core.search.suggest import Suggestion

PAUSE_MS = 250
# Characters of a chip; the least and the most width of its text, what a button adds to that, and what the line has of the room
# before the chips, in pixels of the tokens.
SHORT, LEAST, MOST, AROUND, LINE = 64, 40, 320, 44, 300
_EDITING = (
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.SelectAll,
)


class QueryLine(QLineEdit):
    """A line that leaves Ctrl and a letter to the window's commands. Without it X11's keys of editing hide some of them:
    Ctrl+E, the end of a line, would not evaluate.

    `moved(int)`: Down (1) or Up (-1) was pressed; `escaped`: Escape was; `rubbed`: Backspace, with nothing before the cursor;
    `lost`: the keyboard is elsewhere.
    """

    moved = Signal(int)
    escaped = Signal()
    lost = Signal()
    rubbed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.cursorPosition() and not self.hasSelectedText():
            self.rubbed.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.lost.emit()

    def event(self, event: QEvent) -> bool:
        """Refuse to take a key before the command that has it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_command(event):
            event.ignore()
            return False
        return super().event(event)

    def _is_command(self, event: QKeyEvent) -> bool:
        if event.modifiers() != Qt.KeyboardModifier.ControlModifier or any(event.matches(key) for key in _EDITING):
            return False
        keys = QKeySequence(event.keyCombination())
        return any(keys in action.shortcuts() for action in self.window().findChildren(QAction))


class Chips(QWidget):
    """What is asked beside the text; a click removes it."""

    def __init__(self, search: Search):
        super().__init__()
        self.search = search
        self.buttons: list[QToolButton] = []
        self._room = px(2 * MOST)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(px(tokens.UNIT))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        search.chips_changed.connect(self._changed)
        self._changed()

    def _changed(self) -> None:
        chips = self.search.chips
        if [(b.property("kind"), b.property("words")) for b in self.buttons] == [(c.kind, c.text) for c in chips]:
            return
        for button in self.buttons:
            self.row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(chip) for chip in chips]
        for button in self.buttons:
            self.row.addWidget(button)
        self.setVisible(bool(chips))
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Write as much of each chip as there is room for, in pixels."""
        self._room, metrics = room, self.fontMetrics()
        texts = [shown(button.property("words"), SHORT) for button in self.buttons]
        wanted = [min(metrics.horizontalAdvance(text) + px(2), px(MOST)) for text in texts]  # metrics round
        widths = shares(wanted, room - len(texts) * px(AROUND), px(LEAST))
        for button, text, width in zip(self.buttons, texts, widths, strict=True):
            button.setText(title(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)))

    def _button(self, chip: Chip) -> QToolButton:
        button = QToolButton()
        set_icon(button, "close")
        button.setObjectName("chip")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        button.setProperty("kind", chip.kind)
        button.setProperty("words", chip.text)
        button.setToolTip(tip(f"{chip.text}\nClick to search without it"))
        button.setAccessibleName(title(f"Remove {shown(chip.text, SHORT)}"))
        button.clicked.connect(lambda: self.search.remove(chip))
        return button

    def remove_last(self) -> None:
        """Search without the last one."""
        if self.search.chips:
            self.search.remove(self.search.chips[-1])


def shares(wanted: Sequence[int], room: int, least: int) -> list[int]:
    """Share room out: who wants less than an equal part leaves the rest to the others."""
    found, left = [0] * len(wanted), room
    for rank, at in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        found[at] = max(min(wanted[at], left // (len(wanted) - rank)), least)
        left -= found[at]
    return found


class QueryPanel(QWidget):
    """Searches when Enter is pressed, or PAUSE_MS after the last key. `entered`: Enter was.

    `left`: the keyboard goes elsewhere.
    """

    entered = Signal()
    left = Signal()

    def __init__(self, search: Search, parent: QWidget | None = None):
        super().__init__(parent)
        self.search = search
        self.line = QueryLine(
            placeholderText="Describe a motion, for example: a person waves with the right hand", clearButtonEnabled=True
        )
        self.line.setAccessibleName("Query")
        self.line.setFont(sized(self.line.font(), tokens.QUERY))
        self.line.setMinimumWidth(120)
        self.chips = Chips(search)
        self.pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.pause.timeout.connect(lambda: search.submit(self.line.text()))
        self.line.textEdited.connect(self._typing)
        self.line.returnPressed.connect(self._enter)
        self.line.moved.connect(self._move)
        self.line.escaped.connect(self._escape)
        self.line.rubbed.connect(self.chips.remove_last)
        self.suggestions, self.offers, self._typed = Suggestions(search), SuggestionList(self.line), ""
        self.offers.taken.connect(self._take)
        self.line.lost.connect(self.offers.hide)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(px(tokens.UNIT))
        box.addWidget(self.chips)
        box.addWidget(self.line, 1)
        search.chips_changed.connect(self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chips.fit(self.width() - px(LINE))

    def _enter(self) -> None:
        """Search for what the line says, which is the chosen suggestion where there is one."""
        chosen = self.offers.current
        self.offers.hide()
        if chosen is not None and chosen.kind == "query":
            self.ask(chosen.text)
        else:
            self.submit()
            self.search.keep()
        self.entered.emit()

    def _typing(self, text: str) -> None:
        self.pause.start()
        self._typed = text
        self.offers.offer(self.suggestions.of(text))

    def _move(self, by: int) -> None:
        """Go through the suggestions, which the line shows; below the last one, or without any, leave the line."""
        if not self.offers.isVisible() and not self.line.text() and by > 0:
            self._typed = ""
            self.offers.offer(self.suggestions.of(""))
        if self.offers.isVisible() and self.offers.step(by):
            self.pause.stop()
            chosen = self.offers.current
            self.line.setText(chosen.text if chosen is not None else self._typed)
        elif by > 0:
            self.offers.hide()
            self.left.emit()

    def _escape(self) -> None:
        """Take the suggestions away, with the one that the line shows; without any, leave the line."""
        if self.offers.isVisible():
            if self.offers.current is not None:
                self.line.setText(self._typed)
            self.offers.hide()
        else:
            self.left.emit()

    def _take(self, chosen: Suggestion) -> None:
        """Search for a suggestion that was clicked; a word may go on."""
        self.offers.hide()
        if chosen.kind == "query":
            self.ask(chosen.text)
        else:
            self.line.setText(chosen.text)
            self.submit()

    def ask(self, text: str) -> None:
        """Put a query into the line, without what was there, and search for it."""
        self.pause.stop()
        self.offers.hide()
        self.line.setText(text)
        self.search.ask(text)

    def focus_line(self) -> None:
        """Let the user type a new query."""
        self.line.setFocus()
        self.line.selectAll()

    def begin_sum(self) -> None:
        """Search for motions like the shown one, and let the user add words."""
        self.pause.stop()
        self.search.begin_sum()
        self.line.setFocus()

    def submit(self) -> None:
        """Search for what the line says beside the chips; a search by a motion is repeated."""
        self.pause.stop()
        self.search.submit(self.line.text())

    def _follow(self) -> None:
        """Show the text that is searched for, where it is not being typed."""
        if not self.pause.isActive() and self.offers.current is None and self.line.text().strip() != self.search.asked.typed:
            self.line.setText(self.search.asked.typed)
