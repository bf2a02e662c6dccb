"""Metres per unit, from the length of legs and trunk and how tall people are."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.limbs import limbs
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, Chains, Skeleton

# (name, metres per unit, share of files that have it)
UNITS = (
    ("metres", 1.0, 0.36),
    ("centimetres", 0.01, 0.40),
    ("millimetres", 0.001, 0.08),
    ("CMU units (0.45 inch)", 0.0254 / 0.45, 0.08),
    ("inches", 0.0254, 0.06),
    ("decimetres", 0.1, 0.01),
    ("feet", 0.3048, 0.01),
)
FACTORS = np.array([factor for _, factor, _ in UNITS])
# Statures: (share, mean in metres, spread of the logarithm). Adults, children, and what is neither (characters, animals).
PEOPLE = ((0.85, 1.70, 0.085), (0.12, 1.22, 0.16), (0.03, 1.5, 0.6))


def stature(positions: np.ndarray, skeleton: Skeleton, chains: Chains) -> float:
    """Estimated standing height in raw units.

    Of the lengths of thigh and shin (hip to ankle is 0.491 of the stature) and of the trunk (hip to the base of the neck is
    0.288 of it; Drillis and Contini, 1966). Without chains: the longest way along the bones. Bone lengths are medians over time.
    """
    sample = positions[:: max(len(positions) // 30, 1)]
    if not chains:
        return _span(sample, skeleton)
    *legs, right, left = limbs(sample, [chains[part] for part in (RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM)])
    leg = float(np.mean([leg.length for leg in legs]))
    if leg <= 0:
        return _span(sample, skeleton)
    shoulders = np.mean([sample[:, arm.start] for arm in (right, left)], axis=0)
    hips = np.mean([sample[:, leg.start] for leg in legs], axis=0)
    trunk = float(np.median(np.linalg.norm(shoulders - hips, axis=1)))
    # Rigs differ most in where the trunk begins and ends, so the legs count three times; one that no body has does not count.
    return (3 * leg / 0.491 + trunk / 0.288) / 4 if 0.35 < trunk / leg < 1.0 else leg / 0.491


def _span(sample: np.ndarray, skeleton: Skeleton) -> float:
    """Longest way along the bones between two joints, over 1.15: toes and fingertips lie beyond the stature. Loose points:
    the largest extent of a frame."""
    reach = np.zeros(skeleton.joint_count)
    best = 0.0
    for joint in reversed(skeleton.topological_order):
        ways = sorted(
            (
                reach[k] + float(np.median(np.linalg.norm(sample[:, k] - sample[:, joint], axis=1)))
                for k in skeleton.children[joint]
            ),
            reverse=True,
        )
        if ways:
            reach[joint] = ways[0]
            best = max(best, sum(ways[:2]))
    return best / 1.15 or float(np.median(np.ptp(sample, axis=1).max(axis=1)))


def likelihood(height: float, human: bool) -> np.ndarray:
    """(U,) log-probabilities of UNITS for a body of `height` raw units, prior included."""
    metres = np.log(np.maximum(height * FACTORS, 1e-12))
    people = PEOPLE if human else ((1.0, 1.0, 0.8),)
    density = sum(share * np.exp(-0.5 * ((metres - np.log(mean)) / spread) ** 2) / spread for share, mean, spread in people)
    return np.log(np.array([share for *_, share in UNITS])) + np.log(density + 1e-30)


def name_of(metres: float) -> str:
    """'centimetres' for 0.01, '0.0123 m' for what has no name."""
    return next((name for name, factor, _ in UNITS if abs(factor / metres - 1) < 1e-4), f"{metres:.4g} m")
