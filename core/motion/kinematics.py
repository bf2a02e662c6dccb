"""Rotations and forward kinematics, vectorised over frames."""

from __future__ import annotations

import numpy as np


def euler_matrices(angles: np.ndarray, order: str) -> np.ndarray:
    """Return the rotation matrices (3, 3, T) of intrinsic Euler angles.

    Args:
        angles: (T, len(order)) radians.
        order: Axes as a BVH file lists its channels: "ZXY" means R = Rz @ Rx @ Ry.
    """
    matrix = None
    for column, axis in enumerate(order):
        c, s = np.cos(angles[:, column]), np.sin(angles[:, column])
        matrix = _axis_matrix(axis, c, s) if matrix is None else _times_axis(matrix, axis, c, s)
    if matrix is None:
        matrix = np.broadcast_to(np.eye(3)[:, :, None], (3, 3, len(angles)))
    return matrix


def _axis_matrix(axis: str, c: np.ndarray, s: np.ndarray) -> np.ndarray:
    matrix = np.zeros((3, 3, len(c)), c.dtype)
    i = "XYZ".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    matrix[i, i] = 1
    matrix[j, j] = matrix[k, k] = c
    matrix[j, k], matrix[k, j] = -s, s
    return matrix


def _times_axis(matrix: np.ndarray, axis: str, c: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Multiply matrix @ R_axis, which changes two columns only."""
    i = "XYZ".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    result = matrix.copy()
    result[:, j] = matrix[:, j] * c + matrix[:, k] * s
    result[:, k] = matrix[:, k] * c - matrix[:, j] * s
    return result


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Multiply matrices (3, 3, T) frame by frame."""
    return a[:, 0, None] * b[None, 0] + a[:, 1, None] * b[None, 1] + a[:, 2, None] * b[None, 2]


def apply(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Multiply matrices (3, 3, T) with a vector (3,) or with vectors (3, T); (3, T)."""
    v = vector[:, None] if vector.ndim == 1 else vector
    return matrix[:, 0] * v[0] + matrix[:, 1] * v[1] + matrix[:, 2] * v[2]


def axis_angle_matrices(vectors: np.ndarray) -> np.ndarray:
    """Convert axes times angles in radians (..., 3) to rotation matrices (..., 3, 3) by Rodrigues' formula."""
    # R = I + sin(a) K + (1 - cos(a)) K K with the cross-product matrix K of the unit axis.
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    axis = vectors / np.maximum(angle[..., 0], 1e-12)
    x, y, z = axis[..., 0], axis[..., 1], axis[..., 2]
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*x.shape, 3, 3)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
