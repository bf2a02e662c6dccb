"""The time of each tile: played, standing, and under the mouse."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.views.tile_clock import REST_S, TileClock
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.search.gallery import Hit


class Plays:
    """A clock that stands or plays, wrapped by a length."""

    def __init__(self, playing):
        self.playing, self.clock_s, self.speed = playing, 3.3, 1.0

    wrapped = Playback.wrapped
    loop = True


def result(high=(70,), frames=100, start_s=0.0, end_s=0.0):
    """A take of 20 frames a second whose hand is up at some frames."""
    positions = np.zeros((frames, 22, 3), np.float32)
    positions[:, :, 1] = np.arange(22) / 20
    for frame in high:
        positions[max(frame - 4, 0) : frame + 5, 20, 1] = 2
    motion = Motion(positions, 20.0, Skeleton(SMPL22.joint_names, SMPL22.parents))
    return Result(Hit(1, "a", 0.5, start_s, end_s), Clip("a", None), motion)


@pytest.fixture
def now():
    return [100.0]


def clock(playing, now, always=False):
    return TileClock(Plays(playing), always, lambda: now[0])


def test_while_all_play_tiles_move_together(now):
    tiles = clock(True, now)
    assert tiles.time_s(result()) == pytest.approx(3.3)
    assert tiles.time_s(result(frames=40)) == pytest.approx(1.3), "by its own length"
    assert tiles.time_s(result(start_s=2.0, end_s=4.0)) == pytest.approx(2 + 1.3), "a long take from its best moment on"


def test_while_all_stand_each_shows_its_most_telling_pose(now):
    tiles = clock(False, now)
    assert tiles.time_s(result(high=(70,))) == pytest.approx(3.5, abs=0.2)
    assert tiles.time_s(result(high=(30,))) == pytest.approx(1.5, abs=0.2)
    inside = result(high=(20, 30, 70), start_s=3.0, end_s=4.5)
    assert tiles.time_s(inside) == pytest.approx(3.5, abs=0.2), "of its best moment, not of the whole take"


@pytest.mark.parametrize("playing", [True, False])
def test_the_mouse_scrubs_and_rests(now, playing):
    tiles, one, other = clock(playing, now), result(), result()
    before = tiles.time_s(other)
    tiles.scrub(one, 0.25)
    assert tiles.time_s(one) == pytest.approx(1.25, abs=0.01) and tiles.time_s(other) == before
    now[0] += REST_S
    tiles.scrub(one, 0.75)
    assert tiles.time_s(one) == pytest.approx(3.75, abs=0.01)
    now[0] += REST_S + 1.0
    assert tiles.time_s(one) == pytest.approx(4.75, abs=0.01), "it plays on"
    now[0] += 1.0
    assert tiles.time_s(one) == pytest.approx(0.75, abs=0.01), "from the start again"
    tiles.scrub(None)
    assert tiles.time_s(one) == before


def test_the_end_of_a_tile_is_the_end_of_its_motion(now):
    tiles, one = clock(False, now), result()
    tiles.scrub(one, 1.3)
    assert 4.9 < tiles.time_s(one) < 5.0
    tiles.scrub(one, -0.2)
    assert tiles.time_s(one) == 0.0


def test_a_preview_plays_though_all_stand(now):
    tiles, one = clock(False, now, always=True), result()
    tiles.scrub(None)
    now[0] += 1.5
    assert tiles.moves and tiles.time_s(one) == pytest.approx(1.5)
    assert not clock(False, now).moves


def test_a_slow_clock_plays_on_slowly(now):
    tiles, one = clock(False, now), result()
    tiles.playback.speed = 0.5
    tiles.scrub(one, 0.0)
    now[0] += REST_S + 1.0
    assert tiles.time_s(one) == pytest.approx(0.5)
