"""Variation of columns: core/training/augment.py."""

import numpy as np
import pytest

from motionpatches.core.motion.skeleton import LEFT_ARM
from motionpatches.core.patches import PARTS, PatchRecipe
from motionpatches.core.training.augment import _change_stance, vary

WIDTH = 16


def columns(seed=0, frames=30):
    return np.random.default_rng(seed).normal(0, 0.5, (frames, PARTS * WIDTH, 3)).astype(np.float32)


def test_a_part_is_turned_about_its_first_point_and_no_other_part_moves():
    points, vectors = columns(), np.zeros((PARTS, 3))
    vectors[LEFT_ARM] = (0, np.pi / 2, 0)  # a quarter about the vertical: z goes to x, x to -z
    turned = _change_stance(points, vectors, WIDTH)
    arm = slice(LEFT_ARM * WIDTH, (LEFT_ARM + 1) * WIDTH)
    for frame in range(len(points)):
        root = points[frame, LEFT_ARM * WIDTH]
        for point, found in zip(points[frame, arm], turned[frame, arm], strict=True):
            x, y, z = point - root
            assert found == pytest.approx(root + (z, y, -x), abs=1e-5)
    others = np.delete(np.arange(PARTS * WIDTH), np.arange(arm.start, arm.stop))
    assert turned[:, others] == pytest.approx(points[:, others], abs=1e-6)


def test_distances_within_a_part_stay():
    points = columns(1)
    turned = _change_stance(points, np.random.default_rng(2).normal(size=(PARTS, 3)), WIDTH)
    for part in range(PARTS):
        before, after = (x[:, part * WIDTH : (part + 1) * WIDTH] for x in (points, turned))
        assert np.linalg.norm(after[:, 3] - after[:, 9], axis=1) == pytest.approx(
            np.linalg.norm(before[:, 3] - before[:, 9], axis=1), abs=1e-5
        )


def test_a_leg_held_another_way_still_stands_on_the_floor(monkeypatch):
    monkeypatch.setattr("motionpatches.core.training.augment.STANCE", np.array([60.0, 60.0, 0, 0, 0]))
    points = np.zeros((30, PARTS * WIDTH, 3), np.float32)
    points[..., 1] = 1.0
    for leg in (0, 1):
        points[:, leg * WIDTH : (leg + 1) * WIDTH, 1] = np.linspace(1, 0, WIDTH)
    lowest = [vary(points, PatchRecipe(points=WIDTH), 1, np.random.default_rng(seed))[..., 1].min() for seed in range(20)]
    assert np.abs(lowest).max() < 0.15  # drift and noise alone


def test_no_strength_no_variation_and_a_seed_gives_the_same():
    points, recipe = columns(), PatchRecipe(points=WIDTH)
    assert vary(points, recipe, 0, np.random.default_rng(0)) is points
    one, other, third = (vary(points, recipe, 0.5, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, other)
    assert one.shape != third.shape or not np.allclose(one, third)
    assert one.dtype == np.float32


def test_an_arm_held_level_is_held_higher_or_lower():
    points = np.zeros((30, PARTS * WIDTH, 3), np.float32)
    points[:, LEFT_ARM * WIDTH :, 0] = np.linspace(0, 1, WIDTH)  # one metre along x: heading, size and limbs keep it level
    rises = []
    for seed in range(20):
        varied = vary(points, PatchRecipe(points=WIDTH), 1, np.random.default_rng(seed))
        rises.append(float((varied[:, -1, 1] - varied[:, LEFT_ARM * WIDTH, 1]).mean()))
    assert np.std(rises) > 0.08 and min(rises) < 0 < max(rises)
