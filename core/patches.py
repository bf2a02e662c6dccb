"""Motion patches (Yu, Tanaka, Fujiwara, CVPR 2024, section 3.2): a motion of any skeleton as a 224 x 80 RGB image.

Five chains of joints become 16 sample points each by linear interpolation; 16 points x 16 frames is one patch;
x, y, z are read as red, green, blue. No torch here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from core.errors import StudioError
from core.motion import canonical
from core.motion.motion import Motion
from core.motion.skeleton import Skeleton

POINTS = 16
PARTS = 5
COLUMNS = POINTS * PARTS
WINDOW = 16
MAX_FRAMES = 224

Normalisation = Literal["sample_point", "joint"]


@dataclass(frozen=True)
class PatchRecipe:
    """How a motion is prepared. `normalisation`: z-score per sample point (preset `paper`) or per joint before
    interpolation (`official`). `fps`: the rate the model reads. `canonical`: floor at 0, start at the origin,
    facing +Z. `height_m`: scale every body to this stature, 0 to leave sizes alone."""

    normalisation: Normalisation = "sample_point"
    fps: float = 20.0
    canonical: bool = False
    height_m: float = 0.0


@dataclass(frozen=True, eq=False)
class PatchStatistics:
    """Mean and standard deviation, (80, 3) for `sample_point` or (J, 3) for `joint`, in metres."""

    mean: np.ndarray
    std: np.ndarray
    normalisation: Normalisation = "sample_point"


@dataclass(frozen=True, eq=False)
class MotionPatches:
    """`pixels` (3, 224, 80) float32, time down, parts across, zeros after the last of `frames` frames."""

    pixels: np.ndarray
    frames: int


@lru_cache(maxsize=256)
def sampling_matrix(skeleton: Skeleton) -> np.ndarray:
    """(80, J) float32: rows are sample points, columns the weights of the joints.

    Sample i of a chain of k joints lies at (i + 0.5) * k / 16 - 0.5, clamped to [0, k - 1]: half-pixel
    centres, as when an image row of k pixels is resized to 16.
    """
    if not skeleton.chains:
        raise StudioError("This skeleton has no five body parts, so no patches can be made of it.")
    matrix = np.zeros((COLUMNS, skeleton.joint_count), np.float32)
    for part, chain in enumerate(skeleton.chains):
        k = len(chain)
        at = np.clip((np.arange(POINTS) + 0.5) * k / POINTS - 0.5, 0, k - 1)
        low = np.minimum(at.astype(int), max(k - 2, 0))
        weight = at - low
        for i in range(POINTS):
            row = part * POINTS + i
            matrix[row, chain[low[i]]] += 1 - weight[i]
            if weight[i] > 0:
                matrix[row, chain[low[i] + 1]] += weight[i]
    matrix.setflags(write=False)
    return matrix


def sample_points(motion: Motion) -> np.ndarray:
    """(T, 80, 3) metres: one matrix product a motion."""
    matrix = sampling_matrix(motion.skeleton)
    flat = motion.positions.transpose(1, 0, 2).reshape(motion.skeleton.joint_count, -1)
    return (matrix @ flat).reshape(COLUMNS, motion.frame_count, 3).transpose(1, 0, 2)


def prepare(motion: Motion, recipe: PatchRecipe) -> Motion:
    """Rate, frame and size as the recipe asks."""
    if not motion.skeleton.chains:
        raise StudioError(f"{motion.name}: no two legs, two arms and a head were found in its skeleton, so it can be shown but "
                          "not searched. Say them in Check Import.")
    motion = canonical.resample(motion, recipe.fps)
    if recipe.canonical:
        motion = canonical.canonical(motion)
    if recipe.height_m > 0:
        motion = canonical.scale_to_height(motion, recipe.height_m)
    return motion


def normalise(motion: Motion, statistics: PatchStatistics) -> np.ndarray:
    """(T, 80, 3) z-scored sample points of a prepared motion."""
    if statistics.normalisation == "joint":
        if statistics.mean.shape != (motion.skeleton.joint_count, 3):
            raise StudioError(
                f"The model's statistics are of {len(statistics.mean)} joints, this skeleton has "
                f"{motion.skeleton.joint_count}. Compute statistics for it, or use a model normalised per sample point."
            )
        scaled = (motion.positions - statistics.mean) / statistics.std
        matrix = sampling_matrix(motion.skeleton)
        flat = scaled.transpose(1, 0, 2).reshape(motion.skeleton.joint_count, -1).astype(np.float32)
        return (matrix @ flat).reshape(COLUMNS, motion.frame_count, 3).transpose(1, 0, 2)
    return ((sample_points(motion) - statistics.mean) / statistics.std).astype(np.float32)


def to_patches(motion: Motion, statistics: PatchStatistics, start: int = 0) -> MotionPatches:
    """The patch image of (at most 224 frames of) a prepared motion, from frame `start`."""
    points = normalise(motion.crop(start, start + MAX_FRAMES), statistics)
    return MotionPatches(pixels_of(points), len(points))


def pixels_of(points: np.ndarray) -> np.ndarray:
    """(T, 80, 3) z-scored points, T <= 224, as (3, 224, 80) pixels with zeros after the end."""
    pixels = np.zeros((3, MAX_FRAMES, COLUMNS), np.float32)
    pixels[:, : len(points)] = points.transpose(2, 0, 1)
    return pixels


def compute_statistics(motions: Iterable[Motion], normalisation: Normalisation = "sample_point") -> PatchStatistics:
    """Mean and standard deviation over all frames of all (prepared) motions, in float64; zeros become 1."""
    total = count = squares = None
    for motion in motions:
        values = motion.positions if normalisation == "joint" else sample_points(motion)
        values = values.astype(np.float64)
        if total is None:
            total, squares, count = values.sum(0), (values**2).sum(0), len(values)
        else:
            total, squares, count = total + values.sum(0), squares + (values**2).sum(0), count + len(values)
    if total is None:
        raise StudioError("No motion to compute statistics from.")
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    std[std < 1e-6] = 1.0
    return PatchStatistics(mean.astype(np.float32), std.astype(np.float32), normalisation)


def mirror_points(points: np.ndarray) -> np.ndarray:
    """(T, 80, 3) sample points in metres of the mirrored motion: x negated, left and right columns exchanged."""
    order = np.concatenate([np.arange(p * POINTS, (p + 1) * POINTS) for p in (1, 0, 2, 4, 3)])
    return points[:, order] * np.array([-1, 1, 1], points.dtype)


def window_starts(frames: int, hop: int = MAX_FRAMES // 2) -> list[int]:
    """First frames of the overlapping windows that cover a long take; [0] for a short one."""
    if frames <= MAX_FRAMES:
        return [0]
    starts = list(range(0, frames - MAX_FRAMES, hop))
    return [*starts, frames - MAX_FRAMES]


def to_rgb(pixels: np.ndarray, spread: float = 2.5) -> np.ndarray:
    """(3, T, 80) z-scores as (T, 80, 3) uint8, +-`spread` standard deviations over the full range."""
    scaled = np.clip(pixels.transpose(1, 2, 0) / (2 * spread) + 0.5, 0, 1)
    return np.round(scaled * 255).astype(np.uint8)
