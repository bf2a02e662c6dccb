"""One rig's motion on another: turns by body part, the root by leg length, feet where they stood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.rotations import between, frames, shortest
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG
from motionpatches.core.retarget.bring import bring
from motionpatches.core.retarget.fingers import finger_pairs
from motionpatches.core.retarget.from_positions import HINGES, on_floor
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.retarget.roles import Body, along, body_of
from motionpatches.core.retarget.twist import share_twist
from motionpatches.core.retarget.two_bones import reach, segments

LEGS = (RIGHT_LEG, LEFT_LEG)
# Percentile of the heights of the lowest foot that counts as the floor.
FLOOR = 1.0
# Metres above its lowest place up to which an ankle belongs to a level foot, and from which on to one that hangs.
LEVEL_M = (0.03, 0.25)


def retarget(source: PosedMotion, target: Rig, hands: bool = False) -> PosedMotion:
    """Put a motion onto another rig, both of people with known body parts.

    Args:
        source: metres, Y up.
        target: the rig; its rest pose may be any in which it stands.
        hands: Bring hands to where they were in space, scaled as the root is; else arms turn as they did.

    Returns:
        The motion with the bones of `target`: only hips, and a root on the floor below them, have translations.

    Raises:
        StudioError: a rig without two legs, two arms and a torso.
    """
    one, two = body_of(source.rig), body_of(target)
    turns = _turns(source, one, two)
    share_twist(two, turns)
    _aim_spine(source, one, two, turns)
    scale = two.leg_m / one.leg_m
    floor = _floor(source, one)
    ankles = {part: _ankle(source, one, two, part, scale, floor) for part in LEGS}
    root = _root(source, one, two, turns, scale, floor)
    positions = _places(two, turns, root)
    for part in LEGS:
        _plant(two, part, turns, positions, ankles[part])
    positions = _places(two, turns, root)
    for part in (RIGHT_ARM, LEFT_ARM) if hands else ():
        bring(two, part, turns, positions, _scaled(source.positions[:, one.limbs[part].end], scale, floor))
    _stand_root(two, positions, floor)
    return PosedMotion(target, turns, positions, source.fps, source.name)


def sized(rig: Rig, like: PosedMotion) -> Rig:
    """Scale a rig so that its legs are as long as those of a motion's."""
    return on_floor(replace(rig, offsets=rig.offsets * (body_of(like.rig).leg_m / body_of(rig).leg_m)))


def _turns(source: PosedMotion, one: Body, two: Body) -> np.ndarray:
    """Turns (T, J, 3, 3) of the target from its rest pose: those of the source from a T-pose, by stretches of the body."""
    skeleton = two.rig.skeleton
    from_t = source.turns @ one.rest_turns
    for part in LEGS:
        if not one.stretches[f"{part} tip"]:
            ankle = one.limbs[part].end
            from_t[:, ankle] = _standing(from_t[:, ankle], source.positions[:, ankle, 1])
    found: dict[int, np.ndarray] = {}
    for name, joints in two.stretches.items():
        others = one.stretches[name]
        if others and joints:
            for joint, (low, high, share) in zip(joints, along(one, others, two, joints), strict=True):
                found[joint] = between(from_t[:, low], from_t[:, high], share)
    # Between hips and chest a tree may go up once more (Hip over Pelvis and Waist); what is above is the root on the floor.
    trunk = skeleton.path(two.hips, two.stretches["spine"][-1])
    for joint in trunk:
        found.setdefault(joint, found[two.hips])
    still = set(skeleton.ancestors(two.hips)) - set(trunk)
    same, fingers = {name: j for j, name in enumerate(one.rig.skeleton.joint_names)}, finger_pairs(one, two)
    turns = np.broadcast_to(np.eye(3), (len(from_t), skeleton.joint_count, 3, 3)).copy()
    for joint in skeleton.topological_order:
        parent, name = skeleton.parents[joint], skeleton.joint_names[joint]
        if joint in found:
            turns[:, joint] = found[joint] @ two.rest_turns[joint].T
        elif joint in still:
            continue
        elif joint in fingers or name in same:
            turns[:, joint] = from_t[:, fingers.get(joint, same.get(name, 0))] @ two.rest_turns[joint].T
        elif parent >= 0:
            # Helpers, and what the source has not: rigid with what carries them.
            turns[:, joint] = turns[:, parent]
    return turns


def _aim_spine(source: PosedMotion, one: Body, two: Body, turns: np.ndarray) -> None:
    """Turn the joints between hips and chest so that the chest is where the source's is, seen from the hips.

    Rigs bend at different places. In each, the half-way turn of the spine carries the line from hips to chest at rest; how far
    the source's line is from there, the target's is too.
    """
    ours, theirs = one.stretches["spine"], two.stretches["spine"]
    if len(ours) < 2 or len(theirs) < 3:
        return
    half = between(source.turns[:, ours[0]], source.turns[:, ours[-1]], 0.5)
    line = source.positions[:, ours[-1]] - source.positions[:, ours[0]]
    rest = np.einsum("tij,j->ti", half, one.rig.places[ours[-1]] - one.rig.places[ours[0]])
    longer = np.linalg.norm(line, axis=1) / np.maximum(np.linalg.norm(rest, axis=1), 1e-6)
    half = between(turns[:, theirs[0]], turns[:, theirs[-1]], 0.5)
    own = np.einsum("tij,j->ti", half, two.rig.places[theirs[-1]] - two.rig.places[theirs[0]])
    wanted = np.einsum("tij,tj->ti", shortest(rest, line), own) * longer[:, None]
    places = _places(two, turns, np.zeros((len(turns), 3)))
    first = places[:, theirs[1]]
    turn = shortest(places[:, theirs[-1]] - first, wanted - first)
    turns[:, list(theirs[1:-1])] = turn[:, None] @ turns[:, list(theirs[1:-1])]


def _standing(turns: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Turns (T, 3, 3) of a foot of which only the ankle is known: level while that is low, rigid with the shin where high."""
    ahead = turns[:, :, 2] * [1, 0, 1]
    level = frames(np.cross([0, 1.0, 0], ahead), np.array([0, 1.0, 0]))
    lifted = np.clip((heights - heights.min() - LEVEL_M[0]) / (LEVEL_M[1] - LEVEL_M[0]), 0, 1)
    return between(level, turns, lifted)


def _floor(source: PosedMotion, one: Body) -> float:
    """Height of the ground under the feet."""
    feet = [j for part in LEGS for name in ("end", "tip") for j in one.stretches[f"{part} {name}"]]
    lowest = source.positions[:, feet, 1].min(axis=1)
    rest = one.rig.places[feet, 1].min() - one.rig.places[:, 1].min()
    return float(np.percentile(lowest, FLOOR) - rest)


def _scaled(places: np.ndarray, scale: float, floor: float) -> np.ndarray:
    return (places - [0, floor, 0]) * scale + [0, floor, 0]


def _ankle(source: PosedMotion, one: Body, two: Body, part: int, scale: float, floor: float) -> np.ndarray:
    """Where an ankle belongs (T, 3): the source's, scaled, and higher by as much as the target's foot is."""
    higher = two.ankle_m(part) - scale * one.ankle_m(part)
    return _scaled(source.positions[:, one.limbs[part].end], scale, floor) + [0, higher, 0]


def _root(source: PosedMotion, one: Body, two: Body, turns: np.ndarray, scale: float, floor: float) -> np.ndarray:
    """Places (T, 3) of the target's hips that put the middle between the hip joints where the source has it, scaled."""
    middle = source.positions[:, [one.limbs[part].upper[0] for part in LEGS]].mean(axis=1)
    higher = np.mean([two.ankle_m(part) - scale * one.ankle_m(part) for part in LEGS])
    own = _places(two, turns, np.zeros((len(turns), 3)))[:, [two.limbs[part].upper[0] for part in LEGS]].mean(axis=1)
    return _scaled(middle, scale, floor) + [0, higher, 0] - own


def _places(two: Body, turns: np.ndarray, hips: np.ndarray) -> np.ndarray:
    """Joints (T, J, 3) by forward kinematics, with the hips at (T, 3)."""
    skeleton, offsets = two.rig.skeleton, two.rig.offsets
    places = np.zeros((len(turns), skeleton.joint_count, 3))
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        if parent >= 0:
            places[:, joint] = places[:, parent] + np.einsum("tij,j->ti", turns[:, parent], offsets[joint])
    return places + (hips - places[:, two.hips])[:, None]


def _stand_root(two: Body, places: np.ndarray, floor: float) -> None:
    """Keep joints above the hips, such as Unreal's root, below the hips at the height that they have at rest."""
    skeleton = two.rig.skeleton
    trunk = skeleton.path(two.hips, two.stretches["spine"][-1])
    for joint in set(skeleton.ancestors(two.hips)) - set(trunk):
        places[:, joint] = places[:, two.hips] * [1, 0, 1] + [0, floor + two.rig.places[joint, 1], 0]


def _plant(two: Body, part: int, turns: np.ndarray, places: np.ndarray, ankle: np.ndarray) -> None:
    """Turn thigh and shin so that the ankle comes to `ankle` (T, 3), the knee bending about its own axis (two-bone IK)."""
    limb, at_rest = two.limbs[part], two.rig.places
    rest_first = at_rest[limb.lower[0]] - at_rest[limb.upper[0]]
    rest_second = at_rest[limb.end] - at_rest[limb.lower[0]]
    rest_axis = two.rest_turns[limb.upper[0]] @ np.array(HINGES[part])
    first, second = float(np.linalg.norm(rest_first)), float(np.linalg.norm(rest_second))
    axis = np.einsum("tij,j->ti", turns[:, limb.upper[0]], rest_axis)
    upper, lower, axis = reach(ankle - places[:, limb.upper[0]], first, second, axis)
    of_thigh, of_shin, _ = segments(two.rig.skeleton, limb.upper[0], limb.lower[0], limb.end)
    for joints, carried, direction, rest in (
        (limb.upper, of_thigh, upper, rest_first),
        (limb.lower, of_shin, lower, rest_second),
    ):
        now = frames(direction, axis) @ frames(rest, rest_axis).T
        turns[:, carried] = (now @ turns[:, joints[0]].swapaxes(1, 2))[:, None] @ turns[:, carried]
        turns[:, list(joints)] = now[:, None]
