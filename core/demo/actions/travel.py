"""Walking and running with something else going on: loads, gestures, weather, obstacles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.actions.ground import skip
from motionpatches.core.demo.actions.sideways import side_gallop
from motionpatches.core.demo.actions.transitions import run_and_stop, turned
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, ease, keys
from motionpatches.core.demo.gait import JOG, WALK, Gait, Path, straight, walk_along, zigzag


def _walk(m: Maker, seconds: float, speed: float, gait: Gait = WALK, direction: float = 0.0) -> Tracks:
    path = straight(seconds, speed * m.pace * seconds, direction)
    return walk_along(m.body, path, replace(gait, cadence=gait.cadence * m.pace), m.first_foot())


def _with(gesture: Callable[[Maker, Tracks, np.ndarray], None], speed: float = 0.9, gait: Gait = WALK) -> Make:
    """A walk with a gesture(maker, tracks, amount) on top."""

    def make(m: Maker) -> Tracks:
        tracks = _walk(m, m.rng.uniform(3.0, 5.5), speed, gait)
        gesture(m, tracks, bump(tracks.t, 0.15, tracks.seconds - 0.15, 0.6))
        return tracks

    return make


def _waving(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    wave = np.sin(2 * np.pi * 1.6 * tracks.t)[:, None] * [0.22, 0.03, 0]
    reach(tracks, m.limbs[0], amount, np.array([0.42, 0.55, 0.25]) + wave)
    tracks.elbow_up[m.limbs[0]] = 0.3 * amount


def _phoning(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    reach(tracks, m.limbs[0], amount, (0.02, 0.3, 0.12))


def _hands_behind(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.28, -0.75, -0.28))


def _crossed(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.42, -0.25, 0.38))


def _cane(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    beat = np.sin(np.pi * WALK.cadence * 0.8 * m.pace * tracks.t)[:, None] * [0, 0.03, 0.14]
    reach(tracks, m.limbs[0], amount, np.array([0.12, -0.72, 0.38]) + beat)
    tracks.spine[:, 0] += 0.3 * amount
    tracks.spine[:, 1] += SIDE_SIGN[m.limbs[0]] * 0.08 * amount


def _suitcase(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    reach(tracks, m.limbs[0], amount, (0.18, -0.97, 0.02))
    tracks.spine[:, 1] -= SIDE_SIGN[m.limbs[0]] * 0.2 * amount


def _on_head(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.02, 0.55, 0.06))
        tracks.elbow_up[limb] = 0.6 * amount


def _wind(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    tracks.spine[:, 0] += 0.4 * amount
    tracks.pitch += 0.22 * amount
    reach(tracks, RIGHT, amount, (-0.25, 0.35, 0.35))
    reach(tracks, LEFT, amount, (-0.3, -0.35, 0.35))


def _duck_walk(m: Maker) -> Tracks:
    tracks = _walk(
        m,
        m.rng.uniform(3.0, 4.4),
        0.35,
        replace(WALK, cadence=1.5, crouch=0.38, width=0.12, lift=0.06, heel=0.3, lean=0.25, arm_swing=0.1, elbow=1.0, bob=0.0),
    )
    tracks.knee_out += 0.5
    tracks.foot_pitch += 0.35 * bump(tracks.t, 0, tracks.seconds, 0.5)
    return tracks


def _step_over(m: Maker) -> Tracks:
    """Walks up, lifts one foot high over something, then the other, and goes on."""
    tracks = _walk(m, seconds := m.rng.uniform(3.2, 4.4), 0.7, replace(WALK, cadence=1.5))
    t, at, first = tracks.t, seconds * 0.5, int(m.rng.integers(2))
    for leg, start in ((first, at - 0.35), (1 - first, at + 0.3)):
        up = bump(t, start, start + 0.65, 0.3)
        airborne = tracks.ball[leg][:, 1] > 0.022
        tracks.ball[leg][:, 1] += 0.34 * up * airborne
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, at - 0.6, at + 1.1, 0.4), (0.6, -0.4, 0.15))
    tracks.head[:, 0] += 0.4 * bump(t, at - 0.9, at + 0.8, 0.4)
    return tracks


def _pushed(m: Maker) -> Tracks:
    """A shove from the front: the chest goes back, quick steps catch it, arms out."""
    seconds = 2.8
    t = np.arange(int(seconds * 20)) / 20
    way = -0.9 * ease((t - 0.35) / 1.2)
    path = Path(np.stack([0 * t, way], axis=1), 0 * t, 0 * t)
    tracks = walk_along(m.body, path, replace(WALK, cadence=2.4, heel=0.2, arm_swing=0.1))
    shock = keys(t, [(0.3, 0), (0.6, 1), (1.2, 0.6), (2.3, 0)])
    tracks.spine[:, 0] -= 0.35 * shock
    tracks.pitch -= 0.18 * shock
    tracks.pelvis[:, 1] -= 0.06 * shock
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, shock, (0.5, 0.05, 0.6))
    return tracks


def _lunge_walk(m: Maker) -> Tracks:
    tracks = _walk(
        m,
        m.rng.uniform(4.0, 5.2),
        0.6,
        replace(WALK, cadence=0.95, crouch=0.2, bob=0.07, lift=0.12, heel=0.9, arm_swing=0.2, lean=0.0),
    )
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5), (0.08, -0.72, 0.02))
        tracks.elbow_up[limb] = 0.8
    return tracks


HIGH_KNEES = replace(JOG, knee_lift=0.26, lift=0.2, cadence=2.6, arm_swing=0.7, lean=0.0, heel=0.5, behind=0.1)
BACKWARD_RUN = replace(JOG, heel=0.3, lean=-0.02, arm_swing=0.35, behind=-0.05)

TRAVEL: tuple[Action, ...] = (
    Action(
        "walk and turn",
        turned(0.75, 2.4, False),
        (
            "walks forward and turns {side}",
            "walks straight, then turns to the {side} and walks on",
            "walks ahead and takes a {side} turn",
        ),
        SIDES,
    ),
    Action(
        "run backward",
        lambda m: _walk(m, m.rng.uniform(2.4, 3.8), 1.5, BACKWARD_RUN, np.pi),
        ("runs backward", "jogs backwards", "runs in reverse, facing ahead"),
    ),
    Action(
        "run zigzag",
        lambda m: walk_along(m.body, zigzag(s := m.rng.uniform(3.2, 4.6), 2.0 * m.pace * s, 0.8), JOG),
        ("runs in a zigzag", "runs, swerving left and right", "runs a winding line"),
    ),
    Action(
        "high knees",
        lambda m: _walk(m, m.rng.uniform(2.6, 4.0), 0.0, HIGH_KNEES),
        ("runs in place with high knees", "does high knees on the spot", "runs on the spot, pulling the knees up"),
    ),
    Action(
        "skip",
        skip,
        ("skips along", "skips forward happily", "hops and skips ahead"),
    ),
    Action(
        "side gallop",
        side_gallop,
        ("gallops sideways to the {side}", "chassés to the {side} with little hops"),
        SIDES,
        styles=False,
    ),
    Action(
        "walk and wave",
        _with(_waving),
        ("walks forward waving the {side} hand", "waves with the {side} hand while walking"),
        SIDES,
    ),
    Action(
        "walk and phone",
        _with(_phoning),
        ("walks with a phone at the {side} ear", "walks along while talking on the phone, {side} hand at the ear"),
        SIDES,
    ),
    Action(
        "walk hands behind", _with(_hands_behind, 0.75), ("walks with the hands behind the back", "strolls, hands clasped behind")
    ),
    Action("walk arms crossed", _with(_crossed, 0.85), ("walks with crossed arms", "walks ahead, arms folded over the chest")),
    Action(
        "walk with cane",
        _with(_cane, 0.55, replace(WALK, cadence=1.4, lift=0.05)),
        ("walks with a cane in the {side} hand", "walks bent over, leaning on a stick in the {side} hand"),
        SIDES,
        styles=False,
    ),
    Action(
        "carry suitcase",
        _with(_suitcase, 0.9),
        ("carries a suitcase in the {side} hand", "walks with a heavy bag in the {side} hand"),
        SIDES,
        styles=False,
    ),
    Action(
        "carry on head",
        _with(_on_head, 0.8),
        ("walks holding a basket on the head", "carries something on the head with both hands"),
        styles=False,
    ),
    Action(
        "walk against wind",
        _with(_wind, 0.5, replace(WALK, cadence=1.5, lift=0.06)),
        ("struggles forward against a strong wind", "walks bent into a storm, shielding the face"),
        styles=False,
    ),
    Action(
        "duck walk", _duck_walk, ("walks in a deep squat", "waddles forward, crouching low", "does a duck walk"), styles=False
    ),
    Action("lunge walk", _lunge_walk, ("walks in long deep lunges", "does walking lunges, hands on the hips"), styles=False),
    Action(
        "step over",
        _step_over,
        ("steps over an obstacle", "lifts one foot after the other high over something and walks on"),
        styles=False,
    ),
    Action("pushed back", _pushed, ("is pushed and staggers backward", "is shoved and takes quick steps back"), styles=False),
    Action(
        "run and stop",
        run_and_stop,
        ("takes a short run and stops", "dashes a few steps and halts"),
        styles=False,
    ),
)
