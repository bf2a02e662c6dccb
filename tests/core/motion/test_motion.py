"""Cutting a motion by seconds, its people, and the root of a skeleton."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionpatches.app.export.jobs import motion_of
from motionpatches.app.export.plan import Item, Plan
from motionpatches.core.library.library import Clip, Library, Reader, crop_to_range
from motionpatches.core.motion.motion import Motion, caption_range, frame_range
from motionpatches.core.motion.skeleton import KIT21, SMPL22, Skeleton

ONE_JOINT = Skeleton(("root",), (-1,))


def counting(frames: int, fps: float) -> Motion:
    """A motion whose positions are the numbers of its frames."""
    return Motion(np.repeat(np.arange(frames, dtype=np.float32), 3).reshape(frames, 1, 3), fps, ONE_JOINT)


def frames_of(motion: Motion) -> list[int]:
    return motion.positions[:, 0, 0].astype(int).tolist()


@pytest.mark.parametrize("fps", [12.5, 20, 23.976, 30, 59.94, 100, 120])
def test_bounds_are_the_nearest_frames(fps):
    """Against the distance to the time of every frame."""
    motion, times = counting(80, fps), np.arange(81) / fps
    for start, end in np.random.default_rng(0).uniform(0, 80 / fps, (100, 2)).round(2):
        first = int(np.abs(times[:80] - start).argmin())
        last = max(int(np.abs(times - end).argmin()), first + 1) if end else 80
        if min(abs(abs(times * fps - bound * fps) - 0.5).min() for bound in (start, end)) > 1e-6:
            assert frames_of(motion.cut(start, end)) == list(range(first, last))


def test_a_time_that_is_no_binary_fraction_keeps_its_frame():
    """0.29 * 100 is 28.999999999999996."""
    assert frames_of(counting(100, 100).cut(0.29, 0.58)) == list(range(29, 58))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, (0, 10)),
        (0.5, 0, (5, 10)),
        (0.5, 0.5, (5, 6)),
        (0.5, 0.2, (5, 6)),
        (7, 0, (9, 10)),
        (7, 9, (9, 10)),
        (-1, 99, (0, 10)),
    ],
)
def test_a_range_holds_at_least_one_frame_and_stays_in_the_take(start, end, expected):
    assert frame_range(start, end, 10, 10) == expected


@pytest.mark.parametrize(
    ("start", "end", "fps", "expected"),
    [
        (1.97, 3.99, 20, (39, 79)),  # 39.4 and 79.8; the nearest frames are 39 and 80
        (2.49, 0, 20, (49, 100)),
        (2.32, 4.56, 12.5, (28, 56)),  # 2.32 * 12.5 is 28.999999999999996
        (0.99, 1.0, 20, (19, 20)),
        (1.0, 1.01, 20, (20, 21)),
        (7.0, 99.0, 20, (99, 100)),
        (1e308, 1.5e308, 20, (99, 100)),
    ],
)
def test_ranges_of_captions_are_cut_as_the_data_sets_define_them(start, end, fps, expected):
    """int(start * fps) to int(end * fps), by hand; at least one frame of the take's 100."""
    assert caption_range(start, end, fps, 100) == expected


def test_clip_and_export_of_a_range_are_the_same_frames():
    motion = counting(100, 100)
    whole = Clip("a", Path("a"), ("walks",), "", 1.0)
    library = Library(Path("a"), "a", "", (whole,), Reader(lambda clip: motion))
    for start, end in [(0.29, 0.58), (0.28, 0.57), (0.07, 0.14), (0, 0.29), (0.55, 0), (0.999, 0)]:
        clip = replace(whole, start_s=start, end_s=end)
        assert frames_of(motion_of(library, Item("a", "", start, end), Plan("npz"))) == frames_of(crop_to_range(motion, clip))


def test_a_pair_is_cut_together_and_comes_apart():
    one = counting(20, 10)
    pair = replace(one, partner=replace(one, positions=one.positions + 100))
    first, second = pair.cut(0.5, 1.0).people
    assert frames_of(first) == list(range(5, 10)) and frames_of(second) == list(range(105, 110))
    assert first.partner is None and one.people == (one,)


def test_the_root_is_where_the_torso_begins():
    late = Skeleton(("marker", *SMPL22.joint_names), (-1, -1, *(p + 1 for p in SMPL22.parents[1:])))
    assert late.root == 0, "unknown body parts"
    assert replace(late, chains=tuple(tuple(j + 1 for j in chain) for chain in SMPL22.chains)).root == 1
    assert KIT21.joint_names[KIT21.root] == "root"
