"""Work under way in the window: quitting asks, the welcome page has a way back, a drag says what a drop does; the manual."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest

from motionpatches.app.viewmodels.quitting import CANCEL, FINISH, QUIT
from motionpatches.app.widgets import quitting as module
from motionpatches.core.progress import Progress
from tests.window import wait


@pytest.fixture
def export(demo):
    """An export that does not end by itself."""
    demo.workspace.jobs.report("export 1", Progress("Exporting", 1, 8), lambda: None)
    yield demo
    demo.workspace.jobs.ended("export 1")
    demo.workspace.notices.close()


def test_quitting_asks_and_waits_where_that_is_chosen(export, monkeypatch):
    window, answers, asked, closed = export.window, [CANCEL, FINISH], [], []
    monkeypatch.setattr(module, "choose", lambda parent, title, text, choices: asked.append(text) or answers.pop(0))
    for _ in range(2):
        event = QCloseEvent()
        window.closeEvent(event)
        assert not event.isAccepted() and window.isVisible() and "(1 of 8)" in asked[-1]
    monkeypatch.setattr(window.quitting, "window", SimpleNamespace(close=lambda: closed.append(True)))
    export.workspace.jobs.report("export 1", Progress("Exporting", 7, 8), lambda: None)
    assert not closed
    export.workspace.jobs.ended("export 1")
    assert closed == [True] and not window.quitting.waiting


def test_quitting_anyway_and_with_nothing_under_way_closes(export, monkeypatch):
    quitting = export.window.quitting
    monkeypatch.setattr(module, "choose", lambda *_: QUIT)
    assert quitting.may_close()
    export.workspace.jobs.ended("export 1")
    monkeypatch.setattr(module, "choose", lambda *_: pytest.fail("nothing to ask"))
    assert quitting.may_close()


def test_escape_and_a_button_leave_the_welcome_page(demo):
    window = demo.window
    for leave in (lambda: QTest.keyClick(window, Qt.Key.Key_Escape), window.welcome.back.click):
        window.show_welcome()
        assert window.middle.currentWidget() is window.welcome and window.welcome.back.isVisible()
        leave()
        assert window.middle.currentWidget() is window.stage_page
    demo.workspace.notices.say("Read.")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not demo.workspace.notices.shown


def test_a_drag_over_the_window_says_what_a_drop_does(demo, tmp_path):
    window, data = demo.window, QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "walks"))])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dragEnterEvent(QDragEnterEvent(QPoint(400, 300), actions, data, buttons, Qt.KeyboardModifier.NoModifier))
    assert window.drop_hint.isVisible() and "walks" in window.drop_hint.text and window.drop_hint.size() == window.size()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not window.drop_hint.isVisible()


def test_f1_is_the_manual(demo):
    window = demo.window
    window.activateWindow()
    wait(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F1)
    wait(lambda: window.pages.manual.isVisible())
    assert "Getting started" in window.pages.manual.page.toPlainText()
    window.pages.manual.close()
