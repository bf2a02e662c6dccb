"""Motion patches (Yu, Tanaka, Fujiwara, CVPR 2024, section 3.2): a motion of any skeleton as a 224 x 80 RGB image.

Five chains of joints become 16 sample points each by linear interpolation; 16 points x 16 frames is one patch;
x, y, z are read as red, green, blue. No torch here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.motion import canonical, features
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.smpl_joints import smpl_joints

POINTS = 16
PARTS = 5
COLUMNS = POINTS * PARTS
WINDOW = 16
MAX_FRAMES = 224
# Frames of the short windows that a gallery holds beside those of 224: at 20 fps 4 s, about one action. A multiple of 16.
SHORT_FRAMES = 80

Normalisation = Literal["sample_point", "joint"]
Form = Literal["patches", "joints", "features"]
# What a model reads instead of patches, in words.
NO_PATCHES = {"joints": "raw joints", "features": "HumanML3D's features"}

# The published way from KIT-ML's 12.5 fps to 20: of each 12 frames these.
KIT_REPEATS = np.array([0, 0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 11])


@dataclass(frozen=True)
class PatchRecipe:
    """How a model reads motions, saved with it: rate, frame and size that every source is brought into, then the image.

    Attributes:
        normalisation: z-score per sample point (preset `paper`), or per joint before interpolation (`official`).
        fps: frames a second.
        canonical: lowest point at height 0, root over the origin and facing +Z in the first frame; both people of a pair are
            moved alike. False reads motions where they lie.
        height_m: scale every body to this stature; 0 leaves sizes alone.
        points: sample points a body part and frames a window, the patch size of the vision transformer.
        form: patches; the joints themselves, frame by frame (the ablation of the paper's Table 4); or HumanML3D's 263 features a
            frame (core/motion/features.py), which models of others read.
        repeat_frames: 12.5 fps become 20 by repeating frames, as `official` does.
        leg_m: scale every body so that thigh and shin are this long together; 0 leaves sizes alone.
        keep_placed: what HumanML3D's processing has placed stays where it lies (`Motion.placed`), ranges of it too.
    """

    normalisation: Normalisation = "sample_point"
    fps: float = 20.0
    canonical: bool = False
    height_m: float = 0.0
    points: int = POINTS
    form: Form = "patches"
    repeat_frames: bool = False
    leg_m: float = 0.0
    keep_placed: bool = False


PLAIN = PatchRecipe()
# The frame of HumanML3D, which Yu et al. train in: motions of its processing as they are, all others brought into it.
HUMANML3D = PatchRecipe(canonical=True, leg_m=canonical.HUMANML3D_LEG_M, keep_placed=True)


@dataclass(frozen=True, eq=False)
class PatchStatistics:
    """Mean and standard deviation, (80, 3) for `sample_point` or (J, 3) for `joint` and for raw joints, in metres; (263, 1) for
    features."""

    mean: np.ndarray
    std: np.ndarray
    normalisation: Normalisation = "sample_point"


@dataclass(frozen=True, eq=False)
class MotionPatches:
    """`pixels` (3, 224, 80) float32, time down, parts across, zeros after the last of `frames` frames; features (1, 224, 263)."""

    pixels: np.ndarray
    frames: int


@lru_cache(maxsize=256)
def sampling_matrix(skeleton: Skeleton, points: int = POINTS) -> np.ndarray:
    """(5 * points, J) float32: rows are sample points, columns the weights of the joints.

    Sample i of a chain of k joints lies at (i + 0.5) * k / points - 0.5, clamped to [0, k - 1]: half-pixel
    centres, as when an image row of k pixels is resized.
    """
    if not skeleton.chains:
        raise StudioError("This skeleton has no five body parts, so no patches can be made of it.")
    matrix = np.zeros((PARTS * points, skeleton.joint_count), np.float32)
    for part, chain in enumerate(skeleton.chains):
        k = len(chain)
        at = np.clip((np.arange(points) + 0.5) * k / points - 0.5, 0, k - 1)
        low = np.minimum(at.astype(int), max(k - 2, 0))
        weight = at - low
        for i in range(points):
            row = part * points + i
            matrix[row, chain[low[i]]] += 1 - weight[i]
            if weight[i] > 0:
                matrix[row, chain[low[i] + 1]] += weight[i]
    matrix.setflags(write=False)
    return matrix


def sample_points(motion: Motion, points: int = POINTS) -> np.ndarray:
    """(T, 5 * points, 3) metres: one matrix product a motion."""
    return _apply(sampling_matrix(motion.skeleton, points), motion.positions)


def _apply(matrix: np.ndarray, positions: np.ndarray) -> np.ndarray:
    frames, joints, _ = positions.shape
    flat = positions.transpose(1, 0, 2).reshape(joints, -1)
    return (matrix @ flat).reshape(len(matrix), frames, 3).transpose(1, 0, 2)


def columns_of(motion: Motion, recipe: PatchRecipe) -> np.ndarray:
    """(T, C, 3) metres: what the z-score per column is of. Sample points, or the joints themselves; (T, 263, 1) features."""
    if recipe.form == "features":
        return features.features(smpl_joints(motion))[..., None]
    return motion.positions if recipe.form == "joints" else sample_points(motion, recipe.points)


def prepare(motion: Motion, recipe: PatchRecipe) -> Motion:
    """Bring a motion to the rate, into the frame and to the size of a recipe; both people of a pair as one."""
    for person in motion.people:
        if not person.skeleton.chains:
            why = next((a.reason for a in person.assumptions if a.what == "body parts"), "it has no body parts")
            raise StudioError(
                f"{motion.name} is shown but not searched: {why}. Name its body parts in Check Import if it is a person."
            )
    if recipe.repeat_frames and abs(motion.fps - 12.5) < 0.01:
        motion = repeat_kit_frames(motion)
    motion = canonical.resample(motion, recipe.fps)
    if recipe.canonical and not (recipe.keep_placed and motion.placed):
        motion = canonical.canonical(motion)
    if recipe.height_m > 0:
        motion = canonical.scale_to_height(motion, recipe.height_m)
    if recipe.leg_m > 0:
        motion = canonical.scale_to_leg(motion, recipe.leg_m)
    return motion


def prepare_for(motion: Motion, recipe: PatchRecipe, people: int) -> Motion:
    """Prepare what a model of one or two people reads of a motion: the first person alone, or both in one frame.

    Raises:
        StudioError: one person, for a model of two; unknown body parts.
    """
    if people == 2 and motion.partner is None:
        raise StudioError(f"{motion.name} shows one person; this model reads two.")
    return prepare(motion if people == 2 else replace(motion, partner=None), recipe)


def require_patches(recipe: PatchRecipe) -> None:
    """Raise StudioError for a model without patches."""
    if recipe.form != "patches":
        raise StudioError(
            f"This model reads {NO_PATCHES[recipe.form]}, frame by frame: it has no patches, and no body part of its own. "
            "Choose a model of patches, such as the starter."
        )


def frame_in_words(recipe: PatchRecipe) -> str:
    """Say into which frame and to which size motions are brought: 'on the floor, over the origin, facing ahead, 1.7 m tall'."""
    words = ["on the floor, over the origin, facing ahead" if recipe.canonical else "where they lie"]
    if recipe.height_m:
        words.append(f"{recipe.height_m:g} m tall")
    if recipe.leg_m:
        words.append(f"thigh and shin {recipe.leg_m:g} m together")
    if recipe.canonical and recipe.keep_placed:
        words.append("those of HumanML3D's processing as they are")
    return ", ".join(words)


def repeat_kit_frames(motion: Motion) -> Motion:
    """12.5 fps as 20 fps: of each 12 frames those of KIT_REPEATS."""
    blocks = -(-motion.frame_count // 12)
    index = (np.arange(blocks)[:, None] * 12 + KIT_REPEATS).ravel()
    partner = motion.partner and repeat_kit_frames(motion.partner)
    return replace(motion, positions=motion.positions[index[index < motion.frame_count]], fps=20.0, partner=partner)


def normalise(motion: Motion, statistics: PatchStatistics, recipe: PatchRecipe = PLAIN) -> np.ndarray:
    """(T, C, 3) z-scored columns of a prepared motion: 5 * points sample points, or J joints; (T, 263, 1) features."""
    per_joint = recipe.form != "features" and (statistics.normalisation == "joint" or recipe.form == "joints")
    if per_joint and statistics.mean.shape != (motion.skeleton.joint_count, 3):
        raise StudioError(
            f"The model's statistics are of {len(statistics.mean)} joints, this skeleton has "
            f"{motion.skeleton.joint_count}. Compute statistics for it, or use a model normalised per sample point."
        )
    if per_joint:
        scaled = ((motion.positions - statistics.mean) / statistics.std).astype(np.float32)
        return scaled if recipe.form == "joints" else _apply(sampling_matrix(motion.skeleton, recipe.points), scaled)
    return ((columns_of(motion, recipe) - statistics.mean) / statistics.std).astype(np.float32)


def to_patches(motion: Motion, statistics: PatchStatistics, start: int = 0, recipe: PatchRecipe = PLAIN) -> MotionPatches:
    """The patch image of (at most 224 frames of) a prepared motion, from frame `start`."""
    points = normalise(motion.crop(start, start + MAX_FRAMES), statistics, recipe)
    return MotionPatches(pixels_of(points), len(points))


def pixels_of(points: np.ndarray) -> np.ndarray:
    """(T, C, 3) z-scored columns, T <= 224, as (3, 224, C) pixels with zeros after the end; (T, C, 1) as (1, 224, C)."""
    pixels = np.zeros((points.shape[2], MAX_FRAMES, points.shape[1]), np.float32)
    pixels[:, : len(points)] = points.transpose(2, 0, 1)
    return pixels


def compute_statistics(motions: Iterable[Motion], recipe: PatchRecipe = PLAIN) -> PatchStatistics:
    """Mean and standard deviation over all frames of all (prepared) motions, in float64; zeros become 1."""
    total: np.ndarray | None = None
    squares: np.ndarray | float = 0.0
    count = 0
    for motion in motions:
        values = motion.positions if recipe.normalisation == "joint" else columns_of(motion, recipe)
        values = values.astype(np.float64)
        if total is not None and values.shape[1:] != total.shape:
            raise StudioError("Statistics per joint need motions of one skeleton; these have several.")
        total = values.sum(0) if total is None else total + values.sum(0)
        squares, count = squares + (values**2).sum(0), count + len(values)
    if total is None:
        raise StudioError("No motion to compute statistics from.")
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    std[std < 1e-6] = 1.0
    return PatchStatistics(mean.astype(np.float32), std.astype(np.float32), recipe.normalisation)


def mirror_columns(skeleton: Skeleton, recipe: PatchRecipe = PLAIN) -> np.ndarray:
    """(C,) which column each column takes its place from in the mirrored motion: left and right exchanged."""
    if recipe.form == "patches":
        return np.concatenate([np.arange(p * recipe.points, (p + 1) * recipe.points) for p in (1, 0, 2, 4, 3)])
    order = np.arange(skeleton.joint_count)
    for a, b in ((0, 1), (3, 4)) if skeleton.chains else ():
        for one, other in zip(skeleton.chains[a], skeleton.chains[b], strict=False):
            order[one], order[other] = other, one
    return order


def window_starts(frames: int, length: int = MAX_FRAMES, hop: int = 0) -> list[int]:
    """First frames of the windows of `length` frames that cover a take, `hop` apart (0: half a window), the last one at its end;
    [0] for a take that is no longer than one."""
    last = max(frames - length, 0)
    return [*range(0, last, hop or length // 2), last]


def to_rgb(pixels: np.ndarray, spread: float = 2.5) -> np.ndarray:
    """(3, T, 80) z-scores as (T, 80, 3) uint8, +-`spread` standard deviations over the full range."""
    scaled = np.clip(pixels.transpose(1, 2, 0) / (2 * spread) + 0.5, 0, 1)
    return np.round(scaled * 255).astype(np.uint8)
