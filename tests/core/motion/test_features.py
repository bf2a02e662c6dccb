"""HumanML3D's features against its published steps one by one in quaternions, and against the way back."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.io.arrays.joint_vectors import positions_from_vectors
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.features import REFERENCE, features
from motionpatches.core.motion.skeleton import BANDAI21, KIT21, SMPL22, Skeleton
from motionpatches.core.motion.smpl_joints import smpl_joints


def product(p, q):
    return np.array(
        [
            p[0] * q[0] - p[1:] @ q[1:],
            *(p[0] * q[1:] + q[0] * p[1:] + np.cross(p[1:], q[1:])),
        ]
    )


def inverse(q):
    return q * [1, -1, -1, -1]


def turned(q, v):
    return product(product(q, np.array([0, *v])), inverse(q))[1:]


def between(a, b):
    q = np.array([np.sqrt((a @ a) * (b @ b)) + a @ b, *np.cross(a, b)])
    return q / np.linalg.norm(q)


def slow_features(joints):
    """One frame, one joint and one quaternion after the other."""
    count = len(joints)
    ahead = []
    for frame in joints:
        across = (frame[1] - frame[2]) + (frame[17] - frame[16])
        ahead.append(np.cross([0, 1, 0], across / np.linalg.norm(across)))
    weights = {k: np.exp(-0.5 * k * k / 400) for k in range(-80, 81)}
    root = [np.array([1.0, 0, 0, 0])]
    for t in range(1, count):
        mean = sum(w * ahead[min(max(t + k, 0), count - 1)] for k, w in weights.items())
        root.append(between(mean / np.linalg.norm(mean), np.array([0.0, 0, 1])))
    rows = []
    for t in range(count - 1):
        now, after = joints[t], joints[t + 1]
        turn = np.arcsin(product(root[t + 1], inverse(root[t]))[2])
        step = turned(root[t + 1], after[0] - now[0])
        places = [turned(root[t], now[j] - [now[0][0], 0, now[0][2]]) for j in range(1, 22)]
        six = {}
        for chain in ([0, 2, 5, 8, 11], [0, 1, 4, 7, 10], [0, 3, 6, 9, 12, 15], [9, 14, 17, 19, 21], [9, 13, 16, 18, 20]):
            whole = root[t]
            for parent, joint in zip(chain, chain[1:], strict=False):
                bone = now[joint] - now[parent]
                local = product(inverse(whole), between(REFERENCE[joint], bone / np.linalg.norm(bone)))
                whole = product(whole, local)
                six[joint] = [*turned(local, [1, 0, 0]), *turned(local, [0, 1, 0])]
        speeds = [turned(root[t], after[j] - now[j]) for j in range(22)]
        stands = [float(((after[j] - now[j]) ** 2).sum() < 0.002) for j in (7, 10, 8, 11)]
        row = [turn, step[0], step[2], now[0][1], *np.ravel(places), *np.ravel([six[j] for j in range(1, 22)])]
        rows.append([*row, *np.ravel(speeds), *stands])
    return np.array(rows)


def turning(smpl_motion, frames=110):
    """A walk that turns by more than a circle, so that the heading passes the back."""
    placed = canonical(smpl_motion).positions[:frames].astype(np.float64)
    angle = np.linspace(0, 7.5, len(placed))
    cos, sin, out = np.cos(angle)[:, None], np.sin(angle)[:, None], placed.copy()
    out[..., 0] = cos * placed[..., 0] + sin * placed[..., 2] + np.linspace(0, 2, len(placed))[:, None]
    out[..., 2] = cos * placed[..., 2] - sin * placed[..., 0]
    return out


def test_they_are_those_of_the_published_steps(smpl_motion):
    joints = turning(smpl_motion)
    found, slow = features(joints), slow_features(joints)
    assert found.shape == (len(joints), 263) and found.dtype == np.float32
    np.testing.assert_allclose(found[:-1], slow, atol=2e-6)
    assert set(np.unique(found[:, -4:])) == {0.0, 1.0}
    # Velocities of the last frame are those of the one before; its places are its own.
    np.testing.assert_array_equal(found[-1, [0, 1, 2]], found[-2, [0, 1, 2]])
    assert found[-1, 3] == pytest.approx(joints[-1, 0, 1], abs=1e-6)


def test_the_way_back_gives_the_places(smpl_motion):
    """By the reader of the published files; a walk that never shows its back is read back exactly, but for where it faces."""
    placed = canonical(smpl_motion).positions[:100]
    again = positions_from_vectors(features(placed))
    apart = [np.linalg.norm(p[:, :, None] - p[:, None], axis=-1) for p in (placed[:99], again[:99])]
    np.testing.assert_allclose(apart[0], apart[1], atol=1e-4)
    np.testing.assert_allclose(placed[:99, :, 1], again[:99, :, 1], atol=1e-5)
    ways = [np.linalg.norm(np.diff(p[:99, 0], axis=0), axis=1) for p in (placed, again)]
    np.testing.assert_allclose(ways[0], ways[1], atol=1e-4)


@pytest.mark.parametrize("frames", [1, 2])
def test_the_shortest_motions(smpl_motion, frames):
    found = features(canonical(smpl_motion).positions[:frames])
    assert found.shape == (frames, 263) and np.isfinite(found).all()
    assert (found[:, :3] == 0).all() == (frames == 1)


def test_bones_without_length_and_against_the_reference(smpl_motion):
    """No NaN where a rig puts two joints in one place, or a bone points the other way."""
    joints = canonical(smpl_motion).positions[:5].copy()
    joints[:, 15] = joints[:, 12]
    for joint, parent in ((4, 1), (1, 0), (13, 9), (10, 7)):
        joints[:, joint] = joints[:, parent] - 0.1 * REFERENCE[joint]
    found = features(joints)
    assert np.isfinite(found).all()
    rows = found[:, 4 + 63 : 4 + 63 + 126].reshape(5, 21, 2, 3)
    np.testing.assert_allclose((rows[:, :, 0] * rows[:, :, 1]).sum(-1), 0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=-1), 1, atol=1e-5)


def test_joints_of_other_rigs(smpl_motion):
    """SMPL's own stay; the same body under other names, with more joints, gives the same limbs."""
    assert smpl_joints(smpl_motion) is smpl_motion.positions
    more = Skeleton(
        (*(f"j{i}" for i in range(22)), "head_end"),
        (*SMPL22.parents, 15),
        (*SMPL22.chains[:2], (*SMPL22.chains[2], 22), *SMPL22.chains[3:]),
    )
    positions = np.concatenate([smpl_motion.positions, smpl_motion.positions[:, 15:][:, :1] + [0, 0.2, 0]], axis=1)
    found = smpl_joints(replace(smpl_motion, skeleton=more, positions=positions.astype(np.float32)))
    spine = [3, 6]
    others = [joint for joint in range(22) if joint not in spine]
    np.testing.assert_allclose(found[:, others], smpl_motion.positions[:, others], atol=1e-6)
    assert np.linalg.norm(found[:, spine] - smpl_motion.positions[:, spine], axis=-1).max() < 0.06


@pytest.mark.parametrize(
    "skeleton, knee, hand", [(KIT21, ("left_knee", "right_knee"), 7), (BANDAI21, ("LowerLeg_L", "LowerLeg_R"), 8)]
)
def test_joints_of_published_skeletons(skeleton, knee, hand, smpl_motion):
    rng = np.random.default_rng(3)
    positions = np.zeros((4, skeleton.joint_count, 3), np.float32)
    lengths = np.full(skeleton.joint_count, 0.1)
    for part in (0, 1, 3, 4):
        lengths[list(skeleton.chains[part][2:4])] = 0.4
    for joint in skeleton.topological_order[1:]:
        way = rng.normal(size=3)
        positions[:, joint] = positions[:, skeleton.parents[joint]] + lengths[joint] * way / np.linalg.norm(way)
    found = smpl_joints(replace(smpl_motion, skeleton=skeleton, positions=positions))
    assert found.shape == (4, 22, 3) and np.isfinite(features(found)).all()
    np.testing.assert_array_equal(found[:, 0], positions[:, skeleton.root])
    for own, name in zip((4, 5), knee, strict=True):
        np.testing.assert_array_equal(found[:, own], positions[:, skeleton.joint_names.index(name)])


def test_a_shoulder_is_no_elbow(smpl_motion):
    """Rigs without collars, whose chest lies as far from the shoulder as that from the elbow: CMU's, by the numbers of 01_01."""
    skeleton = Skeleton(
        ("hips", "hip_r", "knee_r", "ankle_r", "hip_l", "knee_l", "ankle_l", "chest", "neck", "head")
        + ("shoulder_r", "elbow_r", "wrist_r", "shoulder_l", "elbow_l", "wrist_l"),
        (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 7, 10, 11, 7, 13, 14),
        ((0, 1, 2, 3), (0, 4, 5, 6), (0, 7, 8, 9), (7, 10, 11, 12), (7, 13, 14, 15)),
    )
    way = {
        1: (-0.1, -0.09, 0),
        4: (0.1, -0.09, 0),
        7: (0, 0.33, 0),
        8: (0, 0.1, 0),
        9: (0, 0.1, 0),
        10: (-0.197, 0, 0),
        13: (0.202, 0, 0),
    }
    way |= {joint: (0, -0.42, 0) for joint in (2, 3, 5, 6)} | {
        11: (-0.296, 0, 0),
        12: (-0.194, 0, 0),
        14: (0.281, 0, 0),
        15: (0.196, 0, 0),
    }
    positions = np.zeros((2, 16, 3), np.float32)
    for joint in range(1, 16):
        positions[:, joint] = positions[:, skeleton.parents[joint]] + np.float32(way[joint])
    found = smpl_joints(replace(smpl_motion, skeleton=skeleton, positions=positions))
    for own, joint in {16: 13, 18: 14, 20: 15, 17: 10, 19: 11, 21: 12, 4: 5, 5: 2, 7: 6, 10: 6, 9: 7, 12: 8, 15: 9}.items():
        np.testing.assert_array_equal(found[:, own], positions[:, joint], err_msg=str(own))
    np.testing.assert_allclose(found[:, 13], 0.6 * positions[:, 7] + 0.4 * positions[:, 13], atol=1e-6)
