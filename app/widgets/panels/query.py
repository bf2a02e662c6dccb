"""The query line with its history and the number of results; below it the results, or examples while there are none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import EXAMPLES, Search
from motionpatches.app.widgets.plain import NAME, Label, shown, tip, title
from motionpatches.app.widgets.theme import sized
from motionpatches.app.widgets.views.results import ResultsView

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
    Ctrl+E, the end of a line, would not evaluate."""

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
    """Searches when Enter is pressed, or PAUSE_MS after the last key."""

    def __init__(self, search: Search, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.search = search
        self.line = QueryLine(
            placeholderText="Describe a motion, for example: a person waves with the right hand", clearButtonEnabled=True
        )
        self.line.setAccessibleName("Query")
        self.line.setFont(sized(self.line.font(), tokens.QUERY))
        self.pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.pause.timeout.connect(lambda: search.submit(self.line.text()))
        self.line.textEdited.connect(lambda _: self.pause.start())
        self.line.returnPressed.connect(self.submit)
        self.history = QStringListModel(self)
        completer = QCompleter(self.history, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _: QTimer.singleShot(0, self.submit))
        self.line.setCompleter(completer)
        self.k = QSpinBox(minimum=1, maximum=25, value=search.k, prefix="top ")
        self.k.setToolTip("Number of results")
        self.k.setAccessibleName("Number of results")
        self.k.valueChanged.connect(search.set_k)
        self.state = Label()
        self.state.setMinimumWidth(150)
        top = QHBoxLayout()
        top.addWidget(self.line, 1)
        top.addWidget(self.k)
        top.addWidget(self.state)
        self.results = ResultsView(search, playback)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._examples())
        self.pages.addWidget(self.results)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 4)
        box.addLayout(top)
        box.addWidget(self.pages, 1)
        search.results_changed.connect(self._changed)
        search.state_changed.connect(self._changed)

    def _examples(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch()
        head = Label("Type what you are looking for, or try one of these:")
        head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(head)
        for part in (EXAMPLES[:3], EXAMPLES[3:]):
            row = QHBoxLayout()
            row.addStretch()
            for text in part:
                button = QPushButton(title(text))
                button.setObjectName("example")
                button.clicked.connect(lambda _=False, t=text: self.ask(t))
                row.addWidget(button)
            row.addStretch()
            column.addLayout(row)
        self.hint = Label(wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.hint)
        column.addStretch()
        return page

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
        has = bool(self.search.results) and bool(self.search.query)
        if self.search.like and not self.pause.isActive() and self.line.text() != self.search.query:
            self.line.setText(self.search.query)
        self.pages.setCurrentIndex(1 if has else 0)
        self.history.setStringList(self.search.history)
        self.hint.setText(self.search.note)
        if has:
            among = f" among {len(self.search.only):,}" if self.search.only is not None else ""
            count = f"{len(self.search.results)} results{among}, {self.search.elapsed_s * 1000:.0f} ms"
            self.state.setText(shown(self.search.note or count, NAME))
            self.state.setToolTip(tip(self.search.note))
        else:
            self.state.setText("")
            self.state.setToolTip("")
