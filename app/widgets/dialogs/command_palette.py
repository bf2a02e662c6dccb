"""The command palette: every action by its words, with its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import ItemTree

# The property of an action with other words by which it is found.
ALSO = "also"


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


def _fits(words: str, action: QAction) -> int:
    """Return how well typed words fit an action: by its own words before others."""
    return matches(words, words_of(action)) or min(matches(words, f"{words_of(action)} {action.property(ALSO) or ''}"), 1)


class CommandPalette(QDialog):
    """Typing narrows, up and down choose, Enter does it."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget):
        super().__init__(parent, Qt.WindowType.Popup)
        self.all = [a for a in actions if a.text() and not a.isSeparator() and a.menu() is None]
        self.chosen: QAction | None = None
        self.line = QLineEdit(placeholderText="What do you want to do?")
        self.line.setAccessibleName("Command")
        self.list = ItemTree()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
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
        found = sorted(((_fits(words, a), -i, a) for i, a in enumerate(self.all)), key=lambda f: f[:2], reverse=True)
        self.list.clear()
        for score, _, action in found:
            if not score or not action.isEnabled():
                continue
            keys = ", ".join(k.toString() for k in action.shortcuts())
            item = QTreeWidgetItem([("✓ " if action.isChecked() else "") + words_of(action), keys])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, Qt.ItemDataRole.UserRole, action)
            self.list.addTopLevelItem(item)
        self._step(0)

    def _step(self, by: int) -> None:
        """Choose the row so many rows below the chosen one; from the last row on to the first."""
        at = max(self.list.currentIndex().row(), 0) + by
        item = self.list.topLevelItem(at % max(self.list.topLevelItemCount(), 1))
        if item is not None:
            self.list.setCurrentItem(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return False

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen = item.data(0, Qt.ItemDataRole.UserRole)
            self.accept()
