"""Curves of a motion over time: speeds of the body parts, feet on the ground."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_LEG, PART_NAMES, RIGHT_LEG

# A foot stands while it is lower than this above its lowest place and slower than this.
CONTACT_M, CONTACT_M_S = 0.05, 0.35


def joint_speeds(motion: Motion) -> np.ndarray:
    """Return the speeds (T, J) of the joints in metres per second, by central differences."""
    if motion.frame_count < 2:
        return np.zeros(motion.positions.shape[:2], np.float32)
    return np.linalg.norm(np.gradient(motion.positions, 1 / motion.fps, axis=0), axis=2).astype(np.float32)


def part_speeds(motion: Motion) -> np.ndarray:
    """Return the mean speed (T, 5) of each body part's joints in metres per second; zeros where body parts are unknown."""
    if not motion.skeleton.chains:
        return np.zeros((motion.frame_count, len(PART_NAMES)), np.float32)
    speeds = joint_speeds(motion)
    return np.stack([speeds[:, list(chain)].mean(axis=1) for chain in motion.skeleton.chains], axis=1)


def foot_contacts(motion: Motion) -> np.ndarray:
    """Return whether (T, 2) the right and the left foot stand on the ground: low and slow. False where body parts are unknown."""
    if not motion.skeleton.chains:
        return np.zeros((motion.frame_count, 2), bool)
    speeds, found = joint_speeds(motion), []
    for leg in (RIGHT_LEG, LEFT_LEG):
        foot = motion.skeleton.chains[leg][-1]
        height = motion.positions[:, foot, 1]
        found.append((height < height.min() + CONTACT_M) & (speeds[:, foot] < CONTACT_M_S))
    return np.stack(found, axis=1)


def spans(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, last + 1) of each run of True in flags (T,)."""
    # With False at both ends, changes alternate: start of a run, end of a run.
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
