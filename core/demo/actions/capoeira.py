"""Capoeira and cheers: low swaying steps, kicks over a hand on the floor, celebrations."""

from __future__ import annotations

from dataclasses import replace

from motionpatches.core.demo.action import SIDES, Action, Maker
from motionpatches.core.demo.actions.kicks import straight
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.fighter import GUARD, Fighter, Kick
from motionpatches.core.demo.keyframes import Keyframes, Stance

WIDE = Stance(width=0.3, drop=0.17, lead_toe=-0.3, rear_toe=0.3, knees=0.5)


def _sway_back(f: Keyframes, leg: int, low: float, seconds: float) -> None:
    """Step far back with a leg, bent over the front knee, the arm of that side before the face; and return to wide feet."""
    sign, other = SIDE_SIGN[leg], 1 - leg
    x, z = f.spot(-0.1 * sign, -0.12)
    f.step(0.0, 0.5 * seconds, leg, f.spot(-0.08 * sign, -0.5), f.heading + 0.25 * sign, 0.05)
    f.to(0.0, 0.55 * seconds, pelvis=(x, 0.13 + low, z), turn=f.heading + 0.35 * sign, tilt=(0.25, -0.08 * sign))
    f.to(0.0, 0.55 * seconds, spine=(0.55, 0.2 * -sign, -0.2 * sign))
    f.limb(0.0, 0.55 * seconds, other, knee=0.3)
    f.limb(0.0, 0.55 * seconds, leg, heel=0.6)
    f.limb(0.05, 0.55 * seconds, leg, hand=(-0.3, 0.12, 0.4), elbow=0.4)
    f.limb(0.05, 0.55 * seconds, other, hand=(0.55, -0.35, -0.35))
    # Back to wide feet, arms swinging through.
    f.step(0.6 * seconds, seconds, leg, f.place(f.stance, leg), f.heading + 0.3 * sign, 0.05)
    f.settle(0.6 * seconds, seconds)
    f.to(0.6 * seconds, seconds, spine=(0.4, 0.0, 0.0))
    f.limb(0.6 * seconds, seconds, leg, heel=0.0, elbow=0.0)
    f.limb(0.6 * seconds, seconds, other, knee=0.5)
    f.limb(0.6 * seconds, seconds, leg, hand=(0.35, -0.45, 0.3))
    f.limb(0.6 * seconds, seconds, other, hand=(0.4, -0.3, 0.25))
    f.wait(seconds)


def _ginga(m: Maker) -> Tracks:
    f = Keyframes(m, WIDE)
    f.points["spine"] = [(0.0, (0.35, 0.0, 0.0))]
    for limb in (LEFT, RIGHT):
        f.points[f"hand{limb}"] = [(0.0, (0.4, -0.45, 0.3))]
    low, seconds, leg = float(m.rng.uniform(0.02, 0.14)), float(m.rng.uniform(1.1, 1.6)), m.first_foot()
    for i in range(int(m.rng.integers(3, 6))):
        _sway_back(f, (leg + i) % 2, low, seconds)
    return f.tracks(0.3)


def _capoeira_kick(m: Maker) -> Tracks:
    """Turn away, put a hand on the floor, and swing the leg around over it."""
    f = Fighter(m, GUARD, False, bool(m.rng.random() < 0.25))
    if m.rng.random() < 0.5:
        f.glide(float(m.rng.uniform(-0.15, 0.2)))
    height = float(m.rng.uniform(-0.2, 0.2))
    path = (
        (0.5, (0.1, -0.75, 0.1)),
        (0.66, straight(0.25, -0.6, -0.75)),
        (0.8, straight(0.75, height - 0.35, -0.6)),
        (0.94, straight(0.9, -0.45, 0.1)),
        (1.08, (0.45, -0.7, 0.15)),
    )
    kick = Kick(path, -3.7, 1.15, 0.25, 0.6, 0.1, 0.72, (0.6, 0.2, -0.3), (0.05, 0.0, 0.99), 0.22)
    f.kick(kick, RIGHT, False, True)
    f.wait(0.1)
    return f.finish()


def _jump_for_joy(f: Keyframes, seconds: float, height: float) -> None:
    """One jump on the spot with both arms up."""
    x, z = f.spot(0.0, 0.0)
    f.to(0.0, 0.25, pelvis=(x, 0.12, z), spine=(0.2, 0.0, 0.0))
    f.to(0.25, 0.25 + 0.5 * seconds, pelvis=(x, -height, z), lift0=height, lift1=height, heel0=0.6, heel1=0.6)
    f.to(0.25, 0.5, spine=(-0.08, 0.0, 0.0), nod=-0.15)
    f.to(0.25 + 0.5 * seconds, 0.25 + seconds, pelvis=(x, 0.06, z), lift0=0.0, lift1=0.0, heel0=0.0, heel1=0.0)
    f.wait(0.25 + seconds)


def _celebrate(m: Maker) -> Tracks:
    """Jump with raised fists, pump a fist, or drop into a deep lunge with the arms spread."""
    f = Keyframes(m if m.rng.random() < 0.6 else replace(m, side="left"))
    f.wait(float(m.rng.uniform(0.1, 0.4)))
    kind = int(m.rng.integers(3))
    high = float(m.rng.uniform(0.75, 0.95))
    if kind == 0:
        for limb in (LEFT, RIGHT):
            f.limb(0.1, 0.4, limb, hand=(0.25, high, 0.1), elbow=0.2)
        for _ in range(int(m.rng.integers(2, 5))):
            _jump_for_joy(f, 0.45, float(m.rng.uniform(0.06, 0.2)))
            shake = float(m.rng.uniform(0.45, 0.7))
            for limb in (LEFT, RIGHT):
                f.limb(-0.2, 0.0, limb, hand=(0.3, shake, 0.2))
                f.limb(0.0, 0.25, limb, hand=(0.2, high, 0.08))
        f.to(0.3, 0.8, hand0=(0.14, -0.97, 0.1), hand1=(0.14, -0.97, 0.1), spine=(0.0, 0.0, 0.0), nod=0.0)
    elif kind == 1:
        for _ in range(int(m.rng.integers(2, 4))):
            f.to(0.0, 0.25, hand1=(0.1, high, 0.25), spine=(-0.1, -0.1, 0.2), pelvis=(0.0, 0.0, 0.0))
            f.to(0.3, 0.5, hand1=(0.05, -0.1, 0.4), spine=(0.3, 0.05, -0.25), pelvis=(0.0, 0.1, 0.0), nod=0.2)
            f.to(0.0, 0.5, hand0=(0.3, -0.5, 0.15))
            f.wait(float(m.rng.uniform(0.6, 0.85)))
        f.to(0.0, 0.5, hand0=(0.14, -0.97, 0.1), hand1=(0.14, -0.97, 0.1), spine=(0.0, 0.0, 0.0), nod=0.0)
        f.to(0.0, 0.4, pelvis=(0.0, 0.015, 0.0))
    else:
        deep = Stance(0.5, 0.5, 0.16, 0.1, 0.28, 0.0, 0.5, 0.1, 0.3)
        f.to(0.0, 0.35, hand1=(0.05, high, 0.2), hand0=(0.2, -0.5, 0.3))
        f.shift(0.1, 0.8, deep)
        f.to(0.5, 0.95, hand1=(0.8, -0.1, 0.25), hand0=(0.75, 0.35, 0.2), spine=(-0.12, 0.0, 0.0), nod=-0.35)
        f.wait(0.95 + float(m.rng.uniform(0.5, 1.4)))
        f.shift(0.0, 0.8, Stance(lead_toe=-0.12, rear_toe=0.12))
        f.to(0.1, 0.9, hand0=(0.14, -0.97, 0.1), hand1=(0.14, -0.97, 0.1), spine=(0.0, 0.0, 0.0), nod=0.0)
    return f.tracks(1.1)


# fmt: off
CAPOEIRA: tuple[Action, ...] = (
    Action("ginga", _ginga,
           ("dances capoeira, swaying from foot to foot", "does the ginga of capoeira",
            "plays capoeira, stepping back left and right")),
    Action("capoeira kick", _capoeira_kick,
           ("does a capoeira kick with the {side} leg, a hand on the floor",
            "bends down to the floor and swings the {side} leg around"), SIDES),
    Action("celebrate", _celebrate,
           ("celebrates a win with raised fists", "rejoices with fists in the air", "celebrates after scoring")),
)
# fmt: on
