"""Basketball: dribbling on the spot and on the move, shots, defence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, keys
from motionpatches.core.demo.gait import JOG, WALK, straight, walk_along
from motionpatches.core.demo.keyframes import Keyframes, Stance

LOW = Stance(width=0.28, drop=0.14, lead_toe=-0.25, rear_toe=0.25, knees=0.5)
REST = (0.14, -0.97, 0.1)


def bounce_ball(tracks: Tracks, m: Maker, limb: int, amount: np.ndarray, high: float = 0.0) -> None:
    """Let a hand push a ball down and meet it again on its way up, the shoulder following.

    Args:
        tracks: Changed in place.
        m: Its `pace` and `rng` decide the beat.
        limb: The hand.
        amount: (T,) from 0, not dribbling, to 1.
        high: Added to the height of the hand, in arm lengths.
    """
    hz, ahead = float(m.rng.uniform(1.15, 1.7)) * m.pace**0.5, float(m.rng.uniform(0.2, 0.45))
    beat = (hz * tracks.t + m.rng.random()) % 1
    up = keys(beat, [(0, 1.0), (0.3, 0.0), (0.5, 0.08), (0.95, 1.0), (1, 1.0)])
    target = np.stack([0.16 + 0.22 * up, high - 0.82 + 0.42 * up, ahead + 0.12 * up], axis=1)
    # The other arm shields.
    shield = (float(m.rng.uniform(0.2, 0.5)), -0.65, float(m.rng.uniform(0.1, 0.4)))
    share = amount[:, None]
    for hand, goal in ((limb, target), (1 - limb, np.asarray(shield))):
        tracks.hand[hand] = tracks.hand[hand] * (1 - share) + goal * share
    tracks.spine[:, 1] += SIDE_SIGN[limb] * (0.06 + 0.07 * (1 - up)) * amount
    tracks.spine[:, 0] += 0.06 * (1 - up) * amount
    tracks.pelvis[:, 1] -= 0.015 * (1 - up) * amount


def _from_the_start(m: Maker, tracks: Tracks) -> np.ndarray:
    """Return the amount (T,) of dribbling: all the time, or after a moment of standing."""
    return np.ones(tracks.frames) if m.rng.random() < 0.6 else bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.4)


def dribble(m: Maker) -> Tracks:
    """Dribble on the spot, knees bent, one foot a little ahead."""
    stance = Stance(
        float(m.rng.uniform(0, 0.2)), float(m.rng.uniform(0, 0.2)), float(m.rng.uniform(0.12, 0.2)), 0.1,
        float(m.rng.uniform(0.02, 0.13)), 0.0, 0.2, 0.0, 0.3,
    )  # fmt: skip
    f = Keyframes(m, stance)
    f.points["spine"] = [(0.0, (float(m.rng.uniform(0.1, 0.35)), 0.0, 0.0))]
    f.wait(float(m.rng.uniform(2.2, 4.5)))
    tracks = f.tracks()
    sway = np.sin(2 * np.pi * float(m.rng.uniform(0.25, 0.5)) * tracks.t)
    tracks.pelvis[:, 0] += 0.03 * sway
    bounce_ball(tracks, m, INDEX[m.side], _from_the_start(m, tracks))
    tracks.head[:, 0] += 0.15
    return tracks


def _travel(direction: float, slow: float, fast: float) -> Make:
    def make(m: Maker) -> Tracks:
        speed, seconds = float(m.rng.uniform(slow, fast)) * m.pace, float(m.rng.uniform(2.8, 5.0))
        base = JOG if speed > 1.9 else WALK
        crouch, lean = float(m.rng.uniform(0.02, 0.07)), base.lean + float(m.rng.uniform(0, 0.12))
        gait = replace(base, crouch=crouch, lean=lean, arm_swing=0.25, cadence=base.cadence * m.pace**0.5)
        tracks = walk_along(m.body, straight(seconds, speed * seconds * 0.8, direction), gait, m.first_foot())
        bounce_ball(tracks, m, INDEX[m.side], _from_the_start(m, tracks), 0.08)
        return tracks

    return make


def _slide(f: Keyframes, left: float, seconds: float) -> None:
    """Step sideways without crossing the feet, the foot on that side first."""
    f.middle = f.spot(left, 0.0)
    first = LEFT if left > 0 else RIGHT
    for number, limb in enumerate((first, 1 - first)):
        start = 0.45 * seconds * number
        f.step(start, start + 0.55 * seconds, limb, f.place(f.stance, limb), float(f.last(f"toe{limb}")), 0.035)
    f.settle(0.0, seconds)
    f.wait(seconds)


def _low(m: Maker) -> Keyframes:
    f = Keyframes(m, replace(LOW, drop=float(m.rng.uniform(0.08, 0.2)), width=float(m.rng.uniform(0.2, 0.32))))
    f.points["spine"] = [(0.0, (float(m.rng.uniform(0.25, 0.5)), 0.0, 0.0))]
    f.wait(0.25)
    return f


def _dribble_sideways(m: Maker) -> Tracks:
    f = _low(m)
    for _ in range(int(m.rng.integers(4, 8))):
        _slide(f, -float(m.rng.uniform(0.4, 0.7)) * m.size, float(m.rng.uniform(0.45, 0.65)))
    side, m_hand = m.side, LEFT if m.rng.random() < 0.6 else RIGHT
    tracks = f.tracks(0.3)
    bounce_ball(tracks, m, m_hand if side == "right" else 1 - m_hand, _from_the_start(m, tracks))
    return tracks


def _defend(m: Maker) -> Tracks:
    """Low and wide, arms spread, sliding to and fro before an attacker."""
    f = _low(m)
    hands = (float(m.rng.uniform(0.6, 0.85)), float(m.rng.uniform(-0.35, 0.15)), float(m.rng.uniform(0.3, 0.45)))
    for limb in (LEFT, RIGHT):
        f.points[f"hand{limb}"] = [(0.0, hands)]
    way = float(m.rng.choice([-1, 1]))
    for _ in range(int(m.rng.integers(2, 4))):
        for _ in range(int(m.rng.integers(1, 4))):
            _slide(f, way * float(m.rng.uniform(0.35, 0.6)), float(m.rng.uniform(0.4, 0.6)))
            limb = int(m.rng.integers(2))
            f.limb(-0.3, 0.0, limb, hand=(hands[0], float(m.rng.uniform(-0.3, 0.4)), hands[2]))
        way = -way
        f.wait(0.1)
    return f.tracks(0.3)


def shoot(f: Keyframes) -> None:
    """Gather the ball at the hip, dip, rise and let it go from over the forehead, the hand staying up; mostly with a jump."""
    m, hand, other = f.m, RIGHT, LEFT
    jump = float(m.rng.uniform(0.1, 0.36)) if m.rng.random() < 0.75 else 0.0
    x, z = f.spot(0.0, 0.0)
    f.to(0.0, 0.4, pelvis=(x, 0.16, z), spine=(0.28, 0.0, 0.0), nod=-0.1)
    f.limb(0.0, 0.3, hand, hand=(-0.15, -0.4, 0.42))
    f.limb(0.0, 0.3, other, hand=(-0.38, -0.38, 0.4))
    f.limb(0.3, 0.62, hand, hand=(-0.02, 0.25, 0.3), elbow=0.2)
    f.limb(0.3, 0.62, other, hand=(-0.32, 0.22, 0.36))
    f.to(0.4, 0.66, pelvis=(x, 0.0, z), spine=(0.0, 0.0, 0.08), heel0=0.5, heel1=0.5, nod=-0.2)
    f.limb(0.64, 0.84, hand, hand=(-0.12, 0.82, 0.52))
    f.limb(0.64, 0.84, other, hand=(-0.12, 0.62, 0.42))
    up = 0.66 + 0.5 * float(np.sqrt(max(jump, 0.02)))
    if jump:
        f.to(0.64, up, lift0=jump, lift1=jump, pelvis=(x, -jump, z))
        f.to(up, 2 * up - 0.64, lift0=0.0, lift1=0.0, pelvis=(x, 0.05, z), heel0=0.1, heel1=0.1)
        f.wait(2 * (up - 0.64) - 0.1)
    f.to(0.75, 1.15, pelvis=(x, 0.04, z), heel0=0.0, heel1=0.0)
    f.to(0.9, 1.35, nod=0.0)
    f.limb(0.9, 1.35, other, hand=(0.1, -0.6, 0.35))
    f.to(1.1, 1.7, spine=(0.03, 0.0, 0.0), pelvis=(x, 0.015, z))
    f.limb(1.1, 1.7, hand, hand=REST, elbow=0.0)
    f.limb(1.3, 1.8, other, hand=REST)
    f.wait(1.8)


def basketball_shot(m: Maker) -> Tracks:
    """Shoot at the hoop with one hand, standing or from a step."""
    m = replace(m, side="left") if m.rng.random() < 0.3 else m
    f = Keyframes(m, Stance(0.1, 0.1, 0.12, 0.15, 0.03, 0.0, 0.2), RIGHT)
    f.wait(0.2)
    if m.rng.random() < 0.4:
        f.middle = f.spot(0.0, 0.35)
        f.shift(0.0, 0.6, f.stance)
        f.wait(0.35)
    shoot(f)
    return f.tracks(0.2)


def _dribble_and_shoot(m: Maker) -> Tracks:
    f = Keyframes(m, Stance(0.12, 0.12, 0.14, 0.15, 0.06, 0.0, 0.2), RIGHT)
    f.points["spine"] = [(0.0, (0.2, 0.0, 0.0))]
    bounced = float(m.rng.uniform(1.2, 2.4))
    f.wait(bounced)
    shoot(f)
    tracks = f.tracks(0.1)
    t = tracks.t * m.pace
    bounce_ball(tracks, m, INDEX[m.side], bump(t, -1.0, bounced + 0.15, 0.25))
    return tracks


# fmt: off
BASKETBALL: tuple[Action, ...] = (
    Action("dribble forward", _travel(0.0, 0.7, 2.8),
           ("walks forward dribbling a basketball with the {side} hand",
            "runs ahead and bounces a ball with the {side} hand"), SIDES),
    Action("dribble backward", _travel(np.pi, 0.5, 1.3),
           ("walks backward dribbling a basketball with the {side} hand",
            "backs up bouncing a ball with the {side} hand"), SIDES),
    Action("dribble sideways", _dribble_sideways,
           ("dribbles a basketball moving sideways to the {side}", "slides to the {side} while bouncing a ball"), SIDES),
    Action("defensive slide", _defend,
           ("defends in basketball, sliding sideways with spread arms", "shuffles from side to side, low, with the arms out",
            "guards an attacker with slides to both sides")),
    Action("dribble and shoot", _dribble_and_shoot,
           ("dribbles with the {side} hand and shoots at the basket",
            "bounces a ball with the {side} hand, then throws it at the hoop"),
           SIDES),
)
# fmt: on
