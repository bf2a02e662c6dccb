"""Blows, blocks, weapons, and being hit."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.blows import block, bouncing, duck, strikes
from motionpatches.core.demo.actions.gestures import BOTH, Point, hold, reach
from motionpatches.core.demo.actions.kicks import kicking
from motionpatches.core.demo.actions.swordplay import slash, thrust
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, keys


def _hit(m: Maker) -> Tracks:
    """Doubles over, both hands to the stomach, a step back."""
    tracks = m.still(2.6)
    t = tracks.t * m.pace
    fold = keys(t, [(0.3, 0), (0.55, 1), (1.3, 0.85), (2.4, 0)])
    tracks.spine[:, 0] += 0.75 * fold
    tracks.pitch += 0.3 * fold
    tracks.head[:, 0] += 0.3 * fold
    tracks.pelvis[:, 1] -= 0.08 * fold
    back = keys(t, [(0.3, 0), (0.7, 1)])
    tracks.pelvis[:, 2] -= 0.25 * back
    for leg, start in ((RIGHT, 0.35), (LEFT, 0.75)):
        step = keys(t, [(start, 0), (start + 0.35, 1)])
        tracks.ball[leg][:, 2] -= 0.25 * step
        tracks.ball[leg][:, 1] += 0.05 * np.sin(np.pi * step)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, np.clip(fold * 1.3, 0, 1), (-0.32, -0.55, 0.28))
    return tracks


def _startle(m: Maker) -> Tracks:
    """Hands fly up, the body leans away, one quick hop back."""
    tracks = m.still(2.2)
    t = tracks.t * m.pace
    shock = keys(t, [(0.35, 0), (0.55, 1), (1.0, 0.8), (1.9, 0)])
    back = keys(t, [(0.4, 0), (0.65, 1)])
    air = np.sin(np.pi * back)
    tracks.pelvis += np.stack([0 * t, 0.05 * air, -0.3 * back], axis=1)
    tracks.ball += np.stack([0 * t, 0.07 * air, -0.3 * back], axis=1)
    tracks.spine[:, 0] -= 0.25 * shock
    tracks.pelvis[:, 1] -= 0.07 * shock
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, shock, (0.15, 0.2, 0.5))
    return tracks


def _cover(m: Maker) -> Tracks:
    """Down in a crouch, both hands over the head."""
    tracks = m.still(3.0)
    t = tracks.t * m.pace
    down = keys(t, [(0.25, 0), (0.75, 1), (2.0, 1), (2.9, 0)])
    tracks.pelvis[:, 1] -= 0.45 * down
    tracks.pelvis[:, 2] -= 0.1 * down
    tracks.spine[:, 0] += 0.85 * down
    tracks.pitch += 0.3 * down
    tracks.head[:, 0] += 0.4 * down
    tracks.foot_pitch += 0.4 * down
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, down, (-0.1, 0.5, 0.02))
        tracks.elbow_up[limb] = 0.6 * down
    return tracks


def _aim(targets: tuple[Point, Point], turn: float, recoil: float) -> Make:
    """Both hands on a weapon (the acting one, the other), aimed; it kicks a few times."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(2.6, 3.6))
        t, side = tracks.t * m.pace, INDEX[m.side]
        aim = bump(t, 0.1, t[-1] - 0.05, 0.5)
        kicks = (keys(t, [(s, 0), (s + 0.07, 1), (s + 0.3, 0)]) for s in (1.1, 1.6, 2.1) if s + 0.3 < t[-1])
        kick = sum(kicks, np.zeros(len(t)))
        for limb, target in ((side, targets[0]), (1 - side, targets[1])):
            reach(tracks, limb, aim, np.asarray(target) + kick[:, None] * [0, 0.07 * recoil, -0.07 * recoil])
        tracks.spine[:, 2] -= SIDE_SIGN[side] * turn * aim
        tracks.head[:, 2] += SIDE_SIGN[side] * 0.8 * turn * aim
        tracks.spine[:, 0] += (0.08 - 0.06 * kick) * aim
        tracks.ball[side][:, 2] -= 0.15
        tracks.pelvis[:, 2] -= 0.05
        return tracks

    return make


FIGHTING: tuple[Action, ...] = (
    Action(
        "hook",
        strikes("hook", -0.35, 0.12),
        ("swings a hook with the {side} fist", "throws a hook from the side with the {side} hand"),
        BOTH,
        ("swings hooks with both fists", "throws left and right hooks"),
        (1, 2, 3),
    ),
    Action(
        "uppercut",
        strikes("uppercut", -0.1, 0.12),
        ("throws an uppercut with the {side} fist", "punches upward with the {side} hand"),
        BOTH,
        ("throws uppercuts with both fists", "punches upward, left and right"),
        (1, 2, 3),
    ),
    Action("block", block, ("blocks a blow with the {side} forearm", "raises the {side} arm to ward off a strike"), SIDES),
    Action(
        "knee strike",
        kicking("knee", -0.1, 0.1),
        ("strikes with the {side} knee from a guard", "drives the {side} knee up into an opponent"),
        SIDES,
    ),
    Action(
        "roundhouse kick",
        kicking("round", -0.35, 0.15),
        ("gives a roundhouse kick with the {side} leg", "swings the {side} leg around in a high kick"),
        SIDES,
    ),
    Action(
        "boxing stance",
        bouncing,
        ("bounces in a boxing stance", "moves lightly on the feet, fists before the face", "stands guard like a boxer"),
    ),
    Action("duck", duck, ("ducks under a punch", "dodges by ducking", "drops the head to avoid a blow")),
    Action(
        "sword slash",
        slash,
        ("slashes with a sword held in both hands", "swings a sword down from the shoulder", "fights with a long sword"),
        counts=(2, 3),
    ),
    Action(
        "fencing thrust",
        thrust,
        ("thrusts forward with a blade in the {side} hand", "lunges like a fencer with the {side} arm stretched"),
        SIDES,
    ),
    Action(
        "get hit",
        _hit,
        (
            "is hit in the stomach and doubles over",
            "takes a blow to the belly and staggers back",
            "bends over in pain, holding the belly",
        ),
    ),
    Action("startle", _startle, ("jumps back in fright, hands up", "is startled and recoils", "flinches and hops back")),
    Action(
        "take cover",
        _cover,
        ("ducks down and covers the head with both hands", "crouches with the hands over the head", "takes cover"),
    ),
    Action(
        "hands up",
        lambda m: hold(m, [(0.8, (0.35, 0.55, 0.15)), (m.rng.uniform(2.2, 3.4), (0.35, 0.55, 0.15))], 0.0, (-0.05, 0, 0)),
        ("puts the hands up and surrenders", "holds up both hands beside the head", "surrenders with raised hands"),
    ),
    Action(
        "aim rifle",
        _aim(((-0.12, 0.05, 0.36), (-0.35, 0.05, 0.75)), 0.55, 0.6),
        ("aims a rifle from the {side} shoulder and shoots", "fires a rifle held at the {side} shoulder"),
        SIDES,
    ),
    Action(
        "aim pistol",
        _aim(((-0.33, 0.08, 0.9), (-0.36, 0.05, 0.86)), 0.0, 1.2),
        (
            "aims a pistol with both hands and shoots, {side} hand first",
            "fires a handgun with the {side} hand, supported by the other",
        ),
        ("right",),
    ),
)
