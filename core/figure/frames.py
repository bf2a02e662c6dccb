"""Where the figure's bones are in given poses: a rotation and a place for each.

Rotations come from positions alone and from one pose at a time. A limb has two bones at the ends of each long bone: the inner one
turns by the shortest way from a direction in the middle of what the joint can reach, the outer one so that the hinge (elbow,
knee) bends about its axis; the twist grows between them. Where a limb is nearly straight the axis is the usual one, for a leg
the one across its foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from motionpatches.core.figure.plan import Finger, Plan
from motionpatches.core.motion.rotations import between, cross, frames, shortest, unit
from motionpatches.core.recognition.joint_names import words_of
from motionpatches.core.retarget.from_positions import flat_foot

# At rest the arms point down by 40 degrees and the legs a little apart, in between of what they do mostly. Per limb, in the order
# of `plan.LIMBS`: direction; axis about which elbow or knee bends; middle of the reach of shoulder or hip.
_DOWN, _APART = np.radians(40), np.radians(7)
_C, _S = np.cos(_DOWN), np.sin(_DOWN)
ALONG = np.array(
    [[-_C, -_S, 0], [_C, -_S, 0], [-np.sin(_APART), -np.cos(_APART), 0], [np.sin(_APART), -np.cos(_APART), 0]],
)
AXES = np.array([[-_S, _C, 0], [-_S, -_C, 0], [np.cos(_APART), -np.sin(_APART), 0], [np.cos(_APART), np.sin(_APART), 0]])
REACH = unit(np.array([[-0.55, -0.6, 0.6], [0.55, -0.6, 0.6], [-0.12, -0.85, 0.5], [0.12, -0.85, 0.5]]))
AHEAD, UP, ACROSS = np.array([0, 0, 1.0]), np.array([0, 1.0, 0]), np.array([1.0, 0, 0])
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
    to tip of a flat foot; `balls` (N, 2): metres from the ankle to where toes bend; `places` (N, B, 3) of the bones at rest.
    """

    size: np.ndarray
    pitches: np.ndarray
    collars: np.ndarray
    neck: np.ndarray
    face: np.ndarray
    feet: np.ndarray
    balls: np.ndarray
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
    neck, head = _head_frames(plan, rest, chest, p)
    turns[:, at_chest + 1], turns[:, at_chest + 2] = neck, head
    places[:, at_chest + 1] = p[:, plan.neck] if plan.neck >= 0 else p[:, plan.start[:2]].mean(axis=1)
    places[:, at_chest + 2] = p[:, plan.head]
    collars = _collar_frames(plan, rest, chest, p)
    carriers = np.stack([collars[:, 0], collars[:, 1], pelvis, pelvis], axis=1)
    start, middle, end = (p[:, which] for which in (plan.start, plan.middle, plan.end))
    feet, tips = _foot_directions(plan, p)
    upper_in, upper_out, lower = limb_frames(carriers, start, middle, end, feet)
    hand, lower_out = _hand_frames(plan, lower, p)
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
    _finger_frames(plan, hand, turns, places, p)
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


def rest_of(plan: Plan, sample: np.ndarray) -> Rest:
    """Measure the constants of a rig on positions (T, J, 3): medians over the frames in which the trunk is most upright."""
    p = sample.astype(np.float64)
    hips, shoulders = p[:, plan.start[2:]].mean(axis=1), p[:, plan.start[:2]].mean(axis=1)
    rise = unit(shoulders - hips)[:, 1]
    p = p[rise >= np.quantile(rise, 0.6)]
    upper, lower = p[:, plan.middle] - p[:, plan.start], p[:, plan.end] - p[:, plan.middle]
    leg = np.linalg.norm(upper, axis=2) + np.linalg.norm(lower, axis=2)
    hips, shoulders = p[:, plan.start[2:]].mean(axis=1), p[:, plan.start[:2]].mean(axis=1)
    trunk = float(np.median(np.linalg.norm(shoulders - hips, axis=1)))
    size = (float(np.median(leg[:, 2:])) + trunk) / (0.83 + 0.50)
    line = shoulders - hips
    pelvis, chest = trunk_frames(plan, np.zeros((1, 2)), p)
    pitches = np.array([[_pitch_to(pelvis, line), _pitch_to(chest, line)]])
    chest = trunk_frames(plan, pitches, p)[1]
    collars = np.stack([_local(chest, p[:, plan.start[k]] - _collar_base(plan, p, k)) for k in range(2)])
    # Both sides alike.
    collars = unit(collars + collars[::-1] * [-1, 1, 1])
    neck = unit(_local(chest, p[:, plan.head] - _neck_base(plan, p)) * [0, 1, 1])
    feet, balls = np.zeros((2, 3)), np.full(2, 0.13 * size)
    for k in range(2):
        ankle, tip, ball = p[:, plan.end[2 + k]], plan.tip[2 + k], plan.ball[k]
        if tip >= 0:
            feet[k] = flat_foot(ankle, p[:, ball if ball >= 0 else tip])
        if ball >= 0:
            balls[k] = float(np.median(np.linalg.norm(p[:, ball] - ankle, axis=1)))
    none = np.zeros((1, len(plan.names), 3))
    rest = Rest(np.array([size]), pitches, collars[None], neck[None], AHEAD[None], feet[None], balls[None], none)
    if plan.face:
        # Seen from the neck, which is upright at rest.
        turned, _ = _head_frames(replace(plan, face=()), rest, chest, p)
        ahead = _local(turned, p[:, list(plan.face)].mean(axis=1) - p[:, plan.head])
        rest = replace(rest, face=unit(np.maximum(ahead, [0, -1, 0.02]) * [0, 1, 1])[None])
    turns, places = frames_of(plan, rest, p)
    return replace(rest, places=_rest_places(plan, turns, places)[None])


def _rest_places(plan: Plan, turns: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return places (B, 3) at rest: medians of what each bone sees of the next, the pelvis at the origin."""
    rest = np.zeros((len(plan.names), 3))

    def hang(child: int, parent: int, by: int) -> None:
        rest[child] = rest[parent] + _local(turns[:, by], places[:, child] - places[:, parent])

    chest = plan.arms - 3
    for bone in range(1, chest + 1):
        hang(bone, bone - 1, 0)
    hang(chest + 1, chest, chest)
    hang(chest + 2, chest + 1, chest + 1)
    for number in range(4):
        at = plan.limb(number)
        first = chest if number < 2 else 0
        hang(at, first, first)
        steps = (0, 1, 2, 2, 4, 4) if number < 2 else (0, 0, 2, 2, 3, 4)
        for k in range(1, 6):
            hang(at + k, at + k - 1, at + steps[k])
    at = plan.limb(4)
    for finger in plan.fingers:
        hand = plan.limb(finger.arm) + 5
        for k in range(len(finger.joints)):
            hang(at + k, at + k - 1 if k else hand, at + k - 1 if k else hand)
        at += len(finger.joints)
    return rest


def _collar_base(plan: Plan, p: np.ndarray, side: int) -> np.ndarray:
    joint = plan.collar[side]
    return p[:, joint] if joint >= 0 else p[:, plan.chest] if plan.neck < 0 else p[:, plan.neck]


def _collar_frames(plan: Plan, rest: Rest, chest: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return rotations (N, 2, 3, 3): from the chest's by the shortest way to where the shoulder is."""
    found = []
    for side in range(2):
        bone = p[:, plan.start[side]] - _collar_base(plan, p, side)
        found.append(shortest(_turned(chest, rest.collars[:, side]), bone) @ chest)
    return np.stack(found, axis=1)


def _neck_base(plan: Plan, p: np.ndarray) -> np.ndarray:
    return p[:, plan.neck] if plan.neck >= 0 else p[:, plan.start[:2]].mean(axis=1)


def _head_frames(plan: Plan, rest: Rest, chest: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (N, 3, 3) of neck and head, which follows joints of the face where there are any."""
    bone = p[:, plan.head] - _neck_base(plan, p)
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
            direction = rest.feet[:, side]
        else:
            # Flat while it may stand, then with the shin.
            up = np.clip((STANDS_M - p[:, plan.end[2 + side], 1] / rest.size) / (0.5 * STANDS_M), 0, 1)[:, None, None]
            level = _upright(shins[:, side, :, 0] * [1, 0, 1], np.broadcast_to(UP, (len(p), 3)))
            foot[:, side] = _mixed(shins[:, side], level, up)
            direction = unit(np.array([[0, -0.4, 1.0]]))
        balls[:, side] = p[:, plan.end[2 + side]] + rest.balls[:, side, None] * _turned(foot[:, side], direction)
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


def _hand_frames(plan: Plan, lower: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (N, 2, 3, 3) of the hands, and (N, 4, 3, 3) of the lower bones' outer ends, with the twist of the hand."""
    hands, outer = lower[:, :2].copy(), lower.copy()
    for side in range(2):
        fingers = [f for f in plan.fingers if f.arm == side]
        wrist, along, turn = p[:, plan.end[side]], lower[:, side] @ ALONG[side], lower[:, side]
        straight = [f.joints[0] for f in fingers if not f.thumb]
        aim = straight or ([int(plan.tip[side])] if plan.tip[side] >= 0 else [])
        if aim:
            ahead = p[:, aim].mean(axis=1) - wrist
            hands[:, side] = shortest(along, ahead) @ turn
        across = _across(plan, fingers, p)
        if across is None:
            continue
        swung = hands[:, side]
        hands[:, side] = frames(swung @ ALONG[side], across) @ frames(ALONG[side], AHEAD).T
        # The forearm's outer end has the twist, not the bend of the wrist.
        back = shortest(swung @ ALONG[side], along) @ hands[:, side]
        outer[:, side] = back
    return hands, outer


def _across(plan: Plan, fingers: Sequence[Finger], p: np.ndarray) -> np.ndarray | None:
    """Return (N, 3) from the little finger's side of a hand to the thumb's; None where names do not tell."""
    names = plan.skeleton.joint_names
    bases = {word: f.joints[0] for f in fingers for word in words_of(names[f.joints[0]])}
    index = bases.get("index")
    little = next((bases[w] for w in ("pinky", "little", "ring") if w in bases), None)
    if index is not None and little is not None:
        return p[:, index] - p[:, little]
    thumb = next((f.joints[-1] for f in fingers if f.thumb), None)
    others = [f.joints[0] for f in fingers if not f.thumb]
    return p[:, thumb] - p[:, others].mean(axis=1) if thumb is not None and others else None


def _finger_frames(plan: Plan, hands: np.ndarray, turns: np.ndarray, places: np.ndarray, p: np.ndarray) -> None:
    """Turn each joint of a finger from the one before by the shortest way to its bone; the last one goes with it."""
    at = plan.limb(4)
    for finger in plan.fingers:
        before = hands[:, finger.arm]
        rest = unit(ALONG[finger.arm] + AHEAD) if finger.thumb else ALONG[finger.arm]
        for k, joint in enumerate(finger.joints):
            if k + 1 < len(finger.joints):
                before = shortest(before @ rest, p[:, finger.joints[k + 1]] - p[:, joint]) @ before
            turns[:, at + k], places[:, at + k] = before, p[:, joint]
        at += len(finger.joints)


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


def _pitch_to(turns: np.ndarray, line: np.ndarray) -> float:
    """Return the median angle about x from y to a line (N, 3)."""
    seen = np.einsum("nji,nj->ni", turns, line)
    return float(np.clip(np.median(np.arctan2(seen[:, 2], seen[:, 1])), -0.6, 0.6))


def _local(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the median (3,) of vectors (N, 3) as rotations (N, 3, 3) see them."""
    return np.median(np.einsum("nji,nj->ni", turns, vectors), axis=0)
