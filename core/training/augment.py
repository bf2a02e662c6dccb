"""Variation of columns (T, C, 3) in metres, so that another body or camera is only one more variation."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.patches import PARTS, PatchRecipe

# Degrees about each axis by which a part is held another way: legs, torso, arms.
STANCE = np.array([4.0, 4.0, 4.0, 9.0, 9.0])


def vary(points: np.ndarray, recipe: PatchRecipe, strength: float, rng: np.random.Generator, crop: bool = True) -> np.ndarray:
    """Speed (+-25 %), start (up to 10 % cut, with `crop`), size (+-10 %), heading (+-20 degrees), limb lengths (+-12 %) and
    how each part is held (STANCE; both for patches alone), slow drift and sensor noise, each times `strength`."""
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
