"""Skeletons people have, by the names and trees of their makers, in a T-pose of rounded proportions: for tests.

Each row: root, joints above the root's place that carry it (helpers), torso to head, left arm, left leg, extra joints by
parent (fingers, twist, face, props). The right side is the left with its side word exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Body:
    """`arm_from` is the torso joint that carries the collars, `legs_from` the one that carries the thighs."""

    torso: tuple[str, ...]
    arm: tuple[str, ...]
    leg: tuple[str, ...]
    arm_from: str
    legs_from: str
    sides: tuple[str, str]
    above: tuple[str, ...] = ()
    extras: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def right(self, name: str) -> str:
        long = name.replace("Left", "Right", 1)
        return long if long != name else name.replace(self.sides[0], self.sides[1], 1)


def w(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BODIES: dict[str, Body] = {
    "SMPL-24": Body(
        w("pelvis spine1 spine2 spine3 neck head"),
        w("left_collar left_shoulder left_elbow left_wrist"),
        w("left_hip left_knee left_ankle left_foot"),
        "spine3",
        "pelvis",
        ("left", "right"),
        extras={"left_wrist": w("left_hand")},
    ),
    "SMPL-H 52": Body(
        w("Pelvis Spine1 Spine2 Spine3 Neck Head"),
        w("L_Collar L_Shoulder L_Elbow L_Wrist"),
        w("L_Hip L_Knee L_Ankle L_Foot"),
        "Spine3",
        "Pelvis",
        ("L_", "R_"),
        extras={
            "L_Wrist": w("L_Index1 L_Middle1 L_Pinky1 L_Ring1 L_Thumb1"),
            "L_Index1": w("L_Index2"),
            "L_Middle1": w("L_Middle2"),
            "L_Thumb1": w("L_Thumb2"),
        },
    ),
    "SMPL-X 55": Body(
        w("pelvis spine1 spine2 spine3 neck head"),
        w("left_collar left_shoulder left_elbow left_wrist"),
        w("left_hip left_knee left_ankle left_foot"),
        "spine3",
        "pelvis",
        ("left", "right"),
        extras={
            "left_wrist": w("left_index1 left_thumb1"),
            "left_index1": w("left_index2"),
            "head": w("jaw left_eye_smplhf right_eye_smplhf"),
        },
    ),
    "CMU ASF": Body(
        w("root lowerback upperback thorax lowerneck upperneck head"),
        w("lclavicle lhumerus lradius lwrist"),
        w("lhipjoint lfemur ltibia lfoot ltoes"),
        "thorax",
        "root",
        ("l", "r"),
        extras={"lwrist": w("lhand lthumb"), "lhand": w("lfingers")},
    ),
    "CMU cgspeed": Body(
        w("Hips LowerBack Spine Spine1 Neck Neck1 Head"),
        w("LeftShoulder LeftArm LeftForeArm LeftHand"),
        w("LHipJoint LeftUpLeg LeftLeg LeftFoot LeftToeBase"),
        "Spine1",
        "Hips",
        ("L", "R"),
        extras={"LeftHand": w("LeftFingerBase LThumb"), "LeftFingerBase": w("LeftHandIndex1")},
    ),
    "Bandai-Namco 22": Body(
        w("Hips Spine Chest Neck Head"),
        w("Shoulder_L UpperArm_L LowerArm_L Hand_L"),
        w("UpperLeg_L LowerLeg_L Foot_L Toes_L"),
        "Chest",
        "Hips",
        ("_L", "_R"),
        w("joint_Root"),
    ),
    "Character Creator": Body(
        w("CC_Base_Hip CC_Base_Waist CC_Base_Spine01 CC_Base_Spine02 CC_Base_NeckTwist01 CC_Base_NeckTwist02 CC_Base_Head"),
        w("CC_Base_L_Clavicle CC_Base_L_Upperarm CC_Base_L_Forearm CC_Base_L_Hand"),
        w("CC_Base_L_Thigh CC_Base_L_Calf CC_Base_L_Foot CC_Base_L_ToeBase"),
        "CC_Base_Spine02",
        "CC_Base_Hip",
        ("_L_", "_R_"),
        w("CC_Base_BoneRoot"),
        {
            "CC_Base_L_Upperarm": w("CC_Base_L_UpperarmTwist01 CC_Base_L_UpperarmTwist02"),
            "CC_Base_L_Thigh": w("CC_Base_L_ThighTwist01"),
            "CC_Base_L_Hand": w("CC_Base_L_Index1 CC_Base_L_Thumb1"),
            "CC_Base_L_ToeBase": w("CC_Base_L_BigToe1 CC_Base_L_IndexToe1"),
            "CC_Base_Head": w("CC_Base_FacialBone CC_Base_JawRoot"),
        },
    ),
    "Mixamo": Body(
        w("mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2 mixamorig:Neck mixamorig:Head"),
        w("mixamorig:LeftShoulder mixamorig:LeftArm mixamorig:LeftForeArm mixamorig:LeftHand"),
        w("mixamorig:LeftUpLeg mixamorig:LeftLeg mixamorig:LeftFoot mixamorig:LeftToeBase"),
        "mixamorig:Spine2",
        "mixamorig:Hips",
        ("Left", "Right"),
        extras={
            "mixamorig:LeftHand": w("mixamorig:LeftHandIndex1 mixamorig:LeftHandThumb1"),
            "mixamorig:LeftHandIndex1": w("mixamorig:LeftHandIndex2"),
            "mixamorig:Head": w("mixamorig:HeadTop_End"),
        },
    ),
    "Unreal mannequin": Body(
        w("pelvis spine_01 spine_02 spine_03 neck_01 head"),
        w("clavicle_l upperarm_l lowerarm_l hand_l"),
        w("thigh_l calf_l foot_l ball_l"),
        "spine_03",
        "pelvis",
        ("_l", "_r"),
        w("root"),
        {
            "upperarm_l": w("upperarm_twist_01_l"),
            "lowerarm_l": w("lowerarm_twist_01_l"),
            "thigh_l": w("thigh_twist_01_l"),
            "hand_l": w("index_01_l thumb_01_l"),
            "index_01_l": w("index_02_l"),
            "root": w("ik_foot_root ik_hand_root"),
            "ik_foot_root": w("ik_foot_l"),
            "ik_hand_root": w("ik_hand_gun"),
        },
    ),
    "Xsens": Body(
        w("Pelvis L5 L3 T12 T8 Neck Head"),
        w("Left_Shoulder Left_Upper_Arm Left_Forearm Left_Hand"),
        w("Left_Upper_Leg Left_Lower_Leg Left_Foot Left_Toe"),
        "T8",
        "Pelvis",
        ("Left", "Right"),
        extras={"Right_Hand": w("Prop1")},
    ),
    "Rokoko": Body(
        w("Hips Spine1 Spine2 Spine3 Spine4 Neck Head"),
        w("LeftShoulder LeftArm LeftForeArm LeftHand"),
        w("LeftThigh LeftShin LeftFoot LeftToe"),
        "Spine4",
        "Hips",
        ("Left", "Right"),
        extras={"LeftHand": w("LeftFinger1Metacarpal LeftFinger2Metacarpal"), "LeftFinger2Metacarpal": w("LeftFinger2Proximal")},
    ),
    "LAFAN1": Body(
        w("Hips Spine Spine1 Spine2 Neck Head"),
        w("LeftShoulder LeftArm LeftForeArm LeftHand"),
        w("LeftUpLeg LeftLeg LeftFoot LeftToe"),
        "Spine2",
        "Hips",
        ("Left", "Right"),
    ),
    "Kinect-25": Body(
        w("SpineBase SpineMid SpineShoulder Neck Head"),
        w("ShoulderLeft ElbowLeft WristLeft"),
        w("HipLeft KneeLeft AnkleLeft FootLeft"),
        "SpineShoulder",
        "SpineBase",
        ("Left", "Right"),
        extras={"WristLeft": w("HandLeft ThumbLeft"), "HandLeft": w("HandTipLeft")},
    ),
}


def build(body: Body) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents and T-pose places (J, 3) in metres, Y up, facing +Z (left at +X)."""
    names: list[str] = []
    parents: list[int] = []
    places: list[np.ndarray] = []

    def add(name: str, parent: str | None, place) -> None:
        names.append(name)
        parents.append(names.index(parent) if parent else -1)
        places.append(np.asarray(place, float))

    above = None
    for name in body.above:
        add(name, above, (0, 0, 0))
        above = name
    count = len(body.torso)
    for i, name in enumerate(body.torso):
        add(name, body.torso[i - 1] if i else above, (0, 0.95 + 0.62 * i / (count - 1), -0.03 * np.sin(3 * i / count)))
    chest = places[names.index(body.arm_from)][1]
    for mirrored in (False, True):
        sign = -1 if mirrored else 1
        side = body.right if mirrored else str
        for i, name in enumerate(body.arm):
            x = np.interp(i / (len(body.arm) - 1), [0, 0.34, 1], [0.05, 0.18, 0.72])
            add(side(name), side(body.arm[i - 1]) if i else body.arm_from, (sign * x, chest + 0.04, -0.01 * i))
        knots = np.array([(0.1, 0.9, 0), (0.1, 0.49, 0.02), (0.1, 0.08, -0.02), (0.1, 0.02, 0.12)])
        spare = len(body.leg) - 4
        knots = np.concatenate([np.array([(0.04, 0.93, 0)] * spare).reshape(-1, 3), knots])
        for i, name in enumerate(body.leg):
            add(side(name), side(body.leg[i - 1]) if i else body.legs_from, knots[i] * [sign, 1, 1])
    for parent, kids in body.extras.items():
        for mirrored in (False, True):
            side = body.right if mirrored else str
            if mirrored and (side(parent) == parent or parent not in names):
                continue
            if side(parent) not in names:
                continue
            base = places[names.index(side(parent))]
            kin = [k for k, p in enumerate(parents) if p == names.index(side(parent))]
            for n, kid in enumerate(kids):
                if "wist" in kid and kin:
                    place = base + (places[kin[0]] - base) * 0.4 * (n + 1)
                else:
                    place = base + np.array([0.03 * np.sign(base[0]) * (n == 0) or 0.004, -0.02 * n, 0.02 * (n + 1)])
                add(side(kid), side(parent), place)
    return names, parents, np.array(places)


def expected_chains(body: Body) -> tuple[tuple[str, ...], ...]:
    """Joint names of the five chains, in the order right leg, left leg, torso, right arm, left arm."""
    leg = (body.legs_from, *body.leg)
    arm = (body.arm_from, *body.arm)
    return (
        tuple(map(body.right, leg[:1])) and (leg[0], *map(body.right, body.leg)),
        leg,
        body.torso,
        (arm[0], *map(body.right, body.arm)),
        arm,
    )


def write_bvh(path: Path, body: Body, scale: float = 100.0, frames: int = 24) -> None:
    """A small take: arms and legs swing a little."""
    names, parents, places = build(body)
    lines: list[str] = []
    order: list[int] = []

    def joint(index: int, depth: int) -> None:
        pad = "\t" * depth
        parent = parents[index]
        offset = (places[index] - (places[parent] if parent >= 0 else 0)) * scale
        order.append(index)
        lines.append(f"{pad}{'JOINT' if parent >= 0 else 'ROOT'} {names[index]}")
        lines.append(pad + "{")
        lines.append(f"{pad}\tOFFSET {offset[0]:.5f} {offset[1]:.5f} {offset[2]:.5f}")
        position = "Xposition Yposition Zposition " if parent < 0 else ""
        lines.append(f"{pad}\tCHANNELS {6 if parent < 0 else 3} {position}Zrotation Yrotation Xrotation")
        kids = [k for k, p in enumerate(parents) if p == index]
        for kid in kids:
            joint(kid, depth + 1)
        if not kids:
            lines.append(f"{pad}\tEnd Site\n{pad}\t{{\n{pad}\t\tOFFSET 0 0 1\n{pad}\t}}")
        lines.append(pad + "}")

    for index, parent in enumerate(parents):
        if parent < 0:
            joint(index, 0)
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 6, len(names))
    rows = []
    for t in range(frames):
        row: list[float] = []
        for index in order:
            row += [0.0, 0.0, 0.0] if parents[index] < 0 else []
            swing = 6 * np.sin(0.3 * t + phase[index]) if parents[index] >= 0 and names[index] not in body.above else 0.0
            row += [0.0, 0.0, float(swing)]
        rows.append(" ".join(f"{v:.4f}" for v in row))
    path.write_text(
        "HIERARCHY\n" + "\n".join(lines) + f"\nMOTION\nFrames: {frames}\nFrame Time: 0.0333333\n" + "\n".join(rows) + "\n"
    )
