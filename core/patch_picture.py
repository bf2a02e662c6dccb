"""The patches of a motion as a picture: which channel, in which values, alone or as the difference from another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import (
    MAX_FRAMES,
    PARTS,
    PatchRecipe,
    compute_statistics,
    prepare_for,
    sample_points,
    sampling_matrix,
    to_patches,
    to_rgb,
)

CHANNELS = ("x, y, z as RGB", "x alone", "y alone", "z alone")
VALUES = ("z-scores", "metres")
SPREAD = 2.5
# From -1 to 1: blue, light grey, red (the ends differ without colour too).
_LOW, _NONE, _HIGH = np.array([[33, 102, 172], [247, 247, 247], [178, 24, 43]], np.float32)


@dataclass(frozen=True, eq=False)
class PatchImage:
    """`bands`: five (points, frames shown, 3) uint8, time across; `metres` (T, 5 points, 3); `matrix` (5 points, J): the joints
    that each sample point lies between; `shown` frames are `frames` rounded up to whole windows.

    `values` (T, 5 points, 3) are what the colours show, in `unit` ('m', or '' for z-scores); colours end at `end`.
    """

    bands: tuple[np.ndarray, ...]
    metres: np.ndarray
    values: np.ndarray
    unit: str
    end: float
    matrix: np.ndarray
    frames: int
    shown: int
    fps: float
    points: int


def patch_image(motion: Motion, model: Any, channel: int = 0, metres: bool = False, other: Motion | None = None) -> PatchImage:
    """As `model` reads the motion (by its own statistics where there is no model); `channel` as in CHANNELS. With `other`, the
    difference from that motion, frame by frame from the start."""
    recipe = model.config.patches if model else PatchRecipe(canonical=True, height_m=1.7)
    points = recipe.points
    frame, prepared = recipe, _read_by(model, motion, recipe)
    if model and model.statistics.normalisation == "sample_point" and recipe.form == "patches":
        statistics = model.statistics
    else:
        recipe = PatchRecipe(points=points)
        statistics = compute_statistics([prepared], recipe)
    patches = to_patches(prepared, statistics, recipe=recipe)
    shown = -(-patches.frames // points) * points
    places = sample_points(prepared, points)[:MAX_FRAMES]
    values = _filled(places, shown) if metres else patches.pixels[:, :shown]
    if other is not None:
        theirs = _read_by(model, other, frame)
        both = (
            _filled(sample_points(theirs, points)[:MAX_FRAMES], shown)
            if metres
            else to_patches(theirs, statistics, recipe=recipe).pixels[:, :shown]
        )
        values = values - both
    end = _span(places) if metres else SPREAD
    scaled = values / end
    rgb = to_rgb(scaled * SPREAD) if channel == 0 else _diverging(scaled[channel - 1])
    bands = tuple(np.ascontiguousarray(rgb[:, part * points : (part + 1) * points].transpose(1, 0, 2)) for part in range(PARTS))
    seen, unit = values[:, : len(places)].transpose(1, 2, 0), "m" if metres else ""
    matrix = sampling_matrix(motion.skeleton, points)
    return PatchImage(bands, places, seen, unit, end, matrix, patches.frames, shown, prepared.fps, points)


def _read_by(model: Any, motion: Motion, recipe: PatchRecipe) -> Motion:
    """The first person: alone, or in the frame of a pair for a model of two."""
    return prepare_for(motion, recipe, 2 if model and model.config.people == 2 and motion.partner else 1)


def describe(image: PatchImage, part: int) -> str:
    """Mean and standard deviation of a part's coordinates, in the values that are shown; lines break between axes alone."""
    block = image.values[:, part * image.points : (part + 1) * image.points].reshape(-1, 3)
    axes = zip("xyz", block.mean(0), block.std(0), strict=True)
    return ",  ".join(with_unit(f"{axis} {m:+.2f} ± {s:.2f}", image.unit) for axis, m, s in axes)


def with_unit(text: str, unit: str) -> str:
    """Return text and unit such that no line breaks within them."""
    return f"{text} {unit}".strip().replace(" ", "\u00a0")


def scale_of(end: float, count: int = 64) -> np.ndarray:
    """Return the colours (count, 3) uint8 of one channel's values from -`end` to `end`."""
    return _diverging(np.linspace(-end, end, count)[:, None] / end)[:, 0]


def _filled(places: np.ndarray, shown: int) -> np.ndarray:
    """(3, shown, C) with zeros after the end."""
    out = np.zeros((3, shown, places.shape[1]), np.float32)
    out[:, : min(len(places), shown)] = places[:shown].transpose(2, 0, 1)
    return out


def _span(places: np.ndarray) -> float:
    """The coordinate farthest from 0, so that metres fill the range."""
    return max(float(np.abs(places).max()), 0.1)


def _diverging(values: np.ndarray) -> np.ndarray:
    """(T, C) from -1 to 1 as (T, C, 3) uint8."""
    share = np.clip(values, -1, 1)[..., None]
    return np.round(np.where(share < 0, _NONE + (_NONE - _LOW) * share, _NONE + (_HIGH - _NONE) * share)).astype(np.uint8)
