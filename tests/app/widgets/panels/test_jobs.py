"""The button and the list of work under way."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QPushButton

from motionpatches.app.background.jobs import Jobs
from motionpatches.app.viewmodels.notices import Action, Notices
from motionpatches.app.widgets.panels.jobs import JobsButton
from motionpatches.core.progress import Progress
from tests.window import rest, wait


@pytest.fixture
def button(app):
    window, opened = QMainWindow(), []
    button = JobsButton(Jobs(), Notices(), {"training": lambda: opened.append("training")})
    button.opened = opened
    window.statusBar().addPermanentWidget(button)
    window.resize(900, 400)
    window.show()
    wait(window.isVisible)
    yield button
    button.notices.close()
    button.list.hide()
    window.close()
    window.deleteLater()


def buttons(widget, text):
    return [b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible()]


def test_it_says_what_runs_and_how_much_more_there_is(button):
    assert not button.isVisible()
    button.jobs.report("index", Progress("Indexing bvh", 320, 2902, 45.0, 57.0), lambda: None)
    wait(button.isVisible)
    assert button.accessibleName() == "Indexing bvh: 320 of 2,902, 45/s, 57 s left"
    button.jobs.report("export", Progress("Exporting", 1, 8), lambda: None)
    assert button.accessibleName().endswith("1 more")
    button.jobs.ended("index")
    assert "Exporting: 1 of 8" in button.text()
    button.jobs.ended("export")
    assert not button.isVisible()


def test_each_work_is_cancelled_by_itself_and_opens_its_window(button):
    stopped = []
    for key in ("index", "training"):
        button.jobs.report(key, Progress(key.capitalize(), 1, 4), lambda key=key: stopped.append(key))
    wait(button.isVisible)
    button.click()
    wait(button.list.isVisible)
    row = button.list.rows["index"]
    assert row.bar.maximum() and row.bar.value() / row.bar.maximum() == pytest.approx(0.25)
    QTest.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    assert stopped == ["index"] and "stopping" in row.text.text() and not row.cancel.isEnabled()
    assert button.list.rows["index"] is row, "the line under the pointer stays"
    button.jobs.ended("index")
    assert list(button.list.rows) == ["training"]
    (show,) = buttons(button.list, "Show")
    QTest.mouseClick(show, Qt.MouseButton.LeftButton)
    assert button.opened == ["training"] and not button.list.isVisible()


def test_what_is_finished_stays_with_its_action_until_it_is_dismissed(button):
    done = []
    button.notices.say("8 files saved.", Action("Show in Folder", lambda: done.append("folder")), kept=True)
    button.notices.say("Saved another.", Action("Open", lambda: done.append("open")), kept=True)
    button.notices.dismiss_shown()
    wait(button.isVisible)
    assert button.text() == "2 finished"
    button.click()
    wait(button.list.isVisible)
    QTest.mouseClick(buttons(button.list, "Show in Folder")[0], Qt.MouseButton.LeftButton)
    assert done == ["folder"] and button.text() == "1 finished"
    button.click()
    wait(button.list.isVisible)
    QTest.keyClick(button.list, Qt.Key.Key_Escape)
    assert not button.list.isVisible() and button.isVisible()
    button.notices.dismiss(button.notices.kept[0])
    assert not button.isVisible()


def test_work_that_cannot_say_how_far_it_is_shows_that_it_moves(button):
    button.jobs.report("index", Progress("Indexing bvh", 0, 860), lambda: None)
    wait(button.isVisible)
    button.click()
    wait(button.list.isVisible)
    assert button.list.rows["index"].bar.maximum() == 0 and "0 of 860" not in button.text()


def test_what_is_over_at_once_is_not_shown_and_a_closed_window_rests(button):
    button.jobs.report("moments", Progress("Moments", 1, 2), lambda: None)
    button.jobs.ended("moments")
    rest(400)
    assert not button.isVisible()
    button.jobs.report("training", Progress("Training mine", 1, 2), lambda: None)
    wait(lambda: button.isVisible() and button._tick.isActive())
    button.window().hide()
    assert not button._tick.isActive()


def test_a_long_name_leaves_room_for_how_much_more_there_is(button):
    button.jobs.report("index", Progress("Indexing " + "a long name " * 6, 1, 9), lambda: None)
    button.jobs.report("export", Progress("Exporting", 1, 8), lambda: None)
    wait(button.isVisible)
    assert button.text().endswith("1 more") and "…" in button.text() and button.width() < 500


def test_a_long_name_leaves_what_is_left_of_the_work(button):
    """The name of two libraries that are opened together, in the middle of their index."""
    button.jobs.report("index", Progress("Indexing " + 6 * "Demo library + ", 768, 3000, 18.0, 126.0), lambda: None)
    wait(button.isVisible)
    assert button.text().startswith("Indexing") and "…" in button.text() and button.text().endswith("2 min 06 s left")
