"""Other skeletons and proportions as fixed mixtures of joints: packaging/starter/captured/rigs.py."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.demo.variation import on_rig
from motionpatches.core.motion.limbs import limb
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import BANDAI21, KIT21, SMPL22, TORSO, Skeleton
from motionpatches.packaging.starter.captured.rigs import as_smpl22, other_rig, proportions, random_proportions, thinned_rig

J = {name: i for i, name in enumerate(SMPL22.joint_names)}


def lengths(motion: Motion) -> np.ndarray:
    """(T, B) metres."""
    bones = motion.skeleton.bones
    return np.linalg.norm(motion.positions[:, bones[:, 1]] - motion.positions[:, bones[:, 0]], axis=2)


def lengthened_slowly(positions: np.ndarray, skeleton: Skeleton, factors: np.ndarray, root_factor: float) -> np.ndarray:
    """Frame by frame and joint by joint from the root outwards: the definition."""
    result = np.zeros_like(positions)
    for frame in range(len(positions)):
        for joint in skeleton.topological_order:
            parent = skeleton.parents[joint]
            if parent < 0:
                result[frame, joint] = root_factor * positions[frame, joint]
            else:
                bone = positions[frame, joint] - positions[frame, parent]
                result[frame, joint] = result[frame, parent] + factors[joint] * bone
    return result


@pytest.mark.parametrize("skeleton", [SMPL22, KIT21, BANDAI21], ids=["smpl", "kit", "bandai"])
def test_each_bone_gets_its_length_and_keeps_its_direction(skeleton):
    rng = np.random.default_rng(3)
    positions = rng.normal(size=(4, skeleton.joint_count, 3)).astype(np.float32)
    factors = rng.uniform(0.5, 1.5, skeleton.joint_count)
    motion = Motion(positions, 20.0, skeleton)
    changed = on_rig(motion, skeleton, proportions(skeleton, factors, 1.2))
    assert np.allclose(changed.positions, lengthened_slowly(positions, skeleton, factors, 1.2), atol=1e-5)
    assert np.allclose(lengths(changed), lengths(motion) * factors[skeleton.bones[:, 1]], atol=1e-5)


def test_random_proportions_are_alike_on_both_sides_and_moderate(smpl_motion):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        changed = on_rig(smpl_motion, SMPL22, random_proportions(smpl_motion, rng))
        share = (lengths(changed) / lengths(smpl_motion)).mean(axis=0)
        assert share.min() > 0.7 and share.max() < 1.4
        of = dict(zip(SMPL22.bones[:, 1].tolist(), share, strict=True))
        for name in ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist"):
            assert of[J[f"left_{name}"]] == pytest.approx(of[J[f"right_{name}"]], rel=1e-4)


def test_on_its_own_skeleton_smpl_keeps_its_limbs(smpl_motion):
    named = on_rig(smpl_motion, SMPL22, as_smpl22(smpl_motion)).positions
    same = [n for n in SMPL22.joint_names if "spine" not in n]
    assert np.allclose(named[:, [J[n] for n in same]], smpl_motion.positions[:, [J[n] for n in same]], atol=1e-6)
    # Spine joints lie at even thirds of the line from pelvis to chest; the top one is the chest.
    assert np.allclose(named[:, J["spine3"]], smpl_motion.positions[:, J["spine3"]], atol=1e-6)


def test_another_makers_rig_lies_on_the_same_body(smpl_motion):
    for seed in range(20):
        skeleton, weights = other_rig(smpl_motion, np.random.default_rng(seed))
        assert np.allclose(weights.sum(axis=1), 1)
        moved = on_rig(smpl_motion, skeleton, weights)
        knee = smpl_motion.positions[:, J["left_knee"]]
        assert np.abs(moved.positions[:, skeleton.joint_names.index("left_knee")] - knee).max() < 1e-5


def test_missing_joints_leave_the_long_bones_and_change_no_place(smpl_motion):
    wide = replace(smpl_motion, skeleton=SMPL22)
    counts = set()
    for seed in range(40):
        skeleton, weights = thinned_rig(wide, np.random.default_rng(seed))
        thin = on_rig(wide, skeleton, weights)
        counts.add(skeleton.joint_count)
        assert np.array_equal(weights.sum(axis=1), np.ones(skeleton.joint_count)) and set(np.unique(weights)) == {0, 1}
        for part, chain in enumerate(skeleton.chains):
            if part != TORSO:
                now, before = limb(thin.positions, chain), limb(wide.positions, SMPL22.chains[part])
                assert np.allclose(thin.positions[:, now.end], wide.positions[:, before.end])
                assert skeleton.joint_names[now.middle] == SMPL22.joint_names[before.middle]
        assert skeleton.parents.count(-1) == 1
        left = [n for n in skeleton.joint_names if n.startswith("left_")]
        assert [n.replace("left_", "right_") for n in left] == [n for n in skeleton.joint_names if n.startswith("right_")]
    assert len(counts) > 3 and max(counts) <= 22 and min(counts) >= 15


def test_joints_outside_the_chains_are_dropped():
    names, parents = (*SMPL22.joint_names, "tail"), (*SMPL22.parents, 0)
    skeleton = Skeleton(names, parents, SMPL22.chains)
    motion = Motion(np.random.default_rng(0).normal(size=(5, 23, 3)).astype(np.float32), 20.0, skeleton)
    assert "tail" not in thinned_rig(motion, np.random.default_rng(1))[0].joint_names
