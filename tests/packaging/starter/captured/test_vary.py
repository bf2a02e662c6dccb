"""Variations of captured clips: packaging/starter/captured/vary.py."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.motion.canonical import rotate_y
from motionpatches.core.motion.skeleton import LEFT_ARM, SMPL22
from motionpatches.packaging.starter.captured.takes import CapturedClip, Row
from motionpatches.packaging.starter.captured.vary import (
    at_speed,
    below,
    cut_ends,
    excerpt,
    mirrored,
    noisy,
    on_the_floor,
    placed,
    posed,
    variation,
)

J = {name: i for i, name in enumerate(SMPL22.joint_names)}
ARM = [J["left_elbow"], J["left_wrist"]]


@pytest.fixture
def clip(smpl_motion) -> CapturedClip:
    row = Row("cmu", "02_01", 0, 0, "wave", "label", ("waves the left hand", "a wave to the right"))
    return CapturedClip(row, smpl_motion, "cmu/02_01")


def lengths(motion) -> np.ndarray:
    bones = motion.skeleton.bones
    return np.linalg.norm(motion.positions[:, bones[:, 1]] - motion.positions[:, bones[:, 0]], axis=2)


def test_speed_changes_the_number_of_frames_and_no_bone(smpl_motion):
    assert at_speed(smpl_motion, 1.25).frame_count == 48  # 60 frames: 59 steps of 1.25
    slow = at_speed(smpl_motion, 0.7)
    assert slow.frame_count == 85 and slow.fps == 20
    assert np.allclose(lengths(slow), lengths(smpl_motion)[:1], atol=1e-4)
    assert np.allclose(slow.positions[-1], smpl_motion.positions[(58.8).__floor__()], atol=0.1)


def test_an_excerpt_of_a_long_motion_starts_anywhere(smpl_motion):
    rng = np.random.default_rng(2)
    assert excerpt(smpl_motion, 3.0, rng).frame_count == excerpt(smpl_motion, 9.0, rng).frame_count == 60
    found = [excerpt(smpl_motion, 2.0, rng) for _ in range(200)]
    assert {part.frame_count for part in found} == {40}
    starts = {int(np.abs(smpl_motion.positions[:, 0] - part.positions[0, 0]).sum(axis=1).argmin()) for part in found}
    assert min(starts) == 0 and max(starts) == 20


def test_cut_ends_keep_a_short_clip(smpl_motion):
    assert cut_ends(smpl_motion, 0.1, 0.05).positions.shape[0] == 51  # 6 of 60 at the start and 3 at the end
    assert np.array_equal(cut_ends(smpl_motion, 0.1, 0).positions, smpl_motion.positions[6:])
    assert cut_ends(smpl_motion.crop(0, 17), 0.12, 0.12).frame_count == 16  # 0.8 s
    assert cut_ends(smpl_motion.crop(0, 10), 0.12, 0.12).frame_count == 10


def test_what_hangs_on_a_joint_is_found_in_any_order():
    assert below(SMPL22.parents, J["left_shoulder"]) == sorted(ARM)
    assert below((1, -1, 0, 2, 0), 0) == [2, 3, 4]
    assert below((1, -1, 0), 2) == []


def test_an_arm_turns_about_the_shoulder_as_seen_from_the_body(smpl_motion):
    """A hanging arm turned 90 degrees about the axis ahead lies level to the body's left, whichever way the body faces."""
    vectors = np.zeros((5, 3))
    vectors[LEFT_ARM] = [0, 0, np.pi / 2]
    still = smpl_motion.positions[:1].repeat(3, axis=0).copy()
    shoulder = J["left_shoulder"]
    for number, joint in enumerate(ARM, start=1):
        still[:, joint] = still[:, shoulder] + np.array([0, -0.3 * number, 0])
    for angle in (0.0, 0.7, 2.5):
        body = replace(smpl_motion, positions=rotate_y(still, angle).astype(np.float32))
        turned = posed(body, vectors)
        wanted = rotate_y(np.array([[0.6, 0, 0]], np.float32), angle)[0]
        assert np.allclose(turned.positions[:, ARM[-1]] - turned.positions[:, shoulder], wanted, atol=0.06)
        assert np.allclose(lengths(turned), lengths(body), atol=1e-5)
        rest = [j for j in range(22) if j not in ARM]
        assert np.allclose(turned.positions[:, rest], body.positions[:, rest], atol=1e-6)


def test_no_angle_is_no_change(smpl_motion):
    assert np.allclose(posed(smpl_motion, np.zeros((5, 3))).positions, smpl_motion.positions, atol=1e-5)


def test_mirrored_twice_is_the_same_motion_with_the_same_words(smpl_motion):
    words = ("turns left, right hand up", "walk")
    once, swapped = mirrored(smpl_motion, words)
    assert swapped == ("turns right, left hand up", "walk")
    assert np.array_equal(once.positions[..., 0], -smpl_motion.positions[..., 0])
    assert once.skeleton.chains[LEFT_ARM] == smpl_motion.skeleton.chains[3]
    twice, again = mirrored(once, swapped)
    assert again == words and np.array_equal(twice.positions, smpl_motion.positions) and twice.skeleton == smpl_motion.skeleton


def test_place_and_floor(smpl_motion):
    high = replace(smpl_motion, positions=smpl_motion.positions + np.array([30, 5, 0], np.float32))
    there = placed(on_the_floor(high), np.random.default_rng(1))
    assert there.positions[..., 1].min() == pytest.approx(0, abs=1e-5)
    root = there.positions[:, 0, ::2]
    assert np.abs((root.max(axis=0) + root.min(axis=0)) / 2).max() <= 2
    assert np.allclose(lengths(there), lengths(smpl_motion), atol=1e-4)
    moved = np.linalg.norm(np.diff(there.positions[:, 0], axis=0), axis=1)
    assert np.allclose(moved, np.linalg.norm(np.diff(smpl_motion.positions[:, 0], axis=0), axis=1), atol=1e-4)


def test_noise_is_small_and_not_always_there(smpl_motion):
    changes = [np.abs(noisy(smpl_motion, np.random.default_rng(s)).positions - smpl_motion.positions).max() for s in range(60)]
    assert 15 < sum(change == 0 for change in changes) < 45 and max(changes) < 0.05


def test_a_variation_is_made_alone_from_its_numbers(clip):
    motion, captions = variation(clip, 4, 2, 9)
    for other in range(3):
        variation(clip, other, 0, 9)
    same, words = variation(clip, 4, 2, 9)
    assert np.array_equal(motion.positions, same.positions) and captions == words and motion.fps == 20
    for numbers in ((5, 2, 9, 0), (4, 3, 9, 0), (4, 2, 8, 0), (4, 2, 9, 1)):
        assert not np.array_equal(variation(clip, *numbers)[0].positions, motion.positions)


def test_variations_mirror_half_of_the_clips_and_stay_within_their_bounds(clip):
    made = [variation(clip, 0, number, 1) for number in range(80)]
    swapped = sum(captions == ("waves the right hand", "a wave to the left") for _, captions in made)
    assert 25 < swapped < 55 and swapped + sum(captions == clip.row.captions for _, captions in made) == 80
    frames = [motion.frame_count for motion, _ in made]
    assert min(frames) >= 60 / 1.4 * 0.75 and max(frames) <= 60 / 0.7 + 1 and max(frames) > 1.5 * min(frames)
    for motion, _ in made:
        assert motion.positions.dtype == np.float32 and np.isfinite(motion.positions).all()
        assert -0.05 < motion.positions[..., 1].min() < 0.05 and 1.0 < np.ptp(motion.positions[..., 1]) < 2.6
        assert len(motion.skeleton.chains) == 5
    assert len({motion.skeleton.joint_count for motion, _ in made}) > 8


def test_words_of_pace_keep_the_pace(clip):
    paced = replace(clip, row=replace(clip.row, captions=("walks slowly",)))
    uncut = [60 / variation(paced, 0, number, 1)[0].frame_count for number in range(40)]
    free = [60 / variation(clip, 0, number, 1)[0].frame_count for number in range(40)]
    assert max(uncut) / min(uncut) < 1.75 < max(free) / min(free)


def test_half_of_the_long_clips_are_cut_short_but_a_change_of_movement_stays_whole(clip):
    """Eleven seconds: short ones have 6 s at most; 0.76 times 11 s are left where both ends are cut most."""
    positions = np.resize(clip.motion.positions, (220, *clip.motion.positions.shape[1:]))
    long = replace(clip, motion=replace(clip.motion, positions=positions, fps=20.0))
    paced = replace(long, row=replace(long.row, captions=("waves slowly",)))
    changes = replace(paced, row=replace(paced.row, action="wave and stop"))
    seconds = np.array([variation(paced, 0, number, 1)[0].duration_s for number in range(40)])
    assert 10 <= (seconds < 6.1).sum() <= 30 and (seconds > 7).sum() == (seconds >= 6.1).sum()
    assert min(variation(changes, 0, number, 1)[0].duration_s for number in range(10)) > 7
