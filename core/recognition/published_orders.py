"""Joint orders that data sets and pose estimators publish: what the columns of an array without names are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from motionpatches.core.motion.skeleton import BANDAI21, KIT21, SMPL22, Chains, Skeleton


@dataclass(frozen=True)
class JointOrder:
    """`skeleton` has the joints of the array and, after them, the `virtual` ones: each the mean of the joints it lists (a
    joint listed twice counts double). `columns`: how many joints the array has; those beyond the skeleton are left out."""

    name: str
    skeleton: Skeleton
    columns: int
    virtual: tuple[tuple[int, ...], ...] = ()

    @property
    def real_joints(self) -> int:
        return self.skeleton.joint_count - len(self.virtual)


@dataclass(frozen=True)
class _Body:
    """Chains by joint names, left side; the right side is the mirror image. `virtual`: 'name:parent=joint+joint'."""

    leg: str
    torso: str
    arm: str
    virtual: str = ""
    extra_columns: int = 0
    known: Skeleton | None = field(default=None)


_SWAPS = (("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT"))


def mirrored(name: str) -> str:
    """The name of the same joint on the right: 'left_hip' -> 'right_hip', 'LHip' -> 'RHip', 'lfemur' -> 'rfemur'."""
    for left, right in _SWAPS:
        if left in name:
            return name.replace(left, right)
    return re.sub(
        r"^([Ll])(?=[A-Z]|femur|tibia|foot|toes|hipjoint|clavicle|humerus|radius|wrist|hand|fingers|thumb)",
        lambda m: "R" if m.group(1) == "L" else "r",
        name,
    )


def _order(name: str, joints: str, body: _Body) -> JointOrder:
    """An order from 'joint:parent' words; a word without a parent hangs on the one before, '-' on none."""
    names: list[str] = []
    parent_names: list[str] = []
    virtual: list[list[str]] = []
    for word in (joints + " " + body.virtual).split():
        tree, _, mean = word.partition("=")
        joint, _, parent = tree.partition(":")
        parent_names.append(parent or (names[-1] if names else "-"))
        names.append(joint)
        if mean:
            virtual.append(mean.split("+"))
    at = {joint: i for i, joint in enumerate(names)}
    parents = tuple(at[p] if p != "-" else -1 for p in parent_names)
    legs, arms = body.leg.split(), body.arm.split()
    by_name = (list(map(mirrored, legs)), legs, body.torso.split(), list(map(mirrored, arms)), arms)
    chains: Chains = tuple(tuple(at[j] for j in chain) for chain in by_name)
    skeleton = Skeleton(tuple(names), parents, chains)
    columns = len(names) - len(virtual) + body.extra_columns
    return JointOrder(name, skeleton, columns, tuple(tuple(at[j] for j in mean) for mean in virtual))


def _fingers(hand: str, names: str, count: int) -> str:
    """Each finger a chain of `count` joints on the hand."""
    return " ".join(f"{name}1:{hand} " + " ".join(f"{name}{i}" for i in range(2, count + 1)) for name in names.split())


# SMPL's body and its relatives. Fingers in the models' order; SMPL-X puts jaw and eyes before them.
_SMPL = " ".join(
    f"{n}:{SMPL22.joint_names[p] if p >= 0 else '-'}" for n, p in zip(SMPL22.joint_names, SMPL22.parents, strict=True)
)
_SMPL_BODY: dict[str, Any] = dict(
    leg="pelvis left_hip left_knee left_ankle left_foot",
    torso="pelvis spine1 spine2 spine3 neck head",
    arm="spine3 left_collar left_shoulder left_elbow left_wrist",
)
_SMPL24 = _SMPL + " left_hand:left_wrist right_hand:right_wrist"
_SMPL_HANDS = " ".join(_fingers(f"{s}_wrist", f"{s}_index {s}_middle {s}_pinky {s}_ring {s}_thumb", 3) for s in ("left", "right"))
_SMPLX = f"{_SMPL} jaw:head left_eye_smplhf:head right_eye_smplhf:head {_SMPL_HANDS}"

# SOMA (NVIDIA): 30 joints of the body, 77 with every finger.
_SOMA_BODY: dict[str, Any] = dict(
    leg="Hips LeftLeg LeftShin LeftFoot LeftToeBase",
    torso="Hips Spine1 Spine2 Chest Neck1 Neck2 Head",
    arm="Chest LeftShoulder LeftArm LeftForeArm LeftHand",
)
_SOMA_ARM = "{0}Shoulder:Chest {0}Arm {0}ForeArm {0}Hand "
_SOMA_LEG = "{0}Leg:Hips {0}Shin {0}Foot {0}ToeBase "


def _soma_hand(side: str) -> str:
    hand = f"{side}Hand"
    words = [f"{hand}Thumb1:{hand} {hand}Thumb2 {hand}Thumb3 {hand}ThumbEnd"]
    words += [f"{hand}{f}1:{hand} {hand}{f}2 {hand}{f}3 {hand}{f}4 {hand}{f}End" for f in ("Index", "Middle", "Ring", "Pinky")]
    return " ".join(words) + " "


_SOMA30 = (
    "Hips:- Spine1 Spine2 Chest Neck1 Neck2 Head Jaw:Head LeftEye:Head RightEye:Head "
    + "".join(_SOMA_ARM.format(s) + f"{s}HandThumbEnd:{s}Hand {s}HandMiddleEnd:{s}Hand " for s in ("Left", "Right"))
    + "".join(_SOMA_LEG.format(s) for s in ("Left", "Right"))
)
_SOMA77 = (
    "Hips:- Spine1 Spine2 Chest Neck1 Neck2 Head HeadEnd:Head Jaw:Head LeftEye:Head RightEye:Head "
    + "".join(_SOMA_ARM.format(s) + _soma_hand(s) for s in ("Left", "Right"))
    + "".join(_SOMA_LEG.format(s) + f"{s}ToeEnd " for s in ("Left", "Right"))
)

# Key points of pose estimators: no spine of their own. Chest and spine divide the line from hips to shoulders in three.
_POINTS_BODY: dict[str, Any] = dict(
    leg="pelvis left_hip left_knee left_ankle",
    torso="pelvis spine chest neck head",
    arm="chest left_collar left_shoulder left_elbow left_wrist",
)


def _collars(left: str, right: str) -> str:
    """Virtual collar joints, half-way from between the shoulders to each."""
    return " ".join(
        f"{own.replace('shoulder', 'collar').replace('Shoulder', 'Collar')}:chest={own}+{own}+{own}+{other}"
        for own, other in ((left, right), (right, left))
    )


def _trunk(lh: str, rh: str, ls: str, rs: str, head: str = "", pelvis: str = "", neck: str = "") -> str:
    """Virtual pelvis, spine, chest, neck, collars and, from `head`, head; `pelvis` and `neck` name joints of the order."""
    low, high = f"{lh}+{rh}", f"{ls}+{rs}"
    hips = pelvis or "pelvis"
    words = [] if pelvis else [f"pelvis:-={low}"]
    words += [f"spine:{hips}={low}+{low}+{high}", f"chest:spine={low}+{high}+{high}"]
    words += [] if neck else [f"neck:chest={high}"]
    words += [f"head:{neck or 'neck'}={head}"] if head else []
    words.append(_collars(ls, rs))
    return " ".join(words)


_COCO_ARM_LEG = (
    "left_shoulder:left_collar right_shoulder:right_collar left_elbow:left_shoulder right_elbow:right_shoulder "
    "left_wrist:left_elbow right_wrist:right_elbow left_hip:pelvis right_hip:pelvis left_knee:left_hip "
    "right_knee:right_hip left_ankle:left_knee right_ankle:right_knee"
)
_COCO = f"nose:head left_eye:head right_eye:head left_ear:head right_ear:head {_COCO_ARM_LEG}"
_COCO_TRUNK = _trunk("left_hip", "right_hip", "left_shoulder", "right_shoulder", "left_ear+right_ear")
_FEET = "{0}BigToe:{0}Ankle {0}SmallToe:{0}Ankle {0}Heel:{0}Ankle"
_OPENPOSE_ARMS = "RShoulder:RCollar RElbow RWrist LShoulder:LCollar LElbow LWrist"
_OPENPOSE_FACE = "REye:head LEye:head REar:head LEar:head"
_OPENPOSE: dict[str, Any] = dict(arm="chest LCollar LShoulder LElbow LWrist")
_MEDIAPIPE = (
    "nose:head left_eye_inner:head left_eye:head left_eye_outer:head right_eye_inner:head right_eye:head "
    "right_eye_outer:head left_ear:head right_ear:head mouth_left:head mouth_right:head "
    "left_shoulder:left_collar right_shoulder:right_collar "
    "left_elbow:left_shoulder right_elbow:right_shoulder left_wrist:left_elbow right_wrist:right_elbow "
    + " ".join(f"{s}_{f}:{s}_wrist" for f in ("pinky", "index", "thumb") for s in ("left", "right"))
    + " left_hip:pelvis right_hip:pelvis "
    + " ".join(
        f"{s}_{b}:{s}_{a}"
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "foot_index"))
        for s in ("left", "right")
    )
)

_KINECT_ARM = "Shoulder{0}:SpineShoulder Elbow{0} Wrist{0} Hand{0} "
_KINECT_LEG = "Hip{0}:SpineBase Knee{0} Ankle{0} Foot{0} "
_KINECT = (
    "SpineBase:- SpineMid Neck:SpineShoulder Head "
    + "".join(_KINECT_ARM.format(s) for s in ("Left", "Right"))
    + "".join(_KINECT_LEG.format(s) for s in ("Left", "Right"))
    + "SpineShoulder:SpineMid "
    + "".join(f"HandTip{s}:Hand{s} Thumb{s}:Wrist{s} " for s in ("Left", "Right"))
)
_KINECT1 = (
    "HipCenter:- Spine ShoulderCenter Head "
    + "".join(_KINECT_ARM.format(s).replace("SpineShoulder", "ShoulderCenter") for s in ("Left", "Right"))
    + "".join(_KINECT_LEG.format(s).replace("SpineBase", "HipCenter") for s in ("Left", "Right"))
)
_AZURE = (
    "PELVIS:- SPINE_NAVEL SPINE_CHEST NECK "
    + "".join(
        f"CLAVICLE_{s}:SPINE_CHEST SHOULDER_{s} ELBOW_{s} WRIST_{s} HAND_{s} HANDTIP_{s} THUMB_{s}:WRIST_{s} "
        for s in ("LEFT", "RIGHT")
    )
    + "".join(f"HIP_{s}:PELVIS KNEE_{s} ANKLE_{s} FOOT_{s} " for s in ("LEFT", "RIGHT"))
    + "HEAD:NECK NOSE:HEAD EYE_LEFT:HEAD EAR_LEFT:HEAD EYE_RIGHT:HEAD EAR_RIGHT:HEAD"
)

_H36M17 = (
    "Hip:- RHip RKnee RFoot LHip:Hip LKnee LFoot Spine:Hip Thorax Nose:Thorax Head:Nose LShoulder:Thorax LElbow LWrist "
    "RShoulder:Thorax RElbow RWrist"
)
_H36M16 = _H36M17.replace("Nose:Thorax Head:Nose", "Head:Thorax")
_H36M32 = (
    "Hips:- RHip RKnee RFoot RToe RToeSite LHip:Hips LKnee LFoot LToe LToeSite Spine0:Hips Spine Thorax Nose Head "
    "LCollar:Thorax LShoulder LElbow LWrist LHand LHandSite LWristEnd:LWrist LWristSite RCollar:Thorax RShoulder "
    "RElbow RWrist RHand RHandSite RWristEnd:RWrist RWristSite"
)
_MPII = (
    "RAnkle:RKnee RKnee:RHip RHip:Pelvis LHip:Pelvis LKnee:LHip LAnkle:LKnee Pelvis:- Thorax:chest Neck:Thorax "
    "HeadTop:Neck RWrist:RElbow RElbow:RShoulder RShoulder:RCollar LShoulder:LCollar LElbow:LShoulder LWrist:LElbow"
)
_LSP = (
    "RAnkle:RKnee RKnee:RHip RHip:pelvis LHip:pelvis LKnee:LHip LAnkle:LKnee RWrist:RElbow RElbow:RShoulder "
    "RShoulder:RCollar LShoulder:LCollar LElbow:LShoulder LWrist:LElbow Neck:chest HeadTop:Neck"
)
_PANOPTIC = (
    "Neck:chest Nose:head BodyCenter:- LShoulder:LCollar LElbow LWrist LHip:BodyCenter LKnee LAnkle "
    "RShoulder:RCollar RElbow RWrist RHip:BodyCenter RKnee RAnkle LEye:head LEar:head REye:head REar:head"
)
_HP28 = (
    "spine3:spine2 spine4:spine3 spine2:spine spine:pelvis pelvis:- neck:spine4 head:neck head_top:head "
    + " ".join(f"{s}_clavicle:spine4 {s}_shoulder {s}_elbow {s}_wrist {s}_hand" for s in ("left", "right"))
    + " "
    + " ".join(f"{s}_hip:pelvis {s}_knee {s}_ankle {s}_foot {s}_toe" for s in ("left", "right"))
)
_HP17 = (
    "HeadTop:Head Neck:Spine RShoulder:Neck RElbow RWrist LShoulder:Neck LElbow LWrist RHip:Hip RKnee RAnkle LHip:Hip LKnee "
    "LAnkle Hip:- Spine:Hip Head:Neck"
)
_XSENS = (
    "Pelvis:- L5 L3 T12 T8 Neck Head "
    + "".join(f"{s}Shoulder:T8 {s}UpperArm {s}ForeArm {s}Hand " for s in ("Right", "Left"))
    + "".join(f"{s}UpperLeg:Pelvis {s}LowerLeg {s}Foot {s}Toe " for s in ("Right", "Left"))
)
_LAFAN = (
    "Hips:- "
    + "".join(f"{s}UpLeg:Hips {s}Leg {s}Foot {s}Toe " for s in ("Left", "Right"))
    + "Spine:Hips Spine1 Spine2 Neck Head "
    + "".join(f"{s}Shoulder:Spine2 {s}Arm {s}ForeArm {s}Hand " for s in ("Left", "Right"))
)
_CORE27 = (
    "Hips:- Spine Spine1 Spine2 Spine3 Neck Head "
    + "".join(f"{s}Shoulder:Spine3 {s}Arm {s}ForeArm {s}Hand {s}HandEnd {s}HandThumb1:{s}Hand " for s in ("Left", "Right"))
    + "".join(f"{s}UpLeg:Hips {s}Leg {s}Foot {s}ToeBase " for s in ("Left", "Right"))
)
_CMU31 = (
    "root:- "
    + "".join(f"{s}hipjoint:root {s}femur {s}tibia {s}foot {s}toes " for s in "lr")
    + "lowerback:root upperback thorax lowerneck upperneck head "
    + "".join(f"{s}clavicle:thorax {s}humerus {s}radius {s}wrist {s}hand {s}fingers {s}thumb:{s}wrist " for s in "lr")
)

_LEG: dict[str, Any] = dict(leg="pelvis LHip LKnee LAnkle")
_NECK_AND_HEAD = _trunk("LHip", "RHip", "LShoulder", "RShoulder", neck="Neck")
_H36M_BODY: dict[str, Any] = dict(leg="Hip LHip LKnee LFoot", arm="Thorax LShoulder LElbow LWrist")


def _known(name: str, skeleton: Skeleton) -> JointOrder:
    return JointOrder(name, skeleton, skeleton.joint_count)


# fmt: off
ORDERS: tuple[JointOrder, ...] = (
    _known("SMPL 22", SMPL22), _known("KIT-ML 21", KIT21), _known("Bandai-Namco 21", BANDAI21),
    _order("SMPL 24", _SMPL24, _Body(**_SMPL_BODY)),
    _order("SMPL 24 and 21 key points", _SMPL24, _Body(**_SMPL_BODY, extra_columns=21)),
    _order("SMPL-H 52", f"{_SMPL} {_SMPL_HANDS}", _Body(**_SMPL_BODY)),
    _order("SMPL-H 52 and 21 key points", f"{_SMPL} {_SMPL_HANDS}", _Body(**_SMPL_BODY, extra_columns=21)),
    _order("SMPL-X 55", _SMPLX, _Body(**_SMPL_BODY)),
    *(_order(f"SMPL-X 55 and {n} key points", _SMPLX, _Body(**_SMPL_BODY, extra_columns=n)) for n in (21, 72, 89)),
    _order("SOMA 30", _SOMA30, _Body(**_SOMA_BODY)), _order("SOMA 77", _SOMA77, _Body(**_SOMA_BODY)),
    _order("ARDY 27", _CORE27, _Body("Hips LeftUpLeg LeftLeg LeftFoot LeftToeBase",
                                     "Hips Spine Spine1 Spine2 Spine3 Neck Head",
                                     "Spine3 LeftShoulder LeftArm LeftForeArm LeftHand")),
    _order("LAFAN1 22", _LAFAN, _Body("Hips LeftUpLeg LeftLeg LeftFoot LeftToe", "Hips Spine Spine1 Spine2 Neck Head",
                                      "Spine2 LeftShoulder LeftArm LeftForeArm LeftHand")),
    _order("CMU 31", _CMU31, _Body("root lhipjoint lfemur ltibia lfoot ltoes",
                                   "root lowerback upperback thorax lowerneck upperneck head",
                                   "thorax lclavicle lhumerus lradius lwrist")),
    _order("Xsens 23", _XSENS, _Body("Pelvis LeftUpperLeg LeftLowerLeg LeftFoot LeftToe", "Pelvis L5 L3 T12 T8 Neck Head",
                                     "T8 LeftShoulder LeftUpperArm LeftForeArm LeftHand")),
    _order("Kinect v2 25", _KINECT, _Body("SpineBase HipLeft KneeLeft AnkleLeft FootLeft",
                                          "SpineBase SpineMid SpineShoulder Neck Head",
                                          "SpineShoulder ShoulderLeft ElbowLeft WristLeft")),
    _order("Kinect v1 20", _KINECT1, _Body("HipCenter HipLeft KneeLeft AnkleLeft FootLeft", "HipCenter Spine ShoulderCenter Head",
                                           "ShoulderCenter ShoulderLeft ElbowLeft WristLeft")),
    _order("Azure Kinect 32", _AZURE, _Body("PELVIS HIP_LEFT KNEE_LEFT ANKLE_LEFT FOOT_LEFT",
                                            "PELVIS SPINE_NAVEL SPINE_CHEST NECK HEAD",
                                            "SPINE_CHEST CLAVICLE_LEFT SHOULDER_LEFT ELBOW_LEFT WRIST_LEFT")),
    _order("Human3.6M 17", _H36M17, _Body(**_H36M_BODY, torso="Hip Spine Thorax Nose Head")),
    _order("Human3.6M 16", _H36M16, _Body(**_H36M_BODY, torso="Hip Spine Thorax Head")),
    _order("Human3.6M 32", _H36M32, _Body("Hips LHip LKnee LFoot LToe", "Hips Spine Thorax Nose Head",
                                          "Thorax LShoulder LElbow LWrist")),
    _order("MPI-INF-3DHP 28", _HP28, _Body("pelvis left_hip left_knee left_ankle left_foot left_toe",
                                           "pelvis spine spine2 spine3 spine4 neck head",
                                           "spine4 left_clavicle left_shoulder left_elbow left_wrist")),
    _order("MPI-INF-3DHP 17", _HP17, _Body("Hip LHip LKnee LAnkle", "Hip Spine Neck Head", "Neck LShoulder LElbow LWrist")),
    _order("COCO 17", _COCO, _Body(**_POINTS_BODY, virtual=_COCO_TRUNK)),
    _order("COCO-WholeBody 133", _COCO + " " + " ".join(
        f"{s}_big_toe:{s}_ankle {s}_small_toe:{s}_ankle {s}_heel:{s}_ankle" for s in ("left", "right")),
        _Body("pelvis left_hip left_knee left_ankle left_big_toe", _POINTS_BODY["torso"], _POINTS_BODY["arm"], _COCO_TRUNK, 110)),
    _order("Halpe 26", _COCO + " top:head Neck:chest pelvis:- " + " ".join(
        f"{s}_{toe}:{s}_ankle" for toe in ("big_toe", "small_toe", "heel") for s in ("left", "right")),
        _Body("pelvis left_hip left_knee left_ankle left_big_toe", "pelvis spine chest Neck head", _POINTS_BODY["arm"],
              _trunk("left_hip", "right_hip", "left_shoulder", "right_shoulder", "left_ear+right_ear", "pelvis", "Neck"))),
    _order("OpenPose 18",
           f"Nose:head Neck:chest {_OPENPOSE_ARMS} RHip:pelvis RKnee RAnkle LHip:pelvis LKnee LAnkle {_OPENPOSE_FACE}",
           _Body(**_LEG, **_OPENPOSE, torso="pelvis spine chest Neck head",
                 virtual=_trunk("LHip", "RHip", "LShoulder", "RShoulder", "LEar+REar", neck="Neck"))),
    *(_order(name, f"Nose:head Neck:chest {_OPENPOSE_ARMS} MidHip:- RHip:MidHip RKnee RAnkle LHip:MidHip LKnee LAnkle "
             f"{_OPENPOSE_FACE} {_FEET.format('L')} {_FEET.format('R')}",
             _Body("MidHip LHip LKnee LAnkle LBigToe", "MidHip spine chest Neck head", **_OPENPOSE, extra_columns=more,
                   virtual=_trunk("LHip", "RHip", "LShoulder", "RShoulder", "LEar+REar", "MidHip", "Neck")))
      for name, more in (("OpenPose BODY_25", 0), ("OpenPose BODY_25 and 19 key points", 19),
                         ("OpenPose BODY_25 and 24 key points", 24))),
    _order("OpenPose 15", f"Head:Neck Neck:chest {_OPENPOSE_ARMS} RHip:pelvis RKnee RAnkle LHip:pelvis LKnee LAnkle Middle:spine",
           _Body(**_LEG, **_OPENPOSE, torso="pelvis spine chest Neck Head",
                 virtual=_NECK_AND_HEAD)),
    _order("MediaPipe 33", _MEDIAPIPE, _Body("pelvis left_hip left_knee left_ankle left_foot_index", _POINTS_BODY["torso"],
                                             _POINTS_BODY["arm"], _COCO_TRUNK)),
    _order("MPII 16", _MPII, _Body("Pelvis LHip LKnee LAnkle", "Pelvis spine chest Thorax Neck HeadTop", _OPENPOSE["arm"],
                                   "spine:Pelvis=Pelvis+Pelvis+Thorax chest:spine=Pelvis+Thorax+Thorax "
                                   + _collars("LShoulder", "RShoulder"))),
    _order("LSP 14", _LSP, _Body(**_LEG, torso="pelvis spine chest Neck HeadTop", **_OPENPOSE,
                                 virtual=_NECK_AND_HEAD)),
    _order("CMU Panoptic 19", _PANOPTIC, _Body("BodyCenter LHip LKnee LAnkle", "BodyCenter spine chest Neck head", **_OPENPOSE,
           virtual=_trunk("LHip", "RHip", "LShoulder", "RShoulder", "LEar+REar", "BodyCenter", "Neck"))),
)
# fmt: on
