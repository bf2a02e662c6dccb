"""Notices in the corner of a window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPushButton

from motionpatches.app.viewmodels.notices import Action, Notices
from motionpatches.app.widgets.panels.notices import NoticeStack
from tests.window import wait


@pytest.fixture
def window(app):
    window = QMainWindow()
    window.line = QLineEdit()
    window.setCentralWidget(window.line)
    window.statusBar()
    window.resize(900, 600)
    window.notices = Notices()
    window.stack = NoticeStack(window.notices, window)
    window.show()
    window.activateWindow()
    wait(window.isActiveWindow)
    window.line.setFocus()
    yield window
    window.notices.close()
    window.close()
    window.deleteLater()


def test_a_notice_stands_in_the_corner_and_leaves_the_keyboard_where_it_is(window):
    window.notices.say("8 files saved. " + "A long sentence that is wrapped. " * 6, Action("Show in Folder", lambda: None))
    QTest.keyClicks(window.line, "typed on")
    assert window.line.text() == "typed on" and window.line.hasFocus() and window.stack.isVisible()
    for width in (900, 1200):
        window.resize(width, 700)
        wait(lambda width=width: width - 40 < window.stack.geometry().right() < width)
        box = window.stack.geometry()
        assert window.statusBar().geometry().top() - 40 < box.bottom() < window.statusBar().geometry().top()
        label = window.stack.findChildren(QPushButton)[0].parentWidget().layout().itemAt(0).widget()
        assert label.height() >= label.heightForWidth(label.width()), "the whole text is seen"


def test_its_button_acts_and_the_cross_dismisses(window):
    done = []
    window.notices.say("Removed.", Action("Undo", lambda: done.append(1)))
    (button,) = window.stack.findChildren(QPushButton)
    assert button.text() == "Undo"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(lambda: not window.stack.isVisible())
    assert done == [1] and not window.notices.shown
