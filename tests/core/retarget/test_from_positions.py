"""Rotations found from positions: they put the joints where they were, and limbs turn as limbs do."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.retarget.from_positions import pose


def joint(name):
    return SMPL22.joint_names.index(name)


def places_of(posed):
    """Forward kinematics, one joint of one frame at a time."""
    parents = posed.rig.skeleton.parents
    out = np.zeros_like(posed.positions)
    for t in range(posed.frame_count):
        world = {}
        for j in posed.rig.skeleton.topological_order:
            above, place = world.get(parents[j], (np.eye(3), np.zeros(3)))
            place = place + above @ posed.translations[t, j]
            world[j] = above @ posed.rotations[t, j], place
            out[t, j] = place
    return out


def test_joints_are_where_they_were_and_only_the_root_moves(smpl_motion):
    posed = pose(smpl_motion)
    np.testing.assert_allclose(places_of(posed), smpl_motion.positions, atol=1e-6)
    assert posed.moved.tolist() == [j == 0 for j in range(22)]
    np.testing.assert_allclose(np.linalg.det(posed.turns), 1, atol=1e-9)


def test_the_rest_pose_stands_on_the_floor_with_arms_out(smpl_motion):
    places = pose(smpl_motion).rig.places
    at = {n: places[i] for i, n in enumerate(SMPL22.joint_names)}
    assert places[:, 1].min() == pytest.approx(0) and at["head"][1] > 1.3 > 0.2 > at["left_ankle"][1]
    assert at["left_wrist"][0] > 0.4 and at["right_wrist"][0] < -0.4
    assert abs(at["left_wrist"][1] - at["left_elbow"][1]) < 0.02 and at["left_foot"][2] > at["left_ankle"][2] + 0.05


def t_pose(frames):
    """SMPL-22 standing with arms out, made of round numbers."""
    rest = np.zeros((22, 3))
    steps = {
        "left_hip": (0.1, -0.05, 0), "left_knee": (0, -0.4, 0), "left_ankle": (0, -0.4, 0), "left_foot": (0, -0.05, 0.15),
        "spine1": (0, 0.1, 0), "spine2": (0, 0.15, 0), "spine3": (0, 0.1, 0), "neck": (0, 0.2, 0), "head": (0, 0.12, 0),
        "left_collar": (0.08, 0.1, 0), "left_shoulder": (0.12, 0, 0), "left_elbow": (0.28, 0, 0), "left_wrist": (0.25, 0, 0),
    }  # fmt: skip
    for j, (name, parent) in enumerate(zip(SMPL22.joint_names, SMPL22.parents, strict=True)):
        step = steps.get(name.replace("right", "left"), (0, 0.95, 0))
        rest[j] = (rest[parent] if parent >= 0 else 0) + np.array(step) * ([-1, 1, 1] if "right" in name else [1, 1, 1])
    return np.repeat(rest[None], frames, axis=0)


def turned(positions, name, turns):
    """Turn what hangs on a joint about it, frame by frame."""
    top, out = joint(name), positions.copy()
    below = [j for j in range(22) if top in SMPL22.ancestors(j)]
    out[:, below] = np.einsum("tij,tkj->tki", turns, positions[:, below] - positions[:, [top]]) + positions[:, [top]]
    return out


@pytest.mark.parametrize(
    "upper, lower, axis", [("left_shoulder", "left_elbow", (0, -1, 0)), ("right_shoulder", "right_elbow", (0, 1, 0)),
                           ("left_hip", "left_knee", (1, 0, 0)), ("right_hip", "right_knee", (1, 0, 0))]
)  # fmt: skip
def test_hinges_turn_about_their_axis_only_and_the_upper_bone_has_the_twist(upper, lower, axis):
    """The limb is bent by known angles, then swung and twisted as a whole by a known rotation: both come back."""
    angles = np.linspace(0.4, 2.2, 30)
    whole = axis_angle_matrices(np.random.default_rng(3).normal(0, 0.5, (30, 3)))
    bent = turned(t_pose(30), lower, axis_angle_matrices(angles[:, None] * np.array(axis)))
    posed = pose(Motion(turned(bent, upper, whole).astype(np.float32), 30.0, SMPL22))
    np.testing.assert_allclose(posed.turns[:, joint(upper)], whole, atol=0.02)
    expected = axis_angle_matrices(angles[:, None] * np.array(axis))
    np.testing.assert_allclose(posed.rotations[:, joint(lower)], expected, atol=0.02)


def test_a_straight_leg_turns_with_its_foot():
    """Nothing bends: where the foot points tells how the leg is twisted, and the knee does not turn."""
    whole = axis_angle_matrices(np.linspace(-0.6, 0.6, 20)[:, None] * [0, 1.0, 0])
    posed = pose(Motion(turned(t_pose(20), "left_hip", whole).astype(np.float32), 30.0, SMPL22))
    twist = np.arctan2(posed.turns[:, joint("left_hip"), 0, 2], posed.turns[:, joint("left_hip"), 2, 2])
    assert np.corrcoef(twist, np.linspace(-0.6, 0.6, 20))[0, 1] > 0.99 and np.ptp(twist) > 0.7
    assert np.abs(posed.rotations[:, joint("left_knee")] - np.eye(3)).max() < 0.02


def test_a_knee_through_its_straight_position_does_not_flip():
    """A little overstretched in the middle, as noise makes it."""
    angles = np.concatenate([np.linspace(0.5, -0.1, 20), np.linspace(-0.1, 0.5, 20)])
    bent = turned(t_pose(40), "left_knee", axis_angle_matrices(angles[:, None] * [1.0, 0, 0]))
    posed = pose(Motion(bent.astype(np.float32), 30.0, SMPL22))
    thigh = posed.turns[:, joint("left_hip")]
    assert np.abs(thigh - np.eye(3)).max() < 0.05
    found = np.arcsin(posed.rotations[:, joint("left_knee"), 2, 1])
    np.testing.assert_allclose(found, angles, atol=0.02)


def test_the_twist_of_the_spine_is_spread():
    whole = axis_angle_matrices(np.linspace(0, 0.9, 10)[:, None] * [0, 1.0, 0])
    posed = pose(Motion(turned(t_pose(10), "spine3", whole).astype(np.float32), 30.0, SMPL22))
    angle = [
        np.arctan2(posed.turns[-1, joint(n), 0, 2], posed.turns[-1, joint(n), 2, 2])
        for n in ("pelvis", "spine1", "spine2", "spine3")
    ]
    np.testing.assert_allclose(np.diff(angle), 0.3, atol=0.03)


def test_joints_in_one_place_turn_together():
    """Hips with two joints of no length before the thighs: the hips' twist is seen through them."""
    names = ("hips", "lh", "left", "rh", "right", "up")
    rest = np.array([[0, 1, 0], [0, 1, 0], [0.1, 1, 0], [0, 1, 0], [-0.1, 1, 0], [0, 1.3, 0]])
    turns = axis_angle_matrices(np.linspace(0, 2, 12)[:, None] * [0, 1.0, 0])
    positions = np.einsum("tij,kj->tki", turns, rest).astype(np.float32)
    posed = pose(Motion(positions, 30.0, Skeleton(names, (-1, 0, 1, 0, 3, 0))))
    step = posed.turns[:1, 0].swapaxes(1, 2) @ posed.turns[:, 0]
    np.testing.assert_allclose(step, turns.swapaxes(1, 2)[:1] @ turns, atol=1e-4)


def test_palms_turn_hands_and_half_of_the_forearm():
    names = (*SMPL22.joint_names, "left_thumb", "left_middle")
    skeleton = Skeleton(names, (*SMPL22.parents, 20, 20), SMPL22.chains)
    rest = t_pose(40)
    wrist = rest[:, [joint("left_wrist")]]
    angles = np.linspace(-0.8, 0.8, 40)
    fingers = np.array([[0.02, 0, 0.05], [0.09, 0, 0]])
    moved = np.einsum("tij,kj->tki", axis_angle_matrices(angles[:, None] * [1.0, 0, 0]), fingers) + wrist
    posed = pose(Motion(np.concatenate([rest, moved], axis=1).astype(np.float32), 30.0, skeleton))
    for name, share in (("left_elbow", 0.5), ("left_wrist", 1.0)):
        found = np.arctan2(posed.turns[:, joint(name), 2, 1], posed.turns[:, joint(name), 2, 2])
        np.testing.assert_allclose(found, share * angles, atol=0.03)


@pytest.mark.parametrize(
    "ends",
    [
        {"left_eye": (0.03, 0.05, 0.09), "right_eye": (-0.03, 0.05, 0.09)},
        {"jaw": (0, -0.02, 0.06), "left_eye": (0.03, 0.03, 0.08), "right_eye": (-0.03, 0.03, 0.08)},
    ],
)
def test_a_head_whose_joints_lie_ahead_is_upright(smpl_motion, ends):
    """Eyes and a bone of the face go with the head, which nods by 30 degrees in the last frames."""
    count = smpl_motion.frame_count
    neck, head = (SMPL22.joint_names.index(name) for name in ("neck", "head"))
    plain = pose(smpl_motion).turns[:, neck]
    nods = axis_angle_matrices(np.array([np.deg2rad(30), 0, 0]))
    turns = plain @ np.where((np.arange(count) >= count - 10)[:, None, None], nods, np.eye(3))
    places = [smpl_motion.positions[:, head] + np.einsum("tij,j->ti", turns, np.array(end)) for end in ends.values()]
    skeleton = replace(SMPL22, joint_names=(*SMPL22.joint_names, *ends), parents=(*SMPL22.parents, *[head] * len(ends)))
    positions = np.concatenate([smpl_motion.positions, np.stack(places, axis=1)], axis=1).astype(np.float32)
    found = pose(replace(smpl_motion, skeleton=skeleton, positions=positions)).turns[:, head]
    up = (found[:, :, 1] * plain[:, :, 1]).sum(axis=1)
    assert up[:-10].min() > np.cos(np.deg2rad(5)) and np.allclose(up[-10:], np.cos(np.deg2rad(30)), atol=0.05)
