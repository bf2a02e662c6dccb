"""What a joint's name says: which side, which segment, and whether it is only a helper."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Word (after splitting a name into words) -> segment. The first match in this order wins.
SEGMENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("helper", ("twist", "roll", "share", "ik", "pole", "target", "prop", "weapon", "breast", "ribs", "eye", "jaw",
                "tongue", "teeth", "facial", "face", "nub", "eyebrow", "lip", "mouth", "ear", "hair", "dummy")),
    ("finger", ("thumb", "index", "middle", "mid", "ring", "pinky", "little", "finger", "fingers", "metacarpal",
                "fingertip", "fingerbase", "tip")),
    ("toe", ("toe", "toes", "toebase", "ball", "bigtoe")),
    ("foot", ("foot", "ankle", "heel")),
    ("shin", ("shin", "calf", "lowerleg", "lowleg", "knee", "tibia")),
    ("thigh", ("thigh", "upleg", "upperleg", "hipjoint", "femur")),
    ("hand", ("hand", "wrist", "palm")),
    ("forearm", ("forearm", "lowerarm", "lowarm", "elbow", "radius")),
    ("upper arm", ("upperarm", "uparm", "humerus")),
    ("collar", ("collar", "clavicle", "shoulder")),
    ("head", ("head", "skull")),
    ("neck", ("neck",)),
    ("spine", ("spine", "chest", "waist", "torso", "thorax", "back", "abdomen", "upperback", "lowerback")),
    ("hips", ("hips", "hip", "pelvis")),
    ("arm", ("arm",)),
    ("leg", ("leg",)),
)
_SEGMENT_OF = {word: segment for segment, words in reversed(SEGMENTS) for word in words}
_RANK = {segment: rank for rank, (segment, _) in enumerate(SEGMENTS)}
_SIDES = {"l": "left", "left": "left", "lft": "left", "r": "right", "right": "right", "rgt": "right"}


@dataclass(frozen=True)
class NameReading:
    """`side` is 'left', 'right' or ''; `segment` one of SEGMENTS or ''."""

    side: str
    segment: str


def words_of(name: str) -> list[str]:
    """'mixamorig:LeftUpLeg' -> ['left', 'upleg']; 'CC_Base_L_Foot' -> ['cc', 'base', 'l', 'foot']."""
    name = re.split(r"[:|]", name)[-1]
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [w.lower() for w in re.split(r"[^A-Za-z]+", name) if w]
    joined = []
    for word in words:
        if joined and joined[-1] + word in _SEGMENT_OF and joined[-1] not in _SIDES:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def read_name(name: str) -> NameReading:
    """Side and segment that a name speaks of; empty strings where it is silent."""
    side, segment = "", ""
    for word in words_of(name):
        if word in _SIDES:
            side = _SIDES[word]
            continue
        rest = word
        for prefix in ("left", "right"):
            if word.startswith(prefix) and len(word) > len(prefix):
                side, rest = prefix, word[len(prefix):]
        if rest not in _SEGMENT_OF and rest[:1] in "lr" and rest[1:] in _SEGMENT_OF:
            side, rest = _SIDES[rest[0]], rest[1:]
        found = _SEGMENT_OF.get(rest)
        if found and (not segment or _RANK[found] < _RANK[segment]):
            segment = found
    if segment == "helper" and "neck" in words_of(name):
        segment = "neck"
    if side and segment == "hips":
        segment = "thigh"
    return NameReading(side, segment)
