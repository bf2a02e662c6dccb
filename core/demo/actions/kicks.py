"""Kicks of martial arts from a guard: knee up, extension, recoil, the supporting foot pivots, the trunk leans away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import Make, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, Tracks
from motionpatches.core.demo.fighter import FRONT, GUARD, HORSE, Fighter, Kick, Leg


def straight(out: float, up: float, ahead: float) -> Leg:
    """Return a stretched leg, as in `Tracks`, in a direction."""
    length = float(np.sqrt(out**2 + up**2 + ahead**2))
    return 0.99 * out / length, 0.99 * up / length, 0.99 * ahead / length


def aimed(height: float, out: float = 0.0) -> Leg:
    """Return a stretched leg that points ahead at `height` leg lengths over the hip."""
    return straight(out, height, float(np.sqrt(max(0.95 - height**2 - out**2, 0.02))))


def front(height: float) -> Kick:
    """Return a snap kick: knee up, shin out, back."""
    path = ((0.3, (0.03, -0.4, 0.36)), (0.46, aimed(height, -0.05)), (0.52, aimed(height, -0.05)), (0.68, (0.03, -0.42, 0.38)))
    return Kick(path, 0.15, -0.22 - 0.25 * max(height + 0.3, 0), 0.08, 0.2, 0.05, 0.46)


def side(height: float) -> Kick:
    """Return a kick with the edge of the foot, hips turned sideways."""
    hit = straight(0.88, height - 0.3, 0.12)
    path = ((0.32, (0.3, -0.32, 0.38)), (0.52, hit), (0.6, hit), (0.78, (0.28, -0.4, 0.38)))
    return Kick(path, 1.45, 0.1, 0.6, 0.15, 0.35, 0.52, (0.9, -0.1, 0.15))


def round_(height: float) -> Kick:
    """Return a roundhouse kick: the knee comes up beside the body, the shin whips around."""
    path = (
        (0.2, (0.4, -0.6, -0.35)),
        (0.34, (0.62, -0.25, 0.0)),
        (0.48, straight(0.72, height, 0.62)),
        (0.54, straight(0.5, height, 0.8)),
        (0.72, (0.3, -0.4, 0.4)),
    )
    return Kick(path, 1.1, -0.1, 0.5, 0.15, 0.3, 0.48, (0.35, -0.65, -0.3))


def back(height: float) -> Kick:
    """Return a kick with the heel, the back turned: hips over, trunk down."""
    hit = straight(0.12, height - 0.68, -0.85)
    path = ((0.4, (0.05, -0.42, 0.3)), (0.62, hit), (0.7, hit), (0.9, (0.1, -0.5, 0.15)))
    return Kick(path, -2.9, 0.85, 0.1, 0.3, 0.1, 0.62, (0.4, -0.6, 0.1))


def axe(height: float) -> Kick:
    """Return an axe kick: the straight leg goes up high and comes down."""
    top = 0.6 + 0.3 * height
    path = (
        (0.22, straight(0.15, -0.8, 0.45)),
        (0.36, straight(0.2, -0.2, 0.95)),
        (0.5, aimed(top, 0.1)),
        (0.56, aimed(top, 0.0)),
        (0.68, straight(0.0, 0.0, 1.0)),
        (0.8, straight(0.0, -0.6, 0.7)),
    )
    return Kick(path, 0.2, -0.4 - 0.2 * height, 0.1, 0.3, 0.05, 0.52, (0.5, -0.5, -0.1))


def crescent(height: float) -> Kick:
    """Return a crescent kick: the leg, nearly straight, goes in an arc from inside to outside."""
    path = (
        (0.25, (-0.3, -0.6, 0.5)),
        (0.4, straight(-0.35, height, 0.85)),
        (0.52, straight(0.2, height + 0.15, 0.88)),
        (0.66, straight(0.75, -0.2, 0.5)),
        (0.8, straight(0.45, -0.75, 0.2)),
    )
    return Kick(path, 0.25, -0.3, 0.1, 0.2, 0.1, 0.5, (0.6, -0.3, 0.1))


def double(height: float) -> Kick:
    """Return two kicks of one leg without putting it down: low, then high."""
    low, high = straight(0.8, -0.5, 0.25), straight(0.85, height - 0.1, 0.3)
    path = (
        (0.3, (0.3, -0.35, 0.35)),
        (0.46, low),
        (0.52, low),
        (0.7, (0.35, -0.3, 0.4)),
        (0.88, high),
        (0.94, high),
        (1.12, (0.3, -0.4, 0.38)),
    )
    return Kick(path, 1.3, 0.0, 0.55, 0.1, 0.3, 0.6, (0.7, -0.4, 0.0))


def spinning(height: float) -> Kick:
    """Return a kick after a spin, back first; the leg sweeps around."""
    path = (
        (0.55, (0.1, -0.5, 0.2)),
        (0.72, straight(0.4, height - 0.45, -0.75)),
        (0.84, straight(0.9, height - 0.2, -0.25)),
        (0.98, (0.5, -0.5, 0.1)),
    )
    return Kick(path, -3.6, 0.45, 0.45, 0.2, 0.3, 0.75, (0.5, -0.4, 0.2))


def knee(height: float) -> Kick:
    """Return a knee strike: both hands pull down while the knee goes up."""
    top = (0.0, height - 0.35, 0.4)
    path = ((0.3, (0.05, -0.6, 0.1)), (0.46, top), (0.54, top), (0.7, (0.05, -0.6, 0.25)))
    return Kick(path, 0.2, -0.15, 0.08, 0.3, 0.05, 0.46, (-0.1, -0.4, 0.4), (-0.15, -0.4, 0.4))


KINDS = {
    "knee": knee,
    "front": front,
    "side": side,
    "round": round_,
    "back": back,
    "axe": axe,
    "crescent": crescent,
    "double": double,
    "spinning": spinning,
}


def kicking(kind: str, low: float, high: float) -> Make:
    """Return `count` kicks at a height over the hip between `low` and `high`, in leg lengths."""

    def make(m: Maker) -> Tracks:
        karate = kind in ("front", "side", "round") and m.rng.random() < 0.35
        stance = HORSE if kind == "side" and karate else FRONT if karate else GUARD
        f = Fighter(m, replace(stance, ahead=0.8 * stance.ahead, behind=0.8 * stance.behind) if karate else stance, karate)
        leg = RIGHT
        if m.rng.random() < 0.3 and kind in ("front", "side", "round", "crescent"):
            # From the leading leg: the stance is the other way round.
            f = Fighter(m, stance, karate, stands=False)
            f.retire(0.0, 0.5, f.stance)
            f.guard(0.0, 0.5)
            f.wait(0.7)
        for _ in range(m.count):
            height = float(m.rng.uniform(low, high)) * (m.size if high > 0 else 1)
            ahead = bool(f.lead == LEFT and kind not in ("back", "spinning") and m.count == 1 and m.rng.random() < 0.4)
            f.kick(KINDS[kind](height), leg, ahead, kind == "spinning")
            f.wait(float(m.rng.uniform(0.0, 0.25)))
        return f.finish()

    return make
