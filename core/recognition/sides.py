"""Which of two mirror-image limbs is the left one: what knees, feet, hands, head and steps say about where ahead is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.recognition.limb_search import Pair


@dataclass(frozen=True)
class Body:
    """Joints of a body whose two sides are called first and second: `legs` ((hip, knee, ankle, toes or the ankle again) of
    each side), `arms` ((shoulder, elbow, wrist) of each side) and `head`."""

    legs: tuple[tuple[int, int, int, int], tuple[int, int, int, int]]
    arms: tuple[tuple[int, int, int], tuple[int, int, int]]
    head: int


def body_of(legs: Pair, arms: Pair, first_toes: int, second_toes: int, head: int) -> Body:
    first_leg, second_leg = (*legs.first.joints, first_toes), (*legs.second.joints, second_toes)
    return Body((first_leg, second_leg), (arms.first.joints, arms.second.joints), head)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def ahead_features(sample: np.ndarray, body: Body) -> dict[str, float]:
    """What speaks for the first side being the left one (positive) or the right one (negative), of (T, J, 3) in any axes.

    Ahead is left x up in the frame of the trunk, so a body may lie, crawl or hang.
    """
    legs, arms = np.array(body.legs), np.array(body.arms)
    hips, shoulders = sample[:, legs[:, 0]], sample[:, arms[:, 0]]
    middle, above = hips.mean(1), shoulders.mean(1)
    up = unit(above - middle)
    across = unit(hips[:, 0] - hips[:, 1]) + unit(shoulders[:, 0] - shoulders[:, 1])
    across = unit(across - (across * up).sum(-1, keepdims=True) * up)
    ahead = np.cross(across, up)[:, None]

    def dot(vectors: np.ndarray) -> np.ndarray:
        return (vectors * ahead).sum(-1)

    knees, ankles, toes = (sample[:, legs[:, k]] for k in (1, 2, 3))
    elbows, wrists = (sample[:, arms[:, k]] for k in (1, 2))
    thigh = np.median(np.linalg.norm(knees - hips, axis=-1))
    leg = max(thigh + np.median(np.linalg.norm(ankles - knees, axis=-1)), 1e-12)
    arm = max(np.median(np.linalg.norm(elbows - shoulders, axis=-1) + np.linalg.norm(wrists - elbows, axis=-1)), 1e-12)
    knee, elbow = _off_line(knees, hips, ankles), _off_line(elbows, shoulders, wrists)
    foot = toes - ankles
    shin = unit(ankles - knees)
    foot = foot - (foot * shin).sum(-1, keepdims=True) * shin
    steps = np.diff(middle, axis=0)
    here = np.cross(across, up)[:-1]
    walked = float((steps * here).sum() / leg)
    return {
        "foot": float(np.mean(dot(unit(foot)))) if (legs[:, 3] != legs[:, 2]).all() else 0.0,
        "knee": float(np.mean(dot(knee)) / leg),
        "thigh": float(np.mean(dot(knees - hips)) / max(thigh, 1e-12)),
        "elbow": float(np.mean(dot(elbow)) / arm),
        "wrist": float(np.mean(dot(wrists - shoulders)) / arm),
        "walk": walked,
        "head": float(np.mean((sample[:, body.head] - above) * ahead[:, 0]) * 3 / leg),
    }


def _off_line(joint: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """From the line between a limb's ends to its middle joint."""
    line = unit(end - start)
    way = joint - start
    return way - (way * line).sum(-1, keepdims=True) * line


# Log-odds per unit of each feature, and the most that one may say.
WEIGHTS = {
    "foot": (3.0, 4.0),
    "knee": (35.0, 6.0),
    "thigh": (2.0, 2.0),
    "elbow": (-4.0, 1.5),
    "wrist": (3.0, 1.5),
    "walk": (0.3, 2.0),
    "head": (3.0, 1.0),
}


def first_is_left(features: dict[str, float]) -> tuple[bool, float]:
    """Whether the first side is the left one, and how sure that is (0.5 to 1)."""
    odds = sum(float(np.clip(weight * features[name], -most, most)) for name, (weight, most) in WEIGHTS.items())
    return odds >= 0, float(1 / (1 + np.exp(-abs(odds))))
