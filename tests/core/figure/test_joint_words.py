"""Joints in words, and joints that only help to move a skin."""

import numpy as np
import pytest

from motionpatches.core.figure.joint_words import helpers_of, joint_words
from motionpatches.core.figure.plan import plan_of
from motionpatches.core.motion.skeleton import KIT21, SMPL22, Skeleton

_NAMES = "Hips Spine Neck Head RightArm RightForeArm RightHand RightHandIndex1 LeftUpLeg LeftShin LeftFoot LeftToeBase"
MIXED = Skeleton(tuple(_NAMES.split(" ")), (-1, 0, 1, 2, 1, 4, 5, 6, 0, 8, 9, 10))


def test_names_of_every_scheme_become_the_same_words():
    words = dict(zip(MIXED.joint_names, joint_words(MIXED), strict=True))
    assert words["LeftUpLeg"] == "left hip" and words["LeftShin"] == "left knee" and words["LeftFoot"] == "left ankle"
    assert words["RightForeArm"] == "right elbow" and words["RightHand"] == "right wrist"
    assert words["RightHandIndex1"] == "right index 1" and words["Head"] == "head"


def test_where_the_figure_tells_joints_apart_it_is_asked(smpl_motion):
    """SMPL's left_shoulder and left_foot would be a collar and an ankle by their names alone."""
    words = joint_words(SMPL22, plan_of(SMPL22, smpl_motion.positions))
    named = dict(zip(SMPL22.joint_names, words, strict=True))
    for joint in ("left_shoulder", "right_knee", "left_foot", "right_wrist", "left_collar", "right_ankle", "left_hip"):
        assert named[joint] == joint.replace("_", " ")
    assert len(set(words)) == len(words)


def test_a_name_without_a_meaning_is_its_own_word():
    assert joint_words(Skeleton(("J_12", "qqx"), (-1, 0))) == ["j", "qqx"]
    assert len(joint_words(KIT21)) == KIT21.joint_count


@pytest.mark.parametrize("name", ["left_forearm_twist", "breast_L", "l_eye", "RightArmRoll"])
def test_helpers_are_told_from_bones(name):
    rig = Skeleton((*SMPL22.joint_names, name, "left_index1"), (*SMPL22.parents, 18, 20), SMPL22.chains)
    assert helpers_of(rig) == {22}
    carries = Skeleton((*SMPL22.joint_names, name, "left_index1"), (*SMPL22.parents, 18, 22), SMPL22.chains)
    assert not helpers_of(carries), "one that carries a finger stays"


def test_no_joint_of_a_chain_is_a_helper():
    odd = tuple(f"{name}_end" for name in SMPL22.joint_names)
    assert not helpers_of(Skeleton(odd, SMPL22.parents, SMPL22.chains))
    assert np.array_equal(SMPL22.parents, Skeleton(odd, SMPL22.parents).parents)
