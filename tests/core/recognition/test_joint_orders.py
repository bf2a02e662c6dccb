"""Arrays without names: the published order is found, its chains and virtual joints are right, and nonsense fits nothing."""

import time

import numpy as np
import pytest

from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.recognition.joint_orders import recognise_order
from motionpatches.core.recognition.published_orders import ORDERS, JointOrder
from motionpatches.core.recognition.rigid_tree import rigid_tree
from tests.patience import PATIENCE

# Columns as the makers print them: right leg from the hip, left leg, right arm from the shoulder to the wrist, left arm.
PRINTED = {
    "SMPL 24": ((2, 5, 8, 11), (1, 4, 7, 10), (17, 19, 21), (16, 18, 20)),
    "SMPL-H 52": ((2, 5, 8, 11), (1, 4, 7, 10), (17, 19, 21), (16, 18, 20)),
    "SMPL-X 55": ((2, 5, 8, 11), (1, 4, 7, 10), (17, 19, 21), (16, 18, 20)),
    "SOMA 30": ((26, 27, 28, 29), (22, 23, 24, 25), (17, 18, 19), (11, 12, 13)),
    "SOMA 77": ((72, 73, 74, 75), (67, 68, 69, 70), (40, 41, 42), (12, 13, 14)),
    "Kinect v2 25": ((16, 17, 18, 19), (12, 13, 14, 15), (8, 9, 10), (4, 5, 6)),
    "Kinect v1 20": ((16, 17, 18, 19), (12, 13, 14, 15), (8, 9, 10), (4, 5, 6)),
    "Azure Kinect 32": ((22, 23, 24, 25), (18, 19, 20, 21), (12, 13, 14), (5, 6, 7)),
    "Human3.6M 17": ((1, 2, 3), (4, 5, 6), (14, 15, 16), (11, 12, 13)),
    "Human3.6M 32": ((1, 2, 3, 4), (6, 7, 8, 9), (25, 26, 27), (17, 18, 19)),
    "COCO 17": ((12, 14, 16), (11, 13, 15), (6, 8, 10), (5, 7, 9)),
    "OpenPose 18": ((8, 9, 10), (11, 12, 13), (2, 3, 4), (5, 6, 7)),
    "OpenPose BODY_25": ((9, 10, 11, 22), (12, 13, 14, 19), (2, 3, 4), (5, 6, 7)),
    "MediaPipe 33": ((24, 26, 28, 32), (23, 25, 27, 31), (12, 14, 16), (11, 13, 15)),
    "MPII 16": ((2, 1, 0), (3, 4, 5), (12, 11, 10), (13, 14, 15)),
    "LSP 14": ((2, 1, 0), (3, 4, 5), (8, 7, 6), (9, 10, 11)),
    "CMU Panoptic 19": ((12, 13, 14), (6, 7, 8), (9, 10, 11), (3, 4, 5)),
}


@pytest.mark.parametrize("name", PRINTED)
def test_chains_are_the_columns_that_the_makers_print(name):
    order = next(o for o in ORDERS if o.name == name)
    right_leg, left_leg, torso, right_arm, left_arm = order.skeleton.chains
    assert (right_leg[1:], left_leg[1:], right_arm[-3:], left_arm[-3:]) == PRINTED[name]
    assert right_leg[0] == left_leg[0] == torso[0] and right_arm[0] == left_arm[0] and right_arm[0] in torso


@pytest.mark.parametrize("order", ORDERS, ids=lambda o: o.name)
def test_trees_are_whole(order):
    skeleton = order.skeleton
    assert len(skeleton.topological_order) == skeleton.joint_count and skeleton.parents.count(-1) == 1
    for chain in skeleton.chains:
        assert all(a in skeleton.ancestors(b) for a, b in zip(chain, chain[1:], strict=False))


def in_order(order: JointOrder, body: np.ndarray) -> np.ndarray:
    """(T, columns, 3) of a moving SMPL body (T, 22, 3): its chains drawn along the order's, all else beside its parent."""
    skeleton = order.skeleton
    joints = np.full((len(body), max(skeleton.joint_count, order.columns), 3), np.nan)
    for ours, theirs in zip(SMPL22.chains, skeleton.chains, strict=True):
        ends = ours[-3:] if ours in SMPL22.chains[3:] else ours[1:]
        keep = list(ends)[: len(theirs) - 1] if len(theirs) <= len(ours) and ours != SMPL22.chains[2] else None
        if keep is not None and len(theirs) - 1 > len(keep):
            keep = list(ours[-(len(theirs) - 1) :])
        along = np.linspace(0, len(ours) - 1, len(theirs))
        for k, joint in enumerate(theirs):
            if np.isfinite(joints[0, joint, 0]):
                continue
            if keep is not None and k:
                joints[:, joint] = body[:, keep[k - 1]]
            else:
                low = int(along[k])
                joints[:, joint] = body[:, ours[low]] + (along[k] - low) * (
                    body[:, ours[min(low + 1, len(ours) - 1)]] - body[:, ours[low]]
                )
    for k, joint in enumerate(skeleton.topological_order):
        if not np.isfinite(joints[0, joint, 0]):
            joints[:, joint] = joints[:, skeleton.parents[joint]] + 0.03 * np.array([np.sin(k), np.cos(k), 0.3])
    return np.concatenate([joints[:, : order.real_joints], joints[:, : order.columns - order.real_joints]], axis=1)


@pytest.mark.parametrize("noise", [0.0, 0.015])
@pytest.mark.parametrize("order", [o for o in ORDERS if o.name not in ("CMU 31", "MPI-INF-3DHP 28")], ids=lambda o: o.name)
def test_an_order_is_told_from_others_of_its_count(order, noise, smpl_motion):
    """In any unit and axes: in inches, upside down."""
    rng = np.random.default_rng(1)
    array = in_order(order, smpl_motion.positions.astype(float))
    array = (array + rng.normal(0, noise, array.shape)) * 39.4 * [1, -1, -1]
    positions, skeleton, stated = recognise_order(array.astype(np.float32))
    assert stated.value == order.name and skeleton == order.skeleton
    assert positions.shape == (len(array), skeleton.joint_count, 3) and positions.dtype == np.float32
    assert 0.5 < stated.confidence <= 1


def test_virtual_joints_are_means(smpl_motion):
    array = in_order(next(o for o in ORDERS if o.name == "COCO 17"), smpl_motion.positions.astype(float))
    positions, skeleton, _ = recognise_order(array)
    at = skeleton.joint_names.index
    np.testing.assert_allclose(positions[:, at("pelvis")], (array[:, 11] + array[:, 12]) / 2, atol=1e-9)
    np.testing.assert_allclose(positions[:, at("neck")], (array[:, 5] + array[:, 6]) / 2, atol=1e-9)
    np.testing.assert_allclose(
        positions[:, at("chest")], (array[:, 11] + array[:, 12]) / 6 + (array[:, 5] + array[:, 6]) / 3, atol=1e-9
    )


def test_joints_in_no_published_order_fit_none(smpl_motion):
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(20):
        shuffled = smpl_motion.positions[:, rng.permutation(22)]
        positions, skeleton, stated = recognise_order(shuffled)
        wrong += stated.value != "tree of rigid links"
        assert positions is shuffled or stated.value != "tree of rigid links"
    assert wrong == 0


def test_a_rigid_tree_finds_the_bones_of_a_shuffled_body(smpl_motion):
    rng = np.random.default_rng(3)
    order = rng.permutation(22)
    tree = rigid_tree(smpl_motion.positions[:, order])
    bones = {frozenset(map(int, order[[j, p]])) for j, p in enumerate(tree.parents) if p >= 0}
    true = {frozenset((j, p)) for j, p in enumerate(SMPL22.parents) if p >= 0}
    assert len(bones & true) >= 19


def test_a_rigid_tree_of_many_joints_in_one_place_is_quick_and_shallow(smpl_motion):
    many = np.repeat(smpl_motion.positions[:, :3], [1, 1, 300], axis=1)
    start = time.perf_counter()
    tree = rigid_tree(many)
    assert time.perf_counter() - start < PATIENCE * 1
    assert max(len(tree.ancestors(j)) for j in range(302)) <= 4


def test_cases(cases):
    expected = {
        "27-24-joint-positions/000021.npy": "SMPL 24",
        "28-52-joint-positions/smplh52.npy": "SMPL-H 52",
        "29-freemocap-33/mediapipe_body_3d_xyz.npy": "MediaPipe 33",
        "30-h36m-17/metres_y_up_clean.npy": "Human3.6M 17",
        "31-kinect-25/clean.npy": "Kinect v2 25",
        "25-array-layouts/t22_reference.npy": "SMPL 22",
    }
    for path, name in expected.items():
        assert recognise_order(np.load(cases / path))[2].value == name, path
    with np.load(cases / "02-kimodo-soma-npz" / "kimodo_soma.npz") as file:
        assert recognise_order(file["posed_joints"])[2].value == "SOMA 30"
