"""Dances are stepped with the weight, ways go where they are told, floor actions stay on the floor."""

import numpy as np
import pytest

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import LEFT, RIGHT, Tracks, make_body
from motionpatches.core.demo.choreography import Jump
from motionpatches.core.demo.footwork import Fall, tread
from motionpatches.core.demo.gait import RUN, WALK, between
from motionpatches.core.demo.journey import TRACKS, Leg, cut, journey, resampled
from motionpatches.core.demo.library import ACTIONS, Choice, make_clip
from motionpatches.packaging.starter.measure.realism import slides

BY_NAME = {a.name: a for a in ACTIONS}
STEPPED = ("salsa", "salsa turn", "waltz", "indian dance", "ballet", "pirouette", "leap", "skip", "side step", "modern dance")
CHANGED = ("walk then run", "run and stop", "run and turn", "run and turn around", "walk to crouch", "crouch to run", "sweep")
FLOOR = ("crawl", "low crawl", "crawl backward", "lie on back", "lie on belly", "lie on side", "sleep", "roll over")


def clip(name, seed=3, side=None):
    action = BY_NAME[name]
    side = action.sides[0] if side is None else side
    return make_clip([Choice(action, side, action.counts[0])], np.random.default_rng(seed)).motion.positions.astype(float)


@pytest.mark.parametrize("name", STEPPED + CHANGED)
def test_feet_that_stand_do_not_slide(name):
    assert max(slides(clip(name))) < 0.02


@pytest.mark.parametrize("name", STEPPED + CHANGED + FLOOR)
def test_nothing_jumps_from_frame_to_frame(name):
    """20 m/s is faster than the foot of a sprinter."""
    assert np.linalg.norm(np.diff(clip(name), axis=0), axis=2).max() < 1.0


@pytest.mark.parametrize("name", FLOOR)
def test_who_crawls_or_lies_stays_low_with_a_level_trunk(name):
    p = clip(name)
    assert p[:, 0, 1].max() < 0.62 and np.abs(p[:, 12, 1] - p[:, 0, 1]).max() < 0.4


def test_a_crawl_goes_where_its_name_says():
    assert clip("crawl")[-1, 0, 2] > 0.5 and clip("low crawl")[-1, 0, 2] > 0.3
    assert max(clip("crawl backward", seed)[-1, 0, 2] for seed in range(4)) < -0.3


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
def test_a_pirouette_turns_to_the_named_side_in_whole_turns(side, sign):
    p = clip("pirouette", 5, side)
    across = p[:, 1] - p[:, 2]
    turned = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))[-1] / (2 * np.pi)
    assert sign * turned > 0.9 and abs(turned - round(turned)) < 0.05


def test_the_pelvis_is_over_the_foot_that_stands():
    tracks = Tracks(60, make_body())
    weight = tread(tracks, tracks.t, [Fall(0.5, LEFT, 0.4, seconds=0.4), Fall(1.3, RIGHT, 0.4, seconds=0.4)])
    in_air = (tracks.t > 0.65) & (tracks.t < 0.8)
    assert (weight[in_air] < 0.25).all() and weight[(tracks.t > 1.1) & (tracks.t < 1.25)].min() > 0.75
    # At the end it is between the feet, which stand as at the start, 0.4 m farther to the left.
    assert tracks.pelvis[-1, 0] == pytest.approx(0.4, abs=1e-6)
    np.testing.assert_allclose(tracks.ball[:, -1] - tracks.ball[:, 0], [[0.4, 0, 0]] * 2, atol=1e-9)


def test_a_flight_is_a_parabola_of_its_duration():
    t = np.linspace(0, 1, 201)
    height = Jump(0.2, 0.7).height(t)
    assert height.max() == pytest.approx(9.81 * 0.5**2 / 8, rel=1e-6) and height[t < 0.2].max() == 0
    np.testing.assert_allclose(np.diff(height[45:135], 2) / 0.005**2, -9.81, rtol=1e-6)


def test_a_way_is_as_long_and_turns_as_far_as_its_legs_say():
    m = Maker(make_body(), np.random.default_rng(0))
    tracks = journey(m, [Leg(3, 1.2, change_s=0.1), Leg(3, 1.2, np.pi / 2, change_s=0.1, turn_s=0.1), Leg(1, 0, change_s=0.1)])
    assert tracks.frames == 140 and tracks.yaw[-1] == pytest.approx(np.pi / 2, abs=0.02)
    np.testing.assert_allclose(tracks.pelvis[-1, [0, 2]], [3.6, 3.6], atol=0.2)
    # Backward is behind, facing ahead.
    back = journey(m, [Leg(3, 1.0, back=True), Leg(1, 0)])
    assert back.pelvis[-1, 2] < -2 and abs(back.yaw[-1]) < 0.05


def test_resampled_tracks_at_their_own_frames_are_the_same():
    tracks = journey(Maker(make_body(), np.random.default_rng(1)), [Leg(2, 1.2), Leg(1, 0)])
    same, held = resampled(tracks, np.arange(tracks.frames, dtype=float)), cut(tracks, 0.0, tracks.seconds + 1)
    assert held.frames == tracks.frames + 20
    for name in TRACKS:
        np.testing.assert_array_equal(getattr(same, name), getattr(tracks, name))
    np.testing.assert_array_equal(held.ball[:, -1], tracks.ball[:, -1])


def test_between_two_gaits_are_both_and_their_mean():
    assert between(WALK, RUN, 0.0) == WALK and between(WALK, RUN, 1.0) == RUN
    assert between(WALK, RUN, 0.5).lift == pytest.approx((WALK.lift + RUN.lift) / 2)
