"""The query line, with its history."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.widgets.theme import sized

PAUSE_MS = 250
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

    `down`: the key was pressed, or Escape.
    """

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Escape):
            self.down.emit()
        else:
            super().keyPressEvent(event)

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
        self.pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.pause.timeout.connect(lambda: search.submit(self.line.text()))
        self.line.textEdited.connect(lambda _: self.pause.start())
        self.line.returnPressed.connect(self._enter)
        self.line.down.connect(self.left)
        self.history = QStringListModel(self)
        completer = QCompleter(self.history, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _: QTimer.singleShot(0, self.submit))
        self.line.setCompleter(completer)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.line)
        search.results_changed.connect(self._changed)
        search.state_changed.connect(self._changed)

    def _enter(self) -> None:
        self.submit()
        self.entered.emit()

    def ask(self, text: str) -> None:
        """Put a sentence into the line and search for it."""
        self.line.setText(text)
        self.submit()

    def focus_line(self) -> None:
        """Let the user type a new query."""
        self.line.setFocus()
        self.line.selectAll()

    def begin_sum(self) -> None:
        """Begin a sum of terms in the query line."""
        self.line.setText("this + ")
        self.line.setFocus()
        self.line.deselect()
        self.line.end(False)

    def submit(self) -> None:
        """Search for what the line says; a search by a motion is repeated."""
        self.pause.stop()
        if self.search.like and self.line.text() == self.search.query:
            self.search.again()
        else:
            self.search.submit(self.line.text())

    def _changed(self) -> None:
        if self.search.like and not self.pause.isActive() and self.line.text() != self.search.query:
            self.line.setText(self.search.query)
        self.history.setStringList(self.search.history)
