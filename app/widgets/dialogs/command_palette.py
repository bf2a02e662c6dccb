"""The command palette: every action by its words, with its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import ItemList, Label


def words_of(action: QAction) -> str:
    """Return an action's words as they are read: without the marks of keys."""
    return action.text().replace("&", "").rstrip("…")


def matches(words: str, text: str) -> int:
    """Return how well typed words fit a text: 0 not at all; 1 more than the sum of 3 for each beginning of a word, else 1."""
    score, text = 0, text.lower()
    for word in words.lower().split():
        at = text.find(word)
        if at < 0:
            return 0
        score += 3 if at == 0 or text[at - 1] == " " else 1
    return score + 1


class CommandPalette(QDialog):
    """Typing narrows, up and down choose, Enter does it."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget):
        super().__init__(parent, Qt.WindowType.Popup)
        self.all = [a for a in actions if a.text() and not a.isSeparator() and a.menu() is None]
        self.chosen: QAction | None = None
        self.line = QLineEdit(placeholderText="What do you want to do?")
        self.line.setAccessibleName("Command")
        self.list = ItemList()
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda _: self._take())
        box = QVBoxLayout(self)
        box.addWidget(self.line)
        box.addWidget(self.list)
        self.resize(min(620, parent.width() - 40), 420)
        self.move(parent.mapToGlobal(parent.rect().center()) - self.rect().center())
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self._fill("")
        self.line.setFocus()

    def _fill(self, words: str) -> None:
        found = sorted(((matches(words, words_of(a)), -i, a) for i, a in enumerate(self.all)), key=lambda f: f[:2], reverse=True)
        self.list.clear()
        for score, _, action in found:
            if not score or not action.isEnabled():
                continue
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, action)
            self.list.addItem(item)
            row = _row(action)
            item.setSizeHint(row.sizeHint())
            self.list.setItemWidget(item, row)
        self.list.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return False

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen = item.data(Qt.ItemDataRole.UserRole)
            self.accept()


def _row(action: QAction) -> QWidget:
    """Make a line of the list: the words at the left, the keys at the right."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(6, 2, 6, 2)
    line.addWidget(Label(("✓ " if action.isChecked() else "") + words_of(action)), 1)
    line.addWidget(Label(", ".join(k.toString() for k in action.shortcuts())))
    return row
