"""Actions that go somewhere on two feet, and turns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.loads import carry
from motionpatches.core.demo.actions.sideways import side_step
from motionpatches.core.demo.actions.transitions import turn_back
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, smooth_noise
from motionpatches.core.demo.gait import JOG, RUN, WALK, Gait, Path, arc, pivot, straight, walk_along, zigzag

# A straight run ends before it is out of sight.
FARTHEST_M = 22.0


def _go(m: Maker, path: Path, gait: Gait) -> Tracks:
    return walk_along(m.body, path, replace(gait, cadence=gait.cadence * m.pace), m.first_foot())


def _time(m: Maker, low: float, high: float) -> float:
    return float(m.rng.uniform(low, high)) / m.pace**0.5


def _ahead(gait: Gait, speed: float, direction: float = 0.0) -> Make:
    def make(m: Maker) -> Tracks:
        seconds = _time(m, 2.6, 4.8) * (m.rng.uniform(1, 2.2) if m.rng.random() < 0.4 else 1)
        seconds = min(seconds, FARTHEST_M / (speed * m.pace))
        return _go(m, straight(seconds, speed * m.pace * seconds * 0.8, direction), gait)

    return make


def _curve(gait: Gait, speed: float, low: float, high: float) -> Make:
    def make(m: Maker) -> Tracks:
        seconds = _time(m, 3.2, 4.8) * (1.5 if high > 4 else 1)
        angle = SIDE_SIGN[INDEX[m.side]] * m.rng.uniform(low, high)
        return _go(m, arc(seconds, speed * m.pace * seconds * 0.8, angle), gait)

    return make


def _turn(low: float, high: float) -> Make:
    def make(m: Maker) -> Tracks:
        angle = m.rng.uniform(low, high)
        seconds = 0.9 + angle * 0.45
        sign = SIDE_SIGN[INDEX[m.side]] if m.side else m.rng.choice([-1, 1])
        return _go(m, pivot(seconds / m.pace, sign * angle), replace(WALK, arm_swing=0.12, heel=0.3, lift=0.06))

    return make


def _in_place(gait: Gait) -> Make:
    def make(m: Maker) -> Tracks:
        return _go(m, straight(_time(m, 2.6, 4.0), 0.0), gait)

    return make


def _stairs(direction: int) -> Make:
    def make(m: Maker) -> Tracks:
        seconds = _time(m, 3.2, 4.4)
        path = straight(seconds, 0.5 * seconds * m.pace)
        rise = path.ground[:, 1] * 0.55
        height = rise if direction > 0 else rise[-1] - rise
        gait = replace(WALK, cadence=1.6, lift=0.16, lean=0.12 if direction > 0 else 0.02, bob=0.02, crouch=0.04)
        return _go(m, Path(path.ground, path.facing, height), gait)

    return make


def _drunk(m: Maker) -> Tracks:
    seconds = _time(m, 4.0, 5.5)
    path = zigzag(seconds, 0.6 * seconds, 0.35)
    tracks = _go(m, path, replace(WALK, cadence=1.5, width=0.1, sway=0.06, arm_swing=0.25))
    noise = smooth_noise(tracks.frames, 4, m.rng, 12) * bump(tracks.t, 0, tracks.seconds, 0.6)[:, None]
    tracks.spine[:, :2] += noise[:, :2] * [0.12, 0.2]
    tracks.hand[:, :, 0] += 0.25 * np.abs(noise[:, 2]) + 0.1 * bump(tracks.t, 0, tracks.seconds)
    tracks.hand[:, :, 1] += 0.15 * np.abs(noise[:, 3])
    return tracks


def _balance(m: Maker) -> Tracks:
    seconds = _time(m, 3.4, 4.6)
    tracks = _go(m, straight(seconds, 0.45 * seconds * m.pace), replace(WALK, cadence=1.3, width=-0.14, heel=0.3))
    amount = bump(tracks.t, 0, tracks.seconds, 0.5)[:, None]
    wobble = smooth_noise(tracks.frames, 2, m.rng, 10)
    for side in (LEFT, RIGHT):
        raised = np.array([0.93, 0.12, 0.08]) + np.stack([0 * wobble[:, 0], 0.14 * wobble[:, side], 0 * wobble[:, 0]], 1)
        tracks.hand[side] = tracks.hand[side] * (1 - amount) + raised * amount
    tracks.spine[:, 1] += 0.08 * wobble[:, 0] * amount[:, 0]
    return tracks


def _stumble(m: Maker) -> Tracks:
    """Walks, catches a foot, pitches forward with arms thrown out, takes quick steps and recovers."""
    seconds = _time(m, 3.6, 4.4)
    tracks = _go(m, straight(seconds, 0.95 * seconds), replace(WALK, cadence=2.0))
    t, at = tracks.t, seconds * m.rng.uniform(0.38, 0.5)
    fall = bump(t, at, at + 1.0, 0.28)
    tracks.spine[:, 0] += 0.75 * fall
    tracks.pitch += 0.3 * fall
    tracks.pelvis[:, 1] -= 0.1 * fall
    for side in (LEFT, RIGHT):
        out = np.array([0.5, 0.1 + 0.15 * side, 0.65])
        tracks.hand[side] = tracks.hand[side] * (1 - fall[:, None]) + out * fall[:, None]
    return tracks


def _sneak(m: Maker) -> Tracks:
    tracks = _go(
        m,
        straight(seconds := _time(m, 3.6, 5.0), 0.45 * seconds),
        replace(WALK, cadence=1.15, crouch=0.15, lift=0.16, heel=0.3, lean=0.3, arm_swing=0.15, elbow=1.2, on_toes=0.25),
    )
    return tracks


def _zombie(m: Maker) -> Tracks:
    tracks = _go(
        m, straight(seconds := _time(m, 3.4, 4.6), 0.5 * seconds), replace(WALK, cadence=1.25, lift=0.04, sway=0.06, heel=0.2)
    )
    amount = bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5)[:, None]
    tracks.hand = tracks.hand * (1 - amount) + np.array([-0.02, 0.0, 0.95]) * amount
    tracks.head[:, 1] += 0.3 * amount[:, 0]
    return tracks


def _pushing(m: Maker) -> Tracks:
    tracks = _go(
        m,
        straight(seconds := _time(m, 3.4, 4.4), 0.4 * seconds),
        replace(WALK, cadence=1.3, lean=0.45, crouch=0.09, arm_swing=0.0),
    )
    amount = bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5)[:, None]
    tracks.hand = tracks.hand * (1 - amount) + np.array([-0.05, 0.05, 0.85]) * amount
    return tracks


def _march(m: Maker) -> Tracks:
    return _go(m, straight(seconds := _time(m, 3.0, 4.2), 0.85 * seconds), MARCH)


MARCH = replace(WALK, knee_lift=0.16, lift=0.14, arm_swing=0.85, elbow=0.25, heel=0.3, lean=0.0, cadence=1.8)
TIPTOE = replace(WALK, on_toes=0.75, cadence=1.7, lift=0.07, arm_swing=0.15, elbow=0.5)

LOCOMOTION: tuple[Action, ...] = (
    Action(
        "walk forward",
        _ahead(WALK, 1.4),
        (
            "walks forward",
            "walks straight ahead",
            "takes several steps forward",
            "walks ahead at a steady pace",
            "is walking forward",
        ),
        paces=(0.7, 1.35),
    ),
    Action(
        "walk backward",
        _ahead(replace(WALK, heel=0.2, arm_swing=0.25, lean=-0.02), 0.75, np.pi),
        ("walks backward", "walks backwards", "steps backward several times", "backs up in a straight line"),
    ),
    Action(
        "side step",
        side_step,
        (
            "steps sideways to the {side}",
            "sidesteps to the {side}",
            "takes side steps to the {side}",
            "shuffles sideways to their {side}",
        ),
        SIDES,
    ),
    Action(
        "walk curve",
        _curve(WALK, 1.15, 0.9, 1.8),
        (
            "walks forward and curves to the {side}",
            "walks while turning {side}",
            "walks in an arc to the {side}",
            "walks ahead, bearing {side}",
        ),
        SIDES,
    ),
    Action(
        "walk in a circle",
        _curve(WALK, 1.1, 5.6, 6.4),
        (
            "walks in a circle to the {side}",
            "walks around in a full circle, turning {side}",
            "walks a circle, always turning {side}",
        ),
        SIDES,
    ),
    Action(
        "walk zigzag",
        lambda m: _go(m, zigzag(s := _time(m, 4.0, 5.2), 1.05 * s, 0.55), WALK),
        ("walks in a zigzag", "walks a winding line", "weaves from side to side while walking"),
    ),
    Action(
        "walk and turn back",
        turn_back(False),
        (
            "walks forward, turns around and walks back",
            "walks ahead, then turns and comes back",
            "walks away, turns around and returns",
        ),
    ),
    Action(
        "run forward",
        _ahead(RUN, 3.7),
        ("runs forward", "sprints ahead", "runs straight ahead quickly", "is running forward"),
        paces=(0.85, 1.2),
    ),
    Action("jog forward", _ahead(JOG, 2.3), ("jogs forward", "jogs at an easy pace", "is jogging ahead lightly")),
    Action(
        "run in a circle",
        _curve(JOG, 1.8, 5.6, 6.4),
        ("runs in a circle to the {side}", "jogs around in a circle, turning {side}", "runs a full circle to the {side}"),
        SIDES,
    ),
    Action("jog in place", _in_place(JOG), ("jogs in place", "runs on the spot", "jogs without moving forward")),
    Action("march", _march, ("marches forward", "marches like a soldier", "marches ahead with high knees")),
    Action("march in place", _in_place(MARCH), ("marches in place", "marches on the spot lifting the knees")),
    Action("tiptoe", _ahead(TIPTOE, 0.6), ("tiptoes forward", "walks on their toes", "walks on tiptoe quietly")),
    Action("sneak", _sneak, ("sneaks forward", "creeps ahead in a crouch", "sneaks along, bent low and careful")),
    Action(
        "limp",
        lambda m: _go(m, straight(s := _time(m, 3.6, 4.8), 0.6 * s), replace(WALK, cadence=1.4, limp=INDEX[m.side])),
        ("limps on the {side} leg", "walks with a limp, favoring the {side} leg", "limps forward as if the {side} foot hurt"),
        SIDES,
        styles=False,
    ),
    Action(
        "walk drunk",
        _drunk,
        ("staggers like a drunk", "walks unsteadily, swaying from side to side", "stumbles along as if drunk"),
        styles=False,
    ),
    Action(
        "balance",
        _balance,
        (
            "walks along a beam with arms out for balance",
            "balances along a narrow line",
            "walks a tightrope with the arms spread",
        ),
        styles=False,
    ),
    Action(
        "stumble",
        _stumble,
        (
            "stumbles while walking and catches themselves",
            "trips and recovers their balance",
            "walks, trips over something and nearly falls",
        ),
        styles=False,
    ),
    Action("climb stairs", _stairs(1), ("walks up the stairs", "climbs a flight of stairs", "goes upstairs"), chains=False),
    Action(
        "descend stairs", _stairs(-1), ("walks down the stairs", "goes downstairs", "descends a flight of stairs"), chains=False
    ),
    Action(
        "carry",
        carry,
        (
            "carries a box forward with both hands",
            "walks while holding something heavy in front",
            "walks ahead carrying a large object",
        ),
        styles=False,
    ),
    Action(
        "zombie walk",
        _zombie,
        (
            "walks like a zombie with arms stretched forward",
            "shuffles ahead with both arms held out in front",
            "staggers forward like the undead",
        ),
        styles=False,
    ),
    Action(
        "push",
        _pushing,
        ("pushes something heavy forward", "leans in and pushes a heavy box", "shoves a large object ahead with both hands"),
        styles=False,
    ),
    Action(
        "turn",
        _turn(1.3, 1.8),
        ("turns to the {side}", "turns {side} on the spot", "makes a quarter turn {side}", "rotates to face {side}"),
        SIDES,
    ),
    Action("turn around", _turn(2.9, 3.3), ("turns around", "turns to face the other way", "makes a half turn on the spot")),
    Action(
        "spin",
        _turn(5.9, 6.5),
        (
            "spins all the way around to the {side}",
            "turns in a full circle on the spot to the {side}",
            "spins around once, turning {side}",
        ),
        SIDES,
    ),
)
