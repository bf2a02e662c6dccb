"""A tree of bones for joints without names or parents: joints that keep their distance over time belong together."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton

SAMPLES = 60


def sample_frames(positions: np.ndarray, count: int = SAMPLES) -> np.ndarray:
    """At most `count` frames of (T, J, 3), evenly over the take, float64."""
    frames = len(positions)
    at = np.arange(frames) if frames <= count else np.linspace(0, frames - 1, count).astype(int)
    return positions[at].astype(np.float64)


def rigid_tree(positions: np.ndarray) -> Skeleton:
    """Minimum spanning tree over the joints of (T, J, 3), cheapest where two keep their distance over time (Prim).

    Joints in one place hang on the first of them.
    """
    mean, spread, turning = _distances(sample_frames(positions))
    joints = len(mean)
    size = max(float(mean.mean()), 1e-9)
    # Most joints have a link that is rigid but for the noise of the measurement; what moves more is no bone.
    noise = float(np.median(np.min(spread + np.where(np.eye(joints, dtype=bool), np.inf, 0), axis=1)))
    excess = np.maximum(spread - 1.5 * noise, 0)
    # A link that turns and keeps its length is a bone, however long; two feet that stand still are not known to be one.
    bone = turning / np.maximum(turning + 10 * (excess + noise), 1e-12)
    cost = (10 * excess + 0.05 * mean * (1 - 0.8 * bone)) / size
    open_joints = np.ones(joints, bool)
    open_joints[0] = False
    parents = np.full(joints, -1)
    nearest, nearest_from = cost[0].copy(), np.zeros(joints, int)
    for _ in range(joints - 1):
        joint = int(np.argmin(np.where(open_joints, nearest, np.inf)))
        parents[joint] = nearest_from[joint]
        open_joints[joint] = False
        closer = cost[joint] < nearest - 1e-9
        nearest_from[closer] = joint
        nearest = np.minimum(nearest, cost[joint])
    return Skeleton(tuple(f"joint {j}" for j in range(joints)), tuple(int(p) for p in parents))


def bone_spread(skeleton: Skeleton, sample: np.ndarray) -> float:
    """How much bones change their length over (T, J, 3): median over bones, relative to the longer of them."""
    if not len(skeleton.bones):
        return 0.0
    length = np.linalg.norm(sample[:, skeleton.bones[:, 1]] - sample[:, skeleton.bones[:, 0]], axis=2)
    return float(np.median(length.std(axis=0)) / max(np.quantile(length.mean(axis=0), 0.9), 1e-12))


def _distances(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(J, J) of every two joints over frames: mean and standard deviation of their distance, and of the way from one to the
    other (its length and direction). A frame at a time, for the memory."""
    joints = sample.shape[1]
    total, squares = np.zeros((joints, joints)), np.zeros((joints, joints))
    for frame in sample:
        square = sum((frame[:, None, k] - frame[None, :, k]) ** 2 for k in range(3))
        squares += square
        total += np.sqrt(square)
    mean, square = total / len(sample), squares / len(sample)
    still = sum((place[:, None] - place[None]) ** 2 for place in sample.mean(axis=0).T)
    return mean, np.sqrt(np.maximum(square - mean**2, 0)), np.sqrt(np.maximum(square - still, 0))
