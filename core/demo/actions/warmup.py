"""Washing the body, and warming up with loose arms."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.curves import bump
from motionpatches.core.demo.keyframes import Keyframes, Stance

Hand = tuple[float, float, float]
REST: Hand = (0.14, -0.97, 0.1)


def _rub(f: Keyframes, hand: int, first: Hand, second: Hand, times: int, elbow: float = 0.0) -> None:
    """Rub between two places; 0.55 seconds pass each time."""
    f.limb(0.0, 0.4, hand, elbow=elbow)
    for _ in range(times):
        f.limb(0.0, 0.3, hand, hand=first)
        f.limb(0.3, 0.55, hand, hand=second)
        f.wait(0.55)


def _wash(m: Maker) -> Tracks:
    """Rub arms, chest, hair, armpits and legs in any order, with both hands in turn."""
    f = Keyframes(m, Stance(width=0.13, lead_toe=-0.12, rear_toe=0.12))
    f.wait(0.15)
    kinds = m.rng.permutation(["arm", "hair", "chest", "armpit", "legs", "back"])[: int(m.rng.integers(2, 5))]
    for kind in kinds:
        hand, times = int(m.rng.integers(2)), int(m.rng.integers(2, 4))
        other, sign = 1 - hand, SIDE_SIGN[hand]
        if kind == "arm":
            f.to(0.0, 0.5, spine=(0.1, 0.0, -0.1 * sign), nod=0.2)
            f.limb(0.0, 0.5, other, hand=(0.15, -0.3, 0.7))
            _rub(f, hand, (-0.55, -0.15, 0.55), (-0.75, 0.0, 0.25), times + 1)
        elif kind == "hair":
            f.to(0.0, 0.5, spine=(0.12, 0.0, 0.0), nod=0.3, hand0=(-0.15, 0.45, 0.1), hand1=(-0.15, 0.45, 0.1), elbow0=0.7)
            f.to(0.0, 0.5, elbow1=0.7)
            for _ in range(times + 1):
                f.to(0.4, 0.6, hand0=(-0.05, 0.42, 0.2), hand1=(-0.18, 0.5, -0.02))
                f.to(0.6, 0.8, hand0=(-0.18, 0.5, -0.02), hand1=(-0.05, 0.42, 0.2))
                f.wait(0.4)
            f.wait(0.4)
        elif kind == "chest":
            f.to(0.0, 0.4, spine=(0.05, 0.0, 0.0), nod=0.25)
            f.limb(0.0, 0.4, other, hand=(0.15, -0.75, 0.2))
            _rub(f, hand, (-0.6, -0.15, 0.28), (-0.1, -0.55, 0.28), times)
        elif kind == "armpit":
            f.to(0.0, 0.5, spine=(0.0, 0.2 * sign, 0.0), nod=0.0)
            f.limb(0.0, 0.5, other, hand=(0.35, 0.75, 0.15))
            _rub(f, hand, (-0.75, -0.05, 0.3), (-0.7, -0.4, 0.25), times)
        elif kind == "legs":
            f.to(0.0, 0.7, tilt=(0.7, 0.0), spine=(0.85, 0.12 * sign, 0.15 * sign), pelvis=(0.0, 0.12, -0.14), nod=0.1)
            f.limb(0.0, 0.7, other, hand=(0.1, -0.4, 0.55))
            f.wait(0.35)
            _rub(f, hand, (-0.2, -0.1, 0.95), (-0.1, -0.5, 0.5), times)
            f.to(0.0, 0.6, tilt=(0.0, 0.0), pelvis=(0.0, 0.015, 0.0))
        else:
            f.to(0.0, 0.5, spine=(0.05, 0.0, -0.2 * sign), nod=0.0)
            f.limb(0.0, 0.5, other, hand=(0.1, -0.6, 0.1))
            _rub(f, hand, (0.12, 0.25, -0.25), (0.0, 0.1, -0.3), times, 0.8)
        f.to(0.0, 0.4, elbow0=0.0, elbow1=0.0)
    f.to(0.0, 0.6, hand0=REST, hand1=REST, spine=(0.0, 0.0, 0.0), nod=0.0, pelvis=(0.0, 0.015, 0.0))
    return f.tracks(0.8)


def _swing_arms(m: Maker) -> Tracks:
    """Both arms swing loosely ahead and back, together or in turn, the knees giving with them."""
    tracks = m.still(float(m.rng.uniform(3.0, 5.5)))
    t, amount = tracks.t * m.pace, bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.6)
    hz, wide, together = float(m.rng.uniform(0.45, 0.8)), float(m.rng.uniform(0.6, 1.2)) * m.size, m.rng.random() < 0.6
    phase = 2 * np.pi * hz * t
    for limb in (LEFT, RIGHT):
        wave = np.sin(phase + (0 if together else np.pi * limb))
        # Farther ahead than back; the elbow straightens behind.
        angle = np.where(wave > 0, wide * wave, 0.75 * wave) * amount
        tracks.hand[limb] = hang(angle + 0.03, 0.12, 0.16 + 0.25 * np.clip(wave, 0, 1) * amount)
    beat = np.sin(phase) if together else 0 * phase
    tracks.pelvis[:, 1] -= (0.03 + 0.025 * np.cos(2 * phase)) * amount
    tracks.spine[:, 0] += (0.06 - 0.12 * beat) * amount
    tracks.pelvis[:, 2] -= 0.02 * beat * amount
    if not together:
        tracks.spine[:, 2] -= 0.25 * np.sin(phase) * amount
    return tracks


def _stretch_arms(m: Maker) -> Tracks:
    """Spread the arms, press them back, cross them before the chest or up, again and again."""
    f = Keyframes(m, Stance(width=float(m.rng.uniform(0.12, 0.25)), lead_toe=-0.12, rear_toe=0.12))
    f.wait(0.1)
    for i in range(int(m.rng.integers(3, 6))):
        kind, up = int(m.rng.integers(3)), float(m.rng.uniform(-0.1, 0.25))
        for limb in (LEFT, RIGHT):
            f.limb(0.0, 0.5, limb, hand=(0.96, up, 0.05), elbow=0.3)
            f.limb(0.5, 0.75, limb, hand=(0.9, up, -0.3))
            if kind == 0:
                f.limb(0.8, 1.3, limb, hand=(-0.55, up - 0.05 + 0.1 * (limb == i % 2), 0.6))
            elif kind == 1:
                f.limb(0.8, 1.35, limb, hand=(0.15, 0.95, 0.05))
            else:
                f.limb(0.8, 1.3, limb, hand=(0.2, up, 0.4), elbow=0.9)
        f.to(0.4, 0.8, spine=(-0.12, 0.0, 0.0))
        f.to(0.8, 1.3, spine=(0.1 - 0.2 * (kind == 1), 0.0, 0.0))
        f.wait(1.3)
    f.to(0.0, 0.6, hand0=REST, hand1=REST, elbow0=0.0, elbow1=0.0, spine=(0.0, 0.0, 0.0))
    return f.tracks(0.75)


# fmt: off
WARMUP: tuple[Action, ...] = (
    Action("wash self", _wash,
           ("takes a shower and washes the body", "washes arms, chest and hair", "soaps the body under a shower")),
    Action("swing arms", _swing_arms,
           ("swings both arms to and fro", "lets the arms swing forward and back while standing", "swings the arms loosely")),
    Action("stretch arms", _stretch_arms,
           ("stretches the arms out and across the chest", "opens and crosses the arms to warm up",
            "limbers up the arms and shoulders")),
)
# fmt: on
