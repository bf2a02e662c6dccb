"""Rigs that programs and data sets use, by the names and hierarchy of their joints, in a T-pose of rounded human proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.retarget.rig import Rig, plain_rig

# Metres of a body of 1.75 m, left side; a limb's joints: collar, shoulder, elbow, wrist; hip, knee, ankle, ball of the foot.
ARM = np.array([(0.02, 0.0, 0.0), (0.17, 0.0, -0.01), (0.45, 0.0, -0.02), (0.70, 0.0, -0.01)])
LEG = np.array([(0.09, 0.92, 0.0), (0.09, 0.50, 0.01), (0.09, 0.08, -0.02), (0.09, 0.02, 0.11)])
HIPS_M, CHEST_M, SHOULDER_M, NECK_M, HEAD_M = 0.98, 1.28, 1.42, 1.48, 1.58


@dataclass(frozen=True)
class Names:
    """Joint names. `above`: what carries the hips; `spine` from the hips to what carries the arms; `arm`, `leg`: of the left
    side, whose `left` is replaced by `right`."""

    spine: str
    neck: str
    arm: str
    leg: str
    left: str
    right: str
    above: str = ""


TARGETS = {
    "mixamo": Names(
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2",
        "mixamorig:Neck mixamorig:Head",
        "mixamorig:LeftShoulder mixamorig:LeftArm mixamorig:LeftForeArm mixamorig:LeftHand",
        "mixamorig:LeftUpLeg mixamorig:LeftLeg mixamorig:LeftFoot mixamorig:LeftToeBase",
        "Left",
        "Right",
    ),
    "humanik": Names(
        "Hips Spine Spine1 Spine2",
        "Neck Head",
        "LeftShoulder LeftArm LeftForeArm LeftHand",
        "LeftUpLeg LeftLeg LeftFoot LeftToeBase",
        "Left",
        "Right",
        "Reference",
    ),
    # NVIDIA's body model, the joints of the body.
    "soma": Names(
        "Hips Spine1 Spine2 Chest",
        "Neck1 Neck2 Head",
        "LeftShoulder LeftArm LeftForeArm LeftHand",
        "LeftLeg LeftShin LeftFoot LeftToeBase",
        "Left",
        "Right",
    ),
    "unreal": Names(
        "pelvis spine_01 spine_02 spine_03 spine_04 spine_05",
        "neck_01 neck_02 head",
        "clavicle_l upperarm_l lowerarm_l hand_l",
        "thigh_l calf_l foot_l ball_l",
        "_l",
        "_r",
        "root",
    ),
    # VRM has the same bones with a small first letter.
    "unity": Names(
        "Hips Spine Chest UpperChest",
        "Neck Head",
        "LeftShoulder LeftUpperArm LeftLowerArm LeftHand",
        "LeftUpperLeg LeftLowerLeg LeftFoot LeftToes",
        "Left",
        "Right",
    ),
    "vrm": Names(
        "hips spine chest upperChest",
        "neck head",
        "leftShoulder leftUpperArm leftLowerArm leftHand",
        "leftUpperLeg leftLowerLeg leftFoot leftToes",
        "left",
        "right",
    ),
    "smpl": Names(
        "pelvis spine1 spine2 spine3",
        "neck head",
        "left_collar left_shoulder left_elbow left_wrist",
        "left_hip left_knee left_ankle left_foot",
        "left",
        "right",
    ),
}


def target_rig(name: str) -> Rig:
    """Make the rig of a name in TARGETS; its joints have the world's axes at rest."""
    table = TARGETS[name]
    names: list[str] = []
    parents: list[int] = []
    places: list[np.ndarray] = []

    def add(words: Sequence[str], parent: int, rows: np.ndarray) -> list[int]:
        for word, place in zip(words, rows, strict=True):
            names.append(word)
            parents.append(parent)
            places.append(place)
            parent = len(names) - 1
        return list(range(len(names) - len(words), len(names)))

    above = add(table.above.split(), -1, np.zeros((len(table.above.split()), 3)))
    spine = add(table.spine.split(), above[-1] if above else -1, _upwards(HIPS_M, CHEST_M, len(table.spine.split())))
    neck = add(table.neck.split(), spine[-1], _upwards(NECK_M, HEAD_M, len(table.neck.split())))
    chains: dict[str, tuple[int, ...]] = {}
    for side, sign in (("right", -1.0), ("left", 1.0)):
        for limb, words, rows, start in (
            ("leg", table.leg, LEG, spine[0]),
            ("arm", table.arm, ARM + [0, SHOULDER_M, 0], spine[-1]),
        ):
            own = [word if side == "left" else word.replace(table.left, table.right) for word in words.split()]
            chains[f"{side} {limb}"] = (start, *add(own, start, rows * [sign, 1, 1]))
    torso = (*spine, *neck)
    order = (chains["right leg"], chains["left leg"], torso, chains["right arm"], chains["left arm"])
    offsets = np.array(places)
    offsets -= [places[parent] if parent >= 0 else np.zeros(3) for parent in parents]
    return plain_rig(Skeleton(tuple(names), tuple(parents), order), offsets)


def _upwards(low: float, high: float, count: int) -> np.ndarray:
    return np.stack([np.zeros(count), np.linspace(low, high, count), np.zeros(count)], axis=1)
