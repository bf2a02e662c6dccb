"""The layouts that arrays of joint positions have: which axis is time, which the joints, which x, y and z, which a batch."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.joint_vectors import WIDTHS, denormalised, positions_from_vectors
from motionpatches.core.io.limits import MAX_JOINTS, check_finite

MAX_NUMBERS = 1 << 27
MAX_TAKES = 4096
FEWER = f"At most {MAX_JOINTS} are read; export only the body"
SAVE = "Joint positions have the shape (frames, joints, 3)"


def check_numbers(path: Path, array: object) -> np.ndarray:
    """The array where it holds real numbers, some, and not too many. Raises FileProblem."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        kind = getattr(array, "dtype", type(array).__name__)
        raise FileProblem(path, f"it holds {str(kind)[:60]} values, not joint positions", "Save an array of numbers (T, J, 3)")
    if array.size == 0:
        raise FileProblem(path, f"it has no frames (its shape is {array.shape})", "Save it again")
    if array.size > MAX_NUMBERS:
        raise FileProblem(path, f"it holds {array.size:,} numbers", f"At most {MAX_NUMBERS:,} are read; save one motion a file")
    return array


def positions_of(path: Path, array: np.ndarray, joints: int | None = None) -> np.ndarray:
    """(T, J, 3) float32 of an array that holds one take, in any layout. Raises FileProblem, also where `joints` differs."""
    takes = takes_of(path, array)
    if len(takes) != 1:
        raise FileProblem(path, f"it holds {len(takes)} motions", "Save one motion a file")
    if joints is not None and takes[0].shape[1] != joints:
        raise FileProblem(path, f"it has {takes[0].shape[1]} joints, its skeleton {joints}", "Check skeleton.json")
    return takes[0]


def takes_of(path: Path, array: np.ndarray) -> list[np.ndarray]:
    """(T, J, 3) float32 for each take of an array in any layout. Raises FileProblem for other shapes."""
    array = _squeezed(check_numbers(path, array))
    if array.ndim == 2:
        return [as_float32(_rows(path, array))]
    if array.ndim == 3 and array.shape[2] >= 9 and 3 not in array.shape[:2]:
        return [as_float32(_rows(path, one)) for one in _batch(path, array)]
    if array.ndim not in (3, 4):
        raise FileProblem(path, f"its shape is {array.shape}", SAVE)
    array = _without_confidence(path, array)
    takes = [_oriented(array)] if array.ndim == 3 else [_cut(one) for one in _batch(path, _as_batch(path, array))]
    for positions in takes:
        if positions.shape[1] < 3:
            raise FileProblem(path, f"its shape is {array.shape}", SAVE)
        if positions.shape[1] > MAX_JOINTS:
            raise FileProblem(path, f"it has {positions.shape[1]:,} joints", FEWER)
    return [as_float32(positions) for positions in takes]


def as_float32(positions: np.ndarray) -> np.ndarray:
    """Contiguous float32; what is too large becomes infinite."""
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(positions, np.float32)


def _squeezed(array: np.ndarray) -> np.ndarray:
    """Without axes of length 1, down to three; a batch of one beside rows of numbers too."""
    for axis in range(array.ndim - 1, -1, -1):
        if array.ndim > 3 and array.shape[axis] == 1:
            array = array.squeeze(axis)
    rows = array.ndim == 3 and 1 in array.shape[:2] and array.shape[2] >= 9 and 3 not in array.shape[:2]
    if rows:
        array = array.squeeze(array.shape.index(1))
    if array.ndim == 2 and array.shape[0] in WIDTHS and array.shape[1] not in WIDTHS and array.shape[1] % 3:
        array = array.T
    return array


def _rows(path: Path, array: np.ndarray) -> np.ndarray:
    """(T, J, 3) of rows of numbers (T, J*3), or of features."""
    if array.shape[1] in WIDTHS:
        check_finite(path, array[:, None])
        return positions_from_vectors(denormalised(path, array)[0])
    if array.shape[1] % 3 or array.shape[1] < 9:
        raise FileProblem(path, f"its shape is {array.shape}", SAVE)
    if array.shape[1] > 3 * MAX_JOINTS:
        raise FileProblem(path, f"it has {array.shape[1] // 3:,} joints", FEWER)
    return array.reshape(len(array), -1, 3)


def _without_confidence(path: Path, array: np.ndarray) -> np.ndarray:
    """Without the visibility (and presence) that pose estimators write behind x, y and z. Raises FileProblem for rotations
    and for points without depth."""
    last = array.shape[-1]
    if last == 3 or 3 in array.shape[:-1] and (last > 5 or array.shape[-2:] == (3, 3)):
        return array
    if last in (4, 5) and array.shape[-2] >= 3:
        extra = array[..., 3:]
        if not ((extra < -1e-3) | (extra > 1.001)).any():
            return array[..., :3]
        if last == 4 and np.allclose(np.linalg.norm(array, axis=-1), 1, atol=0.02):
            raise FileProblem(path, "it holds rotations (quaternions), not places", SAVE)
    if 3 in array.shape:
        return array
    if last == 2:
        raise FileProblem(path, f"its points have two coordinates (its shape is {array.shape})", "Places in space are needed")
    if last == 6:
        raise FileProblem(path, f"its shape is {array.shape}: rotations of six numbers, not places", SAVE)
    raise FileProblem(path, f"its shape is {array.shape}", SAVE)


def _step(array: np.ndarray, axis: int) -> float:
    """How far points move from one entry of an axis to the next, on average; x, y and z are the last axis."""
    length = array.shape[axis]
    if length < 2:
        return 0.0
    array = array[
        tuple(
            slice(None) if n == axis or n == array.ndim - 1 else slice(None, None, max(size // 64, 1))
            for n, size in enumerate(array.shape)
        )
    ]
    at = np.arange(length - 1) if length <= 256 else np.linspace(0, length - 2, 255).astype(int)
    with np.errstate(all="ignore"):
        change = np.take(array, at + 1, axis).astype(np.float64) - np.take(array, at, axis)
        step = np.linalg.norm(change, axis=-1)
    known = np.isfinite(step)
    return float(step[known].mean()) if known.any() else math.inf


def _oriented(array: np.ndarray) -> np.ndarray:
    """(T, J, 3) from three axes in any order: a body moves little from frame to frame, its joints lie far apart.

    Where the steps do not tell, in the usual order: joints stand before x, y and z, or behind them in (3, T, J).
    """
    if array.shape[2] == 3:
        usual, other = array, array.transpose(1, 0, 2)
    elif array.shape[1] == 3:
        usual, other = array.transpose(2, 0, 1), array.transpose(0, 2, 1)
    else:
        usual, other = array.transpose(1, 2, 0), array.transpose(2, 1, 0)
    return other if usual.shape[0] > 1 and _step(other, 0) < 0.6 * _step(usual, 0) else usual


def _as_batch(path: Path, array: np.ndarray) -> np.ndarray:
    """(N, T, J, 3) from four axes: (N, T, J, 3), (T, N, J, 3), (N, J, T, 3), (N, J, 3, T), (N, 3, T, J) or (3, T, J, N)."""
    if array.shape[3] == 3:
        if array.shape[2] == 3 and _orthonormal(array):
            raise FileProblem(path, f"its shape is {array.shape}: rotation matrices, not places", SAVE)
        steps = [_step(array, axis) for axis in range(3)]
        # A batch of one motion repeated moves nowhere from take to take: time is the longer axis too.
        if array.shape[0] > array.shape[1] and steps[0] < 0.6 * steps[1]:
            return array.swapaxes(0, 1)
        return array.swapaxes(1, 2) if steps[2] < 0.6 * steps[1] else array
    if array.shape[2] == 3:
        usual, other = array.transpose(0, 3, 1, 2), array.transpose(0, 1, 3, 2)
    elif array.shape[1] == 3:
        usual, other = array.transpose(0, 2, 3, 1), array.transpose(0, 3, 2, 1)
    else:
        return array.transpose(3, 1, 2, 0)
    return other if _step(other, 1) < 0.6 * _step(usual, 1) else usual


def _orthonormal(array: np.ndarray) -> bool:
    """Whether the last two axes hold rotation matrices."""
    sample = array.reshape(-1, 3, 3)[:1000].astype(np.float64)
    return bool(np.allclose(sample @ sample.transpose(0, 2, 1), np.eye(3), atol=0.02))


def _batch(path: Path, array: np.ndarray) -> np.ndarray:
    if len(array) > MAX_TAKES:
        raise FileProblem(path, f"it holds {len(array):,} motions", f"At most {MAX_TAKES:,} a file are read")
    return array


def _cut(positions: np.ndarray) -> np.ndarray:
    """Without the frames of zeros that pad a batch."""
    used = np.flatnonzero((positions != 0).any(axis=(1, 2)))
    return positions[: used[-1] + 1] if len(used) else positions
