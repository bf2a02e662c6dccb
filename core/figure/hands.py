"""Hands and fingers of the figure: rotations from the joints of fingers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionpatches.core.figure.plan import AHEAD, ALONG, Finger, Plan
from motionpatches.core.motion.rotations import frames, shortest, unit
from motionpatches.core.recognition.joint_names import words_of


def hand_frames(plan: Plan, lower: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def finger_frames(plan: Plan, hands: np.ndarray, turns: np.ndarray, places: np.ndarray, p: np.ndarray) -> None:
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
