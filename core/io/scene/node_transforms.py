"""Transforms of a scene's nodes over time."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.rotations import quaternions


def quaternion_matrices(quaternions: np.ndarray) -> np.ndarray:
    """(T, 4) x, y, z, w, of any length -> rotation matrices (T, 3, 3)."""
    x, y, z, w = (quaternions / np.maximum(np.linalg.norm(quaternions, axis=1, keepdims=True), 1e-12)).T
    rows = [
        1 - 2 * (y * y + z * z),
        2 * (x * y - z * w),
        2 * (x * z + y * w),
        2 * (x * y + z * w),
        1 - 2 * (x * x + z * z),
        2 * (y * z - x * w),
        2 * (x * z - y * w),
        2 * (y * z + x * w),
        1 - 2 * (x * x + y * y),
    ]
    return np.stack(rows, 1).reshape(-1, 3, 3)


def in_parent(above: tuple[np.ndarray, np.ndarray], place: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World place (T, 3) and axes (T, 3, 3) of a node from those of its parent and its own within it. Where a number of frames
    is 1 it is the same in all."""
    above_place, above_axes = above
    return above_place + (above_axes @ place[:, :, None])[:, :, 0], above_axes @ axes


def turns_between(rest: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Rotations from axes at rest (J, 3, 3) to those at each time (T, J, 3, 3), as quaternions (T, J, 4) float32.

    Scale is left out. Where axes are no rotation with scale (flattened, or sheared), the nearest one.
    """
    found = np.nan_to_num(axes) @ np.linalg.pinv(np.nan_to_num(rest))
    u, _, vt = np.linalg.svd(found)
    u[..., 2] *= np.where(np.linalg.det(u @ vt) < 0, -1.0, 1.0)[..., None]
    turns = (u @ vt).reshape(len(axes), -1, 3, 3)
    return np.stack([quaternions(turns[:, joint]) for joint in range(turns.shape[1])], axis=1).astype(np.float32)
