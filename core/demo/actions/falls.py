"""Falls, rolls, and ways down to the floor and up."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Maker
from motionpatches.core.demo.actions.crawling import low_crawl
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.actions.gymnastics import lying
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, ease, keys


def _fall_back(m: Maker) -> Tracks:
    """The hips go down behind the heels, then the back rolls onto the floor; the arms fly forward."""
    tracks = m.still(2.8)
    t = tracks.t * m.pace
    amount = keys(t, [(0.3, 0), (0.75, 0.45), (1.15, 1), (2.7, 1)])
    lying(tracks, amount, True)
    tracks.spine[:, 0] += 0.6 * np.sin(np.pi * amount)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0.2, 1.3, 0.3), (0.4, 0.25, 0.75))
    return tracks


def _fall_side(m: Maker) -> Tracks:
    """Over to one side: the knees give, the hip lands, then the shoulder."""
    tracks = m.still(2.8)
    t, sign = tracks.t * m.pace, SIDE_SIGN[INDEX[m.side]]
    amount = keys(t, [(0.3, 0), (0.8, 0.4), (1.2, 1), (2.7, 1)])
    tracks.roll += sign * np.pi / 2 * 0.97 * amount
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - amount) + 0.16 * amount
    tracks.pelvis[:, 0] += sign * 0.7 * amount
    tracks.foot_free[:] = ease(amount * 2)
    bent = np.sin(np.pi * np.clip(amount, 0, 1))[:, None]
    for leg in (LEFT, RIGHT):
        tracks.foot_local[leg] = np.array([0.03, -0.93, 0.15]) * (1 - bent) + np.array([0.05, -0.6, 0.25]) * bent
    reach(tracks, INDEX[m.side], amount, (0.2, 0.75, 0.3))
    reach(tracks, 1 - INDEX[m.side], bump(t, 0.2, 1.4, 0.3), (0.6, 0.3, 0.3))
    return tracks


def _faint(m: Maker) -> Tracks:
    """Knees first, then the trunk folds over to the front."""
    tracks = m.still(3.2)
    t, body = tracks.t * m.pace, tracks.body
    knees = keys(t, [(0.3, 0), (1.0, 1), (3.0, 1)])
    over = keys(t, [(1.0, 0), (1.7, 1), (3.0, 1)])
    kneeling = body.thigh + 0.07
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - knees) + kneeling * knees
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - over) + 0.14 * over
    tracks.pelvis[:, 2] += 0.12 * knees + 0.35 * over
    tracks.pitch += 0.1 * knees + 1.45 * over
    tracks.spine[:, 0] += 0.35 * bump(t, 0.5, 1.9, 0.4)
    tracks.head[:, 0] += 0.4 * bump(t, 0.2, 1.8, 0.3)
    tracks.foot_free[:] = ease(knees * 2)
    for leg in (LEFT, RIGHT):
        knelt = np.array([0.05, -body.thigh / body.leg - 0.01, -0.42])
        flat = np.array([0.08, -0.96, -0.02])
        tracks.foot_local[leg] = (np.array([0.02, -0.97, 0]) * (1 - knees[:, None]) + knelt * knees[:, None]) * (
            1 - over[:, None]
        ) + flat * over[:, None]
        tracks.foot_pitch[leg] += 1.2 * knees
        reach(tracks, leg, over, (0.35, 0.5, 0.2))
    return tracks


def _get_up(m: Maker) -> Tracks:
    """From the back: sits up, feet under the body, rises."""
    tracks = m.still(3.8)
    amount = keys(tracks.t * m.pace, [(0.2, 1), (0.4, 1), (1.7, 0.55), (3.2, 0), (3.7, 0)])
    lying(tracks, amount, True)
    tracks.spine[:, 0] += 0.9 * np.sin(np.pi * amount)
    return tracks


def _roll_over(m: Maker) -> Tracks:
    """A forward roll: down on the hands, over the rounded back, up on the feet."""
    tracks = m.still(3.0)
    t = tracks.t * m.pace
    turn = keys(t, [(0.75, 0), (1.9, 1)])
    tuck = bump(t, 0.2, 2.7, 0.65)
    tracks.pitch += 2 * np.pi * turn
    tracks.pelvis[:, 1] -= (tracks.body.standing - 0.42) * tuck
    tracks.pelvis[:, 2] += 1.25 * turn
    tracks.spine[:, 0] += 1.1 * tuck
    tracks.head[:, 0] += 0.5 * tuck
    free = bump(t, 0.7, 2.05, 0.2)
    tracks.foot_free[:] = free
    for leg in (LEFT, RIGHT):
        tracks.ball[leg][:, 2] += 1.25 * (turn > 0.5)
        tracks.foot_local[leg] = (0.05, -0.42, 0.25)
        reach(tracks, leg, tuck, (0.1, -0.1, 0.6))
    return tracks


def _sit_floor(m: Maker) -> Tracks:
    """Down to the floor, legs crossed in front, and up again."""
    tracks = m.still(m.rng.uniform(4.2, 5.4))
    t, body, end = tracks.t * m.pace, tracks.body, tracks.t[-1] * m.pace
    down = keys(t, [(0.2, 0), (1.6, 1), (end - 1.6, 1), (end - 0.1, 0)])
    tracks.pelvis[:, 1] -= (body.standing - 0.14) * down
    tracks.pelvis[:, 2] -= 0.1 * down
    lean = np.sin(np.pi * down)
    tracks.pitch += 0.5 * lean
    tracks.spine[:, 0] += 0.35 * lean + 0.12 * down
    tracks.foot_free[:] = ease(down * 1.5)
    for leg in (LEFT, RIGHT):
        crossed = np.array([-0.18, -0.06, 0.4])
        half = np.array([0.05, -0.6, 0.15])
        path = (
            np.array([0.02, -0.97, 0.0]) * ((1 - down) ** 2)[:, None]
            + half * (2 * down * (1 - down))[:, None]
            + crossed * (down**2)[:, None]
        )
        tracks.foot_local[leg] = path
        tracks.knee_out[leg] += 3.0 * down
        reach(tracks, leg, down, (0.1, -0.6, 0.5))
    return tracks


def _prostrate(m: Maker) -> Tracks:
    """On both knees, the trunk bows down until the hands lie on the floor, and comes up."""
    tracks = m.still(4.2)
    t, body = tracks.t * m.pace, tracks.body
    knees = keys(t, [(0.2, 0), (1.1, 1), (3.2, 1), (4.1, 0)])
    over = bump(t, 1.1, 3.2, 0.6)
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - knees) + (body.thigh + 0.07 - 0.16 * over) * knees
    tracks.pelvis[:, 2] -= 0.12 * over
    tracks.pitch += 0.95 * over
    tracks.spine[:, 0] += 0.55 * over
    tracks.foot_free[:] = ease(knees * 2)
    for leg in (LEFT, RIGHT):
        knelt = np.array([0.04, -body.thigh / body.leg - 0.01, -0.42])
        tracks.foot_local[leg] = np.array([0.02, -0.97, 0]) * (1 - knees[:, None]) + knelt * knees[:, None]
        tracks.foot_pitch[leg] += 1.2 * knees
        reach(tracks, leg, over, (-0.05, 0.3, 0.9))
    return tracks


FALLS: tuple[Action, ...] = (
    Action(
        "fall backward",
        _fall_back,
        ("falls backward to the ground", "falls over onto the back", "slips and lands on the back"),
        chains=False,
        styles=False,
    ),
    Action(
        "fall sideways",
        _fall_side,
        ("falls to the {side}", "falls over onto the {side} side", "topples sideways to the {side}"),
        SIDES,
        chains=False,
        styles=False,
    ),
    Action(
        "faint",
        _faint,
        ("sinks to the knees and falls on the face", "goes down on the knees and collapses"),
        chains=False,
        styles=False,
    ),
    Action(
        "get up",
        _get_up,
        ("gets up from the floor", "rises from lying on the back", "lies on the back, then stands up"),
        chains=False,
        styles=False,
    ),
    Action(
        "forward roll",
        _roll_over,
        ("does a forward roll", "rolls over the shoulders and stands up", "does a somersault on the floor"),
        styles=False,
    ),
    Action(
        "sit on floor",
        _sit_floor,
        ("sits down on the floor with crossed legs and gets up", "sits cross-legged on the ground"),
        styles=False,
    ),
    Action(
        "prostrate",
        _prostrate,
        ("kneels on both knees and bows to the floor", "goes down on both knees, forehead to the ground"),
        styles=False,
    ),
    Action(
        "low crawl", low_crawl, ("crawls on the belly", "crawls flat along the ground on the elbows"), chains=False, styles=False
    ),
)
