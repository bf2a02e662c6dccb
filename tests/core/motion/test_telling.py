"""The most telling frame, on motions whose most telling frame is known."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.canonical import rotate_y
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, SMPL22, Skeleton
from motionpatches.core.motion.telling import telling_frame

FRAMES, FPS = 60, 20.0


@pytest.fixture
def standing():
    """60 frames of the demo's body upright, legs straight, arms hanging."""
    from motionpatches.core.demo.body import make_body

    offsets, pose = make_body().offsets, np.zeros((22, 3), np.float32)
    for joint in range(1, 22):
        pose[joint] = pose[SMPL22.parents[joint]] + offsets[joint]
    pose[:, 1] -= pose[:, 1].min()
    for arm in (RIGHT_ARM, LEFT_ARM):
        pose = turned(pose, SMPL22.chains[arm], [0, -1, 0])
    return Motion(np.repeat(pose[None], FRAMES, axis=0), FPS, SMPL22, "stand")


def turned(pose, chain, direction):
    """Return the pose with the last two bones of a limb along a direction."""
    pose = pose.copy()
    a, b, c = chain[-3:]
    for start, end in ((a, b), (b, c)):
        length = np.linalg.norm(pose[end] - pose[start])
        pose[end] = pose[start] + length * np.asarray(direction) / np.linalg.norm(direction)
    return pose


def with_limb(motion, part, direction, first, last):
    """Return the motion with a limb that goes in ten frames to a direction, stays there, and comes back."""
    chain, positions = SMPL22.chains[part], motion.positions.copy()
    hanging = positions[0, chain[-2]] - positions[0, chain[-3]]
    for frame in range(len(positions)):
        share = float(np.clip(min(frame - first + 10, last + 10 - frame) / 10, 0, 1))
        positions[frame] = turned(positions[frame], chain, hanging / np.linalg.norm(hanging) * (1 - share) + share * direction)
    return replace(motion, positions=positions)


def test_a_raised_hand_is_shown_while_it_is_up(standing):
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 30, 40)
    assert 29 <= telling_frame(up) <= 41
    assert up.positions[telling_frame(up), SMPL22.chains[RIGHT_ARM][-1], 1] > standing.positions[0, :, 1].max() - 0.2


def test_a_leg_that_kicks_counts_more_than_an_arm_that_stays_out(standing):
    """The arm is out all the time, so that it says nothing; mean and movement tell."""
    out = replace(standing, positions=np.stack([turned(p, SMPL22.chains[RIGHT_ARM], [-1, 0, 0]) for p in standing.positions]))
    kick = with_limb(out, RIGHT_LEG, np.array([0, 0.1, 1]), 20, 24)
    assert 17 <= telling_frame(kick) <= 27


def test_a_long_squat_after_a_short_stand(standing):
    """Squatting for most of the take: far from standing wins over far from the mean."""
    positions, depth = standing.positions.copy(), 0.4 * np.clip(np.arange(FRAMES) / 10, 0, 1)
    ankles_and_toes = [joint for leg in (RIGHT_LEG, LEFT_LEG) for joint in SMPL22.chains[leg][-2:]]
    positions[:, [j for j in range(22) if j not in ankles_and_toes], 1] -= depth[:, None]
    for leg in (RIGHT_LEG, LEFT_LEG):
        hip, knee, ankle = SMPL22.chains[leg][-4:-1]
        thigh, shin = (
            np.linalg.norm(standing.positions[0, a] - standing.positions[0, b]) for a, b in ((hip, knee), (knee, ankle))
        )
        gap = positions[:, hip, 1] - positions[:, ankle, 1]
        below = (gap**2 + thigh**2 - shin**2) / (2 * gap)
        positions[:, knee, 1] = positions[:, hip, 1] - below
        positions[:, knee, 2] = positions[:, hip, 2] + np.sqrt(np.maximum(thigh**2 - below**2, 0))
    assert telling_frame(replace(standing, positions=positions)) >= 10


def test_a_jump_is_shown_in_the_air(standing):
    height = np.maximum(0, 0.5 - ((np.arange(FRAMES) - 42) / 8) ** 2)
    jump = replace(standing, positions=standing.positions + height[:, None, None] * np.array([0, 1, 0], np.float32))
    assert abs(telling_frame(jump) - 42) <= 1


def test_where_a_body_goes_and_faces_says_nothing(standing):
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 30, 40)
    steps = np.stack([rotate_y(p, 0.05 * i) + np.array([0.1 * i, 0, -0.2 * i]) for i, p in enumerate(up.positions)])
    assert telling_frame(replace(up, positions=steps.astype(np.float32))) == telling_frame(up)


def test_a_rest_pose_in_front_is_never_shown(standing):
    """As converters write it: one T-pose, facing the other way, then the motion."""
    wave = with_limb(standing, RIGHT_ARM, np.array([0.0, -0.9, 0.45]), 30, 34)
    rest = wave.positions[0].copy()
    for arm, side in ((RIGHT_ARM, -1.0), (LEFT_ARM, 1.0)):
        rest = turned(rest, SMPL22.chains[arm], [side, 0, 0])
    both = replace(wave, positions=np.concatenate([rotate_y(rest, np.pi)[None], wave.positions]).astype(np.float32))
    assert 28 <= telling_frame(both) <= 37


def test_one_bad_frame_is_not_chosen(standing):
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 30, 40)
    up.positions[8, SMPL22.chains[RIGHT_ARM][-1]] += [0, 1.2, 0]
    assert 29 <= telling_frame(up) <= 41


def test_both_people_of_a_pair_count(standing):
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 40, 46)
    little = with_limb(standing, LEFT_ARM, np.array([0.2, -0.8, 0.5]), 12, 18)
    assert 38 <= telling_frame(replace(little, partner=up)) <= 48
    assert 38 <= telling_frame(replace(up, partner=little)) <= 48


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_and_still_motions_have_one(standing, frames):
    assert 0 <= telling_frame(replace(standing, positions=standing.positions[:frames])) < frames
    assert 0 <= telling_frame(standing) < FRAMES


def test_a_rig_without_body_parts(standing):
    rig = Skeleton(SMPL22.joint_names, SMPL22.parents)
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 30, 34)
    assert 28 <= telling_frame(replace(up, skeleton=rig)) <= 36


def test_a_long_take_costs_no_more_than_a_short_one(standing):
    """The hand is up for two seconds of half an hour; of 36,000 frames some are looked at."""
    many = replace(standing, positions=np.repeat(standing.positions[:1], 36_000, axis=0))
    up = with_limb(standing, RIGHT_ARM, np.array([-0.3, 1, 0]), 10, 50)
    many.positions[20_000:20_060] = up.positions
    assert 20_000 <= telling_frame(many) < 20_060
