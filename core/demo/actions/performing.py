"""Dance and music."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Maker
from motionpatches.core.demo.actions.ballet import arabesque
from motionpatches.core.demo.actions.ballroom import salsa, waltz
from motionpatches.core.demo.actions.gestures import Point, cycle, hold, pair, reach, shift_weight
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, bumps, ease, keys
from motionpatches.core.demo.gait import WALK, Path, walk_along


def _robot(m: Maker) -> Tracks:
    """Poses held and changed in jerks, elbows at right angles."""
    tracks = m.still(m.rng.uniform(3.6, 5.0))
    t = tracks.t * m.pace
    poses: tuple[Point, ...] = ((0.15, -0.45, 0.5), (0.15, -0.95, 0.1), (0.1, 0.25, 0.5), (0.75, -0.2, 0.3), (0.15, -0.45, 0.5))
    amount, count = bump(t, 0.1, t[-1], 0.3), int(t[-1] / 0.55) + 1
    for limb in (LEFT, RIGHT):
        order = m.rng.integers(0, len(poses), count)
        points = [(0.55 * i + d, poses[k]) for i, k in enumerate(order) for d in (0.0, 0.35)]
        reach(tracks, limb, amount, keys(t, points))
    turns = m.rng.choice([-0.5, 0.0, 0.5], count)
    jerks = keys(t, [(0.55 * i + d, float(v)) for i, v in enumerate(turns) for d in (0.0, 0.35)])
    tracks.head[:, 2] += 1.2 * jerks * amount
    tracks.spine[:, 2] += 0.6 * np.roll(jerks, 5) * amount
    return tracks


def _headbang(m: Maker) -> Tracks:
    tracks = m.still(m.rng.uniform(2.8, 4.2))
    t, amount = tracks.t, bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.4)
    beat = np.sin(2 * np.pi * 1.8 * m.pace * t) * amount
    tracks.head[:, 0] += 0.6 * beat + 0.15 * amount
    tracks.spine[:, 0] += 0.35 * beat + 0.3 * amount
    tracks.pelvis[:, 1] -= 0.05 * amount + 0.02 * beat
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (0.2, -0.6, 0.4))
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.1
    return tracks


def _cancan(m: Maker) -> Tracks:
    """High kicks to the front, leg by leg, hands at the waist."""
    tracks = m.still(0.6 + 0.85 * m.count)
    t = tracks.t * m.pace
    for i in range(m.count):
        leg, start = (RIGHT, LEFT)[i % 2], 0.3 + 0.85 * i
        inside = (t >= start) & (t <= start + 0.8)
        free, kick = bump(t, start, start + 0.8, 0.15), bump(t, start + 0.1, start + 0.75, 0.3)
        tracks.foot_free[leg][inside] = free[inside]
        way = np.array([0.02, -0.96, 0]) * (1 - kick[:, None]) + np.array([0.02, -0.12, 0.93]) * kick[:, None]
        way += kick[:, None] * (1 - kick[:, None]) * np.array([0, -0.3, 0.2])
        tracks.foot_local[leg][inside] = way[inside]
        tracks.foot_pitch[leg] += 0.6 * kick
        tracks.spine[:, 0] -= 0.15 * kick
        shift_weight(tracks, SIDE_SIGN[1 - leg] * 1.2, bump(t, start - 0.1, start + 0.9, 0.25))
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0, t[-1], 0.35), (0.08, -0.72, 0.02))
        tracks.elbow_up[limb] = 0.8
    return tracks


def _disco(m: Maker) -> Tracks:
    """One hand points up outside, then down across the body, the hips in time."""
    tracks = cycle(m, (0.05, 0.1, 0.35), (0.42, 0.72, -0.1), 0.75)
    beat = np.sin(2 * np.pi * 0.75 * (tracks.t * m.pace - 0.6)) * bump(tracks.t, 0.3, tracks.seconds - 0.3, 0.4)
    sign = SIDE_SIGN[m.limbs[0]]
    tracks.pelvis[:, 0] -= 0.07 * sign * beat
    tracks.roll -= 0.1 * sign * beat
    tracks.spine[:, 1] += 0.2 * sign * beat
    reach(tracks, 1 - m.limbs[0], bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5), (0.08, -0.72, 0.02))
    return tracks


def _ballet_plie(m: Maker) -> Tracks:
    """Heels together, feet turned out: down and up, the arms opening in a round."""
    tracks = m.still(0.6 + 2.0 * m.count)
    t = tracks.t * m.pace
    down = bumps(t, 0.3, 2.2, 0.85, 2, m.count)
    tracks.pelvis[:, 1] -= 0.2 * down
    tracks.knee_out += 1.6
    for limb in (LEFT, RIGHT):
        tracks.foot_yaw[limb] += SIDE_SIGN[limb] * 0.75
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.02
        reach(tracks, limb, bump(t, 0.05, t[-1], 0.4), np.array([0.2, -0.6, 0.5]) + down[:, None] * [0.55, 0.45, -0.15])
        tracks.elbow_up[limb] = 0.5
    return tracks


def _turning_dance(m: Maker) -> Tracks:
    """Turns round and round on the spot, arms spread."""
    seconds = m.rng.uniform(3.2, 4.6)
    t = np.arange(int(seconds * 20)) / 20
    facing = SIDE_SIGN[INDEX[m.side]] * 2 * np.pi * m.rng.uniform(1.6, 2.2) * ease(t / seconds)
    tracks = walk_along(
        m.body, Path(np.zeros((len(t), 2)), facing, np.zeros(len(t))), replace(WALK, cadence=2.6, lift=0.05, arm_swing=0.0)
    )
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0.1, seconds, 0.5), (0.9, 0.2, 0.1))
    return tracks


def _conduct(m: Maker) -> Tracks:
    return cycle(m, (0.15, 0.05, 0.55), (0.2, 0.05, 0), 0.8, 0.2, circle=(0.0, 0.22, 0.05))


PERFORMING: tuple[Action, ...] = (
    Action(
        "waltz", waltz, ("dances a waltz", "waltzes with a partner", "dances in threes, arms in a ballroom hold"), styles=False
    ),
    Action("salsa", salsa, ("dances salsa", "steps forward and back with swinging hips", "dances a Latin step"), styles=False),
    Action("robot dance", _robot, ("dances like a robot", "moves in jerks like a machine", "does the robot")),
    Action("headbang", _headbang, ("bangs the head to heavy music", "shakes the head up and down to metal", "headbangs")),
    Action("can-can", _cancan, ("kicks high, leg by leg, hands on the hips", "dances the can-can"), counts=(4, 5)),
    Action(
        "disco",
        _disco,
        (
            "dances disco, the {side} hand pointing up and down",
            "points to the ceiling and to the floor with the {side} hand in time",
        ),
        SIDES,
    ),
    Action(
        "arabesque",
        arabesque,
        ("stands in an arabesque with the {side} leg stretched behind", "balances with the {side} leg lifted backward, arms out"),
        SIDES,
        styles=False,
    ),
    Action("plie", _ballet_plie, ("does a plié", "bends the knees in ballet, feet turned out"), counts=(1, 2), styles=False),
    Action(
        "whirl",
        _turning_dance,
        ("whirls round and round to the {side}, arms spread", "turns again and again to the {side} with open arms"),
        SIDES,
        styles=False,
    ),
    Action(
        "conduct",
        _conduct,
        ("conducts an orchestra", "beats time with both hands like a conductor", "leads a choir with the arms"),
    ),
    Action(
        "play drums",
        lambda m: cycle(m, (0.02, -0.35, 0.52), (0, 0.16, 0.02), m.rng.uniform(1.8, 2.6), 0.1, opposite=True, bend=0.12),
        ("plays the drums", "beats drums with both hands", "drums with two sticks"),
    ),
    Action(
        "play flute",
        lambda m: hold(m, [(0.8, (-0.12, 0.12, 0.38)), (m.rng.uniform(2.4, 3.8), (-0.12, 0.13, 0.38))], 0.5, (0.05, 0.12, 0)),
        ("plays the flute", "holds a flute to the lips with both hands"),
    ),
    Action(
        "juggle",
        lambda m: cycle(m, (0.0, -0.35, 0.48), (0.05, 0.15, 0.02), 1.5, opposite=True, circle=(0.1, 0.0, 0)),
        ("juggles balls", "juggles with both hands", "keeps three balls in the air"),
    ),
    Action(
        "play accordion",
        pair((0.05, -0.3, 0.45), (0.05, -0.3, 0.45), (0.3, 0.0, 0.0), 0.6),
        ("plays the accordion", "squeezes and draws an accordion"),
    ),
)
