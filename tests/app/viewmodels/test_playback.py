"""The clock: it counts up, and each view wraps it by its own length."""

import time

import pytest

from motionpatches.app.viewmodels.playback import PATIENCE_S, Playback
from tests.lanes import heard, rest


@pytest.fixture
def still(playback):
    playback.show(2.0, 20.0)
    return playback


def test_it_ticks_in_real_time(still):
    still.toggle()
    ticks = heard(still.ticked)
    rest(0.3)
    assert still.time_s == pytest.approx(0.3, abs=0.1) and len(ticks) >= 5


def test_twice_the_speed_is_twice_the_time(still):
    still.set_speed(2.0)
    still.toggle()
    rest(0.3)
    assert still.time_s == pytest.approx(0.6, abs=0.2)


def test_busy_lanes_slow_the_frames_but_not_the_clock():
    busy = Playback(lambda: True, lambda: False)
    busy.show(2.0, 20.0)
    rest(0.4)
    assert busy.time_s == pytest.approx(0.4, abs=0.15)


def test_an_urgent_query_goes_before_frames():
    free, urgent = Playback(), Playback(lambda: False, lambda: True)
    ticks = heard(free.ticked), heard(urgent.ticked)
    rest(0.4)
    assert len(ticks[1]) <= 4 < len(ticks[0])


def test_the_last_frame_will_do_while_a_query_has_no_answer_but_not_for_long(monkeypatch):
    now, asked = [10.0], [True]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    playback = Playback(asked=lambda: asked[0])
    now[0] += PATIENCE_S / 2
    assert playback.holds()
    asked[0] = False
    assert not playback.holds()
    asked[0] = True
    playback.playing = False
    assert not playback.holds(), "what stands moves for a user alone"
    playback.playing = True
    now[0] += PATIENCE_S
    assert not playback.holds()


def test_the_clock_is_wrapped_by_each_length(still):
    still.clock_s = 5.0
    assert still.time_s == pytest.approx(1.0) and still.wrapped(3.0) == pytest.approx(2.0) and still.wrapped(0) == 0
    still.set_loop(False)
    still.clock_s = 5.0
    assert still.time_s == 2.0


def test_without_a_loop_it_stops_at_the_end_and_begins_again(still):
    still.set_loop(False)
    still.seek(1.95)
    still.toggle()
    rest(0.3)
    assert not still.playing and still.time_s == 2.0
    still.toggle()
    assert still.playing and still.time_s < 0.1


def test_steps_are_frames_and_stay_within_the_motion(still):
    still.seek(0.5)
    still.step(1)
    assert still.frame == 11 and not still.playing
    still.step(-100)
    assert still.frame == 0
    still.step(100)
    assert still.frame == 39


def test_a_marked_range_is_played_in_a_loop(still):
    still.seek(0.5)
    still.mark(False)
    still.seek(1.0)
    still.mark(True)
    assert still.range_s == pytest.approx((0.5, 1.0))
    still.seek(1.5)
    still.toggle()
    rest(0.1)
    assert 0.45 <= still.time_s <= 1.0
    still.clear_range()
    assert still.range_s is None


def test_a_range_turned_round_begins_anew(still):
    still.seek(1.0)
    still.mark(False)
    still.seek(0.4)
    still.mark(True)
    assert still.range_s == pytest.approx((0.0, 0.4))
