"""What is constant in a rig, measured on a motion of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.figure.frames import Rest, collar_base, frames_of, head_frames, neck_base, trunk_frames
from motionpatches.core.figure.plan import AHEAD, Plan
from motionpatches.core.figure.soles import flat_feet
from motionpatches.core.motion.rotations import unit

# From the ankle to where toes bend, of feet without joints.
STEEP = np.array([0, -0.4, 1.0])


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
    collars = np.stack([_local(chest, p[:, plan.start[k]] - collar_base(plan, p, k)) for k in range(2)])
    # Both sides alike.
    collars = unit(collars + collars[::-1] * [-1, 1, 1])
    neck = unit(_local(chest, p[:, plan.head] - neck_base(plan, p)) * [0, 1, 1])
    feet = flat_feet(plan, p)
    balls = np.full((2, 1), 0.13 * size)
    for k in range(2):
        if plan.ball[k] >= 0:
            balls[k] = np.median(np.linalg.norm(p[:, plan.ball[k]] - p[:, plan.end[2 + k]], axis=1))
    ways = balls * np.where(feet.any(axis=1, keepdims=True), feet, unit(STEEP))
    none = np.zeros((1, len(plan.names), 3))
    rest = Rest(np.array([size]), pitches, collars[None], neck[None], AHEAD[None], feet[None], ways[None], none)
    if plan.face:
        # Seen from the neck, which is upright at rest.
        turned, _ = head_frames(replace(plan, face=()), rest, chest, p)
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


def _pitch_to(turns: np.ndarray, line: np.ndarray) -> float:
    """Return the median angle about x from y to a line (N, 3)."""
    seen = np.einsum("nji,nj->ni", turns, line)
    return float(np.clip(np.median(np.arctan2(seen[:, 2], seen[:, 1])), -0.6, 0.6))


def _local(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the median (3,) of vectors (N, 3) as rotations (N, 3, 3) see them."""
    return np.median(np.einsum("nji,nj->ni", turns, vectors), axis=0)
