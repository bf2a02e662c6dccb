"""From the start of the program to an exported file by keyboard alone: each key goes to whatever has the keyboard."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionpatches.app.widgets.dialogs.export import ExportDialog
from motionpatches.app.widgets.dialogs.tour import Tour
from tests.core.export.test_gltf import same_joints
from tests.window import modal, wait

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(key, modifiers=Qt.KeyboardModifier.NoModifier):
    """A key as the window system brings it: to the window that has the keyboard, which knows the rest."""
    QTest.keyClick(QGuiApplication.focusWindow(), key, modifiers)


def write(text):
    for letter in text:
        QTest.keyClick(QGuiApplication.focusWindow(), letter)


def tab_to(widget, most=40):
    """Tab until a widget has the keyboard."""
    for _ in range(most):
        if QApplication.focusWidget() is widget:
            return
        press(Qt.Key.Key_Tab)
    pytest.fail(f"Tab does not reach {widget.accessibleName() or widget}")


@pytest.fixture
def started(studio, tmp_path):
    """A second start of the program, the first of its settings, beside the window of the other tests, which rests."""
    from motionpatches.app.application import Studio

    playing, studio.playback.playing = studio.playback.playing, False
    mine = Studio([], settings=QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    mine.window.resize(960, 640)  # quickly drawn
    mine.window.activateWindow()
    wait(mine.window.isActiveWindow)
    wait(lambda: mine.workspace.retriever is not None and mine.window.findChildren(Tour), 60)
    yield mine
    mine.window.close()
    mine.window.setParent(None)
    studio.playback.playing = playing
    studio.window.activateWindow()
    wait(studio.window.isActiveWindow)


def test_from_the_start_to_an_exported_file(started, tmp_path):
    window, search = started.window, started.search
    press(Qt.Key.Key_Escape)  # the tour of a first start
    wait(lambda: not window.findChildren(Tour))
    assert window.query.line.hasFocus(), "what is typed first is a query, and no keys of the stage"
    write("jump")
    press(Qt.Key.Key_Return)
    wait(lambda: search.results and search.query == "jump" and window.results.view.hasFocus(), 60)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Down)
    result = search.results[window.results.view.current]
    assert window.results.view.current > 1
    press(Qt.Key.Key_Return)
    wait(lambda: started.workspace.clip.id == result.clip.id)
    file = tmp_path / "jump.glb"

    def sheet(dialog):
        wait(dialog.isActiveWindow)
        assert dialog.purposes.hasFocus(), "the first question has the keyboard"
        tab_to(dialog.purposes)
        press(Qt.Key.Key_End)
        while dialog.export.purpose != "glb-blender":
            before = dialog.purposes.currentRow()
            press(Qt.Key.Key_Up)
            assert dialog.purposes.currentRow() == before - 1
        assert dialog.what.currentText() == "The shown motion"
        tab_to(dialog.line)
        press(Qt.Key.Key_A, CTRL)
        write(str(file))
        press(Qt.Key.Key_Return)

    modal(ExportDialog, sheet, lambda: press(Qt.Key.Key_E, CTRL | SHIFT))
    wait(file.exists, 60)
    motion = started.workspace.library.load(result.clip.id)
    same_joints(motion, file.read_bytes(), frames=(0, motion.frame_count // 2, motion.frame_count - 1))
    window.activateWindow()  # what a window manager does when the sheet is closed
    wait(lambda: not started.lanes.exports.busy and window.isActiveWindow())
    assert window.results.view.hasFocus(), "the keyboard is where it was before"
    press(Qt.Key.Key_Escape)
    assert window.query.line.hasFocus()


def test_all_fields_of_the_sheet_are_reached_and_escape_leaves(demo):
    """Each field that is shown has the keyboard once in a round of Tab; Escape writes nothing."""
    demo.window.activateWindow()
    seen = []

    def round_trip(dialog):
        wait(dialog.isActiveWindow)
        first = QApplication.focusWidget()
        for _ in range(60):
            seen.append(QApplication.focusWidget())
            press(Qt.Key.Key_Tab)
            if QApplication.focusWidget() is first:
                break
        fields = [field for _, field, fits in dialog.fields._seen if fits(dialog.export.plan.format)]
        wanted = [dialog.purposes, *fields, dialog.line, dialog.browse, dialog.save]
        if len(dialog.export.sources) > 1:
            wanted.append(dialog.what)
        missing = [w for w in wanted if w.isEnabled() and not any(s is w or w.isAncestorOf(s) for s in seen)]
        assert not missing, [w.accessibleName() or w for w in missing]
        assert len(seen) == len(set(seen)), "a round is closed"
        press(Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    modal(ExportDialog, round_trip, lambda: press(Qt.Key.Key_E, CTRL | SHIFT))
