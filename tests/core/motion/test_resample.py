"""Another rate against true rotations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from motionpatches.core.motion.canonical import resample
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton

ARM = Skeleton(("root", "upper", "lower", "tip"), (-1, 0, 1, 2))
BONES = np.array([[0, 1, 0], [0.5, 0, 0], [0.4, 0, 0]])


def arm(turns: list[Rotation], places: np.ndarray) -> np.ndarray:
    """World rotation of each bone a frame -> (T, 4, 3)."""
    steps = np.stack([turn.apply(bone) for turn, bone in zip(turns, BONES, strict=True)], 1)
    return np.concatenate([places[:, None], places[:, None] + np.cumsum(steps, axis=1)], axis=1)


@pytest.mark.parametrize("fps", [20, 45, 7.5])
def test_bones_turn_as_rotations_do(fps):
    rng = np.random.default_rng(0)
    times = np.arange(13) / 30
    axes = Rotation.random(3, random_state=1).apply([0, 0, 1])
    speeds = (2.0, -9.0, 14.0)
    turns = [Rotation.from_rotvec(np.outer(times * speed, axis)) for axis, speed in zip(axes, speeds, strict=True)]
    bones_across = [np.abs(axis @ bone) / np.linalg.norm(bone) for axis, bone in zip(axes, BONES, strict=True)]
    places = np.cumsum(rng.normal(0, 0.02, (13, 3)), axis=0)
    motion = Motion(arm(turns, places).astype(np.float32), 30, ARM)
    found = resample(motion, fps)
    at = np.arange(found.frame_count) / fps
    expected = arm(
        [Slerp(times, turn)(at) for turn in turns], np.stack([np.interp(at, times, places[:, i]) for i in range(3)], 1)
    )
    assert found.frame_count == int(12 / 30 * fps + 1e-6) + 1
    # A bone askew to its axis runs on a cone, of which the great circle is a close chord; one across it agrees exactly.
    slack = sum(
        np.linalg.norm(bone) * askew * (1 - np.cos(abs(speed) / 60))
        for bone, askew, speed in zip(BONES, bones_across, speeds, strict=True)
    )
    np.testing.assert_allclose(found.positions, expected, atol=slack + 1e-5)
    lengths = np.linalg.norm(np.diff(found.positions, axis=1), axis=2)
    np.testing.assert_allclose(lengths, np.linalg.norm(BONES, axis=1)[None].repeat(len(lengths), 0), atol=1e-5)


def test_whole_steps_take_frames_as_they_are():
    positions = np.random.default_rng(0).normal(size=(13, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(resample(Motion(positions, 60, ARM), 20).positions, positions[::3])
