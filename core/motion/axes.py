"""The up axes that files have, and the proper rotations between them and Y up."""

from __future__ import annotations

import numpy as np

# Up axis -> for each axis of Y-up space: which axis of the file, with which sign.
_AXES = {
    "Y": ((0, 1, 2), (1, 1, 1)),
    "Z": ((0, 2, 1), (1, 1, -1)),
    "X": ((1, 0, 2), (-1, 1, 1)),
    "-Y": ((0, 1, 2), (1, -1, -1)),
    "-Z": ((0, 2, 1), (1, -1, 1)),
    "-X": ((1, 0, 2), (1, -1, 1)),
}
UP_AXES = tuple(_AXES)


def to_y_up(positions: np.ndarray, up: str) -> np.ndarray:
    """Rotate (..., 3) so that `up` becomes +Y; proper rotations only, so left stays left."""
    order, signs = _AXES[up]
    return positions[..., order] * np.array(signs, positions.dtype)


def from_y_up(positions: np.ndarray, up: str) -> np.ndarray:
    """Rotate (..., 3) with Y up so that +Y becomes `up`: the inverse of `to_y_up`."""
    order, signs = _AXES[up]
    raw = np.empty_like(positions)
    raw[..., order] = positions * np.array(signs, positions.dtype)
    return raw
