"""What the stage shows beside the motion, and the skin."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.body import Body
from motionpatches.app.viewmodels.stage import COMPARED, Stage
from motionpatches.core.errors import StudioError
from tests.lanes import heard


@pytest.fixture
def stage(ready):
    return Stage(ready)


def show(workspace, at):
    workspace.show_clip(workspace.library.clips[at])


def test_kept_motions_stand_beside_those_shown_next(stage, ready):
    stage.keep()
    show(ready, 1)
    assert [c for c, _ in stage.bodies] == [ready.library.clips[1], ready.library.clips[0]]
    stage.keep()
    show(ready, 2)
    stage.keep()
    show(ready, 3)
    assert len(stage.bodies) == COMPARED and stage.bodies[0][0] is ready.library.clips[3]
    stage.alone()
    assert [c for c, _ in stage.bodies] == [ready.library.clips[3]]


def test_keeping_twice_takes_it_away_and_nothing_stands_beside_itself(stage, ready):
    stage.keep()
    assert len(stage.bodies) == 1 and len(stage.company) == 1
    stage.keep()
    assert stage.company == []


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
    assert [c.id for c, _ in stage.bodies] == [clips[0].id, clips[3].id], "beside the shown one, which stays"
    stage.keep_all([clips[3]])
    assert stage.company == []
    stage.compare(clips[4:9])
    assert [c.id for c, _ in stage.bodies] == [clip.id for clip in clips[4 : 4 + COMPARED]]


def test_a_clip_that_cannot_be_read_is_named_and_the_others_are_compared(stage, ready):
    clips, failed = ready.library.clips, heard(ready.failed)
    clips[5].path.write_bytes(b"damaged")
    stage.compare(clips[4:7])
    assert [c.id for c, _ in stage.bodies] == [clips[4].id, clips[6].id] and clips[5].path.name in failed[0][0]
