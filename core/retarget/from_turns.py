"""Rotations of a rig from those of its file, fitted to the positions.

Positions show where bones point; how a bone turns about itself (a forearm, a head, a hand without fingers) only rotations show.
Those of a file are kept as they are but for the shortest turn that brings each bone to where its joints are, so that they hold
also for a motion that was moved, turned or corrected.
"""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.limbs import long_bones
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import frames, from_quaternions, nearest, shortest, unit
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton
from motionpatches.core.motion.turns import Turns
from motionpatches.core.retarget.from_positions import (
    COINCIDENT_M,
    bone_lengths,
    ends_of,
    on_floor,
    one_tree,
    pose,
    pose_at_rest,
)
from motionpatches.core.retarget.rig import PosedMotion, Rig, plain_rig

# Share of bones that must point within this cosine of where the rotations say, in the median frame; others are of another motion.
FITTING, NEAR = 0.8, 0.9
# Cosine up to which legs and trunk are one line, and hips, shoulders and hands lie the same way, in a rest pose.
LIKE = 0.7
# Cosine of the angle (18 degrees) within which a body at rest stands along an axis of its file: heads are ahead of hips, and
# ankles behind them, on a body that does not lean.
ALONG = 0.95
# Second singular value of the directions of a joint's bones from which on they tell how it turns about each of them.
FLAT = 0.2


def pose_of(motion: Motion) -> PosedMotion:
    """Find a T-pose and the rotations from it to each frame: by rotations of its file, else by positions."""
    if motion.turns is not None and len(motion.turns.quaternions) == motion.frame_count:
        found = _pose(motion, motion.turns)
        if found is not None:
            return found
    return pose(motion)


def _pose(motion: Motion, own: Turns) -> PosedMotion | None:
    """The pose by the file's rotations; None where they do not fit, or the file's rest pose does not stand."""
    skeleton, p = one_tree(motion.skeleton), motion.positions.astype(np.float64)
    parents = np.array(skeleton.parents)
    rest = own.rest.astype(np.float64)
    upright = upright_turn(rest, skeleton)
    if upright is None:
        return None
    rest = rest @ upright.T
    apart = rest - np.where(parents[:, None] < 0, 0.0, rest[parents])
    to_rest = pose_at_rest(plain_rig(skeleton, apart))
    # In the T-pose bones are as the rest pose has them, before the turn of what carries them, and as long as in the motion.
    offsets = np.einsum("jba,jb->ja", to_rest[parents], apart)
    offsets = unit(offsets) * bone_lengths(skeleton, p)[:, None]
    turns = from_quaternions(own.quaternions.astype(np.float64)) @ upright.T @ to_rest
    bones = np.flatnonzero((parents >= 0) & (np.linalg.norm(offsets, axis=1) > COINCIDENT_M))
    turns = _as_a_whole(turns, offsets[bones], parents[bones], p[:, bones] - p[:, parents[bones]])
    if turns is None:
        return None
    rig = on_floor(plain_rig(skeleton, offsets))
    return PosedMotion(rig, _fitted(turns, rig, p), p, motion.fps, motion.name)


def upright_turn(rest: np.ndarray, skeleton: Skeleton) -> np.ndarray | None:
    """Find the rotation (3, 3) that makes a rest pose (J, 3) stand and face +Z.

    What is up is an axis of the file, where the body stands nearly along one, else the way from ankles over hips to the head:
    feet, however long, say nothing of it. None where it is no person's pose: legs and trunk one line, the same side left for
    hips, shoulders and hands.
    """
    if not skeleton.chains:
        return None
    limbs = {part: long_bones(skeleton, part, rest[None]) for part in (RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM)}
    hips, ankles = (rest[[limbs[part][at] for part in (RIGHT_LEG, LEFT_LEG)]] for at in (0, 2))
    shoulders = rest[[limbs[part][0] for part in (RIGHT_ARM, LEFT_ARM)]]
    hands, head = (rest[[skeleton.chains[p][-1] for p in parts]] for parts in ((RIGHT_ARM, LEFT_ARM), (TORSO,)))
    legs_up, trunk_up = hips.mean(axis=0) - ankles.mean(axis=0), head[0] - hips.mean(axis=0)
    across = unit(hips[1] - hips[0])
    up = _along_axis(unit(unit(legs_up) + unit(trunk_up)))
    level = [unit(right_to_left) @ across for right_to_left in (shoulders[1] - shoulders[0], hands[1] - hands[0])]
    if min(unit(legs_up) @ unit(trunk_up), *level) < LIKE or abs(up @ across) > 1 - LIKE:
        return None
    return frames(up, across)[:, [1, 0, 2]].T * [[1], [1], [-1]]


def _along_axis(way: np.ndarray) -> np.ndarray:
    """Return the axis (3,), with its sign, that a direction is along; the direction where it is along none."""
    longest = int(np.argmax(np.abs(way)))
    return np.eye(3)[longest] * np.sign(way[longest]) if abs(way[longest]) > ALONG else way


def _as_a_whole(turns: np.ndarray, offsets: np.ndarray, above: np.ndarray, bones: np.ndarray) -> np.ndarray | None:
    """Turn all joints of a frame alike, so that bones (T, B, 3) lie as well as they can; None where they do not fit then."""
    said = np.einsum("tbij,bj->tbi", turns[:, above], offsets)
    whole = nearest(said, bones)
    cosine = np.median((unit(np.einsum("tij,tbj->tbi", whole, said)) * unit(bones)).sum(axis=2), axis=0)
    return whole[:, None] @ turns if (cosine > NEAR).mean() >= FITTING else None


def _fitted(turns: np.ndarray, rig: Rig, p: np.ndarray) -> np.ndarray:
    """Rotations (T, J, 3, 3), each turned the shortest way so that its bones point to where their ends are.

    What is turned at a joint is turned with all that it carries.
    """
    skeleton, found = rig.skeleton, turns.copy()
    near = bone_lengths(skeleton, p) < COINCIDENT_M
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        if parent >= 0:
            found[:, joint] = found[:, parent] @ turns[:, parent].swapaxes(1, 2) @ turns[:, joint]
        ends = ends_of(skeleton, joint, near)
        if not ends:
            continue
        rest, bones = rig.offsets[ends], p[:, ends] - p[:, [joint]]
        if len(ends) > 1 and np.linalg.svd(unit(rest), compute_uv=False)[1] > FLAT:
            found[:, joint] = nearest(rest, bones)
        else:
            longest = int(np.argmax(np.linalg.norm(rest, axis=1)))
            found[:, joint] = shortest(found[:, joint] @ rest[longest], bones[:, longest]) @ found[:, joint]
    return found
