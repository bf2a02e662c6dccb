"""The figure as it is drawn: front and back differ, ghosts stay behind, bones come where detail is low."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.detail import FULL
from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.figure.people import CLEAR, FAINT, ghosts_at, people_at
from motionpatches.app.gl.figure.posed import CLAY, figures, tints
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.skeleton import SMPL22

SIZE = 360


@pytest.fixture(scope="module")
def offscreen(screen):
    from motionpatches.app.application import make_application
    from motionpatches.app.gl.canvas import opengl_works
    from motionpatches.app.gl.offscreen import Offscreen, make_surface

    make_application(smooth=True)
    if not opengl_works():
        pytest.skip("no OpenGL 3.3 on this machine")
    drawing = Offscreen(make_surface(), (SIZE, SIZE))
    yield drawing
    drawing.close()


def drawn(offscreen, motion, azimuth=0.0, bodies=None, elevation=0.1):
    from motionpatches.app.gl.drawn import DARK, Drawn

    bones = geometry.bone_set(motion.skeleton)
    people = people_at([(bones, motion, 1.0)], wait=True)[0]
    eye = Camera(azimuth=azimuth, elevation=elevation, distance=3.2, target=(people.middle[0], 0.9, people.middle[2]))
    shown = people.bodies if bodies is None else (*bodies, *people.bodies)
    box = (0, 0, SIZE, SIZE)
    picture = offscreen.frame(lambda r: r.draw(box, eye, Drawn(people.bones, shown), DARK, bare=True))
    return picture.astype(int)


def dark(picture):
    """Pixels of the figure that are darker than its body ever is."""
    return (picture[..., 3] == 255) & (picture[..., :3].max(axis=-1) < 75)


def test_the_visor_and_the_chest_tell_front_from_back(offscreen, smpl_motion):
    motion = canonical(smpl_motion)
    front, back = drawn(offscreen, motion), drawn(offscreen, motion, np.pi)
    upper = slice(0, SIZE // 2)
    assert dark(front)[upper].sum() > 60 and dark(back)[upper].sum() == 0


def test_ghosts_are_transparent_and_stay_behind(offscreen, smpl_motion):
    motion = canonical(smpl_motion)
    bones = geometry.bone_set(SMPL22)
    ghosts = ghosts_at(bones, motion, 1.0, (0, 0, 0), wait=True)
    assert len(ghosts.bodies) == 5 and not len(ghosts.bones), "two before and three after, within the motion"
    strength = [body.opacity for body in ghosts.bodies]
    assert strength == sorted(strength) and strength[0] >= FAINT and strength[-1] <= CLEAR, "earlier ones are fainter"
    alone, with_ghosts = drawn(offscreen, motion), drawn(offscreen, motion, bodies=ghosts.bodies)
    body = alone[..., 3] == 255
    # Edges aside, where a ghost shines through half a pixel.
    inner = body & np.roll(body, 2, 0) & np.roll(body, -2, 0) & np.roll(body, 2, 1) & np.roll(body, -2, 1)
    assert np.abs(alone - with_ghosts)[inner].max() <= 2
    assert (np.abs(alone - with_ghosts)[~body].sum(axis=-1) > 10).sum() > 500


def test_nothing_is_drawn_below_the_floor(offscreen, smpl_motion):
    """A body that is sunk by 10 cm is pressed flat by the floor, which a level camera sees as one row."""
    motion = canonical(smpl_motion)
    sunk = replace(motion, positions=motion.positions - np.float32([0, 0.1, 0]))
    picture = drawn(offscreen, sunk, elevation=0.0)
    lowest = np.flatnonzero((picture[..., 3] > 0).any(axis=1)).max()
    nearest_m = 3.2 - 0.5
    assert lowest < SIZE / 2 * (1 + 0.9 / nearest_m / np.tan(Camera().field_of_view / 2)) + 1
    assert lowest > SIZE / 2 * (1 + 0.8 / 3.2 / np.tan(Camera().field_of_view / 2)), "the feet are in view"


def test_bones_are_drawn_where_detail_is_low_or_they_are_wanted(smpl_motion):
    bones = geometry.bone_set(SMPL22)
    wanted = [(bones, smpl_motion, 0.5)]
    for detail, alone in ((0, False), (FULL, True)):
        people = people_at(wanted, detail, wait=True, bones_alone=alone)[0]
        np.testing.assert_array_equal(people.bones, geometry.figures(bones, smpl_motion, 0.5)[1])
        assert not people.bodies
    for detail in range(1, FULL + 1):
        people = people_at(wanted, detail, wait=True)[0]
        assert len(people.bodies) == 1 and not len(people.bones)


def test_a_pair_is_two_figures_and_the_partner_is_paler(smpl_motion):
    pair = replace(smpl_motion, partner=replace(smpl_motion, positions=smpl_motion.positions + np.float32([1, 0, 0])))
    people = people_at([(geometry.bone_set(SMPL22), pair, 0.5)], wait=True)[0]
    first, second = people.bodies
    assert (second.rows[:, 2, :3] >= first.rows[:, 2, :3]).all()
    root = geometry.pose_at(smpl_motion, 0.5)[0]
    np.testing.assert_allclose(people.middle, root + [0.5, 0, 0], atol=1e-5)


def test_people_move_and_take_colours_as_their_bones_do(smpl_motion):
    bones = geometry.bone_set(SMPL22)
    figure, capsules = (people_at([(bones, smpl_motion, 0.5)], wait=True, bones_alone=alone)[0] for alone in (False, True))
    colours = np.random.default_rng(0).uniform(size=(22, 3))
    joints = figure.bodies[0].plan.joints
    np.testing.assert_allclose(figure.coloured(bones, colours).bodies[0].rows[:, 2, :3], colours[joints], atol=1e-6)
    np.testing.assert_allclose(capsules.coloured(bones, colours).bones[:, 8:], colours[bones.ends], atol=1e-6)
    by = np.array([1.0, -2.0, 0.5])
    before, after = figure.bodies[0], figure.moved(by).bodies[0]

    def place(body):
        """Where the origin of the mesh goes with each bone: twice the dual part times the conjugate of the real one."""
        q, d = body.rows[:, 0].astype(float), body.rows[:, 1].astype(float)
        return 2 * (q[:, 3:] * d[:, :3] - d[:, 3:] * q[:, :3] + np.cross(q[:, :3], d[:, :3]))

    np.testing.assert_allclose(place(after) - place(before), np.tile(by, (len(joints), 1)), atol=1e-5)


def test_the_body_is_calm_and_what_is_pointed_at_is_raised(smpl_motion):
    plan = figures().figure(smpl_motion).plan
    calm, raised = tints(plan), tints(plan, [0, 0, 0, 1, 0])
    arm = plan.parts == 3
    np.testing.assert_array_equal(calm[~arm], raised[~arm])
    own = np.array(geometry.PART_COLOURS[3]) / 255
    assert np.abs(raised[arm] - own).max() < 0.1 < np.abs(calm[arm] - own).max()
    assert np.abs(calm - CLAY).max() < 0.25


def test_helper_bones_are_hidden_unless_asked_for():
    from motionpatches.core.motion.skeleton import Skeleton

    names = (*SMPL22.joint_names, "left_forearm_twist", "jaw", "left_index1")
    rig = Skeleton(names, (*SMPL22.parents, 18, 15, 20), SMPL22.chains)
    ends = {names[b] for b in geometry.bone_set(rig).ends}
    assert "left_index1" in ends and not ends & {"left_forearm_twist", "jaw"}
    assert {"left_forearm_twist", "jaw"} <= {names[b] for b in geometry.bone_set(rig, helpers=True).ends}
