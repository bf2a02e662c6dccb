"""Clean-up on the way out, against values computed by hand and slow twins."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.export.clean_up import CleanUp, clean_motion, gaussian, in_place, loop, smooth, trim
from motionpatches.core.export.feet import lock_feet, move_feet, to_floor
from motionpatches.core.export.write import write_motion
from motionpatches.core.motion.curves import foot_contacts, spans
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, SMPL22, Skeleton
from motionpatches.core.motion.turns import Turns

PELVIS, LEFT_HIP, RIGHT_HIP, LEFT_KNEE, LEFT_ANKLE, LEFT_FOOT, RIGHT_FOOT = 0, 1, 2, 4, 7, 10, 11


def lengths(motion):
    bones = motion.skeleton.bones
    return np.linalg.norm(motion.positions[:, bones[:, 1]] - motion.positions[:, bones[:, 0]], axis=2)


def dots(places, fps=10.0, partner=None):
    """A motion of one joint."""
    return Motion(np.array(places, np.float32)[:, None], fps, Skeleton(("a",), (-1,)), "dots", partner=partner)


def test_trim_cuts_frames_at_both_ends():
    motion = dots([(i, 0, 0) for i in range(10)])
    assert trim(motion, 0.2, 0.3).positions[:, 0, 0].tolist() == [2, 3, 4, 5, 6]
    assert trim(motion, 0, 0) is motion
    with pytest.raises(StudioError, match=r"Nothing is left of dots, 1.00 s long"):
        trim(motion, 0.5, 0.5)


def test_a_gaussian_against_a_sum_by_hand():
    values = np.array([0.0, 0, 8, 0, 0, 0, 0])[:, None]
    weights = [np.exp(-0.5 * (k / 0.5) ** 2) for k in (-2, -1, 0, 1, 2)]
    total = sum(weights)
    expected = [0.0] * 7
    for at in (1, 2, 3, 4):
        expected[at] = 8 * weights[at - 2 + 2] / total
    # At the first frame the mirrored value before it, -8, takes away what the 8 adds.
    np.testing.assert_allclose(gaussian(values, 0.5)[:, 0], expected, atol=1e-12)
    line = np.arange(9.0)[:, None]
    np.testing.assert_allclose(gaussian(line, 3.0), line, atol=1e-12)


def test_smoothing_takes_noise_away_and_keeps_bones(smpl_motion):
    rng = np.random.default_rng(0)
    noisy = replace(smpl_motion, positions=smpl_motion.positions + rng.normal(0, 0.01, smpl_motion.positions.shape))
    found = smooth(noisy, 0.1)

    def jitter(motion):
        return np.abs(np.diff(motion.positions, 2, axis=0)).mean()

    assert jitter(found) < 0.25 * jitter(noisy)
    assert np.abs(lengths(smooth(smpl_motion, 0.1)) - lengths(smpl_motion)).max() < 1e-4
    straight = dots([(i, 1, 0) for i in range(20)])
    np.testing.assert_allclose(smooth(straight, 0.3).positions, straight.positions, atol=1e-5)
    assert smooth(smpl_motion, 0) is smpl_motion


def test_a_loop_has_no_jump_at_its_seam():
    """One joint at a steady pace: the path is blended with itself, and the next round continues it."""
    found = loop(dots([(0.1 * i, 1, 0) for i in range(30)]), 1.0)
    np.testing.assert_allclose(found.positions[:, 0, 0], 0.1 * np.arange(20), atol=1e-5)
    # A height that jumps from 9 back to 0: the first frame is where frame 8 leads on to, 8 and not 0.
    ramp = loop(dots([(0, i, 0) for i in range(10)]), 0.2).positions[:, 0, 1]
    np.testing.assert_allclose(ramp, [8, 0.5 * 9 + 0.5 * 1, 2, 3, 4, 5, 6, 7])


def test_a_looped_walk_keeps_bones_and_repeats_smoothly(smpl_motion):
    part = smpl_motion.crop(0, 52)
    found = in_place(loop(part, 0.4))
    assert found.frame_count == 52 - 8
    np.testing.assert_allclose(lengths(found), lengths(part)[8:], atol=1e-4)
    steps = np.linalg.norm(np.diff(np.concatenate([found.positions, found.positions[:1]]), axis=0), axis=2).max(axis=1)
    before = in_place(part).positions
    assert np.linalg.norm(before[0] - before[-1], axis=1).max() > 0.3, "the walk as it is does not repeat"
    assert steps[-1] < 1.5 * steps[:-1].max()


def test_a_loop_of_a_turning_walk_is_turned_back(smpl_motion):
    """The same walk on a circle: in place and seen from where it faces, the seam is as small as on a straight line."""
    angle = np.linspace(0, 2, smpl_motion.frame_count)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.stack([c, 0 * c, s, 0 * c, 1 + 0 * c, 0 * c, -s, 0 * c, c], 1).reshape(-1, 3, 3)
    turned = replace(smpl_motion, positions=np.einsum("tij,tkj->tki", turn, in_place(smpl_motion).positions).astype(np.float32))
    found, plain = loop(turned, 0.4).positions, loop(in_place(smpl_motion), 0.4).positions
    # The first frame is that of 8 before the end, turned back to where the body then faces.
    middle = 4
    back = angle[middle] - angle[-8 + middle] + angle[-8]
    expected = plain[0] @ np.array([[np.cos(back), 0, np.sin(back)], [0, 1, 0], [-np.sin(back), 0, np.cos(back)]]).T
    np.testing.assert_allclose(found[0], expected, atol=2e-3)


def test_in_place_keeps_heights_and_the_distance_of_two_people():
    other = dots([(5 + i, 2, 3) for i in range(4)])
    found = in_place(dots([(i, i, 2 * i) for i in range(4)], partner=other))
    assert found.positions[:, 0].tolist() == [[0, i, 0] for i in range(4)]
    assert found.partner.positions[:, 0].tolist() == [[5, 2, 3 - 2 * i] for i in range(4)]


def sliding(motion, speed=0.2):
    """The motion drifting sideways."""
    drift = (np.arange(motion.frame_count) / motion.fps * speed)[:, None, None] * np.array([1, 0, 0])
    return replace(motion, positions=(motion.positions + drift).astype(np.float32))


def slide(motion, contacts):
    """Metres that a standing foot's tip moves over the ground, at most, while it stands."""
    found = []
    for foot, part in enumerate((RIGHT_LEG, LEFT_LEG)):
        tip = motion.positions[:, SMPL22.chains[part][-1]][:, [0, 2]]
        found += [float(np.linalg.norm(tip[a:b] - tip[a], axis=1).max()) for a, b in spans(contacts[:, foot])]
    return max(found)


def test_locked_feet_do_not_slide_and_bones_keep_their_length(smpl_motion):
    motion = sliding(smpl_motion)
    contacts = foot_contacts(motion)
    found = lock_feet(motion)
    assert slide(motion, contacts) > 0.03 and slide(found, contacts) < 1e-3
    np.testing.assert_allclose(lengths(found), lengths(motion), atol=1e-4)
    rest = [j for j in range(22) if j not in (*SMPL22.chains[RIGHT_LEG][2:], *SMPL22.chains[LEFT_LEG][2:])]
    np.testing.assert_array_equal(found.positions[:, rest], motion.positions[:, rest])
    steps, before = (np.linalg.norm(np.diff(m.positions[:, LEFT_FOOT], axis=0), axis=1).max() for m in (found, motion))
    assert steps < 1.5 * before, "a foot does not jump where it begins to stand"


def test_a_knee_moves_as_the_law_of_cosines_says():
    """Thigh and shin of 0.4 m, hip 0.7 m over the ankle; the ankle goes 0.1 m up."""
    names, parents = SMPL22.joint_names, SMPL22.parents
    p = np.zeros((1, 22, 3))
    for hip, knee, ankle, foot, x in ((1, 4, 7, 10, 0.1), (2, 5, 8, 11, -0.1)):
        p[0, hip], p[0, ankle], p[0, foot] = (x, 0.8, 0), (x, 0.1, 0), (x, 0.05, 0.15)
        p[0, knee] = (x, 0.45, np.sqrt(0.4**2 - 0.35**2))
    p[0, 0] = (0, 0.85, 0)
    for joint, y in ((3, 1.0), (6, 1.1), (9, 1.2), (12, 1.4), (15, 1.5)):
        p[0, joint] = (0, y, 0)
    for side, joints in ((1, (13, 16, 18, 20)), (-1, (14, 17, 19, 21))):
        for x, joint in zip((0.05, 0.2, 0.45, 0.7), joints, strict=True):
            p[0, joint] = (side * x, 1.35, 0)
    motion = Motion(np.repeat(p, 3, 0).astype(np.float32), 20.0, Skeleton(names, parents, SMPL22.chains))
    up = np.array([[0, 0.1, 0], [0, 0, 0], [0, -0.5, 0]])
    found = move_feet(motion, {LEFT_LEG: up}).positions
    np.testing.assert_allclose(found[0, LEFT_KNEE], [0.1, 0.5, np.sqrt(0.4**2 - 0.3**2)], atol=1e-5)
    np.testing.assert_allclose(found[0, LEFT_ANKLE], [0.1, 0.2, 0], atol=1e-5)
    np.testing.assert_allclose(found[0, LEFT_FOOT], [0.1, 0.15, 0.15], atol=1e-5)
    np.testing.assert_array_equal(found[1], motion.positions[1])
    # Out of reach: the leg is straight, 0.8 m long.
    np.testing.assert_allclose(found[2, LEFT_ANKLE], [0.1, 0.0, 0], atol=1e-4)
    np.testing.assert_array_equal(found[:, 2], motion.positions[:, 2])


def test_the_floor_is_at_the_feet_and_no_foot_is_below_it(smpl_motion):
    high = smpl_motion.positions + np.float32([0, 0.3, 0])
    high[20, [LEFT_ANKLE, LEFT_FOOT], 1] -= 0.1
    found = to_floor(replace(smpl_motion, positions=high))
    feet = found.positions[:, [LEFT_ANKLE, 8, LEFT_FOOT, RIGHT_FOOT], 1]
    assert feet.min() > -1e-3
    np.testing.assert_allclose(np.percentile(found.positions[..., 1].min(axis=1), 1), 0, atol=0.03)
    assert abs(found.positions[:, PELVIS, 1].mean() - smpl_motion.positions[:, PELVIS, 1].mean()) < 0.05
    dot = to_floor(dots([(0, 3 + (i > 4), 0) for i in range(200)]))
    assert set(dot.positions[:, 0, 1]) == {0, 1}, "what has no legs is moved as a whole"


def test_a_rig_without_known_legs_says_so(smpl_motion):
    unknown = replace(smpl_motion, skeleton=replace(SMPL22, chains=()))
    with pytest.raises(StudioError, match="legs of this rig are not known"):
        clean_motion(unknown, CleanUp(foot_lock=True))


def test_steps_are_done_one_after_the_other(smpl_motion):
    chosen = CleanUp(0.5, 0.25, 0.05, True, True, 0.4, True)
    found = clean_motion(smpl_motion, chosen)
    expected = in_place(loop(to_floor(lock_feet(smooth(trim(smpl_motion, 0.5, 0.25), 0.05))), 0.4))
    np.testing.assert_array_equal(found.positions, expected.positions)
    assert found.frame_count == 60 - 10 - 5 - 8 and clean_motion(smpl_motion, CleanUp()) is smpl_motion


def turned_about_y(motion, angles, offset=0.0):
    """The motion with rotations of its joints, all about the vertical by angles (T,)."""
    half = (angles + offset) / 2
    quaternions = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)[:, None]
    rest = motion.positions[0]
    return replace(motion, turns=Turns(np.repeat(quaternions, motion.skeleton.joint_count, 1).astype(np.float32), rest))


def test_rotations_of_the_file_are_looped_and_smoothed_too(smpl_motion):
    """Turns about the vertical, as angles: a loop blends the last ones into the first, and noise is smoothed away."""
    straight = in_place(smpl_motion)
    angles = np.linspace(0.2, 1.4, 60)
    found = loop(turned_about_y(straight, angles), 0.4).turns.quaternions[:, 3]
    back = 2 * np.arctan2(found[:, 1], found[:, 3])
    share = np.arange(8) / 8
    weight = share * share * (3 - 2 * share)
    np.testing.assert_allclose(back[8:], angles[8:52], atol=1e-5)
    # The body faces the same way at both ends, up to how it sways.
    np.testing.assert_allclose(back[:8], angles[52:] * (1 - weight) + angles[:8] * weight, atol=0.05)
    noisy = angles + np.random.default_rng(0).normal(0, 0.05, 60)
    turns = turned_about_y(straight, noisy).turns
    turns.quaternions[::3] *= -1  # the same rotations
    smoothed = smooth(replace(straight, turns=turns), 0.15).turns.quaternions[:, 5]
    assert np.abs(np.diff(2 * np.arctan2(smoothed[:, 1], smoothed[:, 3]), 2)).mean() < 0.2 * np.abs(np.diff(noisy, 2)).mean()


def test_a_looped_take_keeps_the_twist_of_its_file(shared):
    """A captured take with rotations: after a loop they still fit, so that they and not the positions give the pose."""
    from motionpatches.core.library.open import open_library
    from motionpatches.core.library.own_rotations import load_with_rotations
    from motionpatches.core.progress import run
    from motionpatches.core.retarget import from_turns

    library = run(open_library(shared / "capture" / "cmu" / "02_01.bvh"))
    motion = load_with_rotations(library, library.clips[0].id).crop(0, 90)
    assert motion.turns is not None
    looped = clean_motion(motion, CleanUp(smooth_s=0.02, loop_s=0.4, foot_lock=True))
    assert len(looped.turns.quaternions) == looped.frame_count < 90
    by_file, whole = from_turns._pose(looped, looped.turns), from_turns._pose(motion, motion.turns)
    assert by_file is not None and whole is not None
    np.testing.assert_allclose(by_file.positions, looped.positions, atol=1e-5)
    hand = motion.skeleton.chains[3][-2]
    blend = 90 - looped.frame_count
    apart = whole.turns[blend : looped.frame_count, hand].swapaxes(1, 2) @ by_file.turns[blend:, hand]
    angle = np.arccos(np.clip((np.trace(apart, axis1=1, axis2=2) - 1) / 2, -1, 1))
    assert np.median(angle) < 0.1, "the wrist is turned as before, but for the smoothing"


@pytest.mark.filterwarnings("ignore:pkg_resources:UserWarning", "ignore::DeprecationWarning")
def test_other_readers_find_the_cleaned_up_motion(smpl_motion, tmp_path):
    """FBX by ufbx, glTF by accessors read one by one, BVH by bvhtoolbox: to 1 mm."""
    from tests.benchmarks.__main__ import _bvhtoolbox_positions
    from tests.core.export.test_fbx import by_ufbx, same_joints
    from tests.core.export.test_gltf import same_joints as same_gltf

    motion = clean_motion(sliding(smpl_motion), CleanUp(0.2, 0.0, 0.05, True, True, 0.4, True))
    for suffix in (".fbx", ".glb", ".bvh"):
        write_motion(motion, tmp_path / f"a{suffix}")
    settings, rows = by_ufbx(tmp_path / "a.fbx", motion.frame_count)
    same_joints(motion, rows, settings[0])
    same_gltf(motion, (tmp_path / "a.glb").read_bytes(), frames=(0, 7, motion.frame_count - 1))
    for name, positions in _bvhtoolbox_positions(tmp_path / "a.bvh").items():
        joint = motion.skeleton.joint_names.index(name)
        np.testing.assert_allclose(positions / 100, motion.positions[:, joint], atol=1e-3)
