"""Thigh and shin, upper arm and forearm: where a limb's two long bones lie in its chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
