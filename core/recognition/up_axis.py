"""Which axis of a take points up: posture, rest pose, floor and gravity, as log-likelihoods that add up.

Each function gives one number for each of UP_AXES. A take alone can be ambiguous (a person lying still); the takes of one rig
in one folder share an axis, so `pooled` weighs them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.limbs import limbs
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, TORSO, Chains

# Unit vectors of UP_AXES: the axis of each, and which way it goes along it.
AXES = np.array(["XYZ".index(name[-1]) for name in UP_AXES])
SIGNS = np.array([-1.0 if name[0] == "-" else 1.0 for name in UP_AXES])
DIRECTIONS = np.eye(3)[AXES] * SIGNS[:, None]
# What files of no statement have: most are Y up, many Z up, hardly any X.
PRIOR = {"Y": 0.825, "Z": 0.145, "X": 0.004, "-Y": 0.02, "-Z": 0.004, "-X": 0.002}
# Of takes, the share in which a person is upright, lies or crawls, or stands on the hands throughout.
UPRIGHT, LEVEL, INVERTED = 0.945, 0.05, 0.003
# The least that posture may say where every take of a rig lies, or is inverted: such folders exist.
ALL_LEVEL, ALL_INVERTED = -5.3, -8.0
GRAVITY_STATURES = 9.81 / 1.7


@dataclass(frozen=True, eq=False)
class UpEvidence:
    """Of one take, each (6,) along UP_AXES: shares of frames (`upright`, `level`, `inverted`; they sum to 1), and the
    log-likelihoods of rest pose (`rest`), of a level floor, of one at height 0 (`zero`), and of contacts."""

    upright: np.ndarray
    level: np.ndarray
    inverted: np.ndarray
    rest: np.ndarray
    floor: np.ndarray
    zero: np.ndarray
    contact: np.ndarray


def prior(stated: str | None, confidence: float) -> np.ndarray:
    """(6,) log-probabilities before the motion is looked at."""
    base = np.array([PRIOR[name] for name in UP_AXES])
    if stated is None:
        return np.log(base)
    other = base * (np.array(UP_AXES) != stated)
    return np.log(np.where(np.array(UP_AXES) == stated, confidence, (1 - confidence) * other / other.sum()) + 1e-9)


def shares(positions: np.ndarray, chains: Chains) -> np.ndarray:
    """(3, 6): in what share of frames trunk and legs stand along an axis, lie across it, or point against it."""
    if not chains:
        return np.repeat([[0.0], [1.0], [0.0]], 6, axis=1)
    torso = chains[TORSO]
    hips, top = positions[:, torso[0]], positions[:, torso[-1]]
    legs = limbs(positions, (chains[RIGHT_LEG], chains[LEFT_LEG]))
    feet = np.mean([positions[:, leg.end] for leg in legs], axis=0)
    trunk = _unit(top - hips) @ DIRECTIONS.T
    # Sitting has level legs, bowing a level trunk: the sum of the two cosines tells upright from both.
    lean = trunk + _unit(hips - feet) @ DIRECTIONS.T
    upright, inverted = (lean > 0.9).mean(0), (lean < -0.9).mean(0)
    return np.stack([upright, 1 - upright - inverted, inverted])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def posture(upright: np.ndarray, level: np.ndarray, inverted: np.ndarray) -> np.ndarray:
    """(6,) log-likelihood of shares of frames, or of their means over takes."""
    return np.log(UPRIGHT * upright + LEVEL * level + INVERTED * inverted)


def evidence(positions: np.ndarray, fps: float, chains: Chains, stature: float, rest: np.ndarray | None) -> UpEvidence:
    """Of a take (T, J, 3) in its own axes and unit, whose body measures `stature` of these units."""
    sample = np.unique(np.linspace(0, len(positions) - 1, min(len(positions), 240)).astype(int))
    joints = sorted({j for chain in chains for j in chain}) or list(range(positions.shape[1]))
    body = positions[sample][:, joints].astype(np.float64) / stature
    floor, zero, contact = _floor_and_contact(positions, fps, sample, joints, body, stature)
    upright, level, inverted = shares(positions[sample[:: max(len(sample) // 60, 1)]], chains)
    resting = np.zeros(6)
    if rest is not None and chains:
        up, across, down = shares(rest[None], chains)
        # A rest pose may lie in axes of its own: it counts for little, and only where it stands along some axis.
        resting = np.log(0.86 * up + 0.1 * across + 0.04 * down) if up.max() > 0.5 else resting
    return UpEvidence(upright, level, inverted, resting, floor, zero, contact)


def _floor_and_contact(
    positions: np.ndarray, fps: float, sample: np.ndarray, joints: list[int], body: np.ndarray, stature: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Along the true axis the lowest points stay at one level unless the body flies (then it falls with gravity), and what
    touches the floor does not slide. `body` (S, B, 3) in statures."""
    along = np.take(body, AXES, axis=2) * SIGNS
    lowest = along.min(axis=1)
    # Most files have their floor at height 0; a wrong axis has its lowest points there by chance alone.
    zero = np.log(0.5 + 3 * np.exp(-0.5 * (np.quantile(lowest, 0.1, axis=0) / 0.035) ** 2))
    frames = len(positions)
    if frames < 3:
        return np.zeros(6), zero, np.zeros(6)
    step = max(round(0.06 * fps), 1)
    inner = np.clip(sample, step, max(frames - 1 - step, step))
    if frames > 2 * step:
        needed, at = np.unique(inner + np.array([[-step], [0], [step]]), return_inverse=True)
        centre = positions[needed][:, joints].mean(axis=1, dtype=np.float64)[at.reshape(3, -1)]
        fall = -(centre[0] - 2 * centre[1] + centre[2]) / stature * (fps / step) ** 2 @ DIRECTIONS.T
        flying = np.abs(fall - GRAVITY_STATURES) < 0.4 * GRAVITY_STATURES
    else:
        flying = np.zeros(lowest.shape, bool)
    spread = _spread(lowest, flying)
    floor = np.maximum(-np.log1p((spread / 0.16) ** 2), -4.5)
    after = np.minimum(sample + 1, frames - 1)
    speed = np.linalg.norm(positions[after][:, joints] - positions[sample][:, joints], axis=2) * (fps / stature)
    near = along < lowest[:, None] + 0.06
    slide = np.where(near, speed[:, :, None], np.inf).min(axis=1)
    contact = np.maximum(-np.log1p((np.mean(np.minimum(slide, 3.0), axis=0) / 0.3) ** 2), -3.0)
    return floor, zero, contact


def _spread(lowest: np.ndarray, flying: np.ndarray) -> np.ndarray:
    """(6,) between the quantiles 5 and 95 of heights (S, 6), without the frames (S, 6) in which the body flies; 0 where few are
    left."""
    spread = np.zeros(6)
    flies = flying.any(axis=0)
    if not flies.all():
        low, high = np.quantile(lowest[:, ~flies], (0.05, 0.95), axis=0)
        spread[~flies] = high - low
    for axis in np.flatnonzero(flies):
        ground = lowest[~flying[:, axis], axis]
        if len(ground) > 0.2 * len(lowest):
            low, high = np.quantile(ground, (0.05, 0.95))
            spread[axis] = high - low
    return spread


def pooled(takes: Sequence[UpEvidence], before: np.ndarray) -> np.ndarray:
    """(6,) log-posterior (not normalised) of the axis that takes share. More takes weigh more, by the logarithm of their
    number: the takes of one folder are not independent."""
    strength = 1 + np.log2(len(takes))

    def mean(name: str) -> np.ndarray:
        return np.mean([getattr(take, name) for take in takes], axis=0)

    level, inverted = mean("level"), mean("inverted")
    least = np.where(inverted > level, ALL_INVERTED, ALL_LEVEL)
    stance = np.maximum(posture(mean("upright"), level, inverted) * strength, least)
    ground = np.maximum(mean("floor") * strength, -9) + np.maximum(mean("contact") * strength, -6)
    return before + stance + mean("rest") + mean("zero") + ground


def own(take: UpEvidence) -> np.ndarray:
    """(6,) what a take's motion says by itself, without prior and rest pose."""
    return posture(take.upright, take.level, take.inverted) + take.floor + take.zero + take.contact
