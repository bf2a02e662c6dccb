"""The frame of the window: pages that fold, the header, the row over the stage, the grid of results, the timeline, by hand."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.window import ask, pixels, rest, wait

NONE = Qt.KeyboardModifier.NoModifier


def wheel(widget, steps, place, modifiers=NONE):
    QApplication.sendEvent(
        widget,
        QWheelEvent(
            QPointF(place),
            QPointF(widget.mapToGlobal(place)),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def drag(widget, start, end, modifiers=NONE):
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, modifiers, start)
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), QPointF(end), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, modifiers
    )
    QApplication.sendEvent(widget, move)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, modifiers, end)


def test_a_query_by_keyboard_alone(demo):
    """Type, Enter, walk, open, keep, and back to the line: without the mouse."""
    line, view = demo.window.query.line, demo.window.results.view
    demo.window.query.focus_line()
    QTest.keyClicks(line, "someone jumps")
    before = demo.search.results
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait(lambda: demo.search.results is not before and view.hasFocus() and not demo.lanes.models.busy, 20)
    assert demo.window.left.open_page == "Results" and view.current == 0
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    chosen = demo.search.results[view.current]
    assert view.current == 1 + view.places.columns
    QTest.keyClick(view, Qt.Key.Key_Return)
    wait(lambda: demo.workspace.clip.id == chosen.clip.id)
    playing, trails = demo.playback.playing, demo.view_models.stage.options.trails
    QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_T)
    QTest.keyClick(view, Qt.Key.Key_K)
    assert demo.playback.playing != playing and demo.view_models.stage.options.trails != trails
    assert [c.id for c, _ in demo.view_models.stage.kept] == [chosen.clip.id]
    assert line.text() == "someone jumps"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert line.hasFocus() and line.selectedText() == line.text()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert view.hasFocus()


def test_a_click_on_a_tile_takes_the_keyboard_from_the_query(demo):
    line, view = demo.window.query.line, demo.window.results.view
    line.setFocus()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.tiles()[1].center())
    assert view.hasFocus()
    for key in (Qt.Key.Key_T, Qt.Key.Key_G, Qt.Key.Key_Y):
        QTest.keyClick(view, key)
    options = demo.view_models.stage.options
    assert options.trails and options.ghosts and options.trajectory and line.text() == demo.search.query


def test_a_query_of_the_last_session_leaves_the_keyboard_to_its_results(demo):
    demo.settings.setValue("last query", "someone jumps")
    demo.search.ask("")
    demo.window.query.line.setFocus()
    assert demo.view_models.queries.restore()
    demo.window.await_results()
    wait(lambda: demo.search.results and demo.window.results.view.hasFocus())
    assert not demo.view_models.queries.restore(), "something is asked already"
    demo.window.left.turn("Library")
    demo.window.query.line.setFocus()
    demo.window.await_results()
    demo.window.library.view.setFocus()  # the user goes on while the model is being loaded
    before = demo.search.results
    demo.search.submit("someone walks")
    demo.window.left.turn("Library")
    wait(lambda: demo.search.results is not before)
    assert demo.window.library.view.hasFocus() and demo.window.left.open_page == "Library"


def test_no_key_is_one_that_desktops_take(demo):
    """Ctrl+Alt and an arrow changes the workspace in GNOME, Xfce, MATE and openbox; a window never gets it."""
    taken = {f"Ctrl+Alt+{key}" for key in ("Left", "Right", "Up", "Down", "Del", "T", "L", "D")}
    taken |= {"Alt+Tab", "Alt+Space", *(f"Alt+F{n}" for n in range(1, 11))}
    keys = {key.toString() for action in demo.window.menus.actions for key in action.shortcuts()}
    assert len(keys) > 60 and not keys & taken


def test_the_grid_scrolls_and_goes_on(demo):
    view = demo.window.results.view
    first = demo.search.results
    assert len(first) == demo.search.k
    view.go(len(first) - 1)
    assert view.rect().contains(view.tiles()[-1].center()), "the last tile can be brought into view"
    QTest.keyClick(view, Qt.Key.Key_Down)
    wait(lambda: len(demo.search.results) > len(first))
    assert [r.hit for r in demo.search.results[: len(first)]] == [r.hit for r in first]
    rest(200)
    assert view.tiles()[0].height() > 100 and view.bar.maximum() > 0
    wheel(view, -40, view.rect().center())
    wait(lambda: len(demo.search.results) > len(first) + 24)
    assert pixels(view).std() > 10
    ask(demo, "someone jumps")
    assert len(demo.search.results) == demo.search.k and view.bar.value() == 0, "another query begins anew"


def test_the_strip_is_above_the_stage_and_back(demo):
    window, view = demo.window, demo.window.results.view
    window.set_strip(True)
    rest(200)
    tops = {tile.top() for tile in view.tiles()}
    assert len(tops) == 1 and view.mapTo(window, QPoint()).y() < window.stage.mapTo(window, QPoint()).y()
    assert window.results.strip.isChecked() and pixels(view).std() > 10
    window.set_strip(False)
    rest(200)
    assert window.results.isAncestorOf(view) and len({tile.top() for tile in view.tiles()}) > 1


@pytest.fixture
def pages(demo):
    yield demo.window
    demo.window.reset_layout()
    demo.window.left.turn("Results")


def test_pages_fold_and_what_was_folded_is_remembered(pages, tmp_path):
    window, left, right = pages, pages.left, pages.right
    wide = window.stage.width()
    QTest.mouseClick(right.buttons["Why"], Qt.MouseButton.LeftButton)
    assert right.open_page == "Why" and right.buttons["Why"].isChecked() and not right.buttons["Patches"].isChecked()
    QTest.mouseClick(right.buttons["Why"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(left.buttons["Results"], Qt.MouseButton.LeftButton)
    wait(lambda: window.stage.width() > wide + 300)
    assert left.open_page == right.open_page == ""
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    window.frame.save(settings, False)
    settings.sync()
    window.reset_layout()
    assert left.open_page == "Library" and right.open_page == "Patches"
    window.frame.restore(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    assert left.open_page == right.open_page == ""
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert right.open_page == "Info", "a key opens a page"
    before = window.timeline.isVisible()
    window.transport.fold(True)
    assert before and not window.timeline.isVisible() and window.transport.isVisible()


def test_the_window_can_be_small_and_folds_for_it(pages):
    size = pages.size()
    pages.resize(900, 600)
    wait(lambda: pages.width() == 900 and pages.height() == 600)
    rest(100)
    assert pages.right.open_page == "" and pages.stage.width() >= 300
    transport = pages.transport
    assert pages.rect().contains(transport.mapTo(pages, transport.rect().bottomRight())), "the buttons of the clock are inside"
    left, right = pages.left, pages.right
    for side, other, name in (right, left, "Info"), (left, right, "Library"), (right, left, "Patches"), (left, right, "Results"):
        side.turn(name)
        rest(100)
        assert side.open_page == name and not other.open_page, "one side at a time"
        stage, buttons = pages.stage, pages.stage_header.buttons.values()
        assert pages.middle.width() >= stage.width() >= 400 and all(b.width() >= 24 for b in buttons), "nothing is cut"
    pages.resize(size)
    wait(lambda: pages.width() == size.width())
    assert pages.right.open_page == "Patches"


def test_every_page_has_a_number(demo):
    window = demo.window
    pages = [(window.left, name) for name in window.left.buttons] + [(window.right, name) for name in window.right.buttons]
    for number, (side, name) in enumerate(pages, 1):
        window.query.line.setFocus()
        text = window.query.line.text()
        side.turn("")
        QTest.keyClick(window.query.line, str(number), Qt.KeyboardModifier.AltModifier)
        assert side.open_page == name and window.query.line.text() == text


def test_every_page_fits_the_least_width_of_its_side(pages):
    """Nothing overlaps or is cut where the window is small."""
    for side in (pages.left, pages.right):
        for name in side.buttons:
            side.turn(name)
            page = side.currentWidget()
            assert page.minimumSizeHint().width() <= side.minimumWidth(), name


def test_the_title_and_the_header_name_library_and_model(demo):
    header = demo.window.frame.header
    assert demo.window.windowTitle() == "Demo library – starter – Motion Patches Studio"
    assert header.library.text() == "Demo library" and header.model.text() == "starter"
    header.model.menu().aboutToShow.emit()
    entries = {a.text(): a for a in header.model.menu().actions()}
    assert entries["starter"].isChecked() and {"Models…", "Teach This Library…"} <= set(entries)


def test_the_row_over_the_stage_follows_the_keys(demo):
    buttons = demo.window.stage_header.buttons
    assert buttons["trails"].toolTip() == "Trails of Hands, Feet and Head (T)"
    buttons["trails"].click()
    assert demo.view_models.stage.options.trails and buttons["trails"].isChecked()
    demo.window.stage.setFocus()
    QTest.keyClick(demo.window, Qt.Key.Key_T)
    assert not buttons["trails"].isChecked()
    buttons["keep"].click()
    assert buttons["keep"].isChecked()
    assert demo.workspace.notices.shown[-1].text == "Kept for comparison, 1 of 3." and demo.window.comparison.isVisible()
    demo.workspace.notices.dismiss_shown()
    other = demo.search.results[3]
    demo.workspace.show(other.clip, other.motion)
    assert not buttons["keep"].isChecked()
    demo.view_models.stage.keep()
    demo.view_models.stage.toggle_comparing()
    assert buttons["keep"].isChecked() and buttons["side_by_side"].isEnabled()
    demo.workspace.notices.dismiss_shown()


def test_a_click_acts_while_the_keyboard_is_in_the_query_and_a_key_types(demo):
    """A button over the stage, and an entry of a menu, did nothing as long as a query was being typed."""
    window, options = demo.window, lambda: demo.view_models.stage.options
    window.query.focus_line()
    window.stage_header.buttons["trails"].click()
    assert options().trails
    window.menus.stage.switches["ghosts"].trigger()
    assert options().ghosts and window.query.line.hasFocus()
    for key in (Qt.Key.Key_T, Qt.Key.Key_G):
        QTest.keyClick(window.query.line, key)
    assert options().trails and options().ghosts and window.query.line.text() == "tg"
    window.results.k.setFocus()
    QTest.keyClick(window.results.k, Qt.Key.Key_T)
    assert options().trails
    window.results.view.setFocus()
    QTest.keyClick(window.results.view, Qt.Key.Key_T)
    assert not options().trails


def test_the_cube_turns_the_camera(demo):
    from motionpatches.app.widgets.views.view_cube import faces

    stage, cube = demo.window.stage, demo.window.stage.cube
    stage.turn_to(stage.heading + 0.6, 0.6)
    seen = {face.name: face for face in faces(cube.camera, cube.width())}
    assert set(seen) == {"Front", "Left", "Top"}
    QTest.mouseClick(cube, Qt.MouseButton.LeftButton, pos=seen["Left"].corners.boundingRect().center().toPoint())
    assert stage.camera.azimuth - stage.heading == pytest.approx(1.5708, abs=1e-3)
    assert next(iter(faces(cube.camera, cube.width()))).name == "Left"


def test_the_timeline_by_hand(demo):
    """Edges of the range are handles, the wheel zooms, a double click clears, a click on a name folds."""
    timeline, playback = demo.window.timeline, demo.playback
    y = timeline.height() - 20
    playback.range_s = (0.5, 1.0)
    playback.changed.emit()
    drag(timeline, QPoint(round(timeline.x_of(1.0)), y), QPoint(round(timeline.x_of(1.5)), y))
    assert playback.range_s == pytest.approx((0.5, 1.5), abs=0.03)
    drag(timeline, QPoint(round(timeline.x_of(0.5)), y), QPoint(round(timeline.x_of(0.25)), y))
    assert playback.range_s == pytest.approx((0.25, 1.5), abs=0.03)
    mouse = QPoint(round(timeline.x_of(1.0)), y)
    wheel(timeline, 3, mouse)
    assert timeline.end_s - timeline.start_s < 0.6 * playback.duration_s
    assert timeline.x_of(1.0) == pytest.approx(mouse.x(), abs=2), "what is under the mouse stays there"
    wheel(timeline, -9, mouse)
    assert (timeline.start_s, timeline.end_s) == pytest.approx((0, playback.duration_s))
    QTest.mouseDClick(timeline, Qt.MouseButton.LeftButton, pos=mouse)
    assert playback.range_s is None
    high = timeline.height()
    lane, box = timeline.boxes()[-1]
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(20, int(box.center().y())))
    assert lane.name in timeline.folded and timeline.height() < high
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(20, int(timeline.boxes()[-1][1].center().y())))
    assert not timeline.folded and timeline.height() == high


def test_captions_of_ranges_are_bars(demo):
    demo.view_models.captions.add("a range of it", 0.5, 1.2)
    rest(100)
    bars = demo.window.timeline.lanes["Captions"].spans
    assert [(b.text, b.start, b.end) for b in bars] == [("a range of it", 0.5, 1.2)]
    demo.view_models.history.undo()
    wait(lambda: "Captions" not in demo.window.timeline.lanes)


def test_the_list_follows_the_stage_and_the_keyboard_enters_it(demo):
    panel, window = demo.window.library, demo.window
    window.left.turn("Library")
    shown = demo.search.results[4]
    demo.workspace.show(shown.clip, shown.motion)
    row = panel.view.currentIndex().row()
    assert panel.takes.clip(row).id == shown.clip.id
    assert panel.view.viewport().rect().intersects(panel.view.visualRect(panel.view.currentIndex()))
    panel.filter.setText("sits")
    demo.workspace.show(shown.clip, shown.motion)
    assert not panel.view.selectionModel().selectedRows(), "no row is marked that is not shown"
    panel.filter.setFocus()
    QTest.keyClick(panel.filter, Qt.Key.Key_Down)
    assert panel.view.hasFocus() and panel.view.currentIndex().row() == 0
    panel.filter.clear()


def test_a_new_query_leaves_a_timeline_without_scores_as_it_is(demo):
    """Painting it takes the processor while the query is answered."""
    timeline = demo.window.timeline
    ask(demo, "someone jumps")
    wait(lambda: timeline._still is not None and "Query" not in timeline.lanes)
    still = timeline._still
    demo.search.query_changed.emit()
    assert timeline._still is still
    demo.view_models.moments.times_s, demo.view_models.moments.scores = np.array([0.0, 1.0]), np.array([0.2, 0.4])
    demo.view_models.moments.changed.emit()
    assert "Query" in timeline.lanes and timeline._still is not still
    demo.search.query_changed.emit()
    assert "Query" not in timeline.lanes
