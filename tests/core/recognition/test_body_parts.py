"""Chains from names, and from geometry alone when the names say nothing."""

import numpy as np
import pytest

from motionpatches.core.motion.skeleton import KNOWN_SKELETONS, SMPL22, Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from motionpatches.core.recognition.joint_names import read_name


@pytest.mark.parametrize(
    ("name", "side", "segment"),
    [
        ("mixamorig:LeftUpLeg", "left", "thigh"),
        ("CC_Base_R_Forearm", "right", "forearm"),
        ("lhipjoint", "left", "thigh"),
        ("RightToeBase", "right", "toe"),
        ("L_Wrist", "left", "hand"),
        ("hand_r", "right", "hand"),
        ("Head", "", "head"),
        ("CC_Base_L_CalfTwist01", "left", "helper"),
        ("lfemur", "left", "thigh"),
        ("LeftHandIndex1", "left", "finger"),
        ("Hips", "", "hips"),
        ("left_hip", "left", "thigh"),
        ("rclavicle", "right", "collar"),
    ],
)
def test_names(name, side, segment):
    reading = read_name(name)
    assert (reading.side, reading.segment) == (side, segment)


def test_known_skeletons_by_names_and_topology(smpl_motion):
    finding = find_body_parts(SMPL22, smpl_motion.positions)
    assert finding.chains == SMPL22.chains and finding.confidence == 1


def test_scrambled_names_and_order(smpl_motion):
    rng = np.random.default_rng(3)
    order = rng.permutation(22)
    place = np.argsort(order)
    parents = tuple(-1 if SMPL22.parents[j] < 0 else int(place[SMPL22.parents[j]]) for j in order)
    skeleton = Skeleton(tuple(f"bone_{i}" for i in range(22)), parents)
    finding = find_body_parts(skeleton, smpl_motion.positions[:, order])
    found = [tuple(int(order[j]) for j in chain) for chain in finding.chains]
    assert [c[-1] for c in found] == [c[-1] for c in SMPL22.chains]
    assert found[0] == SMPL22.chains[0] and found[2] == SMPL22.chains[2]
    assert 0 < finding.confidence < 1


def test_chains_of_the_table_run_along_the_bones():
    for skeleton in KNOWN_SKELETONS.values():
        for chain in skeleton.chains:
            for a, b in zip(chain[1:], chain[2:], strict=False):
                assert skeleton.parents[b] == a
