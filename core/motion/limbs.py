"""Thigh and shin, upper arm and forearm: where a limb's two long bones lie in its chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton


@dataclass(frozen=True)
class Limb:
    """Joints at the start, middle and end of a limb's two long bones (hip, knee, ankle), and their length together."""

    start: int
    middle: int
    end: int
    length: float


def limb(sample: np.ndarray, chain: tuple[int, ...]) -> Limb:
    """Find the longest two bones in a row of a chain.

    Args:
        sample: Positions (T, J, 3) in metres, over which lengths are medians.
        chain: Joints from the torso outwards.
    """
    return limbs(sample, [chain])[0]


def limbs(sample: np.ndarray, chains: Sequence[tuple[int, ...]]) -> list[Limb]:
    """Find the longest two bones in a row of each chain; arguments as of `limb`."""
    pairs = np.array([pair for chain in chains for pair in pairwise(chain)], np.int64).reshape(-1, 2)
    steps = sample[:, pairs[:, 1]] - sample[:, pairs[:, 0]]
    lengths = np.median(np.linalg.norm(steps, axis=2), axis=0)
    found, start = [], 0
    for chain in chains:
        bones = lengths[start : start + len(chain) - 1]
        start += len(bones)
        if len(bones) < 2:
            found.append(Limb(chain[0], chain[0], chain[-1], float(bones.sum())))
            continue
        at = int(np.argmax(bones[:-1] + bones[1:]))
        found.append(Limb(chain[at], chain[at + 1], chain[at + 2], float(bones[at] + bones[at + 1])))
    return found


def long_bones(skeleton: Skeleton, part: int, p: np.ndarray) -> tuple[int, int, int]:
    """Where a limb's two long bones begin, meet and end: as it is set, else the longest two in a row of positions (T, J, 3).

    No bone of the trunk is one, however long (from chest to shoulder).
    """
    if skeleton.limbs:
        return skeleton.limbs[(RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM).index(part)]
    chain = skeleton.chains[part]
    own = tuple(joint for joint in chain if joint not in skeleton.chains[TORSO])
    bones = limb(p, own if len(own) > 2 else chain)
    return bones.start, bones.middle, bones.end
