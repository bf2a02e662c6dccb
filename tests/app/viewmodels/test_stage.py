"""What the stage shows beside the motion, and the skin."""

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.body import Body
from motionpatches.app.viewmodels.stage import COMPARED, Stage
from motionpatches.core.errors import StudioError
from tests.lanes import heard


@pytest.fixture
def stage(ready):
    return Stage(ready)


def show(workspace, at):
    workspace.show_clip(workspace.library.clips[at])


def ids(pairs):
    return [clip.id for clip, _ in pairs]


def test_kept_motions_are_compared_when_asked_for(stage, ready):
    clips = ready.library.clips
    stage.keep()
    show(ready, 1)
    assert ids(stage.bodies) == [clips[1].id], "what is kept waits"
    stage.keep()
    show(ready, 2)
    stage.toggle_comparing()
    assert ids(stage.bodies) == [clips[0].id, clips[1].id], "the first kept one is shown, where another was"
    show(ready, 1)
    assert ids(stage.bodies) == [clips[1].id, clips[0].id], "of those that are kept, that which is shown"
    show(ready, 5)
    assert ids(stage.bodies) == [clips[5].id, clips[0].id, clips[1].id]
    stage.toggle_comparing()
    assert ids(stage.bodies) == [clips[5].id] and ids(stage.kept) == [clips[0].id, clips[1].id]


def test_kept_motions_have_letters_and_the_fourth_does_not_fit(stage, ready):
    clips, notices = ready.library.clips, ready.notices
    for at in (3, 1, 2):
        show(ready, at)
        stage.keep()
    assert [stage.letter(clips[at]) for at in (0, 1, 2, 3)] == ["", "B", "C", "A"]
    assert notices.shown[-1].text == "Kept for comparison, 3 of 3."
    stage.keep_all([clips[7]])
    assert ids(stage.kept) == [clips[at].id for at in (3, 1, 2)]
    assert notices.shown[-1].action.words == "Clear Comparison" and len(notices.shown) == 2
    stage.remove(clips[3])
    assert [stage.letter(clips[at]) for at in (1, 2)] == ["A", "B"]
    stage.alone()
    assert stage.kept == [] and not stage.comparing


def test_keeping_twice_takes_it_away_and_nothing_stands_beside_itself(stage, ready):
    stage.keep()
    stage.lay_out()
    assert len(stage.bodies) == 1 and len(stage.kept) == 1
    stage.keep()
    assert stage.kept == [] and not stage.comparing


def test_keeping_can_be_undone_from_its_notice(stage, ready):
    clips, notices = ready.library.clips, ready.notices
    stage.keep_all(clips[1:3])
    (first,) = notices.shown
    show(ready, 0)
    stage.keep()
    notices.act(first)
    assert ids(stage.kept) == [clips[0].id], "what the notice tells of, not what came after it"
    stage.keep()
    assert stage.kept == []
    notices.act(notices.shown[-1])
    assert ids(stage.kept) == [clips[0].id]


def test_what_another_library_does_not_have_is_not_kept(stage, ready, tmp_path):
    np.save(tmp_path / "other.npy", ready.motion.positions)
    stage.keep()
    ready.open([tmp_path / "other.npy"])
    assert stage.kept == []


def test_pointing_is_heard_once_and_ends_with_another_motion(stage, ready):
    told = heard(stage.pointed)
    stage.point((3, 4), 0.5)
    stage.point((3, 4), 0.5)
    stage.choose(7)
    assert len(told) == 2 and stage.joints == (3, 4) and stage.chosen_joint == 7
    show(ready, 1)
    assert stage.joints == () and stage.chosen_joint == -1


def test_switches_toggle(stage):
    told = heard(stage.changed)
    stage.toggle("trails")
    stage.set(colouring="speed")
    assert stage.options.trails and stage.options.colouring == "speed" and len(told) == 2


def a_mesh(path, start_s, end_s, up, take):
    yield from ()
    return path.stem, up


def test_the_skin_is_made_only_where_it_is_wanted(stage, ready, monkeypatch, lanes):
    monkeypatch.setattr("motionpatches.core.io.body_mesh.body_mesh", a_mesh)
    body = Body(stage)
    show(ready, 2)
    assert body.mesh is None and "body" not in lanes.models.keys
    stage.set(skin=True)
    assert body.mesh[0] == "000002"
    show(ready, 3)
    assert body.mesh[0] == "000003"
    stage.set(skin=False)
    assert body.mesh is None


def test_a_skin_that_cannot_be_made_is_reported_and_switched_off(stage, ready, monkeypatch):
    def fail(*_):
        raise StudioError("There are no body models.")
        yield

    monkeypatch.setattr("motionpatches.core.io.body_mesh.body_mesh", fail)
    body, failed = Body(stage), heard(ready.failed)
    stage.set(skin=True)
    assert failed == [("There are no body models.",)] and not stage.options.skin and body.mesh is None


def test_a_mesh_of_another_clip_is_not_shown(stage, ready, monkeypatch, lanes):
    monkeypatch.setattr("motionpatches.core.io.body_mesh.body_mesh", a_mesh)
    body = Body(stage)
    lanes.models.waits = True
    stage.set(skin=True)
    show(ready, 5)
    lanes.models.go()
    assert body.mesh[0] == "000005"
    assert np.isfinite(ready.motion.positions).all()


def test_clips_that_are_not_shown_are_kept_and_compared(stage, ready):
    clips = ready.library.clips
    stage.keep_all([clips[3]])
    assert ids(stage.kept) == [clips[3].id] and ready.clip is clips[0]
    stage.keep_all([clips[3]])
    assert stage.kept == []
    stage.compare(clips[4:9])
    assert ids(stage.bodies) == [clip.id for clip in clips[4 : 4 + COMPARED]]


def test_a_clip_that_cannot_be_read_is_named_and_the_others_are_compared(stage, ready):
    clips, failed = ready.library.clips, heard(ready.failed)
    clips[5].path.write_bytes(b"damaged")
    stage.compare(clips[4:7])
    assert [c.id for c, _ in stage.bodies] == [clips[4].id, clips[6].id] and clips[5].path.name in failed[0][0]


def test_the_choice_of_bones_is_remembered(ready, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    first = Stage(ready, settings=settings)
    assert not first.options.bones, "the figure is what a new user sees"
    first.toggle("bones")
    first.toggle("trails")
    again = Stage(ready, settings=settings)
    assert again.options.bones and not again.options.trails
