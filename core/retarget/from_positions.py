"""Rotations of a rig from the positions of its joints.

A joint that carries several bones turns as they do together. Thigh and upper arm turn about themselves so that knee and elbow
bend about one axis. Between hips and chest the twist is spread over the spine. Any other joint turns by the shortest way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.limbs import long_bones
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import between, cross, frames, nearest, quaternions, shortest, unit
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton
from motionpatches.core.recognition.joint_names import words_of
from motionpatches.core.retarget.rig import PosedMotion, Rig, plain_rig

# Directions of the body parts in a T-pose that faces +Z, and the axes about which knees and elbows bend.
TOWARDS = {RIGHT_LEG: (0, -1, 0), LEFT_LEG: (0, -1, 0), TORSO: (0, 1, 0), RIGHT_ARM: (-1, 0, 0), LEFT_ARM: (1, 0, 0)}
HINGES = {RIGHT_LEG: (1.0, 0, 0), LEFT_LEG: (1.0, 0, 0), RIGHT_ARM: (0, 1.0, 0), LEFT_ARM: (0, -1.0, 0)}
FOOT = (0, -0.3, 0.954)
# Sine of the bend from which on the axis of a hinge is that of the bend alone, and up to which it is not used.
BENT, STRAIGHT = 0.25, 0.05
# Share of the palm's twist that the forearm takes; the wrist has the rest.
FOREARM = 0.5
# Metres above its lowest place up to which a foot may stand; sine of the steepest flat foot.
LOW_M, STEEP = 0.03, 0.85
# Joints nearer than this are in one place.
COINCIDENT_M = 0.002


def pose(motion: Motion) -> PosedMotion:
    """Find a T-pose and the rotations from it to each frame; every joint stays where it is in `motion`."""
    skeleton, p = one_tree(motion.skeleton), motion.positions.astype(np.float64)
    rig = plain_rig(skeleton, rest_offsets(skeleton, p))
    turns, offsets = turns_of(rig, p, free=True)
    return PosedMotion(on_floor(replace(rig, offsets=offsets)), turns, p, motion.fps, motion.name)


def pose_at_rest(rig: Rig) -> np.ndarray:
    """Turns (J, 3, 3) from the T-pose that `pose` finds to the rest pose of a rig."""
    places = rig.places[None]
    turns, _ = turns_of(plain_rig(rig.skeleton, rest_offsets(rig.skeleton, places)), places, free=True)
    return turns[0]


def one_tree(skeleton: Skeleton) -> Skeleton:
    """Hang further roots from the first."""
    first = next(j for j, parent in enumerate(skeleton.parents) if parent < 0)
    parents = tuple(first if parent < 0 and j != first else parent for j, parent in enumerate(skeleton.parents))
    return replace(skeleton, parents=parents)


def on_floor(rig: Rig) -> Rig:
    """Put the root over the origin, and the lowest joint at height 0."""
    offsets, root = rig.offsets.copy(), rig.skeleton.topological_order[0]
    offsets[root] = 0
    offsets[root, 1] = -replace(rig, offsets=offsets).places[:, 1].min()
    return replace(rig, offsets=offsets)


def rest_offsets(skeleton: Skeleton, p: np.ndarray) -> np.ndarray:
    """(J, 3) offsets: median bone lengths along a standing body with arms out."""
    directions = np.zeros((skeleton.joint_count, 3))
    parts, lengths = skeleton.joint_parts, bone_lengths(skeleton, p)
    for joint, parent in enumerate(skeleton.parents):
        directions[joint] = TOWARDS[int(parts[joint])]
        if parent >= 0 and parts[joint] != parts[parent] and parts[joint] in (RIGHT_LEG, LEFT_LEG):
            directions[joint] = (-0.9 if parts[joint] == RIGHT_LEG else 0.9, -0.436, 0)
    for hinge in hinges(skeleton, p):
        if hinge.part in (RIGHT_LEG, LEFT_LEG) and hinge.tip >= 0:
            directions[hinge.tip] = flat_foot(p[:, hinge.end], p[:, hinge.tip])
    return directions * lengths[:, None]


def flat_foot(ankle: np.ndarray, tip: np.ndarray) -> np.ndarray:
    """Direction (3,) from ankle to tip of a foot flat on the ground and ahead: the median of frames in which both are low."""
    low = (ankle[:, 1] < ankle[:, 1].min() + LOW_M) & (tip[:, 1] < tip[:, 1].min() + LOW_M)
    foot = unit(np.median((tip - ankle)[low], axis=0)) if low.any() else np.array(FOOT)
    # As steep as it is, straight ahead; a foot that stands on its tip is not flat.
    down = min(max(float(-foot[1]), 0.0), STEEP)
    return np.array([0, -down, np.sqrt(1 - down**2)])


def bone_lengths(skeleton: Skeleton, p: np.ndarray) -> np.ndarray:
    """(J,) median distance to the parent in metres; 0 for the root."""
    parents = np.array(skeleton.parents)
    lengths = np.median(np.linalg.norm(p - p[:, parents], axis=2), axis=0)
    return np.where(parents < 0, 0.0, lengths)


def turns_of(rig: Rig, p: np.ndarray, free: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Rotations from the rest pose to each frame.

    Args:
        rig: Its bones point where those of `p` do; lengths may differ.
        p: Positions (T, J, 3).
        free: Fit the rest pose of joints with several bones to the mean of the frames.

    Returns:
        Rotations (T, J, 3, 3) in the world, and offsets (J, 3), changed where `free`.
    """
    skeleton, offsets = rig.skeleton, rig.offsets.copy()
    parents, order = skeleton.parents, skeleton.topological_order
    near = bone_lengths(skeleton, p) < COINCIDENT_M
    turns = np.broadcast_to(np.eye(3), (len(p), skeleton.joint_count, 3, 3)).copy()
    limbs = {h.upper[0]: h for h in hinges(skeleton, p)}
    spines = {s[0]: s for s in spines_of(skeleton)}
    leaning, done = carriers(skeleton, limbs.values()), set[int]()
    for joint in order:
        before = turns[:, parents[joint]] if parents[joint] >= 0 else turns[:, joint]
        if joint in spines:
            chest = spines[joint][-1]
            turns[:, joint] = _several(joint, before, rig, p, offsets, near, free)
            turns[:, chest] = _several(chest, turns[:, joint], rig, p, offsets, near, free)
            _spread(spines[joint], turns, p, offsets, free)
            done.update(spines[joint])
        if joint in done:
            continue
        if joint in limbs:
            _bend(limbs[joint], before, turns, p, offsets)
            done.update((*limbs[joint].upper, *limbs[joint].lower))
        elif near[joint] and parents[joint] >= 0:
            turns[:, joint] = before
        else:
            turns[:, joint] = _several(joint, before, rig, p, offsets, near, free, joint in leaning)
    for hinge in limbs.values():
        if hinge.part in (RIGHT_ARM, LEFT_ARM):
            _twist_forearm(hinge, turns, offsets)
    return turns, offsets


@dataclass(frozen=True)
class Hinge:
    """Joints of a limb that turn with its upper and with its lower long bone, its end, the tip of the chain beyond (-1: none),
    and the body part."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    end: int
    tip: int
    part: int


def hinges(skeleton: Skeleton, p: np.ndarray) -> list[Hinge]:
    """The knees and elbows of a skeleton whose body parts are known."""
    found = []
    for part in HINGES if skeleton.chains else ():
        chain = skeleton.chains[part]
        start, middle, end = long_bones(skeleton, part, p)
        upper, lower = skeleton.path(start, middle), skeleton.path(middle, end)
        downwards = all(skeleton.parents[b] == a for way in (upper, lower) for a, b in zip(way, way[1:], strict=False))
        if downwards and len(upper) > 1 and len(lower) > 1 and start != skeleton.chains[TORSO][0]:
            tip = chain[-1] if chain[-1] != end else -1
            found.append(Hinge(tuple(upper[:-1]), tuple(lower[:-1]), end, tip, part))
    return found


def spines_of(skeleton: Skeleton) -> list[list[int]]:
    """The joints from where the legs leave the trunk to where the arms do, where that way leads down the tree."""
    if not skeleton.chains:
        return []
    hips, chest = skeleton.chains[TORSO][0], skeleton.chains[RIGHT_ARM][0]
    way = skeleton.path(hips, chest)
    downwards = all(skeleton.parents[b] == a for a, b in zip(way, way[1:], strict=False))
    return [way] if len(way) > 2 and downwards else []


def hinge_axes(hinge: Hinge, p: np.ndarray, otherwise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions (T, 3) of the upper and the lower bone, and of the axis about which the second is bent from the first.

    Where a limb is straight the axis is `otherwise` (T, 3); a leg's then lies across the foot. A limb that is a little
    overstretched keeps that axis and bends by a negative angle.
    """
    first = unit(p[:, hinge.lower[0]] - p[:, hinge.upper[0]])
    second = unit(p[:, hinge.end] - p[:, hinge.lower[0]])
    if hinge.part in (RIGHT_LEG, LEFT_LEG) and hinge.tip >= 0:
        otherwise = unit(cross(unit(p[:, hinge.tip] - p[:, hinge.end]), second) + 0.5 * otherwise)
    level = unit(otherwise - (otherwise * first).sum(1, keepdims=True) * first)
    bend = cross(first, second)
    sine = np.linalg.norm(bend, axis=1, keepdims=True)
    slight = (sine < BENT) & ((first * second).sum(1, keepdims=True) > 0)
    over = slight & ((bend * level).sum(1, keepdims=True) < 0)
    share = np.where(slight, np.clip((sine - STRAIGHT) / (BENT - STRAIGHT), 0, 1), sine > 1e-6)
    axis = unit(bend) * np.where(over, -share, share) + level * (1 - share)
    return first, second, unit(axis)


def _bend(hinge: Hinge, before: np.ndarray, turns: np.ndarray, p: np.ndarray, offsets: np.ndarray) -> None:
    """Turns of both long bones of a limb (T, 3, 3 each), so that the second turns against the first about its hinge only."""
    rest_first = offsets[[*hinge.upper[1:], hinge.lower[0]]].sum(axis=0)
    rest_second = offsets[[*hinge.lower[1:], hinge.end]].sum(axis=0)
    rest_axis = np.array(HINGES[hinge.part])
    swung = shortest(before @ rest_first, p[:, hinge.lower[0]] - p[:, hinge.upper[0]]) @ before
    first, second, axis = hinge_axes(hinge, p, swung @ rest_axis)
    upper = frames(first, axis) @ frames(rest_first, rest_axis).T
    lower = frames(second, axis) @ frames(rest_second, rest_axis).T
    turns[:, list(hinge.upper)] = upper[:, None]
    turns[:, list(hinge.lower)] = lower[:, None]


def _twist_forearm(hinge: Hinge, turns: np.ndarray, offsets: np.ndarray) -> None:
    """Let the forearm take a share of the hand's twist about it (swing-twist decomposition)."""
    axis = unit(offsets[[*hinge.lower[1:], hinge.end]].sum(axis=0))
    lower = turns[:, hinge.lower[0]]
    twist = quaternions(lower.swapaxes(1, 2) @ turns[:, hinge.end])
    half = np.arctan2(twist[:, :3] @ axis, twist[:, 3])
    half = (half + np.pi / 2) % np.pi - np.pi / 2
    turned = lower @ axis_angle_matrices(2 * FOREARM * half[:, None] * axis)
    turns[:, list(hinge.lower)] = turned[:, None]


def _spread(way: Sequence[int], turns: np.ndarray, p: np.ndarray, offsets: np.ndarray, free: bool) -> None:
    """Turns of the joints between the ends of a spine: the twist grows evenly, and each bone points where it does.

    Where `free`, a spine is curved at rest as it mostly is.
    """
    for number, joint in enumerate(way[1:-1], 1):
        twisted = between(turns[:, way[0]], turns[:, way[-1]], number / (len(way) - 1))
        child = way[number + 1]
        if free:
            offsets[child] = _mostly(twisted, p[:, child] - p[:, joint], offsets[child])
        turns[:, joint] = shortest(twisted @ offsets[child], p[:, child] - p[:, joint]) @ twisted


def _several(
    joint: int,
    before: np.ndarray,
    rig: Rig,
    p: np.ndarray,
    offsets: np.ndarray,
    near: np.ndarray,
    free: bool,
    leans: bool = False,
) -> np.ndarray:
    """Turn (T, 3, 3) of a joint by the bones that it carries, also through joints in its place; `before` where it has none.

    `leans`: at rest its bones point where they mostly do, as eyes do from a head.
    """
    skeleton = rig.skeleton
    ends = ends_of(skeleton, joint, near)
    if not ends:
        return before
    bones = p[:, ends] - p[:, [joint]]
    rest = offsets[ends]
    thumb = next((e for e in ends if "thumb" in words_of(skeleton.joint_names[e])), -1)
    fingers = [k for k, e in enumerate(ends) if e != thumb]
    if free and thumb >= 0 and fingers:
        # In the rest pose the palm looks down and the thumb ahead.
        along, ahead = bones[:, fingers].mean(axis=1), bones[:, ends.index(thumb)]
        turn = frames(along, ahead) @ frames(rest[fingers].mean(axis=0), np.array([0, 0, 1.0])).T
        rest = np.einsum("tji,tcj->tci", turn, bones).mean(axis=0)
    if free and len(ends) == 1 and leans:
        # As it mostly is, seen from what carries it.
        rest = _mostly(before, bones[:, 0], rest[0], skeleton.joint_parts[joint] == TORSO)[None]
    elif free and leans and skeleton.joint_parts[joint] == TORSO:
        rest = _face(before, bones)
    for _ in range(3 if free and len(ends) > 1 else 1):
        if len(ends) == 1 or np.linalg.svd(unit(rest), compute_uv=False)[1] < 0.2:
            longest = int(np.argmax(np.linalg.norm(rest, axis=1)))
            turn = shortest(before @ rest[longest], bones[:, longest]) @ before
        else:
            turn = nearest(rest, bones)
        if free and len(ends) > 1:
            rest = np.einsum("tji,tcj->tci", turn, bones).mean(axis=0)
    offsets[ends] = rest
    return turn


def _mostly(before: np.ndarray, bones: np.ndarray, rest: np.ndarray, middle: bool = True) -> np.ndarray:
    """The median direction of bones (T, 3) seen from turns (T, 3, 3), as long as `rest` (3,); `middle`: straight ahead."""
    found = np.median(np.einsum("tji,tj->ti", before, bones), axis=0) * [not middle, 1, 1]
    return unit(found) * np.linalg.norm(rest) if found.any() else rest


def _face(before: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """The median (C, 3) of the bones (T, C, 3) of a head seen from turns (T, 3, 3) of its neck, turned so that they lie ahead."""
    found = np.median(np.einsum("tji,tcj->tci", before, bones), axis=0)
    aside, _, ahead = found.mean(axis=0)
    yaw = np.arctan2(aside, ahead) if ahead > abs(aside) else 0.0
    return np.asarray(found @ axis_angle_matrices(np.array([0, yaw, 0])))


def carriers(skeleton: Skeleton, limbs: Iterable[Hinge]) -> set[int]:
    """Joints of the neck and those between trunk and limbs (collar bones): what leans in a way of its own on each rig."""
    if not skeleton.chains:
        return set()
    torso, chest = skeleton.chains[TORSO], skeleton.chains[RIGHT_ARM][0]
    found = set(torso[torso.index(chest) + 1 :] if chest in torso else ())
    for hinge in limbs:
        chain = skeleton.chains[hinge.part]
        found.update(chain[1 : chain.index(hinge.upper[0])] if hinge.upper[0] in chain else ())
    return found - set(torso[: torso.index(chest) + 1] if chest in torso else ())


def ends_of(skeleton: Skeleton, joint: int, near: np.ndarray) -> list[int]:
    """The joints at the ends of the bones that leave a place."""
    ends, waiting = [], list(skeleton.children[joint])
    while waiting:
        child = waiting.pop(0)
        if near[child]:
            waiting += skeleton.children[child]
        else:
            ends.append(child)
    return ends
