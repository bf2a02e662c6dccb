"""Every action and its key; keys can be changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.widgets.dialogs.command_palette import words_of
from motionpatches.app.widgets.plain import NAME, ItemTable, Label, shown

# Actions that were renamed after 0.2.0, and the names under which their keys may be saved.
RENAMED = {
    "Previous Moment": "Moment Before",
    "Clear Range": "Forget the Range",
    "Explain Result": "Why This Result",
    "Find Moments": "Find in This Take",
    "Command Palette": "All Commands",
}


class Keys:
    """Actions by their words, with the keys they came with and those the user gave them."""

    def __init__(self, actions: Sequence[QAction], settings: QSettings):
        self.actions = {words_of(a): a for a in actions if a.text() and a.isVisible()}
        self.settings = settings
        self.first = {name: [k.toString() for k in a.shortcuts()] for name, a in self.actions.items()}
        for name, action in self.actions.items():
            kept = settings.value(f"keys/{name}", settings.value(f"keys/{RENAMED.get(name, name)}"))
            if isinstance(kept, str | list):
                action.setShortcuts([QKeySequence(str(k)) for k in ([kept] if isinstance(kept, str) else kept) if k])

    def give(self, name: str, key: str) -> str:
        """Give an action one key, '' for none. Return which other action has it, and change nothing then; else ''."""
        for other, action in self.actions.items():
            if key and other != name and key in [k.toString() for k in action.shortcuts()]:
                return f"{key} belongs to “{other}” already."
        self.actions[name].setShortcuts([QKeySequence(key)] if key else [])
        self.settings.setValue(f"keys/{name}", [key])
        return ""

    def reset(self) -> None:
        """Restore all keys that the actions came with."""
        for name, action in self.actions.items():
            action.setShortcuts([QKeySequence(k) for k in self.first[name]])
            self.settings.remove(f"keys/{name}")
            self.settings.remove(f"keys/{RENAMED.get(name, name)}")


class KeyField(QKeySequenceEdit):
    """Takes one key; Escape leaves it as it was, Enter and Tab leave it as it is."""

    def __init__(self, key: QKeySequence):
        super().__init__(key, maximumSequenceLength=1)
        self.before = key

    def event(self, event: QEvent) -> bool:
        """The field itself would take every key, Tab too."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and _leaves(event):
            if event.key() == Qt.Key.Key_Escape:
                self.setKeySequence(self.before)
            self.focusNextPrevChild(event.key() != Qt.Key.Key_Backtab)
            return True
        return super().event(event)


def _leaves(event: QKeyEvent) -> bool:
    keys = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
    return event.key() in keys and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class KeysDialog(QDialog):
    """The table of actions; a key is changed by typing it."""

    def __init__(self, keys: Keys, parent: QWidget | None = None):
        super().__init__(parent)
        self.keys = keys
        self.setWindowTitle("Keys")
        self.resize(560, 640)
        self.filter = QLineEdit(placeholderText="Filter actions…", clearButtonEnabled=True)
        self.filter.textChanged.connect(self._fill)
        self.table = ItemTable(0, 2)
        self.table.setHorizontalHeaderLabels(["Action", "Key"])
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, 190)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.state = Label(
            "Left drag orbits, right drag pans, the wheel zooms, double click frames, a click picks a joint.", wrap=True
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close | QDialogButtonBox.StandardButton.RestoreDefaults)
        for button in buttons.buttons():
            assert isinstance(button, QPushButton)
            button.setAutoDefault(False)  # Enter in the filter restores nothing
            button.setDefault(False)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._reset)
        box = QVBoxLayout(self)
        for widget in (self.filter, self.table, self.state, buttons):
            box.addWidget(widget)
        self._fill()

    def _fill(self) -> None:
        words = self.filter.text().lower()
        names = [n for n in self.keys.actions if words in n.lower()]
        self.table.setRowCount(len(names))
        for row, name in enumerate(names):
            item = QTableWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(row, 0, item)
            shortcuts = self.keys.actions[name].shortcuts()
            edit = KeyField(shortcuts[0] if shortcuts else QKeySequence())
            edit.setClearButtonEnabled(True)
            edit.setAccessibleName(f"Key of {shown(name, NAME)}")
            edit.editingFinished.connect(lambda e=edit, n=name: self._give(e, n))
            self.table.setCellWidget(row, 1, edit)

    def _give(self, edit: QKeySequenceEdit, name: str) -> None:
        before = [k.toString() for k in self.keys.actions[name].shortcuts()]
        key = edit.keySequence().toString()
        if key == (before[0] if before else ""):
            return
        wrong = self.keys.give(name, key)
        self.state.setText(wrong or f"{name}: {key or 'no key'}.")
        if wrong:
            edit.setKeySequence(QKeySequence(before[0]) if before else QKeySequence())

    def _reset(self) -> None:
        self.keys.reset()
        self._fill()
