"""Marks that tell front from back and palm from sole: visor, chest, palms, soles."""

from __future__ import annotations

import numpy as np

from motionpatches.core.figure.volumes import Landmarks

# Tones of visor and chest, palms, soles: 0 dark, 1 light.
DARK, LIGHT, SOLE = 0.0, 1.0, 0.25
# Metres beyond a mark's edge that are distinguished.
FAR = 0.03


def marks_of(landmarks: Landmarks, vertices: np.ndarray, normals: np.ndarray, hand: np.ndarray) -> np.ndarray:
    """Return (V, 2): metres inside the nearest mark, negative outside, and its tone."""
    found = [
        (_visor(landmarks, vertices), DARK),
        (_chest(landmarks, vertices), DARK),
        *((_palm(landmarks, vertices, normals, hand, side), LIGHT) for side in range(2)),
        (_soles(landmarks, vertices, normals), SOLE),
    ]
    inside = np.clip(np.stack([depth for depth, _ in found], axis=1), -FAR, FAR)
    tones = np.array([tone for _, tone in found])[inside.argmax(axis=1)]
    return np.stack([inside.max(axis=1), tones], axis=1)


def _visor(landmarks: Landmarks, vertices: np.ndarray) -> np.ndarray:
    """A band across the eyes, with round ends."""
    q = (vertices - landmarks.head) / landmarks.head_scale
    aside = np.maximum(np.abs(q[:, 0]) - 0.036, 0)
    depth = 0.027 - np.hypot(aside, q[:, 1] - 0.012)
    return np.where(q[:, 2] > 0.0, depth, -FAR)


def _chest(landmarks: Landmarks, vertices: np.ndarray) -> np.ndarray:
    """A disc."""
    q = vertices - landmarks.chest
    # A paraboloid, which triangles follow better than a cone.
    return np.where(q[:, 2] > -0.08, (0.030**2 - q[:, 0] ** 2 - q[:, 1] ** 2) / 0.06, -FAR)


def _palm(landmarks: Landmarks, vertices: np.ndarray, normals: np.ndarray, hand: np.ndarray, side: int) -> np.ndarray:
    q = vertices - landmarks.palms[side]
    away = np.linalg.norm(q, axis=1)
    looks = normals @ landmarks.palm_normals[side]
    depth = np.minimum(0.042 - away, (looks - 0.35) * 0.03)
    return np.where(hand == side, depth, -FAR)


def _soles(landmarks: Landmarks, vertices: np.ndarray, normals: np.ndarray) -> np.ndarray:
    height = vertices[:, 1] - landmarks.soles.mean()
    return np.minimum(0.011 - height, (-normals[:, 1] - 0.2) * 0.05)
