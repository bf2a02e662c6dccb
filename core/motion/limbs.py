"""Thigh and shin, upper arm and forearm: where a limb's two long bones lie in its chain."""

from __future__ import annotations

from dataclasses import dataclass

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
    bones = np.median(np.linalg.norm(np.diff(sample[:, list(chain)], axis=1), axis=2), axis=0)
    if len(bones) < 2:
        return Limb(chain[0], chain[0], chain[-1], float(bones.sum()))
    at = int(np.argmax(bones[:-1] + bones[1:]))
    return Limb(chain[at], chain[at + 1], chain[at + 2], float(bones[at] + bones[at + 1]))


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
