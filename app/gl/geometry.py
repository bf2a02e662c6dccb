"""Meshes, and the instances of bones that a renderer draws for a pose. numpy only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from motionpatches.core.figure.joint_words import helpers_of
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton

# Okabe and Ito's colour-blind-safe set: right side warm, left side cool, torso green.
PART_COLOURS = {
    RIGHT_LEG: (213, 94, 0),
    LEFT_LEG: (0, 114, 178),
    TORSO: (0, 158, 115),
    RIGHT_ARM: (230, 159, 0),
    LEFT_ARM: (86, 180, 233),
}
# Numbers of an instance: start, end (metres), two radii (metres), colour (0 to 1).
INSTANCE_FLOATS = 11
# Radii in metres at the first and the last joint of a chain; of a joint without bones.
_RADII = {
    RIGHT_LEG: (0.066, 0.045),
    LEFT_LEG: (0.066, 0.045),
    TORSO: (0.1, 0.045),
    RIGHT_ARM: (0.047, 0.032),
    LEFT_ARM: (0.047, 0.032),
}
_BALL = 0.05
# Bones of rigs that are remembered.
BONE_SETS = 256


def capsule(segments: int = 14, rings: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Make a capsule along +Z, which the vertex shader stretches between two spheres.

    Args:
        segments: Corners around the axis.
        rings: Rings of triangles of each half sphere.

    Returns:
        (V, 4) float32 direction and end (0 or 1) of each vertex, and (I,) uint32 indices of triangles.
    """
    rows = []
    for end in (0.0, 1.0):
        for ring in range(rings + 1):
            latitude = np.pi / 2 * (ring / rings - (1 if end == 0 else 0))
            for s in range(segments):
                a = 2 * np.pi * s / segments
                rows.append((np.cos(latitude) * np.cos(a), np.cos(latitude) * np.sin(a), np.sin(latitude), end))
    triangles = []
    for ring in range(2 * (rings + 1) - 1):
        for s in range(segments):
            a, b = ring * segments + s, ring * segments + (s + 1) % segments
            triangles += [a, b, a + segments, b, b + segments, a + segments]
    return np.array(rows, np.float32), np.array(triangles, np.uint32)


@dataclass(frozen=True, eq=False)
class BoneSet:
    """The bones of a skeleton; made once for each.

    `starts`, `ends`: (B,) joints; `fixed`: (B, 5) radii in metres and colour; `head`, `neck`: joints, -1 where there are none;
    `size`: stature over 1.7 m.
    """

    starts: np.ndarray
    ends: np.ndarray
    fixed: np.ndarray
    head: int
    neck: int
    size: float


@lru_cache(maxsize=BONE_SETS)
def bone_set(skeleton: Skeleton, size: float = 1.0, helpers: bool = False) -> BoneSet:
    """Make the bones of a skeleton.

    Those of the chains are thick, all others (fingers, face, helpers) thin; none joins the hips with what is above them in the
    tree (a root on the floor). A skeleton without bones is a ball for each joint.

    Args:
        skeleton: Any rig.
        size: Stature over 1.7 m.
        helpers: With bones that only help to move a skin: twist, breast, face.
    """
    rows: list[tuple[int, int, float, float, int]] = []
    in_chain = set()
    for part, chain in enumerate(skeleton.chains):
        first, last = _RADII[part]
        for i, (a, b) in enumerate(zip(chain, chain[1:], strict=False)):
            share = (i / max(len(chain) - 1, 1), (i + 1) / max(len(chain) - 1, 1))
            thin = 0.6 if i == 0 and part != TORSO else 1.0
            rows.append((a, b, (first + (last - first) * share[0]) * thin, first + (last - first) * share[1], part))
            in_chain.add((a, b))
    above_hips = set(skeleton.ancestors(skeleton.chains[TORSO][0])[1:]) if skeleton.chains else set()
    hidden = helpers_of(skeleton) if skeleton.chains and not helpers else set()
    for a, b in skeleton.bones:
        if int(b) in hidden or int(a) in hidden:
            continue
        if (a, b) not in in_chain and (b, a) not in in_chain and a not in above_hips:
            radius = 0.009 if skeleton.chains else 0.03
            rows.append((int(a), int(b), radius, radius, int(skeleton.joint_parts[b])))
    if not rows:
        rows = [(joint, joint, _BALL, _BALL, TORSO) for joint in range(skeleton.joint_count)]
    head, neck = (skeleton.chains[TORSO][-1], skeleton.chains[TORSO][-2]) if skeleton.chains else (-1, -1)
    if head >= 0:
        rows.append((head, head, 0.082, 0.078, TORSO))
    fixed = np.zeros((len(rows), 5), np.float32)
    for i, (_, _, r0, r1, part) in enumerate(rows):
        fixed[i, :2] = r0 * size, r1 * size
        fixed[i, 2:] = np.array(PART_COLOURS[part]) / 255
    ends = np.array([row[:2] for row in rows], np.intp).reshape(-1, 2)
    return BoneSet(ends[:, 0], ends[:, 1], fixed, head, neck, size)


def in_one_colour(bones: BoneSet, colour: tuple[int, int, int]) -> BoneSet:
    """Return the same bones, all of one colour (0 to 255)."""
    fixed = bones.fixed.copy()
    fixed[:, 2:] = np.array(colour) / 255
    return replace(bones, fixed=fixed)


def instances(bones: BoneSet, joints: np.ndarray) -> np.ndarray:
    """Return (B, 11) float32 instances of one pose (J, 3)."""
    out = np.empty((len(bones.starts), INSTANCE_FLOATS), np.float32)
    out[:, 0:3] = joints[bones.starts]
    out[:, 3:6] = joints[bones.ends]
    out[:, 6:] = bones.fixed
    if bones.head >= 0:
        up = joints[bones.head] - joints[bones.neck]
        up = up / max(float(np.linalg.norm(up)), 1e-6)
        out[-1, 0:3] = joints[bones.head] + up * 0.02 * bones.size
        out[-1, 3:6] = joints[bones.head] + up * 0.1 * bones.size
    return out


def pose_at(motion: Motion, time_s: float) -> np.ndarray:
    """Return the pose (J, 3) at a time in seconds, between frames by linear interpolation; times outside are held."""
    at = min(max(time_s * motion.fps, 0.0), motion.frame_count - 1)
    low = int(at)
    high = min(low + 1, motion.frame_count - 1)
    weight = np.float32(at - low)
    return motion.positions[low] * (1 - weight) + motion.positions[high] * weight


def figures(bones: BoneSet, motion: Motion, time_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what is drawn of a motion at a time in seconds.

    Returns:
        (3,) the root, or the middle between the roots of two people; (B, 11) instances of all people, a partner's paler.
    """
    root = motion.skeleton.root
    pose = pose_at(motion, time_s)
    if motion.partner is None:
        return pose[root], instances(bones, pose)
    other = pose_at(motion.partner, time_s)
    second = instances(bones, other)
    second[:, 8:] = 0.55 * second[:, 8:] + 0.45
    return (pose[root] + other[root]) / 2, np.concatenate([instances(bones, pose), second])


def all_people(motion: Motion) -> np.ndarray:
    """Return the positions (T, J or 2 J, 3) of all people of a motion."""
    return motion.positions if motion.partner is None else np.concatenate([motion.positions, motion.partner.positions], axis=1)
