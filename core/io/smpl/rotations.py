"""Rotations as results hold them, axis-angle, matrices, quaternions or six numbers, as axis-angle of each joint."""

from __future__ import annotations

import math

import numpy as np

from motionpatches.core.recognition.joint_orders import recognise_order
from motionpatches.core.recognition.rigid_tree import sample_frames

# Joints that the poses of a family have: the body's 21 to 24 alone, with hands (52), with hands and face (55).
MOST_JOINTS = 60
# Joints of SMPL's poses: the body with and without root and hands, SMPL-H and SMPL-X with and without root.
POSE_JOINTS = {21, 22, 23, 24, 51, 52, 53, 54, 55}
NO_ORDER = 0.5


def as_axis_angle(array: np.ndarray, rows: int, six: bool = False, joints: int = 0) -> np.ndarray | None:
    """(rows, J, 3) float64 axis-angle of `rows` poses, or None where the numbers do not divide so.

    `array` holds them in any shape that leads with the rows: axis-angle, matrices where its last axes are (3, 3),
    quaternions where its last axis is 4, six numbers (the first two rows of the matrix) where it is 6 or `six` says so.
    `joints`: how many there are, where it is known.
    """
    if rows < 1 or array.size % rows:
        return None
    each = array.size // rows
    if array.shape[-2:] == (3, 3) and each % 9 == 0 and (array.ndim > 3 or joints == 1 and each == 9):
        return matrices_to_axis_angle(array.reshape(rows, -1, 3, 3).astype(np.float64))
    if (six or array.ndim > 2 and array.shape[-1] == 6) and each % 6 == 0:
        return matrices_to_axis_angle(_from_six(array.reshape(rows, -1, 6).astype(np.float64)))
    if joints and each == 9 * joints:
        return matrices_to_axis_angle(array.reshape(rows, -1, 3, 3).astype(np.float64))
    if array.ndim > 2 and array.shape[-1] == 4 or joints and each == 4 * joints and each % 3:
        quaternions = array.reshape(rows, -1, 4).astype(np.float64)
        # Joints turn little from their rest: the largest number of most is w, in front or behind.
        sizes = np.abs(np.nan_to_num(quaternions)).mean(axis=(0, 1))
        return quaternions_to_axis_angle(np.roll(quaternions, 1, axis=-1) if sizes[3] > sizes[0] else quaternions)
    if each % 3 or each > 3 * MOST_JOINTS:
        return None
    return array.reshape(rows, -1, 3).astype(np.float64)


def matrices_to_axis_angle(matrices: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> (..., 3), through the quaternion's largest component."""
    m = matrices
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = np.stack([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz], -1)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    # Four times w, x, y or z, whichever is largest, times the quaternion (w, x, y, z).
    rows = np.stack(
        [
            np.stack([squares[..., 0], a, b, c], -1),
            np.stack([a, squares[..., 1], d, e], -1),
            np.stack([b, d, squares[..., 2], f], -1),
            np.stack([c, e, f, squares[..., 3]], -1),
        ],
        -2,
    )
    best = np.argmax(np.nan_to_num(squares), axis=-1)
    return quaternions_to_axis_angle(np.take_along_axis(rows, best[..., None, None], -2)[..., 0, :])


def quaternions_to_axis_angle(quaternions: np.ndarray) -> np.ndarray:
    """(..., 4) as (w, x, y, z), of any length -> (..., 3)."""
    q = quaternions * np.where(quaternions[..., :1] < 0, -1.0, 1.0)
    length = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(length, q[..., :1])
    return q[..., 1:] * (angle / np.maximum(length, 1e-12))


def _from_six(six: np.ndarray) -> np.ndarray:
    """(..., 6) the first two rows, made orthonormal -> (..., 3, 3)."""
    a = six[..., :3] / np.maximum(np.linalg.norm(six[..., :3], axis=-1, keepdims=True), 1e-12)
    b = six[..., 3:] - (a * six[..., 3:]).sum(-1, keepdims=True) * a
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-12)
    return np.stack([a, b, np.cross(a, b)], -2)


def are_rotations(positions: np.ndarray) -> bool:
    """Whether rows (T, J, 3) are axis-angle rotations: none turns by more than a circle, most joints by little, and no bones
    of a body keep their length."""
    if positions.shape[1] not in POSE_JOINTS:
        return False
    sample = sample_frames(positions)
    angle = np.linalg.norm(sample, axis=2)
    if not 1e-6 < angle.max() <= 2 * math.pi or np.quantile(angle, 0.99) > math.pi + 0.1 or np.median(angle[:, 1:]) > 0.6:
        return False
    return recognise_order(sample)[2].confidence <= NO_ORDER and not _rigid(sample)


def _rigid(sample: np.ndarray) -> bool:
    """Whether half of the joints that move keep their distance to another to a thousandth."""
    moving = np.flatnonzero(sample.std(axis=0).max(axis=1) > 1e-4 * np.abs(sample).max())
    if len(moving) < 3 or len(sample) < 5:
        return False
    distance = np.linalg.norm(sample[:, moving, None] - sample[:, None, moving], axis=3)
    mean = distance.mean(axis=0)
    spread = distance.std(axis=0) / np.maximum(mean, 1e-9) + (mean < 1e-6)
    np.fill_diagonal(spread, 1)
    return bool(np.median(spread.min(axis=1)) < 1e-3)
