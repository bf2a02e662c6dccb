"""Pictures in the window: tiles that stand at a telling pose and follow the mouse, kept takes, the map's pictures."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionpatches.app.widgets.panels.take_cells import picture_box
from motionpatches.app.widgets.panels.take_table import ENTRY
from motionpatches.app.widgets.theme import letter_colour
from motionpatches.app.widgets.views.tile_labels import mark_box
from motionpatches.core.motion.telling import telling_frame
from tests.window import pixels, rest, wait

NONE = Qt.KeyboardModifier.NoModifier


def move(view, place: QPoint):
    """The mouse moves over a view, no button pressed."""
    at = QPointF(place)
    view.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE))


@pytest.fixture
def view(demo):
    demo.window.left.turn("Results")
    found = demo.window.results.view
    wait(found.isVisible)
    yield found
    found.leaveEvent(QEvent(QEvent.Type.Leave))
    demo.workspace.notices.dismiss_shown()


def test_tiles_stand_at_their_telling_pose_and_follow_the_mouse(demo, view):
    first = demo.search.results[0]
    start, end = first.hit.start_s, first.hit.end_s or first.motion.duration_s
    telling = start + telling_frame(first.motion.cut(start, end)) / first.motion.fps
    assert view._time(0) == pytest.approx(telling)
    tile = view.tiles()[0]
    move(view, QPoint(tile.left() + tile.width() // 4, tile.center().y()))
    assert view.hover == 0 and view._time(0) == pytest.approx(start + (end - start) / 4, rel=0.05)
    rest(100)
    early = pixels(view)[tile.top() : tile.bottom() - 40, tile.left() : tile.right()]
    move(view, QPoint(tile.left() + tile.width() * 3 // 4, tile.center().y()))
    rest(100)
    late = pixels(view)[tile.top() : tile.bottom() - 40, tile.left() : tile.right()]
    assert (np.abs(early - late).sum(axis=2) > 60).mean() > 0.01, "another pose is drawn"
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert view._time(0) == pytest.approx(telling)


def test_the_plus_of_a_tile_keeps_it_and_its_letter_lets_it_go(demo, view):
    stage, shown = demo.view_models.stage, demo.workspace.clip
    row = demo.window.comparison
    for index, letter in ((1, "A"), (2, "B")):
        box = mark_box(view.tiles()[index])
        move(view, box.center())
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=box.center())
        clip = demo.search.results[index].clip
        wait(lambda c=clip, one=letter: stage.letter(c) == one)
    assert demo.workspace.clip is shown, "a click on the mark opens nothing"
    assert row.isVisible() and [slot.isVisible() for slot in row.slots] == [True, True, False]
    view.overlay.refresh()
    rest(50)
    box = mark_box(view.tiles()[1])
    colour = letter_colour(view, "A").getRgb()[:3]
    assert np.abs(pixels(view)[box.center().y(), box.left() + 4] - colour).max() < 12
    QTest.mouseClick(row.compare, Qt.MouseButton.LeftButton)
    assert stage.comparing and [c.id for c, _ in stage.bodies] == [r.clip.id for r in demo.search.results[1:3]]
    assert len(demo.window.timeline.lanes["Compared"].curves) == 2
    rest(150)
    seen = pixels(demo.window.stage)
    for letter in "AB":
        near = np.abs(seen - letter_colour(view, letter).getRgb()[:3]).max(axis=2) < 6
        assert near.sum() > 60, f"{letter} is seen over its body"
    QTest.mouseClick(row.slots[1].cross, Qt.MouseButton.LeftButton)
    assert [c.id for c, _ in stage.kept] == [demo.search.results[1].clip.id]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=box.center())
    assert stage.kept == [] and not row.isVisible() and "Compared" not in demo.window.timeline.lanes


def test_a_dot_of_the_map_shows_its_picture_and_a_preview_that_moves(demo):
    demo.window.left.turn("Map")
    page = demo.window.pages.map
    wait(lambda: len(page.map.places) == len(demo.workspace.library.clips), 30)
    assert "Label" not in [page.colour_box.itemText(i) for i in range(page.colour_box.count())], "no clip has one"
    page.hover(QPointF(*page.map.places[7].tolist()))
    clip = page.map.clips[page.hovered]
    assert page.picture.isVisible() and page.picture.clip.id == clip.id
    wait(lambda: demo.view_models.thumbnails.picture(clip) is not None, 30)
    wait(lambda: page.preview.search.results and page.preview.search.results[0].clip.id == clip.id)
    assert not demo.playback.playing
    before = page.preview._time(0)
    rest(150)
    assert page.preview._time(0) != before, "it moves though all else stands"
    page.hover(QPointF(1e6, 1e6))
    assert not page.picture.isVisible() and page.hovered == -1


def test_the_mouse_along_the_picture_of_a_row_goes_through_its_poses(demo):
    demo.window.left.turn("Library")
    view, thumbnails = demo.window.library.view, demo.view_models.thumbnails
    wait(view.isVisible)
    view.scrollToTop()
    column = view.horizontalHeader().logicalIndexAt(0)
    index = view.model().index(2, column)
    box = picture_box(view.visualRect(index))
    clip = index.data(ENTRY).clip
    view.scrub.move(QPoint(box.left() + 2, box.center().y()))
    wait(lambda: thumbnails.strip(clip) is not None, 30)
    cells = view.itemDelegate()
    assert cells.scrubbed[0] == clip.id
    first = cells._picture(index.data(ENTRY))
    view.scrub.move(QPoint(box.center().x(), box.center().y()))
    middle = cells._picture(index.data(ENTRY))
    assert first != middle and first == thumbnails.pose(clip, 0.02) and middle == thumbnails.pose(clip, 0.48)
    view.scrub.move(QPoint(box.right() + 40, box.center().y()))
    assert cells.scrubbed == ("", 0.0) and cells._picture(index.data(ENTRY)) == thumbnails.picture(clip)


def test_shift_and_drag_turns_one_tile_and_no_alt_is_needed(demo):
    """Alt and a drag move the whole window in many desktops."""
    view = demo.window.results.view
    where, own, camera = view.tiles()[1].center(), dict(view.own), view.camera
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(view, Qt.MouseButton.LeftButton, shift, where)
    for x in (10, 40):
        QApplication.sendEvent(view, moved_to(view, where + QPoint(x, 0), shift))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, shift, where + QPoint(40, 0))
    assert set(view.own) - set(own) == {1} and view.own[1] != camera and view.camera == camera
    view.own = own


def moved_to(view, place, modifiers):
    at, left = QPointF(place), Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, at, QPointF(view.mapToGlobal(place)), Qt.MouseButton.NoButton, left, modifiers)
