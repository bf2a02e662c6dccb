"""Boxes and other loads: picked up, put down, carried, lifted, moved, scooped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.body import LEFT, RIGHT, Tracks
from motionpatches.core.demo.curves import bump
from motionpatches.core.demo.gait import JOG, RUN, WALK, straight, walk_along
from motionpatches.core.demo.keyframes import Keyframes, Stance

Hand = tuple[float, float, float]
REST: Hand = (0.14, -0.97, 0.1)


def stoop(f: Keyframes, start: float, end: float, squat: float, low: float, inward: float = -0.1) -> None:
    """Go down for something on the floor, both arms hanging to it.

    Args:
        f: The key frames.
        start, end: Seconds from now.
        squat: 0 bends the back over nearly straight legs, 1 bends the knees deeply.
        low: How far down the hands are, in arm lengths; 1 is at arm's length.
        inward: Sideways place of the hands, as in `Tracks`.
    """
    pitch, bend = 0.85 - 0.5 * squat, 0.7 - 0.15 * squat
    x, z = f.spot(0.0, -0.12)
    f.to(start, end, pelvis=(x, 0.13 + 0.47 * squat, z), tilt=(pitch, 0.0), spine=(bend, 0.0, 0.0))
    angle = pitch + bend - 0.15
    hand = (inward, -low * float(np.cos(angle)), low * float(np.sin(angle)))
    for limb in (LEFT, RIGHT):
        f.limb(start, end, limb, hand=hand, knee=0.12 + 0.6 * squat)


def rise(f: Keyframes, start: float, end: float, hand: Hand) -> None:
    """Stand up with both hands at a place before the chest."""
    x, z = f.spot(0.0, 0.0)
    f.to(start, end, pelvis=(x, 0.015, z), tilt=(0.0, 0.0))
    f.to(start + 0.1, end + 0.1, spine=(-0.04, 0.0, 0.0))
    for limb in (LEFT, RIGHT):
        f.limb(start + 0.1, end + 0.1, limb, hand=hand, knee=0.12)


def _held(m: Maker) -> Hand:
    """Where a box is held before the body."""
    return -float(m.rng.uniform(0.02, 0.15)), -float(m.rng.uniform(0.35, 0.65)), float(m.rng.uniform(0.38, 0.55))


def _standing(m: Maker, hand: Hand = REST) -> Keyframes:
    f = Keyframes(m, Stance(width=float(m.rng.uniform(0.1, 0.17)), lead_toe=-0.12, rear_toe=0.12))
    for limb in (LEFT, RIGHT):
        f.points[f"hand{limb}"] = [(0.0, hand)]
    return f


def _down(f: Keyframes) -> None:
    """Stoop or squat to the floor and stay for a moment; about a second passes."""
    seconds = float(f.m.rng.uniform(0.65, 1.0))
    stoop(f, 0.0, seconds, float(f.m.rng.beta(0.7, 0.7)), float(f.m.rng.uniform(0.95, 1.0)), float(f.m.rng.uniform(-0.15, 0.05)))
    f.wait(seconds + float(f.m.rng.uniform(0.1, 0.4)))


def pick_up_box(m: Maker) -> Tracks:
    """Go down for a box, and rise with it before the belly."""
    f = _standing(m)
    f.wait(0.3)
    _down(f)
    rise(f, 0.0, 0.75, _held(m))
    return f.tracks(float(m.rng.uniform(1.1, 2.0)))


def _put_down(m: Maker) -> Tracks:
    """Hold a box, set it on the floor, let go and rise."""
    f = _standing(m, _held(m))
    f.wait(float(m.rng.uniform(0.3, 0.8)))
    _down(f)
    for limb in (LEFT, RIGHT):
        f.limb(0.0, 0.15, limb, hand=tuple(f.last(f"hand{limb}") + [0.12, 0.02, 0.0]))
    f.wait(0.1)
    rise(f, 0.0, 0.7, REST)
    return f.tracks(float(m.rng.uniform(1.0, 1.5)))


def _lift_overhead(m: Maker) -> Tracks:
    """Raise a box from the belly over the head, hold it there, and lower it."""
    low, up = _held(m), (-0.05, float(m.rng.uniform(0.8, 0.95)), 0.15)
    f = _standing(m, low)
    f.wait(0.3)
    if m.rng.random() < 0.4:
        for limb in (LEFT, RIGHT):
            f.points[f"hand{limb}"] = [(0.0, REST)]
        _down(f)
        rise(f, 0.0, 0.7, low)
        f.wait(0.9)
    f.to(0.0, 0.25, pelvis=(0.0, 0.06, 0.0), spine=(0.06, 0.0, 0.0))
    f.to(0.2, 0.7, pelvis=(0.0, 0.01, 0.0), spine=(-0.16, 0.0, 0.0), nod=-0.25)
    for limb in (LEFT, RIGHT):
        f.limb(0.1, 0.5, limb, hand=(0.02, 0.1, 0.42), elbow=0.3)
        f.limb(0.5, 0.95, limb, hand=up)
    stay = 1.0 + float(m.rng.uniform(0.4, 1.6))
    for limb in (LEFT, RIGHT):
        f.limb(stay, stay + 0.45, limb, hand=(0.02, 0.1, 0.42))
        f.limb(stay + 0.45, stay + 0.85, limb, hand=low, elbow=0.0)
    f.to(stay, stay + 0.8, spine=(-0.04, 0.0, 0.0), nod=0.0)
    return f.tracks(stay + 1.2)


def _move(m: Maker) -> Tracks:
    """Pick a box up on one side of the body, turn with it, and put it down on the other side."""
    f = _standing(m)
    turn = float(m.rng.uniform(0.6, 1.2))
    f.wait(0.2)
    f.heading = turn
    f.shift(0.0, 0.6, f.stance)
    f.to(0.0, 0.5, gaze=turn)
    f.wait(0.4)
    _down(f)
    rise(f, 0.0, 0.6, _held(m))
    f.wait(0.6)
    f.heading = -turn
    f.shift(0.0, 1.0, f.stance)
    f.to(0.0, 0.7, gaze=-turn)
    f.wait(0.9)
    _down(f)
    rise(f, 0.0, 0.7, REST)
    return f.tracks(1.1)


def carry(m: Maker) -> Tracks:
    """Walk with a box before the belly, held from the start or lifted in passing, leaning back a little."""
    seconds, speed = float(m.rng.uniform(2.8, 5.0)), float(m.rng.uniform(0.6, 1.3)) * m.pace
    gait = replace(WALK, cadence=WALK.cadence * m.pace**0.5, lean=-float(m.rng.uniform(0.02, 0.09)), width=0.03, arm_swing=0.05)
    tracks = walk_along(m.body, straight(seconds, speed * seconds * 0.8), gait, m.first_foot())
    amount = np.ones(tracks.frames) if m.rng.random() < 0.6 else bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5)
    held, beat = np.array(_held(m)), np.sin(2 * np.pi * gait.cadence * tracks.t)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, held + 0.015 * beat[:, None] * [0, 1, 0])
    tracks.spine[:, 2] *= 0.5
    return tracks


def _work_overhead(m: Maker) -> Tracks:
    """Reach up with both hands, busy above the head, stepping from place to place on the spot."""
    f = _standing(m)
    for _ in range(int(m.rng.integers(2, 5))):
        left, high = float(m.rng.uniform(-0.3, 0.3)), float(m.rng.uniform(0.6, 0.95))
        f.middle = f.spot(left, float(m.rng.uniform(-0.1, 0.12)))
        f.heading += float(m.rng.uniform(-0.35, 0.35))
        f.shift(0.0, 0.7, f.stance)
        tall = float(m.rng.choice([0.0, 0.5]))
        x, z = f.spot(0.0, 0.03)
        f.to(0.3, 0.8, pelvis=(x, -0.01 - 0.06 * tall, z), spine=(-0.15, 0.1 * left, 0.0), nod=-0.35, heel0=tall, heel1=tall)
        for i in range(int(m.rng.integers(2, 5))):
            for limb in (LEFT, RIGHT):
                at = 0.1 + 0.55 * i + 0.12 * limb
                out = float(m.rng.uniform(-0.1, 0.3))
                f.limb(at, at + 0.45, limb, hand=(out, high + float(m.rng.uniform(-0.15, 0.05)), float(m.rng.uniform(0.1, 0.4))))
        f.wait(0.55 * i + 0.7)
        if m.rng.random() < 0.4:
            limb = int(m.rng.integers(2))
            f.to(0.0, 0.5, heel0=0.0, heel1=0.0, nod=0.1)
            f.limb(0.0, 0.5, limb, hand=(0.1, -0.35, 0.45))
            f.wait(0.5)
    f.to(0.0, 0.7, hand0=REST, hand1=REST, spine=(0.0, 0.0, 0.0), nod=0.0, heel0=0.0, heel1=0.0)
    f.settle(0.0, 0.6)
    return f.tracks(0.9)


def _run_with_box(m: Maker) -> Tracks:
    """Run or jog with both arms around a box."""
    seconds, gait = float(m.rng.uniform(2.6, 4.4)), JOG if m.rng.random() < 0.6 else RUN
    speed = (2.2 if gait is JOG else 2.9) * m.pace
    gait = replace(gait, cadence=gait.cadence * m.pace, arm_swing=0.05, lift=0.8 * gait.lift, lean=0.06)
    tracks = walk_along(m.body, straight(seconds, speed * seconds * 0.8), gait, m.first_foot())
    held, beat = np.array(_held(m)), np.sin(2 * np.pi * gait.cadence * tracks.t)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, np.ones(tracks.frames), held + 0.03 * beat[:, None] * [0, 1, 0])
    tracks.spine[:, 0] -= 0.08
    tracks.spine[:, 2] *= 0.5
    return tracks


def _scoop(m: Maker) -> Tracks:
    """Bend the knees, scoop low with one hand, and throw or pour up high, again and again."""
    f = _standing(m)
    f.wait(0.2)
    for _ in range(m.count):
        out = float(m.rng.uniform(-0.25, 0.1))
        stoop(f, 0.0, 0.65, float(m.rng.uniform(0.5, 0.95)), 0.9)
        f.limb(0.1, 0.5, RIGHT, hand=(0.2, -0.6, 0.2))
        f.limb(0.1, 0.5, LEFT, hand=(0.2, -0.6, 0.35))
        f.limb(0.5, 0.8, RIGHT, hand=(-0.1, -0.7, 0.65))
        f.to(0.6, 0.8, spine=(0.6, 0.0, 0.2))
        rise(f, 0.85, 1.5, (0.1, -0.6, 0.3))
        f.limb(1.0, 1.45, RIGHT, hand=(out, 0.1, 0.65))
        f.limb(1.45, 1.85, RIGHT, hand=(out + 0.15, 0.8, 0.5))
        f.limb(1.9, 2.3, RIGHT, hand=(0.1, -0.4, 0.5))
        f.wait(2.2)
    f.to(0.0, 0.5, spine=(0.0, 0.0, 0.0))
    f.limb(0.0, 0.5, RIGHT, hand=REST)
    f.limb(0.0, 0.5, LEFT, hand=REST)
    return f.tracks(0.7)


# fmt: off
LOADS: tuple[Action, ...] = (
    Action("put down", _put_down,
           ("puts a box down on the floor", "sets something down on the ground with both hands",
            "bends down and lays a heavy box on the floor")),
    Action("lift overhead", _lift_overhead,
           ("lifts a box over the head", "raises a box overhead with both hands and lowers it again",
            "holds a box up high above the head")),
    Action("move box", _move,
           ("moves a box from the {side} side to the {other} one",
            "picks up a box on the {side} and puts it down on the {other}"),
           ("left", "right")),
    Action("run with box", _run_with_box,
           ("runs carrying a box", "jogs with a box in both arms", "hurries along with a parcel before the belly")),
    Action("scoop", _scoop,
           ("scoops something up from below with the {side} hand and lifts it high",
            "bends down, scoops with the {side} hand and pours from above"), ("left", "right"), counts=(1, 2)),
)
OVERHEAD: tuple[Action, ...] = (
    Action("work overhead", _work_overhead,
           ("reaches up and works above the head with both hands", "does something up high with both arms raised",
            "stretches up to a high place and handles things there")),
)
# fmt: on
