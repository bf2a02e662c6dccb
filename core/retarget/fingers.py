"""Which finger joints of two rigs correspond, whatever their names: by hand, finger, and place from the palm."""

from __future__ import annotations

from motionpatches.core.motion.skeleton import LEFT_ARM, RIGHT_ARM, Skeleton
from motionpatches.core.recognition.joint_names import words_of
from motionpatches.core.retarget.roles import Body

# Words of a finger; words of bones within the palm, which a thumb has none of.
FINGERS = {"thumb": "thumb", "index": "index", "middle": "middle", "mid": "middle", "ring": "ring"}
FINGERS |= {"pinky": "little", "little": "little", "pinkie": "little"}
PALM = {"metacarpal", "meta", "palm", "in", "inhand"}

# Arm, finger, number from the palm.
Finger = tuple[int, str, int]


def finger_pairs(one: Body, two: Body) -> dict[int, int]:
    """Return the joint of the first rig for each finger joint of the second that has one."""
    theirs = fingers_of(one.rig.skeleton, {part: one.limbs[part].end for part in (RIGHT_ARM, LEFT_ARM)})
    own = fingers_of(two.rig.skeleton, {part: two.limbs[part].end for part in (RIGHT_ARM, LEFT_ARM)})
    return {joint: theirs[finger] for finger, joint in own.items() if finger in theirs}


def fingers_of(skeleton: Skeleton, wrists: dict[int, int]) -> dict[Finger, int]:
    """Return the joints of fingers below wrists, by arm; the first joint of a place counts."""
    found: dict[Finger, int] = {}
    place: dict[int, tuple[str, int]] = {}
    arms = {wrist: part for part, wrist in wrists.items()}
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        if parent not in arms:
            continue
        arms[joint] = arms[parent]
        words = words_of(skeleton.joint_names[joint])
        finger = next((FINGERS[word] for word in words if word in FINGERS), "")
        if not finger or (finger != "thumb" and PALM.intersection(words)):
            continue
        above, number = place.get(parent, ("", 0))
        place[joint] = finger, number + 1 if above == finger else 1
        found.setdefault((arms[joint], *place[joint]), joint)
    return found
