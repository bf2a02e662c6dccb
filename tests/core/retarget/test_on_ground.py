"""Soles of a character on the ground."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.on_ground import on_ground


@pytest.fixture
def still(smpl_motion):
    """The walk's first frame ten times, in a rig of centimetres whose rest pose is 1 m above the ground."""
    posed = pose(replace(smpl_motion, positions=np.repeat(smpl_motion.positions[:1], 10, axis=0)))
    posed = replace(posed, turns=np.broadcast_to(np.eye(3), posed.turns.shape).copy())
    return posed, posed.rig.places * 100 + [0, 100, 0]


def test_the_lowest_point_that_a_foot_carries_is_at_the_ground(still):
    posed, rest = still
    foot = SMPL22.joint_names.index("left_foot")
    soles = np.array([foot, foot]), np.array([[0.0, -3, 0], [0, -1, 12]])
    assert np.allclose(on_ground(posed, rest, soles)[1][:, foot, 1], 3)
    # Turned by 90 degrees about X, so that what was ahead is below.
    posed.turns[:, foot] = axis_angle_matrices(np.array([[np.pi / 2, 0, 0]]))[0]
    assert np.allclose(on_ground(posed, rest, soles)[1][:, foot, 1], 12, atol=1e-6)


def test_frames_in_which_a_tip_dips_do_not_lift_the_rest(still):
    posed, rest = still
    foot = SMPL22.joint_names.index("left_foot")
    posed.turns[0, foot] = axis_angle_matrices(np.array([[np.pi / 2, 0, 0]]))[0]
    heights = on_ground(posed, rest, (np.array([foot, foot]), np.array([[0.0, -3, 0], [0, -1, 12]])))[1][:, foot, 1]
    assert np.allclose(heights[1:], 3, atol=1e-6)


def test_without_soles_feet_are_as_high_as_at_rest(still):
    posed, rest = still
    feet = [SMPL22.joint_names.index(name) for name in ("left_foot", "right_foot", "left_ankle", "right_ankle")]
    assert on_ground(posed, rest)[1][:, feet, 1].min() == pytest.approx(rest[feet, 1].min(), abs=1e-6)
