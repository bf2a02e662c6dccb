"""The most telling frame of a motion: where the parts that move are farthest from their mean pose and from standing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.canonical import facing, first_frame
from motionpatches.core.motion.limbs import limb
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, TORSO

# Seconds over which a pose is averaged, so that one bad frame is not chosen; frames that are looked at, and on which lengths are
# measured, at most.
STEADY_S, LOOKED_AT, SAMPLED = 0.2, 1024, 64


def telling_frame(motion: Motion) -> int:
    """Return the index of the frame that shows best what a motion is.

    Each body part counts by how much it moves in this motion: a wave is shown by the raised arm, a jump by the height. Both
    people of a pair count.
    """
    if motion.frame_count < 3:
        return 0
    first = first_frame(motion.positions)
    step = -(-(motion.frame_count - first) // LOOKED_AT)
    score = np.sum([_telling(replace(one, positions=one.positions[first::step], partner=None)) for one in motion.people], axis=0)
    width = int(STEADY_S * motion.fps / step) | 1
    steady = np.convolve(np.pad(score, width // 2, mode="edge"), np.full(width, 1 / width), mode="valid")
    # Of frames that are as good, the one in the middle of the first run of them.
    best = steady >= steady.max() - 1e-5
    start = int(best.argmax())
    length = int((~best[start:]).argmax()) or len(best) - start
    return first + step * (start + (length - 1) // 2)


def _telling(motion: Motion) -> np.ndarray:
    """Return how telling each frame (T,) of one person is."""
    poses, standing = _part_poses(motion) if motion.skeleton.chains else _joint_poses(motion)
    away = np.linalg.norm(poses - poses.mean(axis=0), axis=2)
    moved = np.sqrt((away**2).mean(axis=0))
    weights = moved / moved.sum() if moved.sum() > 1e-3 else np.full(len(moved), 1 / len(moved))
    if standing is not None:
        away = away + np.linalg.norm(poses - standing, axis=2)
    score: np.ndarray = away @ weights
    return score


def _part_poses(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Return poses (T, 6, 3) and the standing pose (6, 3).

    A pose is a vector from the first to the last joint of each body part, over its length, seen from the body's front; and the
    height of the hips over the lowest ankle, over the length of the legs.
    """
    positions, chains = motion.positions, motion.skeleton.chains
    sample = positions[:: -(-len(positions) // SAMPLED)]
    parts = [limb(sample, chain) for chain in chains]
    ends = [(one.start, one.end, one.length) for one in parts]
    torso = list(chains[TORSO])
    ends[TORSO] = torso[0], torso[-1], float(np.median(np.linalg.norm(np.diff(sample[:, torso], axis=1), axis=2).sum(axis=1)))
    vectors = np.stack([(positions[:, b] - positions[:, a]) / max(size, 1e-6) for a, b, size in ends], axis=1)
    # Turn each frame about Y so that the body faces +Z.
    ahead = facing(positions, motion.skeleton)
    c, s = ahead[:, 2:], ahead[:, :1]
    x, z = vectors[..., 0] * c - vectors[..., 2] * s, vectors[..., 0] * s + vectors[..., 2] * c
    # A body stands with straight legs over ankles that are as low as they ever are.
    legs = parts[RIGHT_LEG], parts[LEFT_LEG]
    length, ankles = max(*(leg.length for leg in legs), 1e-6), positions[:, [leg.end for leg in legs], 1].min()
    height = np.zeros((len(positions), 1, 3), np.float32)
    height[:, 0, 1] = (positions[:, [leg.start for leg in legs], 1].mean(axis=1) - ankles) / length
    standing = np.tile(np.array([0.0, -1.0, 0.0], np.float32), (len(ends) + 1, 1))
    standing[[TORSO, -1], 1] = 1.0
    return np.concatenate([np.stack([x, vectors[..., 1], z], axis=2), height], axis=1), standing


def _joint_poses(motion: Motion) -> tuple[np.ndarray, None]:
    """Return poses (T, J, 3), in metres from below the middle of the joints; for a rig whose body parts are not known."""
    return motion.positions - motion.positions.mean(axis=1, keepdims=True) * np.array([1, 0, 1], np.float32), None
