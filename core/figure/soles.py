"""Soles of the figure: how far they are below the ankles of a rig, and how high in poses, found without a mesh."""

from __future__ import annotations

import numpy as np

from motionpatches.core.figure.frames import Rest
from motionpatches.core.figure.plan import Plan
from motionpatches.core.figure.volumes import HEEL
from motionpatches.core.motion.floor import stands
from motionpatches.core.retarget.from_positions import flat_foot

# Metres from the ankle to the sole where the foot's joints do not tell, within which it is, and its steps; of the ball over the
# sole. Of a body of 1.7 m.
SOLE, SOLES, STEP, BALL = 0.075, (0.060, 0.105), 0.015, 0.022
# Metres within which a foot's joint counts as the lowest of a pose, of such a body.
NEAR = 0.03


def flat_feet(plan: Plan, p: np.ndarray) -> np.ndarray:
    """Return directions (2, 3) from ankle to ball of flat feet in positions (N, J, 3); zero where the ankle is the last joint."""
    feet = np.zeros((2, 3))
    for side, front in enumerate(_fronts(plan)):
        if front >= 0:
            feet[side] = flat_foot(p[:, plan.end[2 + side]], p[:, front])
    return feet


def drop_of(feet: np.ndarray, ways: np.ndarray, size: float) -> float:
    """Return the metres from ankles down to soles, of a body of 1.7 m, in a few steps, so that takes of a rig share a mesh.

    Args:
        feet: Directions (2, 3) of flat feet.
        ways: (2, 3) from ankles to balls in metres.
        size: Stature over 1.7 m.
    """
    if not feet.any():
        return SOLE
    drop = float(np.mean(-feet[:, 1] * np.linalg.norm(ways, axis=1))) / size + BALL
    return round(min(max(drop, SOLES[0]), SOLES[1]) / STEP) * STEP


def lift_of(plan: Plan, rest: Rest, drop: float, p: np.ndarray) -> float:
    """Return the metres by which a body is raised, so that its soles are where the lowest joint is while it stands on its feet.

    Args:
        plan: Which joints carry it.
        rest: Constants of one rig.
        drop: From ankles down to soles, of a body of 1.7 m.
        p: Positions (N, J, 3) of a motion.
    """
    size, lowest = rest.size[0], p[..., 1].min(axis=1)
    joints = np.concatenate([plan.end[2:], _fronts(plan)])
    on_feet = stands(lowest) & (p[:, joints[joints >= 0], 1].min(axis=1) <= lowest + NEAR * size)
    if not on_feet.any():
        return float(size * drop + np.where(rest.feet[0].any(axis=1), rest.ways[0, :, 1], 0).mean())
    return float(np.median(lowest[on_feet]) - np.median(heights_of(plan, rest, drop, p[on_feet]).min(axis=1)))


def heights_of(plan: Plan, rest: Rest, drop: float, p: np.ndarray) -> np.ndarray:
    """Return the heights (N, 2) of the lowest places of the soles: below the heel, or below the ball of a foot that is tipped."""
    size, feet = rest.size[0], rest.feet[0]
    ankles = p[:, plan.end[2:]].astype(np.float64)
    way = p[:, _fronts(plan)] - ankles
    sine = -way[..., 1] / np.maximum(np.linalg.norm(way, axis=2), 1e-9)
    tipped = np.arcsin(np.clip(sine, -1, 1)) - np.arcsin(np.clip(-feet[:, 1], 0, 1))
    tipped = np.where(feet.any(axis=1), tipped, 0)
    ahead = np.where(tipped > 0, rest.ways[0, :, 2], -HEEL * size)
    return ankles[..., 1] - size * drop * np.cos(tipped) - ahead * np.sin(tipped)


def _fronts(plan: Plan) -> np.ndarray:
    """Return the joints (2,) at the balls of the feet; -1 where there is none."""
    return np.where(plan.ball >= 0, plan.ball, plan.tip[2:])
