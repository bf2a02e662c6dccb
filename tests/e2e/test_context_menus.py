"""Choosing several takes in list and grid, and the menus of every place."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from motionpatches.app.widgets import collection_menus
from tests.window import rest, wait

CTRL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def window(demo):
    yield demo.window
    menu = QApplication.activePopupWidget()
    if menu is not None:
        menu.close()
    demo.view_models.selection.choose([demo.workspace.clip])
    demo.window.left.turn("Results")


def opened():
    """The words of the menu that is open, those of disabled actions in brackets; it is closed."""
    wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu), 5)
    menu = QApplication.activePopupWidget()
    words = [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return words


def right_click(widget, place):
    """As X11 does it: the press asks for the menu, the release of the button follows."""
    from PySide6.QtGui import QContextMenuEvent

    QTest.mousePress(widget, RIGHT, NONE, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, RIGHT, NONE, place)


def ids(demo):
    return [clip.id for clip in demo.view_models.selection.clips]


def test_tiles_are_chosen_with_ctrl_shift_and_all(demo, window):
    view, results = window.results.view, demo.search.results
    window.left.turn("Results")
    rest(50)
    shown = demo.workspace.clip.id
    QTest.mouseClick(view, LEFT, NONE, view.tiles()[1].center())
    wait(lambda: demo.workspace.clip.id == results[1].clip.id)
    QTest.mouseClick(view, LEFT, CTRL, view.tiles()[3].center())
    assert ids(demo) == [results[1].clip.id, results[3].clip.id] and demo.workspace.clip.id == results[1].clip.id
    QTest.mouseClick(view, LEFT, SHIFT, view.tiles()[5].center())
    assert ids(demo) == [r.clip.id for r in results[3:6]]
    QTest.keyClick(view, Qt.Key.Key_A, CTRL)
    assert ids(demo) == [r.clip.id for r in results] and demo.workspace.clip.id != shown
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Right, SHIFT)
    assert ids(demo) == [r.clip.id for r in results[:2]]
    QTest.keyClick(view, Qt.Key.Key_S)
    assert all(demo.view_models.marks.of(r.clip).favourite for r in results[:2]), "a key acts on all of them"
    demo.view_models.history.undo()
    assert not any(demo.view_models.marks.of(r.clip).favourite for r in results[:2]), "in one step"


def test_a_tile_s_menu_is_of_that_tile_which_is_not_shown_for_it(demo, window):
    view, shown = window.results.view, demo.workspace.clip.id
    window.left.turn("Results")
    rest(50)
    right_click(view, view.tiles()[2].center())
    words = opened()
    assert {"Show on Stage", "Keep for Comparison", "More Like This", "Favourite", "Tags…", "Show in Folder", "Copy Path"} < set(
        words
    )
    assert ids(demo) == [demo.search.results[2].clip.id] and demo.workspace.clip.id == shown
    window.menus.takes.actions["copy path"].trigger()
    assert QApplication.clipboard().text() == str(demo.search.results[2].clip.path)
    window.menus.takes.actions["keep"].trigger()
    wait(lambda: demo.view_models.stage.kept)
    assert demo.view_models.stage.kept[0][0].id == demo.search.results[2].clip.id


def test_chosen_takes_go_into_a_collection_which_the_list_shows(demo, window, monkeypatch):
    view, results, takes = window.results.view, demo.search.results[1:4], window.menus.takes
    window.left.turn("Results")
    rest(50)
    QTest.mouseClick(view, LEFT, NONE, view.tiles()[1].center())
    QTest.mouseClick(view, LEFT, SHIFT, view.tiles()[3].center())
    right_click(view, view.tiles()[2].center())
    assert {"Add to Collection", "Remove from Collection"} < set(opened())
    assert not takes.actions["take out"].isEnabled() and "no collection" in takes.actions["take out"].toolTip()
    monkeypatch.setattr(collection_menus, "ask_text", lambda *_: "Spring Reel")
    takes.actions["new collection"].trigger()
    next(action for action in window.menus.actions if action.text() == "Show Collection…").trigger()
    wait(lambda: QApplication.activePopupWidget() is window.library.collection_menu, 5)
    window.library.collection_menu.actions()[0].trigger()
    window.library.collection_menu.close()
    rows = window.library.takes
    assert window.library.filter.text() == "in:spring-reel" and len(rows.rows) == 3
    assert {rows.clip(row).id for row in range(3)} == {result.clip.id for result in results}
    window.library.filter.clear()
    demo.view_models.selection.choose([results[0].clip])
    add, out = takes.actions["collect"].menu(), takes.actions["take out"].menu()
    add.aboutToShow.emit()
    assert [(action.text(), action.isChecked()) for action in add.actions() if action.isCheckable()] == [("Spring Reel", True)]
    out.aboutToShow.emit()
    out.actions()[0].trigger()
    assert [one.takes for one in demo.view_models.collections.all] == [2]
    demo.view_models.history.undo()
    demo.view_models.history.undo()
    assert not demo.view_models.collections.all, "in two steps"


def test_actions_that_are_not_possible_say_why(demo, window):
    more, clips = window.menus.takes.actions["more like this"], demo.workspace.library.clips
    assert more.isEnabled() and more.shortcut().toString() == "M"
    demo.view_models.selection.choose(clips[:3])
    assert not more.isEnabled() and more.toolTip() == "Choose one take alone."
    window.context.takes(window.mapToGlobal(QPoint(50, 50)))
    assert opened()[0] == "3 takes chosen"
    demo.view_models.selection.choose(clips[:1])
    assert more.isEnabled() and more.toolTip() == "More Like This"
    zoom = window.menus.takes.actions["zoom to range"]
    assert not zoom.isEnabled() and "Mark a range" in zoom.toolTip()
    demo.playback.mark(False)
    assert zoom.isEnabled()


def test_stage_timeline_patches_and_list_have_menus(demo, window):
    window.left.turn("Library")
    rest(100)
    timeline = window.timeline
    place = QPoint(timeline.label_width + 200, timeline.height() - 10)
    right_click(timeline, place)
    assert {"Range Begins Here", "Clear Range", "Zoom to Range", "Add Caption for Range"} < set(opened())
    assert demo.playback.time_s == pytest.approx(timeline.time_at(place.x()), abs=0.01), '"here" is under the mouse'
    right_click(window.stage, window.stage.rect().center())
    assert {"Frame the Motion", "Keep for Comparison", "Export…"} < set(opened())
    window.right.turn("Patches")
    wait(lambda: window.patches.view.image is not None)
    window.patches.view.menu_wanted.emit(window.mapToGlobal(QPoint(50, 50)))
    assert "Explain Result" in opened()
    view, shown = window.library.view, demo.workspace.clip.id
    view.scrollToTop()
    other = next(row for row in range(3) if window.library.takes.clip(row).id != shown)
    right_click(view.viewport(), view.visualRect(view.table.index(other, view._column)).center())
    assert "Copy Path" in opened() and ids(demo) == [window.library.takes.clip(other).id] and demo.workspace.clip.id == shown


def test_a_dot_of_the_map_has_the_menu_of_its_take(demo, window):
    window.left.turn("Map")
    page = window.pages.map
    wait(lambda: len(page.map.places) == len(demo.workspace.library.clips), 30)
    page.asked.emit(page.map.clips[7], window.mapToGlobal(QPoint(50, 50)))
    assert "Copy Path" in opened() and ids(demo) == [page.map.clips[7].id]


def test_the_palette_knows_path_reveal_and_refresh(demo, window):
    from motionpatches.app.widgets.dialogs.command_palette import CommandPalette, words_of

    palette = CommandPalette(window.menus.actions, window)
    for typed, wanted in (("path", "Copy Path"), ("reveal", "Show in Folder"), ("rescan", "Refresh"), ("refresh", "Refresh")):
        palette.line.setText(typed)
        first = [palette.list.topLevelItem(i) for i in range(min(palette.list.topLevelItemCount(), 2))]
        assert wanted in [words_of(item.data(0, Qt.ItemDataRole.UserRole)) for item in first]
    palette.close()
