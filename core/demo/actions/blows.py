"""Blows and blocks from a boxer's guard or the long stances of karate."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import Make, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump
from motionpatches.core.demo.fighter import AT_HIP, BACK, FRONT, Fighter

# Karate techniques of the hand on the leading side: where it is drawn back to and where it ends (out, up, ahead along the
# heading, in arm lengths from its shoulder), how far the elbows rise, and how far the chest turns away from it.
TECHNIQUES = {
    "punch": ((0.05, -0.5, 0.0), (-0.2, -0.05, 0.97), 0.0, 0.0),
    "low block": ((-0.6, 0.15, 0.25), (0.12, -0.78, 0.5), 0.2, 0.45),
    "knife-hand block": ((-0.55, 0.25, 0.2), (0.05, -0.02, 0.66), 0.3, 0.7),
    "inside block": ((0.5, 0.1, 0.05), (-0.22, 0.08, 0.5), 0.0, 0.25),
    "outside block": ((-0.5, -0.35, 0.3), (0.05, 0.1, 0.52), 0.0, 0.35),
    "rising block": ((-0.2, -0.45, 0.3), (-0.3, 0.5, 0.42), 0.9, 0.2),
}


def technique(f: Fighter, name: str, steps: bool = True) -> None:
    """Step through into a long stance and do a technique with the hand of the foot in front; about a second passes."""
    cocked, done, elbow, turn = TECHNIQUES[name]
    knife = name == "knife-hand block"
    stance = BACK if knife else FRONT
    hand = 1 - f.lead if steps else f.lead
    other, sign = 1 - hand, SIDE_SIGN[hand]
    if steps:
        f.advance(0.0, 0.45, stance)
    f.to(0.0, 0.28, spine=(0.06, 0.0, sign * (0.1 + turn) * -1 * (name != "punch")))
    f.limb(0.0, 0.28, hand, hand=f.toward(hand, sign * cocked[0], *cocked[1:]), elbow=0.3 * (name != "punch"))
    f.limb(0.0, 0.28, other, hand=f.toward(other, 0.1 * sign, -0.2, 0.75))
    # The technique ends with the step; the other fist is drawn to the hip, or lies before the chest.
    f.to(0.34, 0.54, spine=(0.04, 0.0, -sign * (0.25 if name == "punch" else -turn)))
    f.limb(0.34, 0.54, hand, hand=f.toward(hand, sign * done[0], *done[1:]), elbow=elbow * (name == "rising block"))
    f.limb(0.32, 0.54, other, hand=(-0.3, -0.35, 0.25) if knife else AT_HIP)
    f.wait(0.6)


def other_lead(m: Maker) -> Fighter:
    """A fighter in guard with the right foot in front."""
    return Fighter(m, stands=False, lead=RIGHT)


def strikes(kind: str, low: float, high: float) -> Make:
    """`count` blows of the acting hands in turn."""

    def make(m: Maker) -> Tracks:
        f = Fighter(m)
        first = RIGHT
        if m.side != "both" and m.rng.random() < (0.8 if kind == "backfist" else 0.45):
            f = other_lead(m)
        for i in range(m.count):
            limb = first if m.side != "both" else (first + i) % 2
            f.strike(limb, kind, float(m.rng.uniform(low, high)))
            f.wait(float(m.rng.uniform(0.05, 0.3)) if m.count > 1 else 0.25)
        return f.finish()

    return make


def bounced(tracks: Tracks, hz: float, metres: float) -> Tracks:
    """Bounce on the balls of the feet all the time."""
    t = tracks.t
    beat = np.sin(2 * np.pi * hz * t) * bump(t, 0.2, t[-1] - 0.2, 0.4)
    tracks.pelvis[:, 1] += metres * beat
    tracks.foot_pitch += np.clip(0.12 + 0.12 * beat, 0, 1) * (1 - tracks.foot_free)
    return tracks


def bouncing(m: Maker) -> Tracks:
    """Stand in guard, light on the feet, shifting weight and gliding a little."""
    f = Fighter(m)
    for _ in range(int(m.rng.integers(2, 5))):
        f.glide(float(m.rng.uniform(-0.15, 0.15)))
        f.wait(float(m.rng.uniform(0.2, 0.6)))
    return bounced(f.finish(), m.pace * float(m.rng.uniform(1.5, 2.4)), 0.025)


def block(m: Maker) -> Tracks:
    """Ward off a blow with the forearm: up, to the side or down, giving way a little."""
    f = other_lead(m) if m.rng.random() < 0.7 else Fighter(m)
    hand = RIGHT
    name = str(m.rng.choice(["rising block", "rising block", "inside block", "outside block"]))
    cocked, done, elbow, _ = TECHNIQUES[name]
    sign = SIDE_SIGN[hand]
    f.limb(0.0, 0.2, hand, hand=f.toward(hand, sign * cocked[0], *cocked[1:]))
    x, z = f.spot(0.0, -0.1)
    f.to(0.15, 0.4, pelvis=(x, f.stance.drop + 0.03, z), spine=(-0.02, 0.0, -sign * 0.3))
    f.limb(0.2, 0.38, hand, hand=f.toward(hand, sign * done[0], *done[1:]), elbow=elbow)
    stay = float(m.rng.uniform(0.5, 0.9))
    f.relax(stay, stay + 0.4)
    f.wait(stay + 0.5)
    return f.finish()


def duck(m: Maker) -> Tracks:
    """Drop under a blow with bent knees and back, and come up on the spot or to the side."""
    f = Fighter(m) if m.rng.random() < 0.5 else other_lead(m)
    left, low = float(m.rng.uniform(-1, 1)), float(m.rng.uniform(0.2, 0.4))
    x, z = f.spot(0.05 * left, f.stance.weight - 0.06)
    down = float(m.rng.uniform(0.25, 0.4))
    f.to(0.0, down, pelvis=(x, low, z), tilt=(0.25, 0.0), spine=(0.6, 0.35 * left, -0.15 * left), nod=-0.1)
    for limb in (LEFT, RIGHT):
        f.limb(0.0, down, limb, hand=(-0.1, 0.08, 0.36), knee=0.35)
    x, z = f.spot(0.12 * left, f.stance.weight)
    f.to(down + 0.05, down + 0.35, pelvis=(x, 0.7 * low, z))
    f.relax(down + 0.4, down + 0.8)
    f.wait(down + 0.9)
    return f.finish()


def either(first: Make, second: Make, share: float) -> Make:
    """Return the first making for a share of the clips, else the second."""
    return lambda m: (first if m.rng.random() < share else second)(m)
