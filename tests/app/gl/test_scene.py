"""What is drawn beside the body, against the motion's own positions."""

import numpy as np
import pytest

from motionpatches.app.gl import geometry, scene
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton

BACKGROUND = (0.1, 0.2, 0.3)


@pytest.fixture
def bones():
    return geometry.bone_set(SMPL22)


def test_trails_are_the_last_second_of_each_end(smpl_motion):
    rows = scene.trails(smpl_motion, 2.0, BACKGROUND)
    steps = int(scene.TRAIL_S * smpl_motion.fps)
    assert len(rows) == 5 * steps
    for part, chain in enumerate(SMPL22.chains):
        own = rows[part * steps : (part + 1) * steps]
        np.testing.assert_array_equal(own[:, :3], smpl_motion.positions[40 - steps : 40, chain[-1]])
        np.testing.assert_array_equal(own[:, 3:6], smpl_motion.positions[41 - steps : 41, chain[-1]])
        np.testing.assert_allclose(own[-1, 8:], np.array(geometry.PART_COLOURS[part]) / 255, atol=1e-6)
        faded = np.abs(own[:, 8:] - BACKGROUND).sum(axis=1)
        assert (np.diff(faded) > 0).all(), "older is nearer to the background"
        assert (own[:, 6] < own[:, 7]).all() and (own[1:, 6] == own[:-1, 7]).all(), "a tail that tapers"


def test_there_is_no_trail_at_the_start_or_without_body_parts(smpl_motion):
    plain = Motion(np.zeros((5, 1, 3), np.float32), 10, Skeleton(("a",), (-1,)))
    assert len(scene.trails(smpl_motion, 0, BACKGROUND)) == len(scene.trails(plain, 0.3, BACKGROUND)) == 0


def test_pale_is_a_share_of_the_colour(smpl_motion, bones):
    plain = geometry.instances(bones, smpl_motion.positions[0])
    pale = scene.pale(bones, smpl_motion, 0, BACKGROUND, 0.25)
    np.testing.assert_allclose(pale[:, 8:], 0.25 * plain[:, 8:] + 0.75 * np.array(BACKGROUND), atol=1e-6)
    np.testing.assert_allclose(pale[:, 6:8], plain[:, 6:8] / 2, atol=1e-7)


def test_the_trajectory_runs_on_the_floor_with_a_dot_a_second(smpl_motion):
    rows = scene.trajectory(smpl_motion, (1, 1, 1))
    assert len(rows) == 59 + 3 and (rows[:, [1, 4]] < 0.01).all()
    np.testing.assert_array_equal(rows[59:, [0, 2]], smpl_motion.positions[[0, 20, 40], 0][:, [0, 2]])


def test_marks_are_balls_at_their_joints(smpl_motion):
    pose = smpl_motion.positions[0]
    rows = scene.marks(pose, [3, 7], 1.2)
    np.testing.assert_array_equal(rows[:, :3], pose[[3, 7]])
    np.testing.assert_array_equal(rows[:, 3:6], pose[[3, 7]])
    np.testing.assert_allclose(rows[:, 6:8], 0.09, atol=1e-6)


def test_speed_runs_from_slow_to_fast_through_the_middle():
    colours = scene.speed_colours(np.array([0, 1.5, 3, 99]), 3.0)
    np.testing.assert_allclose(colours, [scene.SLOW, scene.MIDDLE, scene.FAST, scene.FAST], atol=1e-6)


def test_only_joints_of_a_weighted_part_are_red():
    colours = scene.weight_colours(SMPL22.joint_parts, np.array([0, 0, 0, 1, 0.0]))
    np.testing.assert_array_equal(colours[:, 0] - colours[:, 1] > 0.5, SMPL22.joint_parts == 3)


def test_colours_of_speed_can_be_read_on_dark_ground():
    """Lightness grows with speed, and the slowest stands 3:1 off the darkest ground (WCAG 2.2, 1.4.11)."""

    def luminance(colour):
        linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    light = [luminance(c) for c in scene.speed_colours(np.linspace(0, 3, 13), 3.0)]
    assert (np.diff(light) > 0).all()
    assert (light[0] + 0.05) / (luminance(np.array([0.105, 0.112, 0.128])) + 0.05) > 3


@pytest.mark.parametrize(("count", "places"), [(1, [0]), (2, [-0.5, 0.5]), (3, [-1, 0, 1])])
def test_bodies_stand_side_by_side_around_the_origin(count, places):
    assert [scene.beside(count, i, 1.0)[0] for i in range(count)] == places


def test_axes_point_along_x_y_and_z():
    rows = scene.axes()
    np.testing.assert_allclose(rows[:, 3:6] - rows[:, :3], 0.5 * np.eye(3), atol=1e-6)
    assert [int(row[8:].argmax()) for row in rows] == [0, 1, 2], "red, green, blue"
