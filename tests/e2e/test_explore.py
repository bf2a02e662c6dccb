"""Stage, inspector, timeline, moments, map, export and home, in the real window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from motionpatches.app.detail import FULL, Detail
from motionpatches.app.gl import geometry
from motionpatches.app.widgets.pages import show
from motionpatches.core.io.smpl.poses import BODY_MODELS
from motionpatches.core.motion.canonical import facing, rotate_y
from motionpatches.core.motion.skeleton import SMPL22
from tests.smpl_files import amass_file, body_model
from tests.window import ask, meshed, pixels, rest, wait


def key(studio, which, modifier=Qt.KeyboardModifier.NoModifier):
    studio.window.stage.setFocus()
    QTest.keyClick(studio.window, which, modifier)
    rest(150)


def near(picture, colour):
    """How many pixels are about of a colour."""
    return int((np.abs(picture - np.array(colour)).sum(-1) < 60).sum())


@pytest.mark.parametrize("which", [Qt.Key.Key_T, Qt.Key.Key_G, Qt.Key.Key_Y, Qt.Key.Key_X, Qt.Key.Key_J])
def test_each_switch_changes_the_picture_and_back(demo, which):
    walk = next(c for c in demo.workspace.library.clips if c.id.endswith("walk forward"))
    demo.workspace.show(walk, demo.workspace.library.load(walk.id))
    demo.playback.seek(0.8)
    meshed(demo)
    rest(200)
    before = pixels(demo.window.stage)
    key(demo, which)
    after = pixels(demo.window.stage)
    assert (np.abs(before - after).sum(-1) > 40).sum() > 60
    key(demo, which)
    assert (np.abs(before - pixels(demo.window.stage)).sum(-1) > 40).sum() < 30


@pytest.mark.filterwarnings("ignore")
def test_the_body_is_drawn_where_a_body_model_is_set(demo, tmp_path, monkeypatch):
    body_model(tmp_path / "models", "smplh")
    amass_file(tmp_path / "a.npz", "smplh", frames=40, fps=20.0)
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    demo.workspace.open([tmp_path / "a.npz"])
    wait(lambda: demo.workspace.library.root == tmp_path and demo.workspace.retriever is not None, 60)
    stage = demo.window.stage
    wait(lambda: demo.workspace.clip.path.name == "a.npz")
    before = pixels(stage)
    key(demo, Qt.Key.Key_H)
    wait(lambda: stage.body.mesh is not None, 60)
    rest(200)
    assert (np.abs(before - pixels(stage)).sum(-1) > 40).mean() > 0.02
    key(demo, Qt.Key.Key_H)
    rest(200)
    assert stage.body.mesh is None and (np.abs(before - pixels(stage)).sum(-1) > 40).sum() < 30
    monkeypatch.delenv(BODY_MODELS)
    said = []
    demo.workspace.failed.connect(said.append)
    key(demo, Qt.Key.Key_H)
    wait(lambda: bool(said), 20)
    assert "body models" in said[0] and not demo.view_models.stage.options.skin
    demo.workspace.failed.disconnect(said.append)


def test_detail_falls_with_slow_frames_and_rises_again():
    detail = Detail()
    for _ in range(12 * FULL):
        detail.took(0.2)
    assert detail.level == 0
    for _ in range(12 * 40):
        detail.took(0.01)
    assert detail.level == FULL
    for _ in range(120):
        detail.took(0.07)
    assert detail.level == FULL, "between the two bounds nothing changes"


def test_views_and_turntable(demo):
    stage = demo.window.stage
    motion = demo.workspace.motion
    turned = replace(motion, positions=rotate_y(motion.positions, 2.0))
    demo.workspace.show(demo.workspace.clip, turned)
    key(demo, Qt.Key.Key_1)
    ahead = facing(geometry.pose_at(turned, demo.playback.time_s)[None], turned.skeleton)[0]
    assert ahead @ stage.camera.axes()[2] > 0.98, "the person's front, not the world's"
    key(demo, Qt.Key.Key_3)
    assert stage.camera.elevation == 1.5
    key(demo, Qt.Key.Key_0)
    before = stage.camera.azimuth
    key(demo, Qt.Key.Key_R)
    wait(lambda: stage.camera.azimuth > before + 0.05)


def test_kept_motions_stand_beside_and_differ(demo):
    window, stages = demo.window, demo.view_models.stage
    key(demo, Qt.Key.Key_K)
    other = demo.search.results[5]
    demo.workspace.show(other.clip, other.motion)
    assert len(stages.bodies) == 1, "keeping alone changes nothing on the stage"
    key(demo, Qt.Key.Key_K)
    key(demo, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    assert [c.id for c, _ in stages.bodies] == [other.clip.id, demo.search.results[0].clip.id]
    rest(150)
    assert not window.patches.difference.isHidden()
    plain = window.patches.view.image.bands[3].copy()
    window.patches.difference.setChecked(True)
    assert np.abs(plain.astype(int) - window.patches.view.image.bands[3]).max() > 30
    apart = window.stage._place(0) - window.stage._place(1)
    key(demo, Qt.Key.Key_B)
    assert abs(apart[0]) > 1 and not (window.stage._place(0) - window.stage._place(1)).any()
    key(demo, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    assert len(stages.bodies) == 1 and not window.patches.difference.isChecked()


def test_a_pixel_lights_its_joints_and_a_joint_its_columns(demo):
    view, stage = demo.window.patches.view, demo.window.stage
    box = view._band(3)
    QTest.mouseMove(view, QPoint(int(box.left() + 30), int(box.bottom() - 2)))
    view._point(view._at(QPointF(box.left() + 30, box.bottom() - 2)))
    assert [SMPL22.joint_names[j] for j in demo.view_models.stage.joints] == ["right_wrist"]
    assert view._joints(view.image, 3, 12) == "right elbow – right wrist", "as the stage calls them"
    rest(200)
    assert near(pixels(stage), (255, 64, 129)) > 20
    view._point(None)
    rest(200)  # the text below may take another number of lines
    places_px = stage.joint_places()
    wrist = SMPL22.joint_names.index("right_wrist")
    before = pixels(view)
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=QPoint(*(int(v) for v in places_px[wrist])))
    assert demo.view_models.stage.chosen_joint == wrist
    rest(150)
    changed = np.abs(before - pixels(view)).sum(-1) > 30
    rows = [int(view._band(p).center().y()) for p in range(5)]
    assert changed[int(box.bottom()) - 4].sum() > 50 and not any(changed[y].sum() > 50 for y in rows[:3])


def test_an_explanation_shows_the_arm_the_word_and_the_time(demo):
    why, window = demo.view_models.explanation, demo.window
    rest(100)
    legend = pixels(window.stage.overlay)[-30:]
    key(demo, Qt.Key.Key_W)
    wait(lambda: why.occlusion is not None, 20)
    rest(100)
    assert (pixels(window.stage.overlay)[-30:] != legend).any(), "the legend says what red means"
    assert int(why.occlusion.by_part.argmax()) == 3
    assert "without the right arm" in window.why.words.text() and "the left leg: " in window.why.words.toolTip()
    assert max(why.words, key=lambda w: w.fall).text in ("right", "waves")
    assert window.why.explain.isChecked() and "waves" in window.why.words.text()
    assert window.right.open_page == "Why" and not window.timeline.isHidden() and "Query" in window.timeline.lanes
    found = why.occlusion
    key(demo, Qt.Key.Key_W)
    key(demo, Qt.Key.Key_W)
    assert why.occlusion is found, "what was found is kept"


def test_the_timeline_seeks_and_marks(demo):
    timeline, playback = demo.window.timeline, demo.playback
    middle, end = (QPoint(round(timeline.x_of(t)), 30) for t in (1.0, 1.6))
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=middle)
    assert playback.time_s == pytest.approx(1.0, abs=0.03)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, shift, middle)
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    timeline.mouseMoveEvent(
        QMouseEvent(QEvent.Type.MouseMove, QPointF(end), QPointF(end), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, shift)
    )
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, shift, end)
    assert playback.range_s == pytest.approx((1.0, 1.6), abs=0.03)
    playback.seek(1.55)
    playback.playing = True
    wait(lambda: 0.9 < playback.time_s < 1.3)
    playback.playing = False


def test_a_moment_in_a_long_take(demo, tmp_path):
    library = demo.workspace.library
    pieces = [library.load(next(c.id for c in library.clips if c.id.endswith("walk forward"))).positions] * 5
    wave = library.load(next(c.id for c in library.clips if c.id.endswith("wave right"))).positions
    start = sum(map(len, pieces[:3])) / 20
    np.save(tmp_path / "long.npy", np.concatenate([*pieces[:3], wave, *pieces[3:]]))
    demo.workspace.open([tmp_path / "long.npy"])
    moments = demo.view_models.moments
    wait(lambda: demo.workspace.library.root == tmp_path and demo.workspace.retriever is not None, 60)
    wait(lambda: len(moments.best) > 1 and not demo.lanes.models.busy and bool(demo.search.results), 60)
    moments.go(0)
    middle = start + len(wave) / 40
    assert moments.best[0][0] <= middle <= moments.best[0][1]
    assert demo.playback.range_s == moments.best[0][:2] and demo.playback.time_s == pytest.approx(moments.best[0][0], abs=0.1)
    key(demo, Qt.Key.Key_N)
    assert moments.at == 1 and demo.playback.range_s == moments.best[1][:2]
    assert len(demo.window.timeline.lanes["Query"].curves[-1].times) == len(moments.scores)


def test_an_answer_of_a_library_closed_meanwhile_is_dropped(demo):
    before, shown = demo.search.results, demo.workspace.clip
    demo.search.submit("someone jumps")
    retriever, demo.workspace.retriever = demo.workspace.retriever, None  # as when another library is opened
    rest(800)
    assert demo.search.results is before and demo.workspace.clip is shown
    demo.workspace.retriever = retriever
    ask(demo, "someone hops")
    assert len(demo.search.results) == demo.search.k


def test_sums_of_terms_parts_and_filters(demo):
    shown = demo.workspace.clip
    ask(demo, "this + someone walks")
    found = [r.clip.id.split(" ", 1)[1] for r in demo.search.results]
    assert shown.id.endswith("wave right")
    assert all("walk and wave right" in name.split(" + ") for name in found[:4])
    demo.search.more_like(shown, part=3)
    before = demo.search.results
    wait(lambda: "right arm alone" in demo.search.query and demo.search.results is not before, 90)
    assert shown.id not in [r.clip.id for r in demo.search.results]
    panel = demo.window.library
    panel.filter.setText("kick len>1 -split:train")
    panel.only.setChecked(True)
    ask(demo, "a kick to the side")
    found = [r.clip for r in demo.search.results]
    assert found and all("kick" in " ".join((c.id, *c.captions)) and c.split != "train" for c in found)
    assert "among" in demo.window.results.state.text()
    panel.filter.clear()
    assert demo.search.only is None


def test_favourites_and_tags_can_be_undone(demo):
    clip, marks = demo.workspace.clip, demo.view_models.marks
    key(demo, Qt.Key.Key_S)
    marks.tag([clip], "reviewed, loop")
    demo.window.library.filter.setText("tag:loop is:favourite")
    assert demo.window.library.table.rowCount() == 1
    demo.view_models.history.undo()
    assert demo.window.library.table.rowCount() == 0 and marks.of(clip).favourite
    demo.view_models.history.undo()
    assert not marks.of(clip).favourite
    demo.window.library.filter.clear()


def test_the_map_hovers_opens_and_chooses(demo):
    demo.window.left.turn("Map")
    page = demo.window.pages.map
    found = page.map
    wait(lambda: len(found.places) == len(demo.workspace.library.clips), 30)
    at = page.plot.plotItem.vb.mapViewToScene(QPointF(*found.places[7].tolist()))
    place = page.plot.plotItem.vb.mapSceneToView(at)
    page.hover(place)
    wait(lambda: page.map.preview.results and page.map.preview.results[0].clip.id == found.clips[page.hovered].id)
    page.open_at(place)
    wait(lambda: demo.workspace.clip.id == found.clips[page.nearest(place)].id)
    ring = np.array(page.here.getData()).T
    assert np.allclose(ring, [found.places[found.shown_at]]) and found.clips[found.shown_at].id == demo.workspace.clip.id
    found.colour("score of the query")
    wait(lambda: found.scores is not None)
    best = found.clips[int(found.scores.argmax())]
    assert best.id == demo.workspace.retriever.search_terms(demo.search.text, None, 1)[0].clip_id
    x, y = np.median(found.places, axis=0)
    found.select(np.array([[x, y], [x + 9, y], [x + 9, y + 9], [x, y + 9]]))
    inside = {c.id for c, p in zip(found.clips, found.places, strict=True) if p[0] > x and p[1] > y}
    assert {found.clips[i].id for i in found.selected} == inside == set(demo.search.only)
    wait(lambda: [chip.isVisible() for chip in demo.window.query.chips.buttons] == [True])
    (chip,) = demo.window.query.chips.buttons
    assert chip.text() == f"lasso ({len(inside):,})", "the limit is seen where one searches"
    demo.window.left.turn("Results")
    chip.click()
    assert demo.search.only is None and not found.selected and not demo.window.query.chips.buttons


def test_palette_keys_and_tour(demo):
    from motionpatches.app.widgets.dialogs.command_palette import CommandPalette
    from motionpatches.app.widgets.dialogs.keys import KeysDialog
    from motionpatches.app.widgets.dialogs.tour import STEPS

    menus = demo.window.menus
    palette = CommandPalette(menus.actions, demo.window)
    palette.show()
    QTest.keyClicks(palette.line, "joint na")
    assert palette.list.topLevelItemCount() == 1
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.chosen.text() == "Joint Names"
    palette.close()
    names = [a.text() for a in menus.actions]
    assert len(names) > 60 and len(set(menus.keys.actions)) == len([a for a in menus.actions if a.isVisible()])
    dialog = KeysDialog(menus.keys, demo.window)
    assert "belongs to" in menus.keys.give("Axes", "Ctrl+O") and menus.keys.give("Axes", "Ctrl+Alt+A") == ""
    assert menus.keys.actions["Axes"].shortcuts()[0].toString() == "Ctrl+Alt+A"
    dialog._reset()
    assert menus.keys.actions["Axes"].shortcuts()[0].toString() == "X"
    tour = demo.window.start_tour()
    before = demo.window.size()
    demo.window.resize(before.width() - 90, before.height() - 60)
    wait(lambda: tour.size() == demo.window.size() and demo.window.width() == before.width() - 90)
    demo.window.resize(before)
    wait(lambda: tour.size() == before)
    for step in range(len(STEPS)):
        assert tour.rect().contains(tour.bubble.geometry()), step
        tour.next()
    assert tour.isHidden()
    page = show(demo.window.pages.help)
    assert "22 joints" in page.text.toPlainText() and demo.workspace.clip.caption in page.text.toPlainText()
    page.close()


def test_only_what_is_pointed_at_is_named_unless_names_are_on(demo):
    stage = demo.window.stage
    assert stage.named == []
    places = stage.joint_places()
    knee = SMPL22.joint_names.index("right_knee")
    QTest.mouseMove(stage, QPoint(2, 2))
    QTest.mouseMove(stage, QPoint(*(int(round(v)) for v in places[knee])))
    wait(lambda: stage.hovered >= 0)
    near_knee = np.linalg.norm(places - places[knee], axis=1) < 14
    assert near_knee[stage.hovered] and stage.named == [stage.hovered]
    assert stage._words[knee] == "right knee"
    demo.view_models.stage.set(names=True)
    assert stage.named == sorted({joint for chain in SMPL22.chains for joint in chain})
    demo.view_models.stage.set(names=False)
    stage.leaveEvent(None)
    assert stage.named == []


def test_info_names_the_file_of_a_packed_library_and_folders_from_the_users_own(demo, monkeypatch, tmp_path):
    info = demo.window.info
    assert info.values["Folder"].text() == "demo.npz"
    clip = replace(demo.workspace.clip, path=tmp_path / "takes" / "a.bvh")
    assert info._place(clip) == str(tmp_path / "takes")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert info._place(clip) == str(Path("~/takes"))
