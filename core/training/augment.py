"""Variation of columns (T, C, 3) in metres, so that another body or camera is only one more variation."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.patches import PARTS, PatchRecipe

# Degrees about each axis by which a part is held another way: legs, torso, arms.
STANCE = np.array([4.0, 4.0, 4.0, 9.0, 9.0])


def vary(points: np.ndarray, recipe: PatchRecipe, strength: float, rng: np.random.Generator, crop: bool = True) -> np.ndarray:
    """Vary the columns of a motion. All amounts are times `strength`.

    Speed by up to 25 %, start by up to 10 % (with `crop`), size by up to 10 %, heading by up to 20 degrees, and slow drift and
    sensor noise of centimetres; in patches also limb lengths by up to 12 % and how each part is held (STANCE).

    Args:
        points: (T, C, 3) metres.
        recipe: of the columns.
        strength: from 0 (the points themselves are returned) to 1.
        rng: draws the amounts.
        crop: cut frames at the start.

    Returns:
        (T', C, 3) metres.
    """
    if strength <= 0:
        return points
    points = _change_speed(points, float(np.exp(rng.uniform(-0.25, 0.25) * strength)))
    if crop and len(points) > 24:
        cut = int(len(points) * 0.1 * strength * rng.random())
        points = points[cut:]
    limbs = 1 + 0.12 * strength * rng.uniform(-1, 1, 3)
    if recipe.form == "patches":
        stance = np.deg2rad(STANCE)[:, None] * strength * rng.normal(size=(PARTS, 3))
        points = _on_the_floor(_change_stance(_change_limbs(points, limbs, recipe.points), stance, recipe.points), points)
    angle = np.deg2rad(20) * strength * rng.uniform(-1, 1)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) * (1 + 0.1 * strength * rng.uniform(-1, 1))
    points = points @ turn.T.astype(np.float32)
    points = points + rng.normal(0, 0.03 * strength, (1, 1, 3)).astype(np.float32)
    if rng.random() < 0.5:
        points = points + rng.normal(0, 0.01 * strength, points.shape).astype(np.float32)
    return points


def _change_speed(points: np.ndarray, factor: float) -> np.ndarray:
    count = max(int(round(len(points) / factor)), 4)
    if len(points) < 4:
        return points
    at = np.linspace(0, len(points) - 1, count)
    low = np.minimum(at.astype(int), len(points) - 2)
    weight = (at - low).astype(np.float32)[:, None, None]
    return points[low] * (1 - weight) + points[low + 1] * weight


def _change_limbs(points: np.ndarray, factors: np.ndarray, width: int) -> np.ndarray:
    """Each chain drawn out from its first sample point: legs, torso, arms by their own factor."""
    result = points.copy()
    for part in range(PARTS):
        block = result[:, part * width : (part + 1) * width]
        factor = factors[0] if part < 2 else factors[1] if part == 2 else factors[2]
        block -= block[:, :1] * (1 - 1 / factor)
        block *= np.float32(factor)
    return result


def _change_stance(points: np.ndarray, vectors: np.ndarray, width: int) -> np.ndarray:
    """Each chain turned about its first sample point, in every frame alike, by its (5, 3) axis times angle in radians."""
    result = points.copy()
    for part, rotation in enumerate(axis_angle_matrices(vectors).astype(np.float32)):
        block = result[:, part * width : (part + 1) * width]
        first = block[:, :1].copy()
        block[:] = ((block - first).reshape(-1, 3) @ rotation.T).reshape(block.shape) + first  # one product: many small are slow
    return result


def _on_the_floor(changed: np.ndarray, before: np.ndarray) -> np.ndarray:
    """`changed` raised or lowered as a whole, so that its lowest point is as high as before."""
    changed[..., 1] += before[..., 1].min() - changed[..., 1].min()
    return changed
