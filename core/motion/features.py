"""HumanML3D's 263 numbers a frame from the places of SMPL's 22 joints (Guo et al., CVPR 2022).

The way back is in core/io/arrays/joint_vectors.py, with what the numbers are. Models that were trained on the published features
read those of its processing, so what that does unusually is done here too; each such place says so.
"""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.rotations import shortest
from motionpatches.core.motion.skeleton import SMPL22

WIDTH = 263
# Where each joint lies from its parent in the reference pose: a T-pose with hanging arms, of unit bones.
_X, _Y, _Z = np.eye(3)
REFERENCE = np.stack(
    [0 * _X, _X, -_X, _Y, -_Y, -_Y, _Y, -_Y, -_Y, _Y, _Z, _Z, _Y, _X, -_X, _Z, -_Y, -_Y, -_Y, -_Y, -_Y, -_Y]
)  # fmt: skip
# The heading is smoothed over time by a Gaussian of this many frames, cut off after four times as many.
SMOOTH, CUT_OFF = 20, 4
# A foot stands that moves less than the root of this in a frame, in metres (at 20 frames a second).
STANDS = 0.002
FEET = (7, 10, 8, 11)  # left ankle and toes, right ankle and toes
LEFT_HIP, RIGHT_HIP, LEFT_SHOULDER, RIGHT_SHOULDER = 1, 2, 16, 17


def features(joints: np.ndarray) -> np.ndarray:
    """Compute the features of a motion on the floor, over the origin and facing +Z at its start.

    Args:
        joints: (T, 22, 3) metres, Y up, 20 frames a second.

    Returns:
        (T, 263) float32. The published ones have a frame less: the velocities of the last frame are those of the one before, here
        repeated (zero for a single frame).
    """
    joints = np.asarray(joints, np.float64)
    half = _half_turns(joints)
    back = _about_y(half)
    # The turn to the next frame by the sine of half the angle: across the back of the circle its sign is lost, as published.
    turn = np.arcsin(np.clip(np.sin(np.diff(half)), -1, 1))
    moved = np.diff(joints, axis=0)
    step = _turned(back[1:], moved[:, :1])[:, 0]
    local = joints.copy()
    local[..., [0, 2]] -= joints[:, :1, [0, 2]]
    local = _turned(back, local)
    count = len(joints)
    stands = (moved[:, FEET] ** 2).sum(2) < STANDS
    columns = (
        _lasting(turn[:, None], count),
        _lasting(step[:, [0, 2]], count),
        joints[:, 0, 1:2],
        local[:, 1:].reshape(count, -1),
        _rotations(joints, back).reshape(count, -1),
        _lasting(_turned(back[:-1], moved).reshape(len(moved), 3 * joints.shape[1]), count),
        _lasting(stands.astype(np.float64), count),
    )
    return np.concatenate(columns, axis=1).astype(np.float32)


def _lasting(rows: np.ndarray, count: int) -> np.ndarray:
    """(count, …): the last row again; zeros where there is none."""
    last = rows[-1:] if len(rows) else np.zeros((1, *rows.shape[1:]))
    return np.concatenate([rows, last])[:count]


def _half_turns(joints: np.ndarray) -> np.ndarray:
    """(T,) half the angle about +Y that turns the smoothed heading to +Z, within a quarter of a turn; 0 at the start."""
    # Published with the hips exchanged: their line counts against that of the shoulders, which is longer.
    across = joints[:, LEFT_HIP] - joints[:, RIGHT_HIP] + joints[:, RIGHT_SHOULDER] - joints[:, LEFT_SHOULDER]
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    ahead = _smoothed(np.stack([across[:, 2], -across[:, 0]], axis=1))  # x and z of up x across
    half = -np.arctan2(ahead[:, 0], ahead[:, 1]) / 2
    half[0] = 0.0
    return half


def _smoothed(values: np.ndarray) -> np.ndarray:
    """(T, C) under a Gaussian along time; beyond the ends the first and the last value go on."""
    reach = SMOOTH * CUT_OFF
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTH) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, weights / weights.sum(), mode="valid") for column in padded.T], axis=1)


def _about_y(half: np.ndarray) -> np.ndarray:
    """(T, 3, 3) rotations about +Y by twice the angles."""
    return axis_angle_matrices(2 * half[:, None] * _Y)


def _turned(rotations: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(T, J, 3) points under one rotation (T, 3, 3) a frame."""
    return points @ rotations.transpose(0, 2, 1)


def _rotations(joints: np.ndarray, back: np.ndarray) -> np.ndarray:
    """(T, 21, 6): of each joint but the root, the first two columns of its rotation as seen from the joint above it in its chain.

    A joint's rotation is the shortest from its bone in the reference pose to its bone. The first of each chain is seen from the
    turn that brings the heading to +Z, as published, not from the heading.
    """
    parents = np.array(SMPL22.parents[1:])
    bones = joints[:, 1:] - joints[:, parents]
    towards = shortest(np.tile(REFERENCE[1:], (len(joints), 1)), bones.reshape(-1, 3))
    whole = np.concatenate([back[:, None], towards.reshape(*bones.shape, 3)], axis=1)
    above = whole[:, parents]
    above[:, [chain[1] - 1 for chain in SMPL22.chains]] = back[:, None]
    local = above.transpose(0, 1, 3, 2) @ whole[:, 1:]
    return local[..., :2].transpose(0, 1, 3, 2).reshape(*bones.shape[:2], 6)
