"""Joint centres from optical markers on the skin, for marker sets whose names are known.

Hips: Bell, Pedersen and Brand, J. Biomech. 23 (1990) 617, from the waist markers alone. Shoulders: Rab, Petuskey and Bagley,
Gait & Posture 15 (2002) 113, below the acromion. Knees, ankles and elbows: half way to the inner marker, or inwards along the
axis of the hinge. All lengths are shares of the body's own, so that the unit does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.io.points.marker_names import role_of
from motionpatches.core.motion.skeleton import SMPL22, Skeleton

# Hip centre from the middle of the front waist markers, in widths between them: outwards, backwards, downwards.
HIP = (0.36, 0.19, 0.30)
# Shoulder centre below the marker, in widths between the shoulder markers.
SHOULDER_DOWN = 0.17
# From the skin marker to the joint's centre, in lengths of the shin, of the shin, and of the forearm.
KNEE_IN, ANKLE_IN, ELBOW_IN = 0.14, 0.10, 0.13
# From the markers on the toes down to the joint, in lengths of the shin.
FOOT_DOWN = 0.04
# From the middle of the head's markers, a band round the temples, down to the middle of the head, in widths of the band; from C7
# to the neck's joint, in distances of C7 and the collar bones.
HEAD_DOWN, NECK_IN = 0.25, 0.4
# Bend (sine) below which the axis of a knee is that of the foot, above which that of the bend.
STRAIGHT, BENT = 0.3, 0.7
SKELETON = Skeleton(SMPL22.joint_names, SMPL22.parents)
WITH_HANDS = Skeleton((*SMPL22.joint_names, "left_hand", "right_hand"), (*SMPL22.parents, 20, 21))
_NEEDED = [f"{side} {role}" for side in ("left", "right") for role in ("front waist", "knee", "ankle", "shoulder", "elbow")]


@dataclass(frozen=True, eq=False)
class MarkerBody:
    """`positions` (T, J, 3) of the skeleton's joints in the markers' unit; `used`: columns of the markers they are made of."""

    positions: np.ndarray
    skeleton: Skeleton
    used: tuple[int, ...]


def find_roles(markers: Sequence[str]) -> dict[str, int]:
    """Role -> column, for the markers whose names are known; the first of several of one role."""
    roles: dict[str, int] = {}
    for column, marker in enumerate(markers):
        role = role_of(marker)
        if role:
            roles.setdefault(role, column)
    return roles


def is_body(roles: Mapping[str, int]) -> bool:
    """Whether the markers of these roles are enough for all joints."""
    back = "sacrum" in roles or {"left back waist", "right back waist"} <= set(roles)
    wrists = all(
        any(f"{side} {kind}" in roles for kind in ("wrist", "thumb wrist", "little wrist")) for side in ("left", "right")
    )
    return back and wrists and all(role in roles for role in _NEEDED)


def body_of(markers: Sequence[str], points: np.ndarray) -> MarkerBody | None:
    """The joints of one person from (T, M, 3) finite marker positions, None where markers that are needed are not there."""
    roles = find_roles(markers)
    if not is_body(roles):
        return None
    skeleton = WITH_HANDS if {"left hand", "right hand"} <= set(roles) else SKELETON
    joints = _joints(_Places(roles, points.astype(np.float64)), skeleton)
    return MarkerBody(joints.astype(np.float32), skeleton, tuple(sorted(roles.values())))


class _Places:
    """Places (T, 3) of markers by role."""

    def __init__(self, roles: Mapping[str, int], points: np.ndarray):
        self.roles, self.points = roles, points

    def has(self, role: str) -> bool:
        return role in self.roles

    def at(self, role: str) -> np.ndarray:
        return self.points[:, self.roles[role]]

    def mean(self, *roles: str) -> np.ndarray:
        """The middle of those that there are, at least one."""
        return np.mean([self.at(role) for role in roles if role in self.roles], axis=0)

    def mean_or_none(self, *roles: str) -> np.ndarray | None:
        """The middle of those that there are, None without any."""
        return self.mean(*roles) if any(role in self.roles for role in roles) else None


def _joints(places: _Places, skeleton: Skeleton) -> np.ndarray:
    """(T, J, 3) in the skeleton's order."""
    joints: dict[str, np.ndarray] = {}
    front = places.mean("left front waist", "right front waist")
    back = places.mean("left back waist", "right back waist", "sacrum") if places.has("left back waist") else places.at("sacrum")
    across = places.at("left front waist") - places.at("right front waist")
    left, width = _unit(across), _length(across)
    up = _unit(np.cross(front - back, left))
    forward = np.cross(left, up)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        regressed = front + width * (sign * HIP[0] * left - HIP[1] * forward - HIP[2] * up)
        joints[f"{side}_hip"] = places.at(f"{side} hip centre") if places.has(f"{side} hip centre") else regressed
        _leg(places, side, sign, joints, left)
    hips = (joints["left_hip"] + joints["right_hip"]) / 2
    joints["pelvis"] = (hips + (front + back) / 2) / 2
    _trunk(places, joints, up)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _arm(places, side, sign, joints)
        joints[f"{side}_hand"] = places.at(f"{side} hand") if places.has(f"{side} hand") else joints[f"{side}_wrist"]
    return np.stack([joints[name] for name in skeleton.joint_names], axis=1)


def _leg(places: _Places, side: str, sign: float, joints: dict[str, np.ndarray], pelvis_left: np.ndarray) -> None:
    hip, knee, ankle = joints[f"{side}_hip"], places.at(f"{side} knee"), places.at(f"{side} ankle")
    shin = knee - ankle
    length = np.median(_length(shin))
    toes = places.mean_or_none(f"{side} toe", f"{side} outer toe", f"{side} inner toe")
    heel = places.at(f"{side} heel") if places.has(f"{side} heel") else ankle
    # The axis of the ankle, to the body's left, lies across shin and foot; without a foot it is the pelvis'.
    axis = pelvis_left if toes is None else np.cross(shin, toes - heel)
    axis = _unit(_across(axis, shin))
    bend = np.cross(hip - knee, ankle - knee)
    sine = _length(bend) / np.maximum(_length(hip - knee) * _length(shin), 1e-9)
    weight = np.clip((sine - STRAIGHT) / (BENT - STRAIGHT), 0.0, 1.0)
    bent = -_unit(bend)
    knee_axis = _unit(axis * (1 - weight) + np.where((bent * axis).sum(1, keepdims=True) < 0, axis, bent) * weight)
    joints[f"{side}_knee"] = _centre(places, f"{side} knee", -sign * KNEE_IN * length * knee_axis)
    joints[f"{side}_ankle"] = _centre(places, f"{side} ankle", -sign * ANKLE_IN * length * axis)
    if toes is not None:
        ball = _ball(places, side, heel, toes)
        sole = _unit(_across(shin, ball - heel))
        joints[f"{side}_foot"] = ball - FOOT_DOWN * length * sole
    else:
        forward = _unit(np.cross(axis, shin))
        joints[f"{side}_foot"] = joints[f"{side}_ankle"] + length * (0.3 * forward - 0.15 * _unit(shin))


def _ball(places: _Places, side: str, heel: np.ndarray, toes: np.ndarray) -> np.ndarray:
    """The middle of the foot's ball. The toe marker sits on the ball (Plug-in Gait) or on the tip of the shoe; the outer one
    is on the ball in any case."""
    if not places.has(f"{side} outer toe"):
        return toes
    outer = places.at(f"{side} outer toe")
    if places.has(f"{side} inner toe"):
        return (places.at(f"{side} inner toe") + outer) / 2
    if not places.has(f"{side} toe"):
        return outer
    line = _unit(places.at(f"{side} toe") - heel)
    return outer - _across(outer - heel, line) / 2


def _trunk(places: _Places, joints: dict[str, np.ndarray], pelvis_up: np.ndarray) -> None:
    shoulders = places.mean("left shoulder", "right shoulder")
    upwards = shoulders - joints["pelvis"]
    width = _length(places.at("left shoulder") - places.at("right shoulder"))
    neck = shoulders
    if places.has("C7") and places.has("clavicle"):
        neck = places.at("C7") + NECK_IN * (places.at("clavicle") - places.at("C7"))
    elif places.has("C7"):
        neck = (places.at("C7") + shoulders) / 2
    joints["neck"] = neck
    chest = joints["pelvis"] + 0.75 * (neck - joints["pelvis"])
    if all(places.has(role) for role in ("T10", "sternum", "C7", "clavicle")):
        chest = (places.mean("T10", "sternum") + places.mean("C7", "clavicle")) / 2
    joints["spine3"] = chest
    # The lower back bends as one: a curve that leaves the pelvis along its own axis.
    handle = joints["pelvis"] + 0.35 * _length(chest - joints["pelvis"]) * pelvis_up
    for name, share in (("spine1", 0.35), ("spine2", 0.7)):
        joints[name] = (1 - share) ** 2 * joints["pelvis"] + 2 * share * (1 - share) * handle + share**2 * chest
    joints["head"] = _head(places, neck, _unit(upwards), width)
    for side in ("left", "right"):
        shoulder = places.at(f"{side} shoulder")
        down = -_unit(upwards) * SHOULDER_DOWN * width
        joints[f"{side}_shoulder"] = (
            places.at(f"{side} shoulder centre") if places.has(f"{side} shoulder centre") else (shoulder + down)
        )
        top = (chest + 2 * neck) / 3
        joints[f"{side}_collar"] = top + 0.3 * (joints[f"{side}_shoulder"] - top)


def _head(places: _Places, neck: np.ndarray, up: np.ndarray, width: np.ndarray) -> np.ndarray:
    """The middle of the head."""
    corners = [f"{side} {end} head" for end in ("front", "back") for side in ("left", "right")]
    if all(places.has(corner) for corner in corners):
        front, back = places.mean(*corners[:2]), places.mean(*corners[2:])
        left = places.mean(corners[0], corners[2]) - places.mean(corners[1], corners[3])
        crown = _unit(np.cross(front - back, left))
        return (front + back) / 2 - HEAD_DOWN * np.median(_length(left)) * crown
    middle = places.mean_or_none("front head", "back head", "left head", "right head", *corners)
    if middle is not None:
        return neck + 0.45 * (middle - neck)
    if places.has("top head"):
        return neck + 0.35 * (places.at("top head") - neck)
    return neck + 0.25 * width * up


def _arm(places: _Places, side: str, sign: float, joints: dict[str, np.ndarray]) -> None:
    between = places.mean_or_none(f"{side} thumb wrist", f"{side} little wrist")
    wrist = places.at(f"{side} wrist") if between is None else between
    wrist = places.at(f"{side} wrist centre") if places.has(f"{side} wrist centre") else wrist
    elbow = places.at(f"{side} elbow")
    upper, lower = joints[f"{side}_shoulder"] - elbow, wrist - elbow
    # The hinge's axis, as long as the elbow is bent: a straight arm does not tell it.
    axis = np.cross(upper, lower) / np.maximum(_length(upper) * _length(lower), 1e-9)
    joints[f"{side}_elbow"] = _centre(places, f"{side} elbow", -sign * ELBOW_IN * np.median(_length(lower)) * axis)
    joints[f"{side}_wrist"] = wrist


def _centre(places: _Places, role: str, inwards: np.ndarray) -> np.ndarray:
    """A joint's centre: as the file has it, half way to its inner marker, or `inwards` from the outer one."""
    side, joint = role.split(" ", 1)
    if places.has(f"{role} centre"):
        return places.at(f"{role} centre")
    if places.has(f"{side} inner {joint}"):
        return (places.at(role) + places.at(f"{side} inner {joint}")) / 2
    return places.at(role) + inwards


def _length(vectors: np.ndarray) -> np.ndarray:
    """(T, 3) -> (T, 1)."""
    return np.linalg.norm(vectors, axis=1, keepdims=True)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(_length(vectors), 1e-9)


def _across(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """What of vectors is at right angles to an axis."""
    axis = _unit(axis)
    return vectors - (vectors * axis).sum(1, keepdims=True) * axis
