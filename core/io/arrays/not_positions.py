"""Arrays that look like joint positions and are none: rotations of a body model, landmarks of a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.smpl.rotations import are_rotations

# Points of a face alone: 68 landmarks, MediaPipe's mesh with and without the irises.
FACE_POINTS = {68, 468, 478}


def check_places(path: Path, positions: np.ndarray) -> None:
    """Raise FileProblem where positions (T, J, 3) are rotations or the points of a face."""
    if positions.shape[1] in FACE_POINTS:
        raise FileProblem(
            path, f"it holds {positions.shape[1]} landmarks of a face, not the joints of a body", "Open the body's joints"
        )
    if are_rotations(positions):
        raise FileProblem(
            path,
            "it holds rotations, not places: pose parameters of a body model",
            "Save them with their keys (poses, trans) or save the joint positions",
        )


def check_rows(path: Path, rows: np.ndarray) -> None:
    """Raise FileProblem where rows (T, W) are rotations joint by joint: matrices, six numbers or quaternions, with or without
    the place of the root beside them."""
    step = max(len(rows) // 60, 1)
    sample = rows[::step].astype(np.float64)
    for part in (sample, sample[:, 3:], sample[:, :-3]):
        if part.shape[1] >= 36 and any(part.shape[1] % k == 0 and _are_unit(part.reshape(-1, k)) for k in (9, 6, 4)):
            raise FileProblem(path, "it holds rotations, not places", "Save them with their keys or save the joint positions")


def _are_unit(rows: np.ndarray) -> bool:
    """Whether each row (N, 9, 6 or 4) is a rotation: its vectors have the length 1 and stand upright on each other."""
    count = rows.shape[1]
    if count == 4:
        return bool(np.median(np.abs(np.linalg.norm(rows, axis=1) - 1)) < 0.02)
    ways = [rows.reshape(-1, count // 3, 3)] + ([rows.reshape(-1, 3, 2).transpose(0, 2, 1)] if count == 6 else [])
    return any(np.median(np.abs(way @ way.transpose(0, 2, 1) - np.eye(count // 3)).max(axis=(1, 2))) < 0.05 for way in ways)
