"""Curves of motions whose speeds are known."""

import numpy as np
import pytest

from motionpatches.core.motion.curves import foot_contacts, joint_speeds, part_speeds, spans
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton


def test_a_part_that_alone_moves_has_the_only_speed():
    positions = np.zeros((30, 22, 3), np.float32)
    positions[:, 20, 0] = np.arange(30) * 0.1
    motion = Motion(positions, 10.0, SMPL22, "wrist")
    speeds = part_speeds(motion)
    assert joint_speeds(motion)[:, 20] == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(speeds[15], [0, 0, 0, 0, 1 / 5], atol=1e-6)


def test_feet_stand_while_low_and_slow(smpl_motion):
    contacts = foot_contacts(smpl_motion)
    assert 0.3 < contacts.mean() < 0.95 and (contacts.any(axis=1)).mean() > 0.8, "a walk has a foot on the ground"
    lifted = smpl_motion.positions.copy()
    lifted[20:30, 11] += [0, 0.5, 0]
    assert not foot_contacts(Motion(lifted, 20, SMPL22, "x"))[20:30, 0].any()


def test_runs_and_bodies_without_parts():
    assert spans(np.array([1, 1, 0, 0, 1], bool)) == [(0, 2), (4, 5)] and spans(np.zeros(3, bool)) == []
    rope = Motion(np.zeros((1, 2, 3), np.float32), 20, Skeleton(("a", "b"), (-1, 0)), "rope")
    assert part_speeds(rope).shape == (1, 5) and not foot_contacts(rope).any()
