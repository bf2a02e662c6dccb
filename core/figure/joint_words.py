"""What a joint is called in words: 'right knee' for right_knee, RightLeg and rShin."""

from __future__ import annotations

import re

from motionpatches.core.figure.plan import Plan
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition.joint_names import read_names, words_of

# The joint at which a segment begins.
_JOINTS = {
    "hips": "hips",
    "thigh": "hip",
    "shin": "knee",
    "foot": "ankle",
    "toe": "toes",
    "collar": "collar",
    "upper arm": "shoulder",
    "forearm": "elbow",
    "hand": "wrist",
    "neck": "neck",
    "head": "head",
}
_SIDES = {"l", "r", "left", "right"}
_FINGERS = ("thumb", "index", "middle", "ring", "pinky", "little")


def joint_words(skeleton: Skeleton, plan: Plan | None = None) -> list[str]:
    """Return what each joint of a skeleton is called.

    Args:
        skeleton: Any rig.
        plan: Says which joints are shoulders and so on; without it names tell: side and joint, else the words of a name.
    """
    found = _by_name(skeleton)
    if plan is None:
        return found
    roles = (("shoulder", plan.start, 0), ("elbow", plan.middle, 0), ("wrist", plan.end, 0), ("collar", plan.collar, 0))
    legs = (("hip", plan.start, 2), ("knee", plan.middle, 2), ("ankle", plan.end, 2), ("foot", plan.tip, 2))
    for word, joints, first in (*roles, *legs):
        for side in range(2):
            joint = int(joints[first + side])
            if joint >= 0 and not (word == "foot" and "toe" in found[joint]):
                found[joint] = f"{('right', 'left')[side]} {word}"
    return found


def _by_name(skeleton: Skeleton) -> list[str]:
    found = []
    for name, reading in zip(skeleton.joint_names, read_names(skeleton.joint_names), strict=True):
        words = [word for word in words_of(name) if word not in _SIDES]
        number = re.search(r"(\d+)\D*$", name)
        if reading.segment == "finger":
            called = f"{next((f for f in _FINGERS if f in words), 'finger')} {number.group(1) if number else ''}"
        elif reading.segment == "spine":
            called = f"spine {number.group(1) if number else ''}"
        else:
            called = _JOINTS.get(reading.segment) or " ".join(words) or name
        found.append(f"{reading.side} {called}".strip())
    return found


def helpers_of(skeleton: Skeleton) -> set[int]:
    """Return joints that only help to move a skin (twist, breast, face), with nothing but helpers below them; none in a chain."""
    readings = read_names(skeleton.joint_names)
    kept = {joint for chain in skeleton.chains for joint in chain}
    for joint, reading in enumerate(readings):
        if not reading.helper:
            kept.add(joint)
    for joint in tuple(kept):
        kept.update(skeleton.ancestors(joint))
    return set(range(skeleton.joint_count)) - kept
