"""What is made of key frames: nothing overshoots, the named limb acts, the other foot carries."""

import numpy as np
import pytest

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import make_body
from motionpatches.core.demo.curves import flow
from motionpatches.core.demo.fighter import GUARD
from motionpatches.core.demo.keyframes import Keyframes
from motionpatches.core.demo.library import ACTIONS, Choice, make_clip
from motionpatches.core.demo.solve import solve

ANKLES, WRISTS, BALLS = {"left": 7, "right": 8}, {"left": 20, "right": 21}, {"left": 10, "right": 11}
OTHER = {"left": "right", "right": "left"}


def clip(name, side, seed):
    action = next(a for a in ACTIONS if a.name == name)
    return make_clip([Choice(action, side, action.counts[0])], np.random.default_rng(seed)).motion.positions.astype(float)


def test_flow_meets_its_keys_without_overshoot_or_stop():
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 3.0), (3.0, 3.0), (4.0, -1.0)]
    t = np.linspace(0, 4, 401)
    values = flow(t, points)
    assert np.allclose([values[round(100 * second)] for second, _ in points], [value for _, value in points])
    assert (np.diff(values[:201]) >= -1e-12).all() and np.ptp(values[200:301]) < 1e-12 and values.max() < 3 + 1e-12
    # On its way through the second key it goes on at about the speed around it; a pose that is held has none.
    assert 0.5 < (values[101] - values[99]) / 0.02 < 2


@pytest.mark.parametrize("name", ["roundhouse kick", "axe kick", "crescent kick", "double kick", "spinning kick"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_named_leg_kicks_while_the_ball_of_the_other_stays(name, side):
    for seed in (1, 2, 3):
        p = clip(name, side, seed)
        top = int(p[:, ANKLES[side], 1].argmax())
        assert p[top, ANKLES[side], 1] > 0.55 and p[:, ANKLES[OTHER[side]], 1].max() < 0.35
        around = p[max(top - 3, 0) : top + 4, BALLS[OTHER[side]]]
        assert np.ptp(around, axis=0).max() < 0.02


@pytest.mark.parametrize("name", ["lunge punch", "backfist", "punch"])
def test_the_named_fist_goes_out_farthest(name):
    for side in ("left", "right"):
        p = clip(name, side, 5)
        reach = {s: np.linalg.norm((p[:, WRISTS[s]] - p[:, WRISTS[s] - 4])[:, [0, 2]], axis=1).max() for s in WRISTS}
        assert reach[side] > reach[OTHER[side]]


def test_a_dribbling_hand_goes_up_and_down_at_the_beat_of_a_ball():
    for name in ("dribble", "dribble forward", "dribble backward", "dribble sideways"):
        p = clip(name, "right", 3)
        heights = [p[:, joint, 1] - p[:, 0, 1] for joint in WRISTS.values()]
        quick = [np.abs(np.diff(h)).sum() / (len(h) / 20) for h in heights]
        assert max(quick) > 0.35, name


def test_a_box_is_set_on_the_floor_from_the_waist():
    hands = clip("put down", "", 4)[:, [20, 21]].mean(axis=1)
    assert hands[0, 1] > 0.8 and hands[:, 1].min() < 0.6
    assert hands[:, 1].argmin() > 10


def test_advancing_in_guard_goes_to_the_front_and_retreating_back():
    for name, sign in (("advance in guard", 1), ("retreat in guard", -1)):
        p = clip(name, "", 6)
        gaze = p[len(p) // 2, 15] - p[len(p) // 2, 12]
        way = p[-1, 0] - p[0, 0]
        assert sign * (way * gaze)[[0, 2]].sum() > 0


def test_left_key_frames_are_the_mirror_image_of_right_ones():
    sides = {}
    for side in ("left", "right"):
        m = Maker(make_body(), np.random.default_rng(0), side)
        f = Keyframes(m, GUARD)
        f.shift(0.1, 0.8, GUARD, 1 - f.lead)
        f.to(0.2, 0.6, hand1=(0.1, 0.3, 0.8), spine=(0.2, 0.3, 0.4), tilt=(0.1, 0.2), turn=0.5)
        sides[side] = solve(f.tracks(1.0))
    swapped = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20]
    assert np.abs(sides["left"][:, swapped] * [-1, 1, 1] - sides["right"]).max() < 1e-9
