"""The floor that people see a motion on: where it stands, whatever single frames do; models read it as before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.floor import on_floor, stands
from motionpatches.core.motion.motion import Motion


def with_rest_pose(motion: Motion, lower_m: float) -> Motion:
    """A frame of another pose in front, lower than the motion."""
    first = motion.positions[:1] * np.array([0.2, 1, 0.2], np.float32) - np.array([0, lower_m, 0], np.float32)
    return replace(motion, positions=np.concatenate([first, motion.positions]))


def standing_height(motion: Motion) -> float:
    """Median of the lowest joint over the frames that are within 5 cm of the motion's own lowest one."""
    lowest = motion.positions[..., 1].min(axis=1)
    return float(np.median(lowest[lowest <= lowest.min() + 0.05]))


@pytest.mark.parametrize("lower_m", [0.1, 0.25, 1.0])
def test_a_lower_rest_pose_in_front_does_not_lift_what_follows(smpl_motion, lower_m):
    shown = on_floor(with_rest_pose(smpl_motion, lower_m))
    assert standing_height(replace(shown, positions=shown.positions[1:])) == pytest.approx(0, abs=0.002)
    floating = canonical(with_rest_pose(smpl_motion, lower_m))
    assert standing_height(replace(floating, positions=floating.positions[1:])) > lower_m - 0.03


def test_tips_that_dip_are_below_the_floor_and_what_stands_is_on_it(smpl_motion):
    """By hand: 90 frames at 2 cm, 10 frames 3 cm lower; the floor is where the many are."""
    still = replace(smpl_motion, positions=np.repeat(smpl_motion.positions[:1], 100, axis=0))
    still.positions[..., 1] += 0.02 - still.positions[..., 1].min()
    still.positions[20:30, :, 1] -= 0.03
    lowest = on_floor(still).positions[..., 1].min(axis=1)
    assert np.allclose(lowest[:20], 0, atol=1e-5) and np.allclose(lowest[20:30], -0.03, atol=1e-5)


def test_jumps_and_raised_ground_do_not_count_as_standing():
    assert stands(np.array([0.0, 0.01, 0.04, 0.3, 0.9])).tolist() == [True, True, True, False, False]
    assert stands(np.array([0.5])).tolist() == [True]


def test_models_read_the_same(smpl_motion):
    for motion in (smpl_motion, with_rest_pose(smpl_motion, 0.2)):
        assert np.abs(canonical(on_floor(motion)).positions - canonical(motion).positions).max() < 1e-5


def test_two_people_stand_on_one_floor(smpl_motion):
    higher = replace(smpl_motion, positions=smpl_motion.positions + np.array([1, 0.5, 0], np.float32))
    shown = on_floor(replace(smpl_motion, partner=higher))
    assert shown.partner is not None
    apart = shown.partner.positions[..., 1] - shown.positions[..., 1]
    assert apart == pytest.approx(0.5, abs=1e-5) and standing_height(shown) == pytest.approx(0, abs=0.005)


def test_what_a_data_set_has_placed_stays(smpl_motion):
    placed = canonical(replace(with_rest_pose(smpl_motion, 0.2), placed=True))
    assert np.array_equal(on_floor(placed).positions, canonical(placed).positions)
