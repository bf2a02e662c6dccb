"""Feet of a walk with thick soles, which its own joints, on the ground, put below it."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, SMPL22
from motionpatches.core.retarget.above_ground import above_ground
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.retarget import retarget
from motionpatches.core.retarget.targets import target_rig

LEGS = [SMPL22.chains[part] for part in (RIGHT_LEG, LEFT_LEG)]
HEEL, BALL, TOE = (0, -0.08, -0.06), (0, -0.03, 0), (0, -0.03, 0.09)


@pytest.fixture
def walk(smpl_motion):
    """A walk on bones of constant length, with soles below heels, balls and toes."""
    posed = retarget(pose(smpl_motion), target_rig("smpl"))
    names = posed.rig.skeleton.joint_names
    ankles, feet = ([names.index(f"{side}_{end}") for side in ("left", "right")] for end in ("ankle", "foot"))
    joints = np.array([*ankles, *feet, *feet])
    return posed, (joints, np.array([HEEL, HEEL, BALL, BALL, TOE, TOE], float))


def lowest(posed, soles):
    """Height of the lowest sole in each frame, one after the other."""
    return np.array(
        [
            min(posed.positions[t, j, 1] + posed.turns[t, j, 1] @ apart for j, apart in zip(*soles, strict=True))
            for t in range(posed.frame_count)
        ]
    )


def lengths(posed):
    parents = np.array(posed.rig.skeleton.parents)
    return np.linalg.norm(posed.positions - posed.positions[:, parents], axis=2)


def test_no_sole_is_below_the_ground_and_bones_keep_their_length(walk):
    posed, soles = walk
    after = above_ground(posed, soles)
    assert lowest(posed, soles).min() < -0.03 and lowest(after, soles).min() > -1e-6
    assert np.allclose(lengths(after), lengths(posed), atol=1e-9)
    turned = np.einsum("tjab,tjcb->tjac", after.turns, after.turns)
    assert np.allclose(turned, np.eye(3), atol=1e-9)
    # Joints are where their rotations say.
    parents = np.array(posed.rig.skeleton.parents)
    said = after.positions[:, parents] + np.einsum("tjab,jb->tja", after.turns[:, parents], posed.rig.offsets)
    legs = [joint for part in (RIGHT_LEG, LEFT_LEG) for joint in posed.rig.skeleton.chains[part][1:]]
    assert np.allclose(said[:, legs], after.positions[:, legs], atol=1e-6)


def test_hips_and_what_is_above_the_ground_stay(walk):
    posed, soles = walk
    after = above_ground(posed, soles)
    names = posed.rig.skeleton.joint_names
    legs = [j for j, name in enumerate(names) if name.endswith(("hip", "knee", "ankle", "foot"))]
    above = np.setdiff1d(np.arange(len(names)), legs)
    assert np.array_equal(after.positions[:, above], posed.positions[:, above])
    up = replace(posed, positions=posed.positions + [0, 0.2, 0])
    assert np.array_equal(above_ground(up, soles).positions, up.positions)
    ankles = [names.index(f"{side}_ankle") for side in ("left", "right")]
    moved = after.positions[:, ankles] - posed.positions[:, ankles]
    assert np.abs(moved[..., [0, 2]]).max() < 0.001 and moved[..., 1].min() > -1e-9


def test_knees_bend_forwards(walk):
    posed, soles = walk
    after = above_ground(posed, soles)
    for part in (RIGHT_LEG, LEFT_LEG):
        hip, knee, ankle = (after.positions[:, posed.rig.skeleton.chains[part][at]] for at in (1, 2, 3))
        ahead = posed.turns[:, 0, :, 2]
        line = hip + (ankle - hip) * 0.5
        assert ((knee - line) * ahead).sum(axis=1).min() > -0.01


def test_toes_alone_bend_where_they_alone_are_below(walk):
    posed, soles = walk
    names = posed.rig.skeleton.joint_names
    foot, ankle = names.index("left_foot"), names.index("left_ankle")
    still = replace(posed, turns=np.tile(np.eye(3), (1, len(names), 1, 1)), positions=posed.rig.places[None].copy())
    still.positions[0, :, 1] += 0.05 - still.positions[0, foot, 1]
    still.turns[0, foot] = axis_angle_matrices(np.array([0.9, 0, 0]))
    after = above_ground(still, (np.array([foot, foot]), np.array([BALL, TOE])))
    assert np.allclose(after.positions[0, ankle], still.positions[0, ankle], atol=1e-9)
    heights = after.positions[0, foot, 1] + after.turns[0, foot, 1] @ np.array([BALL, TOE]).T
    assert heights.min() == pytest.approx(0, abs=1e-9) and heights[0] > 0


def test_a_foot_on_lower_ground_is_left_there(walk):
    posed, soles = walk
    lower = replace(posed, positions=posed.positions - [0, 0.8, 0])
    assert np.allclose(above_ground(lower, soles).positions, lower.positions, atol=1e-9)


def test_corrections_begin_and_end_without_a_jump(walk):
    """Sinking by a millimetre a frame, feet rise by about as much: nothing moves by more than a few."""
    posed, soles = walk
    frame = replace(posed, turns=np.repeat(posed.turns[:1], 80, 0), positions=np.repeat(posed.positions[:1], 80, 0))
    down = np.arange(80)[:, None] * 0.001 - 0.01 + lowest(frame, soles)[0]
    sinking = replace(frame, positions=frame.positions - down[..., None] * [0, 1, 0])
    moved = np.diff(above_ground(sinking, soles).positions, axis=0)
    assert np.linalg.norm(moved, axis=2).max() < 0.006
