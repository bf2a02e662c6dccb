"""Which published order the joints of an array without names are in; failing that, a tree of rigid links."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.skeleton import Chains, Skeleton
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition.published_orders import ORDERS, JointOrder
from motionpatches.core.recognition.rigid_tree import rigid_tree, sample_frames

WORST = 0.35
# Usual ratios of a body's lengths, and how far (as a logarithm) people and rigs stray from them.
SHIN_TO_THIGH, FOREARM_TO_ARM, LEG_TO_ARM, TRUNK_TO_LEG, HIPS_TO_LEG, SHOULDERS_TO_LEG, HEAD_TO_LEG = (
    (1.0, 0.2),
    (0.9, 0.35),
    (1.6, 0.3),
    (0.6, 0.35),
    (0.26, 0.6),
    (0.42, 0.5),
    (0.27, 0.7),
)


def recognise_order(positions: np.ndarray) -> tuple[np.ndarray, Skeleton, Stated[str]]:
    """Positions (T, J', 3), their skeleton and which order it is, for an array (T, J, 3) in any unit and axes.

    A published order whose bones keep their length, whose sides are equally long and whose proportions are a body's gives
    names, parents and chains; its virtual joints (a pelvis between the hips, ...) are appended and columns that are no
    joints of the body left out. Where no order fits, the tree of rigid links comes without chains.
    """
    sample = sample_frames(positions)
    found = sorted(
        (
            (_misfit(with_virtual(sample, order), order.skeleton.chains, order.real_joints), n)
            for n, order in enumerate(ORDERS)
            if order.columns == positions.shape[1]
        )
    )
    if not found or found[0][0] > WORST:
        skeleton = replace(rigid_tree(sample), chains=())
        known = (
            f"no published order of {positions.shape[1]} joints fits"
            if found
            else (f"no published order has {positions.shape[1]} joints")
        )
        return positions, skeleton, Stated("tree of rigid links", known, 0.5)
    misfit, best = found[0]
    order = ORDERS[best]
    margin = found[1][0] - misfit if len(found) > 1 else WORST
    confidence = float(np.clip(0.6 + 1.5 * margin, 0.6, 0.98) * np.clip(1.15 - misfit, 0.8, 1.0))
    reason = "bones keep their length, left and right are equal, a body's proportions"
    return with_virtual(positions, order), order.skeleton, Stated(order.name, reason, round(confidence, 2))


def with_virtual(positions: np.ndarray, order: JointOrder) -> np.ndarray:
    """The joints of the order's skeleton (T, J', 3) from the array's columns (T, J, 3)."""
    real = positions[:, : order.real_joints]
    if not order.virtual:
        return real
    means: list[np.ndarray] = []
    for sources in order.virtual:
        means.append(np.mean([real[:, j] if j < order.real_joints else means[j - order.real_joints] for j in sources], axis=0))
    return np.concatenate([real, np.stack(means, axis=1).astype(real.dtype)], axis=1)


def _misfit(sample: np.ndarray, chains: Chains, real_joints: int) -> float:
    """0 for a body whose chains these are: how much bones change their length, sides differ and proportions are odd."""
    legs, arms = [list(chains[0]), list(chains[1])], [list(chains[3]), list(chains[4])]
    torso = list(chains[2])
    hip, shoulder = _longest_pair(sample, legs), _longest_pair(sample, arms)
    segments = np.array(
        [
            _length(sample, limb[start + k], limb[start + k + 1])
            for limbs, start in ((legs, hip), (arms, shoulder))
            for k in (0, 1)
            for limb in limbs
        ]
    )
    size = np.median(segments, axis=1).sum() / 8
    if not size > 1e-9:
        return np.inf
    hips, shoulders = (_length(sample, *(limb[start] for limb in limbs)) for limbs, start in ((legs, hip), (arms, shoulder)))
    rigid = [*segments, hips]
    rigid += [_length(sample, a, b) for a, b in zip(torso[:-1], torso[1:], strict=True) if max(a, b) < real_joints]
    spread = np.mean([min(_spread(length, size), 0.5) for length in rigid])
    right, left = np.median(segments[0::2], axis=1), np.median(segments[1::2], axis=1)
    uneven = np.mean(np.minimum(np.abs(np.log(np.maximum(right, 1e-9) / np.maximum(left, 1e-9))), 0.5))
    thigh, shin, upper, fore = (right + left) / 2
    middle = sample[:, [leg[hip] for leg in legs]].mean(1)
    above = sample[:, [arm[shoulder] for arm in arms]].mean(1)
    trunk = np.median(np.linalg.norm(above - middle, axis=1))
    head = np.median(np.linalg.norm(sample[:, torso[-1]] - above, axis=1))
    leg = thigh + shin
    odd = [
        _odd(shin, thigh, SHIN_TO_THIGH),
        _odd(fore, upper, FOREARM_TO_ARM),
        _odd(leg, upper + fore, LEG_TO_ARM),
        _odd(trunk, leg, TRUNK_TO_LEG),
        _odd(np.median(hips), leg, HIPS_TO_LEG),
        _odd(np.median(shoulders), leg, SHOULDERS_TO_LEG),
        _odd(head, leg, HEAD_TO_LEG),
    ]
    return float(spread + uneven + np.mean(odd) + _upside_down(sample, middle, above, torso[-1]))


def _longest_pair(sample: np.ndarray, limbs: list[list[int]]) -> int:
    """Where in the chains of a pair of limbs the two long segments begin: at the hip, at the shoulder."""
    lengths = sum(np.median(np.linalg.norm(np.diff(sample[:, limb], axis=1), axis=2), axis=0) for limb in limbs)
    return 1 + int(np.argmax(lengths[1:-1] + lengths[2:]))


def _length(sample: np.ndarray, a: int, b: int) -> np.ndarray:
    return np.linalg.norm(sample[:, a] - sample[:, b], axis=1)


def _spread(length: np.ndarray, size: float) -> float:
    """Half the distance of the quantiles 10 and 90 of a length, relative to it (a short one: to a third of a limb)."""
    low, middle, high = np.quantile(length, (0.1, 0.5, 0.9))
    return float((high - low) / 2 / max(middle, size / 3))


def _odd(length: float, other: float, usual: tuple[float, float]) -> float:
    """How far a ratio lies outside what is usual, 0 to 1."""
    ratio, tolerance = usual
    return float(np.clip(abs(np.log(max(length, 1e-9) / max(other, 1e-9) / ratio)) - tolerance, 0, 1))


def _upside_down(sample: np.ndarray, hips: np.ndarray, shoulders: np.ndarray, head: int) -> float:
    """A head that does not continue the trunk, seen from the shoulders: 0 to 0.3."""
    trunk, neck = shoulders - hips, sample[:, head] - shoulders
    cosine = (trunk * neck).sum(1) / np.maximum(np.linalg.norm(trunk, axis=1) * np.linalg.norm(neck, axis=1), 1e-9)
    return 0.3 * float(np.clip(-np.median(cosine), 0, 1))
