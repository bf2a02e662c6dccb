"""Keys of actions, and their dialog."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from motionpatches.app.widgets.dialogs.keys import Keys, KeysDialog
from tests.window import wait


class Action:
    """What Keys uses of a QAction."""

    def __init__(self, text: str, key: str):
        self._text, self._keys = text, [QKeySequence(key)]

    def text(self) -> str:
        return self._text

    def isVisible(self) -> bool:
        return True

    def shortcuts(self) -> list[QKeySequence]:
        return self._keys

    def setShortcuts(self, keys: list[QKeySequence]) -> None:
        self._keys = keys


@pytest.fixture
def settings(tmp_path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_a_key_saved_under_an_earlier_name_still_holds(settings):
    settings.setValue("keys/Moment Before", ["F7"])
    action = Action("Previous Moment", "Shift+N")
    keys = Keys([action], settings)
    assert [k.toString() for k in action.shortcuts()] == ["F7"]
    keys.reset()
    assert [k.toString() for k in action.shortcuts()] == ["Shift+N"] and settings.allKeys() == []


def test_a_key_of_another_action_is_refused(settings):
    actions = [Action("Play or Pause", "Space"), Action("Clear Range", "Shift+I")]
    keys = Keys(actions, settings)
    assert "Play or Pause" in keys.give("Clear Range", "Space")
    assert [k.toString() for k in actions[1].shortcuts()] == ["Shift+I"] and settings.allKeys() == []


def test_enter_in_the_filter_restores_nothing(app, settings):
    action = Action("More Like This", "M")
    dialog = KeysDialog(Keys([action], settings))
    dialog.keys.give("More Like This", "Ctrl+F9")
    dialog.show()
    dialog.filter.setFocus()
    QTest.keyClick(dialog.filter, Qt.Key.Key_Return)
    assert [k.toString() for k in action.shortcuts()] == ["Ctrl+F9"] and dialog.isVisible()
    # Which button Enter presses depends on the desktop's order of buttons: none may be asked.
    assert not any(button.isDefault() or button.autoDefault() for button in dialog.findChildren(QPushButton))
    dialog.close()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_escape_and_enter_leave_the_field_and_become_no_key(app, settings, key):
    actions = [Action("More Like This", "M"), Action("Clear Range", "Shift+I")]
    dialog = KeysDialog(Keys(actions, settings))
    dialog.show()
    dialog.activateWindow()
    wait(dialog.isActiveWindow)
    field = dialog.table.cellWidget(0, 1)
    field.setFocus()
    line = field.findChild(QLineEdit)
    QTest.keyClick(line, key)
    wait(lambda: not line.hasFocus())
    assert dialog.isVisible() and [k.toString() for k in actions[0].shortcuts()] == ["M"] and settings.allKeys() == []
    field.setFocus()
    QTest.keyClick(line, Qt.Key.Key_F9, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, key)
    wait(lambda: not line.hasFocus())
    wanted = "M" if key == Qt.Key.Key_Escape else "Ctrl+F9"
    assert field.keySequence().toString() == wanted
    dialog.close()
    dialog.deleteLater()
