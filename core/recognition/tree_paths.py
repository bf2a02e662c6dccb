"""Ways along a skeleton's tree, in time proportional to their length."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton


def depths(skeleton: Skeleton) -> list[int]:
    """Number of ancestors of each joint."""
    depth = [0] * skeleton.joint_count
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        depth[joint] = depth[parent] + 1 if parent >= 0 else 0
    return depth


def roots(skeleton: Skeleton) -> list[int]:
    """The root above each joint."""
    root = list(range(skeleton.joint_count))
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        root[joint] = root[parent] if parent >= 0 else joint
    return root


def shared_ancestor(skeleton: Skeleton, depth: list[int], a: int, b: int) -> int:
    """The deepest joint that both descend from (or are); -1 where they lie in different trees."""
    while a != b:
        if depth[a] < depth[b]:
            a, b = b, a
        a = skeleton.parents[a]
        if a < 0:
            return -1
    return a


def path(skeleton: Skeleton, depth: list[int], start: int, end: int) -> tuple[list[int], int]:
    """Joints from `start` to `end`, and how many of them lie above `end`'s side of the turn (1 where `start` is an
    ancestor). In different trees: `start` and the way from the other root."""
    top = shared_ancestor(skeleton, depth, start, end)
    up, down = [], []
    if top < 0:
        up = [start]
    else:
        while start != top:
            up.append(start)
            start = skeleton.parents[start]
        up.append(top)
    while end not in (top, -1):
        down.append(end)
        end = skeleton.parents[end]
    return up + down[::-1], len(up)


def without_coincident(chain: list[int], sample: np.ndarray) -> tuple[int, ...]:
    """A chain without joints that lie where the one before lies, in (T, J, 3)."""
    if not chain:
        return ()
    size = float(np.ptp(sample[0], axis=0).max())
    kept = [chain[0]]
    for joint in chain[1:]:
        if np.median(np.linalg.norm(sample[:, joint] - sample[:, kept[-1]], axis=1)) > 1e-4 * size:
            kept.append(joint)
    return tuple(kept)
