"""Twist of a hand along its forearm, on rigs with and without joints for it."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.retarget import retarget
from motionpatches.core.retarget.rig import Rig, plain_rig
from motionpatches.core.retarget.roles import body_of
from motionpatches.core.retarget.targets import target_rig
from motionpatches.core.retarget.twist import share_twist


def with_joint(rig: Rig, name: str, parent: str, share: float, child: str) -> Rig:
    """A rig with one more joint, at a share of the way from a joint to its child."""
    names = rig.skeleton.joint_names
    skeleton = Skeleton((*names, name), (*rig.skeleton.parents, names.index(parent)), rig.skeleton.chains)
    return plain_rig(skeleton, np.concatenate([rig.offsets, share * rig.offsets[[names.index(child)]]]))


def turned(rig: Rig, degrees: np.ndarray) -> np.ndarray:
    """A T-pose in each frame, the left hand twisted about its forearm."""
    names = rig.skeleton.joint_names
    turns = np.tile(np.eye(3), (len(degrees), len(names), 1, 1))
    line = rig.places[names.index("hand_l")] - rig.places[names.index("lowerarm_l")]
    turns[:, names.index("hand_l")] = axis_angle_matrices(np.deg2rad(degrees)[:, None] * line / np.linalg.norm(line))
    return turns


def degrees_of(turns: np.ndarray) -> np.ndarray:
    return np.rad2deg(np.arccos(np.clip((np.trace(turns, axis1=-2, axis2=-1) - 1) / 2, -1, 1)))


@pytest.mark.parametrize("hand, forearm", [(30, 0), (50, 15.62), (100, 50), (-100, 50), (170, 85)])
def test_what_is_too_much_for_a_wrist_is_shared_with_the_forearm(hand, forearm):
    rig = target_rig("unreal")
    turns = turned(rig, np.array([0.0, hand / 2, hand]))
    before, names = turns.copy(), rig.skeleton.joint_names
    share_twist(body_of(rig), turns)
    assert degrees_of(turns[2, names.index("lowerarm_l")]) == pytest.approx(forearm, abs=0.1)
    others = [joint for joint, name in enumerate(names) if name != "lowerarm_l"]
    assert np.array_equal(turns[:, others], before[:, others]), "hands, and the other arm, turn as before"


def test_twist_over_half_a_turn_does_not_jump():
    rig = target_rig("unreal")
    turns = turned(rig, np.arange(0.0, 260, 5))
    share_twist(body_of(rig), turns)
    forearm = turns[:, rig.skeleton.joint_names.index("lowerarm_l")]
    assert degrees_of(forearm[1:] @ forearm[:-1].swapaxes(1, 2)).max() < 5.1


def test_joints_for_twist_take_it_by_where_they_are():
    rig = with_joint(target_rig("unreal"), "lowerarm_twist_01_l", "lowerarm_l", 0.75, "hand_l")
    turns = turned(rig, np.array([0.0, 60, 120]))
    share_twist(body_of(rig), turns)
    names = rig.skeleton.joint_names
    assert degrees_of(turns[2, names.index("lowerarm_twist_01_l")]) == pytest.approx(90, abs=1e-3)
    assert degrees_of(turns[2, names.index("lowerarm_l")]) == pytest.approx(0, abs=1e-3)


def test_retargeted_joints_stay_where_they_were_and_helpers_go_with_their_bones(smpl_motion):
    rig = with_joint(target_rig("unreal"), "calf_helper_l", "calf_l", 0.5, "foot_l")
    source = pose(smpl_motion)
    names = source.rig.skeleton.joint_names
    wrist, elbow = names.index("left_wrist"), names.index("left_elbow")
    axis = source.positions[:, wrist] - source.positions[:, elbow]
    twist = axis_angle_matrices(2.0 * axis / np.linalg.norm(axis, axis=1, keepdims=True))
    turns = source.turns.copy()
    turns[:, wrist] = twist @ turns[:, wrist]
    plain, twisted = retarget(source, rig), retarget(replace(source, turns=turns), rig)
    assert np.allclose(plain.positions, twisted.positions, atol=1e-9)
    helper, shin = (rig.skeleton.joint_names.index(name) for name in ("calf_helper_l", "calf_l"))
    assert np.allclose(plain.turns[:, helper], plain.turns[:, shin], atol=1e-9)
