"""Bones, poses and people as arrays, against values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.gl import geometry
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES, SMPL22, TORSO, Skeleton

HELPER = Skeleton(
    ("origin", *SMPL22.joint_names),
    (-1, 0, *(p + 1 for p in SMPL22.parents[1:])),
    tuple(tuple(j + 1 for j in chain) for chain in SMPL22.chains),
)


def joined(bones):
    return {(int(a), int(b)) for a, b in zip(bones.starts, bones.ends, strict=True)}


def test_a_capsule_has_two_round_ends():
    vertices, triangles = geometry.capsule(12, 4)
    assert vertices.shape[1] == 4 and len(triangles) % 3 == 0 and triangles.max() == len(vertices) - 1
    np.testing.assert_allclose(np.linalg.norm(vertices[:, :3], axis=1), 1, atol=1e-6)
    assert set(np.unique(vertices[:, 3])) == {0.0, 1.0}, "which of the two ends a vertex belongs to"


def test_every_bone_of_the_skeleton_is_drawn_once_and_a_head():
    bones = geometry.bone_set(SMPL22)
    assert geometry.bone_set(replace(SMPL22)) is bones, "made once for each skeleton"
    chained = {(a, b) for chain in SMPL22.chains for a, b in zip(chain, chain[1:], strict=False)}
    others = {(int(a), int(b)) for a, b in SMPL22.bones if (a, b) not in chained and (b, a) not in chained}
    head = SMPL22.chains[TORSO][-1]
    assert joined(bones) == chained | others | {(head, head)}
    assert len(bones.starts) == len(chained) + len(others) + 1
    thick = {pair: float(radii[0]) for pair, radii in zip(joined_list(bones), bones.fixed[:, :2], strict=True)}
    assert all(thick[pair] > 0.015 for pair in chained) and all(thick[pair] == pytest.approx(0.009) for pair in others)


def joined_list(bones):
    return list(zip(bones.starts.tolist(), bones.ends.tolist(), strict=True))


def test_no_bone_leads_from_a_root_on_the_floor_to_the_hips():
    assert not any(0 in pair for pair in joined(geometry.bone_set(HELPER)))


def test_size_scales_the_radii_alone():
    small, large = geometry.bone_set(SMPL22), geometry.bone_set(SMPL22, 1.3)
    np.testing.assert_allclose(large.fixed[:, :2], 1.3 * small.fixed[:, :2], rtol=1e-6)
    np.testing.assert_array_equal(large.fixed[:, 2:], small.fixed[:, 2:])


def test_a_skeleton_without_body_parts_shows_its_bones():
    plain = replace(SMPL22, chains=())
    assert joined(geometry.bone_set(plain)) == {(int(a), int(b)) for a, b in plain.bones}


def test_a_skeleton_of_one_joint_is_a_ball_there():
    bones = geometry.bone_set(Skeleton(("root",), (-1,), ()))
    rows = geometry.instances(bones, np.array([[1, 2, 3]], np.float32))
    assert rows.shape == (1, geometry.INSTANCE_FLOATS)
    np.testing.assert_array_equal(rows[0, :6], [1, 2, 3, 1, 2, 3])
    assert rows[0, 6] > 0.01


def test_a_chain_of_3000_joints_has_a_bone_less():
    """No step of it recurses, and none looks at all pairs."""
    count = 3000
    skeleton = Skeleton(tuple(f"j{i}" for i in range(count)), tuple(range(-1, count - 1)), ())
    motion = Motion(np.zeros((2, count, 3), np.float32), 30, skeleton, "chain")
    assert len(geometry.figures(geometry.bone_set(skeleton), motion, 0.0)[1]) == count - 1


def test_instances_run_from_joint_to_joint_in_the_colour_of_their_part():
    pose = np.random.default_rng(0).normal(size=(22, 3)).astype(np.float32)
    bones = geometry.bone_set(SMPL22)
    rows = geometry.instances(bones, pose)
    assert rows.shape == (len(bones.starts), geometry.INSTANCE_FLOATS) and rows.dtype == np.float32
    for row, (a, b) in zip(rows[:-1], joined_list(bones)[:-1], strict=True):
        np.testing.assert_array_equal(row[:6], [*pose[a], *pose[b]])
        part = int(SMPL22.joint_parts[b])
        np.testing.assert_allclose(row[8:], np.array(geometry.PART_COLOURS[part]) / 255, atol=1e-6)
    head, neck = SMPL22.chains[TORSO][-1], SMPL22.chains[TORSO][-2]
    up = (pose[head] - pose[neck]) / np.linalg.norm(pose[head] - pose[neck])
    np.testing.assert_allclose(rows[-1, :3], pose[head] + 0.02 * up, atol=1e-5)
    assert len(geometry.PART_COLOURS) == len(PART_NAMES)


def test_one_colour():
    bones = geometry.in_one_colour(geometry.bone_set(SMPL22), (255, 0, 51))
    np.testing.assert_allclose(bones.fixed[:, 2:], np.tile([1, 0, 0.2], (len(bones.starts), 1)), atol=1e-6)


@pytest.mark.parametrize(("time_s", "frame"), [(-1, 0), (0, 0), (0.05, 0.5), (0.1, 1), (0.275, 2.75), (0.9, 9), (5, 9)])
def test_a_pose_between_frames_is_on_the_line_between_them(time_s, frame):
    positions = (np.arange(10, dtype=np.float32)[:, None, None] * [1, 2, 3]).repeat(22, 1).astype(np.float32)
    np.testing.assert_allclose(
        geometry.pose_at(Motion(positions, 10, SMPL22), time_s), np.tile([frame, 2 * frame, 3 * frame], (22, 1)), atol=1e-5
    )


def test_a_partner_is_drawn_paler_and_the_middle_is_between_them(smpl_motion):
    pair = replace(smpl_motion, partner=replace(smpl_motion, positions=smpl_motion.positions + np.float32([2, 0, 0])))
    bones = geometry.bone_set(SMPL22)
    middle, rows = geometry.figures(bones, pair, 0.5)
    root, alone = geometry.figures(bones, smpl_motion, 0.5)
    np.testing.assert_allclose(middle, root + [1, 0, 0], atol=1e-5)
    np.testing.assert_allclose(rows[: len(alone)], alone)
    np.testing.assert_allclose(rows[len(alone) :, :3], alone[:, :3] + [2, 0, 0], atol=1e-5)
    assert (rows[len(alone) :, 8:] >= alone[:, 8:]).all()
    assert geometry.all_people(pair).shape == (60, 44, 3) and geometry.all_people(smpl_motion) is smpl_motion.positions
