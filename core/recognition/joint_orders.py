"""Which published order the joints of an array without names are in; failing that, a tree of rigid links."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

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
    torso, limbs = chains[2], (*chains[:2], *chains[3:])
    bones = np.array([pair for chain in (*limbs, torso) for pair in pairwise(chain)])
    lengths = _lengths(sample, bones)
    typical = np.median(lengths, axis=0)
    begins = np.cumsum([0, *(len(limb) - 1 for limb in limbs)])
    legs, arms = ([slice(begins[at], begins[at + 1]) for at in pair] for pair in ((0, 1), (2, 3)))
    hip, shoulder = (_longest_pair(typical, pair) for pair in (legs, arms))
    # Thighs, shins, upper arms and forearms; of each the right one first.
    long = [one.start + at + k for pair, at in ((legs, hip), (arms, shoulder)) for k in (0, 1) for one in pair]
    size = typical[long].sum() / 8
    if not size > 1e-9:
        return np.inf
    across = np.array([[chains[0][hip], chains[1][hip]], [chains[3][shoulder], chains[4][shoulder]]])
    hips, shoulders = _lengths(sample, across).T
    trunk_bones = begins[-1] + np.flatnonzero((bones[begins[-1] :] < real_joints).all(axis=1))
    spread = np.mean(_spreads(np.column_stack([lengths[:, long], hips, lengths[:, trunk_bones]]), size))
    right, left = typical[long][0::2], typical[long][1::2]
    uneven = np.mean(np.minimum(np.abs(np.log(np.maximum(right, 1e-9) / np.maximum(left, 1e-9))), 0.5))
    thigh, shin, upper, fore = (right + left) / 2
    middle, above = (sample[:, pair].mean(1) for pair in across)
    apart = np.stack([above - middle, sample[:, torso[-1]] - above], axis=1)
    beside = np.column_stack([np.linalg.norm(apart, axis=2), hips, shoulders])
    trunk, head, hips_wide, shoulders_wide = np.median(beside, axis=0)
    leg = thigh + shin
    odd = [
        _odd(shin, thigh, SHIN_TO_THIGH),
        _odd(fore, upper, FOREARM_TO_ARM),
        _odd(leg, upper + fore, LEG_TO_ARM),
        _odd(trunk, leg, TRUNK_TO_LEG),
        _odd(hips_wide, leg, HIPS_TO_LEG),
        _odd(shoulders_wide, leg, SHOULDERS_TO_LEG),
        _odd(head, leg, HEAD_TO_LEG),
    ]
    return float(spread + uneven + np.mean(odd) + _upside_down(apart, beside))


def _longest_pair(typical: np.ndarray, limbs: list[slice]) -> int:
    """Where in the chains of a pair of limbs the two long segments begin: at the hip, at the shoulder.

    Args:
        typical: (B,) lengths of bones.
        limbs: Which of these are the right limb's, and the left one's.
    """
    lengths = typical[limbs[0]] + typical[limbs[1]]
    return 1 + int(np.argmax(lengths[1:-1] + lengths[2:]))


def _lengths(sample: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(T, P) distances of pairs (P, 2) of joints."""
    return np.linalg.norm(sample[:, pairs[:, 0]] - sample[:, pairs[:, 1]], axis=2)


def _spreads(lengths: np.ndarray, size: float) -> np.ndarray:
    """(P,) half the distances of the quantiles 10 and 90 of lengths (T, P), relative to them (short ones: to a third of a limb),
    at most 0.5."""
    low, middle, high = np.quantile(lengths, (0.1, 0.5, 0.9), axis=0)
    return np.minimum((high - low) / 2 / np.maximum(middle, size / 3), 0.5)


def _odd(length: float, other: float, usual: tuple[float, float]) -> float:
    """How far a ratio lies outside what is usual, 0 to 1."""
    ratio, tolerance = usual
    return min(max(abs(math.log(max(length, 1e-9) / max(other, 1e-9) / ratio)) - tolerance, 0.0), 1.0)


def _upside_down(apart: np.ndarray, lengths: np.ndarray) -> float:
    """A head that does not continue the trunk, seen from the shoulders: 0 to 0.3.

    Args:
        apart: (T, 2, 3) from the hips to the shoulders, and from these to the head.
        lengths: (T, 2 or more) lengths of these.
    """
    cosine = (apart[:, 0] * apart[:, 1]).sum(1) / np.maximum(lengths[:, 0] * lengths[:, 1], 1e-9)
    return 0.3 * float(np.clip(-np.median(cosine), 0, 1))
