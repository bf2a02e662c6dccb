"""Which joints of a rig carry the bones of the figure.

The figure has the same bones on every human rig: pelvis, spine, chest, neck, head, and for each limb a bone at both ends of each
of its two long bones, so that a limb may twist and stretch between them. Fingers are added where the rig has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionpatches.core.motion.rotations import unit
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton
from motionpatches.core.recognition.joint_names import read_name, words_of
from motionpatches.core.retarget.from_positions import hinges

# The limbs in the order of all arrays over limbs.
LIMBS = (RIGHT_ARM, LEFT_ARM, RIGHT_LEG, LEFT_LEG)
ARM_BONES = ("collar", "upper arm", "above elbow", "forearm", "above wrist", "hand")
LEG_BONES = ("thigh", "above knee", "shin", "above ankle", "foot", "toes")
# At most so many joints of the spine, and joints of a finger; metres of a bone of the trunk, and of a finger, at least.
SPINE, FINGER, SHORT_M, NEAR_M = 3, 3, 0.03, 0.005
FACE = {"nose", "eye", "jaw"}
# At rest the arms point down by 40 degrees and the legs a little apart, in between of what they do mostly. Per limb, in the order
# of LIMBS: direction; axis about which elbow or knee bends; middle of the reach of shoulder or hip.
_DOWN, _APART = np.radians(40), np.radians(7)
_C, _S = np.cos(_DOWN), np.sin(_DOWN)
ALONG = np.array(
    [[-_C, -_S, 0], [_C, -_S, 0], [-np.sin(_APART), -np.cos(_APART), 0], [np.sin(_APART), -np.cos(_APART), 0]],
)
AXES = np.array([[-_S, _C, 0], [-_S, -_C, 0], [np.cos(_APART), -np.sin(_APART), 0], [np.cos(_APART), np.sin(_APART), 0]])
REACH = unit(np.array([[-0.55, -0.6, 0.6], [0.55, -0.6, 0.6], [-0.12, -0.85, 0.5], [0.12, -0.85, 0.5]]))
AHEAD, UP, ACROSS = np.array([0, 0, 1.0]), np.array([0, 1.0, 0]), np.array([1.0, 0, 0])


@dataclass(frozen=True)
class Finger:
    """Joints of a finger from the palm outwards; the arm it belongs to, 0 (right) or 1; whether it is the thumb."""

    joints: tuple[int, ...]
    arm: int
    thumb: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """Joints of a rig by what they are to the figure; -1 where there is none.

    `start`, `middle`, `end` and `tip` are (4,) in the order of LIMBS: shoulder, elbow, wrist and end of the hand; hip, knee,
    ankle and end of the foot. `ball` (2,): where toes bend; `collar` (2,); `trunk`: two or more joints from hips to chest;
    `neck`: the joint before the head's, `head`: the end of the torso; `face`: joints ahead of the head, `eyes`: the left and the
    right one.
    """

    skeleton: Skeleton
    start: np.ndarray
    middle: np.ndarray
    end: np.ndarray
    tip: np.ndarray
    ball: np.ndarray
    collar: np.ndarray
    trunk: tuple[int, ...]
    neck: int
    head: int
    face: tuple[int, ...]
    eyes: tuple[int, ...]
    fingers: tuple[Finger, ...]

    @property
    def chest(self) -> int:
        """Return the joint from which the arms leave."""
        return self.trunk[-1]

    @property
    def spine(self) -> tuple[int, ...]:
        """Return the joints between hips and chest."""
        return self.trunk[1:-1]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the figure's bones in the order of all arrays over bones."""
        found = ["pelvis", *(f"spine {i}" for i in range(len(self.spine))), "chest", "neck", "head"]
        for side in ("right", "left"):
            found += [f"{side} {name}" for name in ARM_BONES]
        for side in ("right", "left"):
            found += [f"{side} {name}" for name in LEG_BONES]
        for number, finger in enumerate(self.fingers):
            found += [f"finger {number}.{i}" for i in range(len(finger.joints))]
        return tuple(found)

    @cached_property
    def arms(self) -> int:
        """Return the index of the first bone of the right arm; that of the left, the legs and the fingers follow."""
        return len(self.spine) + 4

    def limb(self, number: int) -> int:
        """Return the index of the first of a limb's six bones."""
        return self.arms + 6 * number

    @cached_property
    def joints(self) -> np.ndarray:
        """Return the joint (B,) whose motion each bone shares most: for colours by joint."""
        found = [self.trunk[0], *self.trunk[1:], self.neck if self.neck >= 0 else self.chest, self.head]
        for number in range(2):
            s, m, e = self.start[number], self.middle[number], self.end[number]
            found += [s, s, m, m, e, e]
        for number in range(2, 4):
            s, m, e, tip = self.start[number], self.middle[number], self.end[number], self.tip[number]
            found += [s, m, m, e, e if tip < 0 else tip, e if tip < 0 else tip]
        for finger in self.fingers:
            found += finger.joints
        return np.array(found)

    @cached_property
    def parts(self) -> np.ndarray:
        """Return the body part (B,) of each bone."""
        found = [TORSO] * self.arms
        for part in LIMBS:
            found += [part] * 6
        for finger in self.fingers:
            found += [LIMBS[finger.arm]] * len(finger.joints)
        return np.array(found)


def plan_of(skeleton: Skeleton, sample: np.ndarray) -> Plan | None:
    """Find the figure's bones on a rig.

    Args:
        skeleton: Any rig.
        sample: Positions (T, J, 3) in metres, for lengths.

    Returns:
        None where the rig has no torso with two arms and two legs of two long bones each.
    """
    found = {hinge.part: hinge for hinge in hinges(skeleton, sample)}
    if len(found) < len(LIMBS):
        return None
    limbs = [found[part] for part in LIMBS]
    torso, chest = skeleton.chains[TORSO], skeleton.chains[RIGHT_ARM][0]
    at = torso.index(chest) if chest in torso else len(torso) - 1
    start = np.array([limb.upper[0] for limb in limbs])
    collar = [_collar(skeleton, part, int(s)) for part, s in zip(LIMBS[:2], start[:2], strict=True)]
    tips = [limb.tip for limb in limbs]
    ball = [_ball(skeleton, limb.end, limb.tip, limb.part, sample) for limb in limbs[2:]]
    trunk = _apart([*torso[: at + 1]], sample)
    if len(trunk) < 2 or len(torso) <= at + 1:
        return None
    face = tuple(j for j, name in enumerate(skeleton.joint_names) if FACE & set(words_of(name)) and j not in torso)
    eyes = [next((j for j in face if _is_eye(skeleton, j, side)), -1) for side in ("left", "right")]
    return Plan(
        skeleton,
        start,
        np.array([limb.lower[0] for limb in limbs]),
        np.array([limb.end for limb in limbs]),
        np.array(tips),
        np.array(ball),
        np.array(collar),
        (trunk[0], *_spaced(trunk[1:-1], SPINE), trunk[-1]),
        torso[-2] if len(torso) > at + 2 else -1,
        torso[-1],
        face,
        tuple(eyes) if min(eyes) >= 0 else (),
        _fingers(skeleton, (limbs[0].end, limbs[1].end), sample),
    )


def _is_eye(skeleton: Skeleton, joint: int, side: str) -> bool:
    name = skeleton.joint_names[joint]
    return "eye" in words_of(name) and read_name(name).side == side


def _collar(skeleton: Skeleton, part: int, start: int) -> int:
    """Return the joint between chest and shoulder, -1 where there is none."""
    chain = skeleton.chains[part]
    before = chain[1 : chain.index(start)] if start in chain else ()
    return before[0] if before else -1


def _ball(skeleton: Skeleton, end: int, tip: int, part: int, sample: np.ndarray) -> int:
    """Return the joint where the toes bend: between ankle and the end of the foot, farther from the ankle than a heel is."""
    chain = skeleton.chains[part]
    between = chain[chain.index(end) + 1 : -1] if tip >= 0 else ()
    if not between or "heel" in words_of(skeleton.joint_names[between[-1]]):
        return -1
    long = np.median(np.linalg.norm(sample[:, tip] - sample[:, between[-1]], axis=1))
    return between[-1] if long > SHORT_M else -1


def _apart(way: list[int], sample: np.ndarray) -> list[int]:
    """Leave out joints that lie where the one before does; the ends stay."""
    kept = [way[0]]
    for joint in way[1:-1]:
        if np.median(np.linalg.norm(sample[:, joint] - sample[:, kept[-1]], axis=1)) > SHORT_M:
            kept.append(joint)
    return [*kept, way[-1]] if len(way) > 1 else kept


def _spaced(joints: list[int], most: int) -> list[int]:
    """Return at most `most` of the joints, evenly spaced."""
    if len(joints) <= most:
        return joints
    return [joints[i] for i in np.linspace(0, len(joints) - 1, most).round().astype(int)]


def _fingers(skeleton: Skeleton, wrists: tuple[int, int], sample: np.ndarray) -> tuple[Finger, ...]:
    """Return the fingers below the two wrists; none unless each hand has two to five of two joints or more."""
    found: list[Finger] = []
    for arm, wrist in enumerate(wrists):
        leaves = [j for j in range(skeleton.joint_count) if not skeleton.children[j] and wrist in skeleton.ancestors(j)[1:]]
        own = []
        for leaf in leaves:
            way = [j for j in skeleton.path(wrist, leaf)[1:] if len(skeleton.children[j]) < 2]
            way = [j for k, j in enumerate(way) if k == 0 or _long(sample, way[k - 1], j) > NEAR_M]
            if len(way) > 1:
                thumb = any("thumb" in words_of(skeleton.joint_names[j]) for j in way)
                own.append(Finger(tuple(way[:FINGER]), arm, thumb))
        if not 2 <= len(own) <= 5:
            return ()
        found += own
    return tuple(found)


def _long(sample: np.ndarray, a: int, b: int) -> float:
    return float(np.median(np.linalg.norm(sample[:, a] - sample[:, b], axis=1)))
