"""Patches against slow, obvious twins and hand-computed values."""

import numpy as np
import pytest
from PIL import Image

from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import KIT21, SMPL22, Skeleton
from motionpatches.core.patches import (
    PatchRecipe,
    PatchStatistics,
    columns_of,
    compute_statistics,
    mirror_columns,
    prepare,
    sample_points,
    sampling_matrix,
    to_patches,
    window_starts,
)


def slow_points(positions, skeleton):
    """Frame by frame, chain by chain, point by point."""
    out = np.zeros((len(positions), 80, 3))
    for t, pose in enumerate(positions):
        for part, chain in enumerate(skeleton.chains):
            k = len(chain)
            for i in range(16):
                x = min(max((i + 0.5) * k / 16 - 0.5, 0), k - 1)
                a = int(np.floor(x))
                b = min(a + 1, k - 1)
                out[t, part * 16 + i] = pose[chain[a]] * (1 - (x - a)) + pose[chain[b]] * (x - a)
    return out


@pytest.mark.parametrize("skeleton", [SMPL22, KIT21])
def test_one_matrix_product_equals_the_loop(skeleton):
    positions = np.random.default_rng(0).normal(size=(7, skeleton.joint_count, 3)).astype(np.float32)
    fast = sample_points(Motion(positions, 20, skeleton))
    np.testing.assert_allclose(fast, slow_points(positions, skeleton), atol=1e-5)


def test_sample_points_are_what_image_resizing_gives():
    """Pillow's bilinear resize of a row of k pixels to 16 enlarges with half-pixel centres, clamped."""
    row = np.array([[3.0, -1.0, 4.0, 1.0, 5.0]], np.float32)
    resized = np.asarray(Image.fromarray(row).resize((16, 1), Image.Resampling.BILINEAR))[0]
    chain = (0, 1, 2, 3, 4)
    skeleton = Skeleton(tuple("abcde"), (-1, 0, 1, 2, 3), (chain,) * 5)
    ours = sampling_matrix(skeleton)[:16] @ row[0]
    np.testing.assert_allclose(ours, resized, atol=1e-5)


def test_first_and_last_points_are_the_chain_ends():
    matrix = sampling_matrix(SMPL22)
    for part, chain in enumerate(SMPL22.chains):
        assert matrix[part * 16, chain[0]] == 1
        assert matrix[part * 16 + 15, chain[-1]] == 1
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-6)


def test_paper_and_official_statistics():
    rng = np.random.default_rng(1)
    motions = [Motion(rng.normal(2, 3, (n, 22, 3)).astype(np.float32), 20, SMPL22) for n in (5, 9)]
    paper, official = compute_statistics(motions), compute_statistics(motions, PatchRecipe(normalisation="joint"))
    points = np.concatenate([slow_points(m.positions, SMPL22) for m in motions])
    np.testing.assert_allclose(paper.mean, points.mean(0), atol=1e-4)
    np.testing.assert_allclose(paper.std, points.std(0), atol=1e-4)
    joints = np.concatenate([m.positions for m in motions])
    np.testing.assert_allclose(official.std, joints.std(0), atol=1e-4)
    image = to_patches(motions[0], official).pixels
    expected = slow_points((motions[0].positions - joints.mean(0)) / joints.std(0), SMPL22)
    np.testing.assert_allclose(image[:, :5], expected.transpose(2, 0, 1), atol=1e-4)


def test_short_motions_end_in_zeros_and_long_ones_are_cut():
    still = PatchStatistics(np.full((80, 3), 5, np.float32), np.ones((80, 3), np.float32))
    short = to_patches(Motion(np.ones((10, 22, 3), np.float32), 20, SMPL22), still)
    assert short.pixels.shape == (3, 224, 80) and short.frames == 10
    assert (short.pixels[:, :10] == -4).all() and (short.pixels[:, 10:] == 0).all()
    ramp = np.broadcast_to(np.arange(300, dtype=np.float32)[:, None, None], (300, 22, 3))
    late = to_patches(Motion(np.ascontiguousarray(ramp), 20, SMPL22), still, start=50)
    assert late.frames == 224 and late.pixels[0, 0, 0] == 45 and late.pixels[0, 223, 0] == 268


def test_per_joint_statistics_of_another_skeleton_are_refused():
    statistics = PatchStatistics(np.zeros((21, 3), np.float32), np.ones((21, 3), np.float32), "joint")
    with pytest.raises(StudioError, match="21 joints"):
        to_patches(Motion(np.zeros((3, 22, 3), np.float32), 20, SMPL22), statistics)


def test_mirrored_points_are_the_points_of_the_mirrored_motion(smpl_motion):
    from motionpatches.core.motion.canonical import mirror

    mirrored = mirror(smpl_motion)
    for recipe in (PatchRecipe(), PatchRecipe(points=8)):
        columns = columns_of(smpl_motion, recipe)[:, mirror_columns(SMPL22, recipe)] * [-1, 1, 1]
        np.testing.assert_allclose(columns, columns_of(mirrored, recipe), atol=1e-6)
    joints = smpl_motion.positions[:, mirror_columns(SMPL22, PatchRecipe(form="joints"))] * [-1, 1, 1]
    as_left = [
        SMPL22.joint_names.index(n.replace("right", "x").replace("left", "right").replace("x", "left"))
        for n in SMPL22.joint_names
    ]
    np.testing.assert_allclose(joints, (smpl_motion.positions * [-1, 1, 1])[:, as_left], atol=1e-6)


def test_windows_cover_a_long_take():
    assert window_starts(224) == [0]
    starts = window_starts(700)
    assert starts[0] == 0 and starts[-1] == 700 - 224
    assert all(b - a <= 112 for a, b in zip(starts, starts[1:], strict=False))
    assert window_starts(80, 80) == window_starts(3, 80) == [0] and window_starts(81, 80) == [0, 1]
    assert window_starts(200, 80) == [0, 40, 80, 120] and window_starts(100, 60, 15) == [0, 15, 30, 40]


def test_prepare_canonicalises(smpl_motion):
    from motionpatches.core.motion.canonical import facing, rotate_y

    turned = Motion(rotate_y(smpl_motion.positions, 2.0) + np.array([3, 1, -2], np.float32), 20, SMPL22)
    prepared = prepare(turned, PatchRecipe(canonical=True))
    assert abs(prepared.positions[..., 1].min()) < 1e-6
    np.testing.assert_allclose(prepared.positions[0, 0, [0, 2]], 0, atol=1e-6)
    np.testing.assert_allclose(facing(prepared.positions[:1], SMPL22), [[0, 0, 1]], atol=1e-5)
