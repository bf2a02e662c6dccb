"""Actions on a chair, on the floor and over the hands."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.crawling import crawl
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, bumps, ease, keys


def _seated(tracks: Tracks, amount: np.ndarray) -> None:
    """On a chair of 0.45 m behind."""
    tracks.pelvis[:, 1] -= (tracks.body.standing - 0.53) * amount
    tracks.pelvis[:, 2] -= 0.36 * amount
    lean = np.sin(np.pi * np.clip(amount, 0, 1))
    tracks.spine[:, 0] += 0.6 * lean + 0.05 * amount
    tracks.pitch += 0.3 * lean
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.02, -0.72, 0.5))


def _sit(start: float, end: float) -> Make:
    def make(m: Maker) -> Tracks:
        tracks = m.still(3.2)
        t = tracks.t * m.pace
        down = keys(t, [(0, start), (0.3, start), (1.5, 1.0), (1.9, 1.0), (2.9, end)])
        if start == end == 0:
            down = bump(t, 0.2, 3.0, 1.0)
        _seated(tracks, down)
        return tracks

    return make


def lying(tracks: Tracks, amount: np.ndarray, face_up: bool) -> None:
    """From standing to lying on the floor; feet stay where they are."""
    sign = -1.0 if face_up else 1.0
    tracks.pitch += sign * np.pi / 2 * amount
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - amount) + 0.13 * amount
    tracks.pelvis[:, 2] += sign * 0.75 * amount
    tracks.foot_free[:] = ease(amount * 2)
    for leg in (LEFT, RIGHT):
        bent = np.sin(np.pi * np.clip(amount, 0, 1))[:, None]
        tracks.foot_local[leg] = np.array([0.06, -0.97, 0.0]) * (1 - bent) + np.array([0.1, -0.55, 0.35]) * bent
        tracks.foot_pitch[leg] += 0.8 * amount


def _lie_down(m: Maker) -> Tracks:
    tracks = m.still(3.6)
    amount = keys(tracks.t * m.pace, [(0.2, 0), (1.3, 0.45), (2.4, 1), (3.4, 1)])
    lying(tracks, amount, True)
    tracks.spine[:, 0] += 0.7 * np.sin(np.pi * amount)
    return tracks


def _fall(m: Maker) -> Tracks:
    tracks = m.still(2.6)
    amount = keys(tracks.t * m.pace, [(0.35, 0), (1.05, 1), (2.5, 1)])
    lying(tracks, amount, False)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(tracks.t, 0.3, 9, 0.4), (0.35, 0.55, 0.25))
    tracks.spine[:, 1] += 0.2 * bump(tracks.t, 0.2, 1.2, 0.3) * m.rng.choice([-1, 1])
    return tracks


def _push_ups(m: Maker) -> Tracks:
    tracks = m.still(0.8 + 1.3 * m.count)
    t = tracks.t * m.pace
    dip = bumps(t, 0.5, 1.7, 0.55, 1.3, m.count)
    arm, body = tracks.body.arm, tracks.body
    shoulder_high = arm * (0.97 - 0.45 * dip)
    slope = np.arcsin(np.clip((shoulder_high - 0.12) / 1.35, 0, 1))
    tracks.pitch[:] = np.pi / 2 - slope
    tracks.pelvis[:, 1] = 0.12 + np.sin(slope) * body.leg
    tracks.pelvis[:, 2] = np.cos(slope) * body.leg - 0.8
    tracks.foot_free[:] = 1.0
    tracks.foot_pitch[:] = 0.15
    chest_ahead = tracks.pelvis[0, 2] + 0.5
    for limb in (LEFT, RIGHT):
        tracks.foot_local[limb] = (0.03, -0.98, 0.0)
        tracks.hand_fixed[limb] = 1.0
        tracks.hand_world[limb] = (SIDE_SIGN[limb] * 0.26, 0.03, chest_ahead)
    return tracks


def _sit_ups(m: Maker) -> Tracks:
    tracks = m.still(0.6 + 1.6 * m.count)
    t = tracks.t * m.pace
    up = bumps(t, 0.3, 1.8, 0.65, 1.6, m.count)
    tracks.pelvis[:, 1] = 0.12
    tracks.pitch[:] = -np.pi / 2 + 0.45 * up
    tracks.spine[:, 0] += 1.0 * up
    tracks.ball[:, :, 2] = 0.62
    tracks.foot_pitch[:] = 0.0
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = (-0.02, 0.45, 0.12)
        tracks.elbow_up[limb] = 0.8
    return tracks


def _cartwheel(m: Maker) -> Tracks:
    """Sideways over the hands: a full turn about the axis that points ahead."""
    tracks = m.still(2.6)
    t = tracks.t * m.pace
    sign = SIDE_SIGN[INDEX[m.side]]
    turn = keys(t, [(0.5, 0), (1.8, 1)])
    over = np.sin(np.pi * turn) ** 2
    tracks.roll = sign * 2 * np.pi * turn
    tracks.pelvis[:, 0] += sign * 2.0 * turn
    tracks.pelvis[:, 1] += 0.0 * over
    free = bump(t, 0.45, 1.9, 0.2)
    tracks.foot_free[:] = free
    raised = bump(t, 0.1, 2.3, 0.4)
    for limb in (LEFT, RIGHT):
        wide = np.array([0.5, -0.84, 0.0]) * over[:, None] + np.array([0.08, -0.97, 0]) * (1 - over[:, None])
        tracks.foot_local[limb] = wide
        shift = keys(t, [(0.5, 0), (1.8, 1)])
        tracks.ball[limb][:, 0] += sign * 2.0 * (shift > 0.5)
        reach(tracks, limb, raised, (0.25, 0.95, 0.02))
        tracks.elbow_up[limb] = 0.5 * raised
    return tracks


FLOOR: tuple[Action, ...] = (
    Action("sit and stand", _sit(0, 0), ("sits down on a chair and stands up again", "takes a seat, then rises")),
    Action("sit down", _sit(0, 1), ("sits down", "takes a seat on a chair", "lowers themselves onto a chair"), chains=False),
    Action("stand up", _sit(1, 0), ("stands up from a chair", "gets up from a seat", "rises from sitting"), chains=False),
    Action(
        "lie down",
        _lie_down,
        ("lies down on the back", "lies down on the floor", "lowers themselves to lie on the ground"),
        chains=False,
        styles=False,
    ),
    Action(
        "fall",
        _fall,
        ("falls forward to the ground", "collapses onto the floor", "falls flat on the face"),
        chains=False,
        styles=False,
    ),
    Action("push-ups", _push_ups, ("does push-ups", "does press-ups on the floor"), chains=False, counts=(2, 3), styles=False),
    Action("sit-ups", _sit_ups, ("does sit-ups", "does crunches lying on the back"), chains=False, counts=(2, 3), styles=False),
    Action(
        "crawl",
        crawl,
        ("crawls forward on hands and knees", "crawls on all fours", "crawls along the floor"),
        chains=False,
        styles=False,
    ),
    Action(
        "cartwheel",
        _cartwheel,
        ("does a cartwheel to the {side}", "performs a cartwheel toward the {side}", "turns a cartwheel, going {side}"),
        SIDES,
        styles=False,
    ),
)
