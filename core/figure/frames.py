"""Where the figure's bones are in given poses: a rotation and a place for each.

Rotations come from positions alone and from one pose at a time. A limb has two bones at the ends of each long bone: the inner one
turns by the shortest way from a direction in the middle of what the joint can reach, the outer one so that the hinge (elbow,
knee) bends about its axis; the twist grows between them. Where a limb is nearly straight the axis is the usual one, for a leg
the one across its foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from motionpatches.core.figure.hands import finger_frames, hand_frames
from motionpatches.core.figure.plan import ACROSS, ALONG, AXES, REACH, UP, Plan
from motionpatches.core.motion.rotations import between, cross, frames, shortest, unit

# Squared sine of the bend at which the usual axis weighs as much as that of the bend.
STRAIGHT = 0.025
# Sines of a bend that may be overstretched, and of one that is not.
SLIGHT, BENT = 0.22, 0.42
# Metres above the floor within which toes bend, for a body of 1.7 m; the farthest bend, as sine.
TOES_M, TOES_SINE = 0.10, 0.95
# Radians by which a head turns from its neck at most.
NECK = 0.85
# Share of the arm's turn against the chest that the shoulder has.
BLADE = 0.45
# Metres of the ankle above the floor up to which a foot without joints may stand, for a body of 1.7 m.
STANDS_M = 0.20


@dataclass(frozen=True, eq=False)
class Rest:
    """What is constant in a rig, or in each of N rigs, in metres and in the frames of its bones; N is 1 or that of the poses.

    `size` (N,): stature over 1.7 m; `pitches` (N, 2): radians from the first bone of the trunk, and from the neck, to where the
    trunk mostly points; `collars` (N, 2, 3), `neck` and `face` (N, 3): directions at rest; `feet` (N, 2, 3): direction from ankle
    to tip of a flat foot; `ways` (N, 2, 3): from the ankle to where toes bend, at rest; `places` (N, B, 3) of the bones at rest.
    """

    size: np.ndarray
    pitches: np.ndarray
    collars: np.ndarray
    neck: np.ndarray
    face: np.ndarray
    feet: np.ndarray
    ways: np.ndarray
    places: np.ndarray


def stacked(rests: Sequence[Rest]) -> Rest:
    """Join the constants of rigs with the same bones."""
    return Rest(*(np.concatenate([getattr(rest, field.name) for rest in rests]) for field in fields(Rest)))


def frames_of(plan: Plan, rest: Rest, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the bones in poses.

    Args:
        plan: Which joints carry them.
        rest: Constants of the rig.
        p: Positions (N, J, 3) in metres, float64.

    Returns:
        Rotations (N, B, 3, 3) from the rest pose and places (N, B, 3).
    """
    count = len(plan.names)
    turns, places = np.empty((len(p), count, 3, 3)), np.empty((len(p), count, 3))
    hips = p[:, plan.start[2:]]
    pelvis, chest = trunk_frames(plan, rest.pitches, p)
    turns[:, 0], places[:, 0] = pelvis, hips.mean(axis=1)
    at_chest = plan.arms - 3
    for number, joint in enumerate(plan.spine, 1):
        # The mean of two rotations that are less than half a turn apart, made square again.
        share = number / (len(plan.spine) + 1)
        turns[:, number], places[:, number] = _mixed(pelvis, chest, share), p[:, joint]
    turns[:, at_chest], places[:, at_chest] = chest, p[:, plan.chest]
    neck, head = head_frames(plan, rest, chest, p)
    turns[:, at_chest + 1], turns[:, at_chest + 2] = neck, head
    places[:, at_chest + 1] = p[:, plan.neck] if plan.neck >= 0 else p[:, plan.start[:2]].mean(axis=1)
    places[:, at_chest + 2] = p[:, plan.head]
    collars = _collar_frames(plan, rest, chest, p)
    carriers = np.stack([collars[:, 0], collars[:, 1], pelvis, pelvis], axis=1)
    start, middle, end = (p[:, which] for which in (plan.start, plan.middle, plan.end))
    feet, tips = _foot_directions(plan, p)
    upper_in, upper_out, lower = limb_frames(carriers, start, middle, end, feet)
    hand, lower_out = hand_frames(plan, lower, p)
    foot, toes, balls = _foot_frames(plan, rest, lower[:, 2:], feet, tips, p)
    for number in range(4):
        at = plan.limb(number)
        if number < 2:
            # The shoulder turns with the arm in part, as the shoulder blade does.
            shoulder = between(collars[:, number], upper_in[:, number], BLADE)
            bones = (shoulder, upper_in, upper_out, lower, lower_out, hand)
            where = (start, start, middle, middle, end, end)
            for k in range(6):
                turns[:, at + k] = bones[k] if k == 0 else bones[k][:, number]
                places[:, at + k] = where[k][:, number]
        else:
            for k, bone in enumerate((upper_in, upper_out, lower, lower)):
                turns[:, at + k] = bone[:, number]
                places[:, at + k] = (start, middle, middle, end)[k][:, number]
            turns[:, at + 4], turns[:, at + 5] = foot[:, number - 2], toes[:, number - 2]
            places[:, at + 4], places[:, at + 5] = end[:, number], balls[:, number - 2]
    finger_frames(plan, hand, turns, places, p)
    return turns, places


def trunk_frames(plan: Plan, pitches: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (N, 3, 3) of pelvis and chest: across hips and collars, upright along the next bone, less its pitch."""
    right, left = p[:, plan.start[2]], p[:, plan.start[3]]
    pelvis = _upright(left - right, p[:, plan.trunk[1]] - (right + left) / 2)
    across = p[:, plan.start[1]] - p[:, plan.start[0]]
    if (plan.collar >= 0).all():
        across = across + p[:, plan.collar[1]] - p[:, plan.collar[0]]
    neck = p[:, plan.neck if plan.neck >= 0 else plan.head]
    chest = _upright(across, neck - p[:, plan.trunk[-2]])
    return pelvis @ _pitches(pitches[:, 0]), chest @ _pitches(pitches[:, 1])


def limb_frames(
    carriers: np.ndarray, start: np.ndarray, middle: np.ndarray, end: np.ndarray, feet: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rotations (N, 4, 3, 3) of the inner and the outer end of the upper bone of each limb, and of the lower bone.

    Args:
        carriers: (N, 4, 3, 3) rotations of what carries each limb.
        start, middle, end: (N, 4, 3) places of its joints.
        feet: (N, 2, 3) unit directions of the feet, zero where unknown.
    """
    first, second = unit(middle - start), unit(end - middle)
    n = len(start)
    aimed = np.einsum("nlij,lj->nli", carriers, REACH)
    swing = shortest(aimed.reshape(-1, 3), first.reshape(-1, 3)).reshape(n, 4, 3, 3) @ carriers
    inner = swing @ shortest(ALONG, REACH)
    # The usual axis; of a leg, half the one across its foot.
    usual = np.einsum("nlij,lj->nli", inner, AXES)
    over = cross(second[:, 2:], feet)
    usual[:, 2:] = np.where(np.linalg.norm(over, axis=2, keepdims=True) > 0.3, usual[:, 2:] * 0.35 - unit(over), usual[:, 2:])
    usual = unit(usual - (usual * first).sum(2, keepdims=True) * first)
    bend = cross(first, second)
    sine = np.linalg.norm(bend, axis=2, keepdims=True)
    folded = (first * second).sum(2, keepdims=True) < 0
    weight = np.where(folded, 1.0, sine**2)
    bend = unit(bend)
    # A slight bend the other way is an overstretched joint: the axis stays, and its angle is negative.
    bent = np.where(folded, 1.0, np.clip((sine - SLIGHT) / (BENT - SLIGHT), 0, 1))
    sure = bent + (1 - bent) * (bend * usual).sum(2, keepdims=True)
    axis = unit(bend * weight * sure + usual * STRAIGHT)
    rest = frames(ALONG, AXES).swapaxes(1, 2)
    return inner, frames(first, axis) @ rest, frames(second, axis) @ rest


def collar_base(plan: Plan, p: np.ndarray, side: int) -> np.ndarray:
    """Return where (N, 3) the bone to the shoulder of a side begins: at the collar, else at the neck or the chest."""
    joint = plan.collar[side]
    return p[:, joint] if joint >= 0 else p[:, plan.chest] if plan.neck < 0 else p[:, plan.neck]


def _collar_frames(plan: Plan, rest: Rest, chest: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return rotations (N, 2, 3, 3): from the chest's by the shortest way to where the shoulder is."""
    found = []
    for side in range(2):
        bone = p[:, plan.start[side]] - collar_base(plan, p, side)
        found.append(shortest(_turned(chest, rest.collars[:, side]), bone) @ chest)
    return np.stack(found, axis=1)


def neck_base(plan: Plan, p: np.ndarray) -> np.ndarray:
    """Return where (N, 3) the neck begins: at its joint, else between the shoulders."""
    return p[:, plan.neck] if plan.neck >= 0 else p[:, plan.start[:2]].mean(axis=1)


def head_frames(plan: Plan, rest: Rest, chest: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (N, 3, 3) of neck and head, which follows joints of the face where there are any."""
    bone = p[:, plan.head] - neck_base(plan, p)
    neck = shortest(_turned(chest, rest.neck), bone) @ chest
    if not plan.face:
        return neck, neck
    ahead = p[:, list(plan.face)].mean(axis=1) - p[:, plan.head]
    swung = shortest(_turned(neck, rest.face), ahead) @ neck
    if plan.eyes:
        across = p[:, plan.eyes[0]] - p[:, plan.eyes[1]]
        swung = frames(ahead, across) @ frames(rest.face, ACROSS).swapaxes(1, 2)
    # No farther than a neck turns.
    trace = np.einsum("nij,nij->n", neck, swung)
    angle = np.arccos(np.clip((trace - 1) / 2, -1, 1))
    return neck, between(neck, swung, np.minimum(1, NECK / np.maximum(angle, 1e-6)))


def _foot_directions(plan: Plan, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit directions (N, 2, 3) of the feet, from ankle to ball or tip, and of the toes; zero where unknown."""
    feet, toes = np.zeros((len(p), 2, 3)), np.zeros((len(p), 2, 3))
    for side in range(2):
        tip, ball = plan.tip[2 + side], plan.ball[side]
        if tip >= 0:
            feet[:, side] = unit(p[:, ball if ball >= 0 else tip] - p[:, plan.end[2 + side]])
        if ball >= 0:
            toes[:, side] = unit(p[:, tip] - p[:, ball])
    return feet, toes


def _foot_frames(
    plan: Plan, rest: Rest, shins: np.ndarray, feet: np.ndarray, toes: np.ndarray, p: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rotations (N, 2, 3, 3) of feet and toes, and (N, 2, 3) where toes bend.

    Toes without joints of their own lie level while the foot rises over them.
    """
    foot, bent, balls = np.empty_like(shins), np.empty_like(shins), np.empty_like(feet)
    for side in range(2):
        if plan.tip[2 + side] >= 0:
            axis = shins[:, side] @ AXES[2 + side]
            foot[:, side] = frames(feet[:, side], axis) @ frames(rest.feet[:, side], ACROSS).swapaxes(1, 2)
        else:
            # Flat while it may stand, then with the shin.
            up = np.clip((STANDS_M - p[:, plan.end[2 + side], 1] / rest.size) / (0.5 * STANDS_M), 0, 1)[:, None, None]
            level = _upright(shins[:, side, :, 0] * [1, 0, 1], np.broadcast_to(UP, (len(p), 3)))
            foot[:, side] = _mixed(shins[:, side], level, up)
        balls[:, side] = p[:, plan.end[2 + side]] + _turned(foot[:, side], rest.ways[:, side])
        ahead = foot[:, side, :, 2]
        if plan.ball[side] >= 0:
            # Toes of a flat foot point ahead.
            sine = (cross(ahead, toes[:, side]) * foot[:, side, :, 0]).sum(1)
            sine = np.clip(sine, -TOES_SINE, 0.5)
        else:
            near = np.clip((TOES_M - balls[:, side, 1] / rest.size) / (0.5 * TOES_M), 0, 1)
            sine = np.clip(ahead[:, 1], -TOES_SINE, 0) * near
        bent[:, side] = foot[:, side] @ _pitches(np.arcsin(sine))
    return foot, bent, balls


def _upright(across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return rotations (N, 3, 3) whose x is `across` and whose y lies nearest to `along`."""
    x = unit(across)
    y = unit(along - (along * x).sum(1, keepdims=True) * x)
    return np.stack([x, y, cross(x, y)], axis=2)


def _mixed(a: np.ndarray, b: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    """Return rotations (N, 3, 3) between two, by the mean of their axes."""
    mean = a * (1 - share) + b * share
    return _upright(mean[:, :, 0], mean[:, :, 1])


def _turned(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return vectors (N or 1, 3) turned by rotations (N, 3, 3)."""
    return np.einsum("nij,nj->ni", turns, np.broadcast_to(vectors, (len(turns), 3)))


def _pitches(angles: np.ndarray) -> np.ndarray:
    """Return rotations (N, 3, 3) about x by angles (N,)."""
    found = np.zeros((len(angles), 3, 3))
    found[:, 0, 0] = 1
    found[:, 1, 1] = found[:, 2, 2] = np.cos(angles)
    found[:, 2, 1] = np.sin(angles)
    found[:, 1, 2] = -found[:, 2, 1]
    return found
