"""Fingers of rigs with other names follow each other."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, RIGHT_ARM, SMPL22, Skeleton
from motionpatches.core.retarget.fingers import fingers_of
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.retarget import retarget

OWN = ("right_index1", "right_index2", "right_index3")
OTHERS = {
    "Mixamo": ("mixamorig:RightHandIndex1", "mixamorig:RightHandIndex2", "mixamorig:RightHandIndex3"),
    "Rigify": ("DEF-f_index.01.R", "DEF-f_index.02.R", "DEF-f_index.03.R"),
    "Unreal": ("index_01_r", "index_02_r", "index_03_r"),
    "VRM": ("rightIndexProximal", "rightIndexIntermediate", "rightIndexDistal"),
}


def with_finger(motion: Motion, degrees: float) -> Motion:
    """A finger of three joints, in line with the forearm, bent by so much at its second joint towards the floor."""
    forearm = motion.positions[:, 21] - motion.positions[:, 19]
    along = forearm / np.linalg.norm(forearm, axis=1, keepdims=True)
    down = np.cross(along, np.cross([0, -1, 0], along))
    down /= np.linalg.norm(down, axis=1, keepdims=True)
    bent = along * np.cos(np.radians(degrees)) + down * np.sin(np.radians(degrees))
    first = motion.positions[:, 21] + 0.08 * along
    second = first + 0.04 * along
    places = np.stack([first, second, second + 0.03 * bent], axis=1)
    rig = Skeleton((*SMPL22.joint_names, *OWN), (*SMPL22.parents, 21, 22, 23), SMPL22.chains)
    return replace(motion, skeleton=rig, positions=np.concatenate([motion.positions, places], axis=1).astype(np.float32))


def bend(places: np.ndarray) -> np.ndarray:
    """Degrees between the first and the second bone of the finger (T,)."""
    one, two = places[:, 23] - places[:, 22], places[:, 24] - places[:, 23]
    cosine = (one * two).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.mark.parametrize("names", OTHERS)
def test_a_finger_bends_as_much_on_a_rig_with_other_names(smpl_motion, names):
    motion = with_finger(smpl_motion, 60)
    source = pose(motion)
    other = Skeleton((*SMPL22.joint_names, *OTHERS[names]), motion.skeleton.parents, SMPL22.chains)
    got = retarget(source, replace(source.rig, skeleton=other))
    assert np.abs(bend(motion.positions) - 60).max() < 0.5
    assert np.abs(bend(got.positions) - 60).max() < 3


def test_bones_of_the_palm_are_no_finger_and_each_hand_has_its_own():
    names = ["hand_r", "index_metacarpal_r", "index_01_r", "index_02_r", "thumb_01_r", "hand_l", "thumb_01_l", "ring_finger_l"]
    rig = Skeleton(tuple(names), (-1, 0, 1, 2, 0, -1, 5, 5))
    found = {finger: names[joint] for finger, joint in fingers_of(rig, {RIGHT_ARM: 0, LEFT_ARM: 5}).items()}
    assert found == {
        (RIGHT_ARM, "index", 1): "index_01_r",
        (RIGHT_ARM, "index", 2): "index_02_r",
        (RIGHT_ARM, "thumb", 1): "thumb_01_r",
        (LEFT_ARM, "thumb", 1): "thumb_01_l",
        (LEFT_ARM, "ring", 1): "ring_finger_l",
    }
