"""Free dance: the whole trunk moves, arms sweep, steps go where the weight falls."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.actions.ballet import BENT_BACK, SECOND, STRETCHED_ASIDE, STRETCHED_BACK
from motionpatches.core.demo.actions.gestures import Point, reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.choreography import Lift, Score, danced
from motionpatches.core.demo.curves import bump, smooth_noise
from motionpatches.core.demo.footwork import Fall, smoothed, sway_hips, tread

HIGH: Point = (0.25, 0.9, 0.15)
WIDE: Point = (0.95, 0.1, 0.15)
LOW: Point = (0.35, -0.8, 0.45)
ACROSS: Point = (-0.45, 0.05, 0.6)
BEHIND: Point = (0.6, -0.5, -0.4)
SWEEPS = (HIGH, WIDE, LOW, ACROSS, BEHIND, SECOND)


def _modern(m: Maker) -> Tracks:
    """Wide steps and lunges in changing directions, deep bends, a leg thrown out, arms that sweep through space."""
    at, place, yaw, foot = 0.3, np.zeros(2), 0.0, int(m.rng.integers(2))
    falls, lifts, arms = [], [], [(0.1, LOW, LOW)]
    for _ in range(int(m.rng.integers(4, 8))):
        seconds = m.rng.uniform(0.55, 1.0)
        yaw += m.rng.uniform(-0.7, 0.7)
        reach_m = m.rng.uniform(0.15, 0.5) * m.size
        heading = yaw + m.rng.uniform(-1.3, 1.3)
        place = place + 0.6 * reach_m * np.array([np.sin(heading), np.cos(heading)])
        falls.append(Fall(at, foot, place[0], place[1], yaw, 0.45, m.rng.uniform(0.04, 0.15)))
        if m.rng.random() < 0.25:
            pose = (STRETCHED_ASIDE, BENT_BACK, STRETCHED_BACK)[int(m.rng.integers(3))]
            lifts.append(Lift(at + 0.5, at + 0.5 + seconds, 1 - foot, pose, 0.5, 0.4))
            falls.append(Fall(at + 0.5, 1 - foot, place[0], place[1], yaw, seconds, 0.0))
            at += seconds
        one, other = (SWEEPS[k] for k in m.rng.integers(0, len(SWEEPS), 2))
        arms.append((at + 0.5, one, other))
        at, foot = at + seconds, 1 - foot
    tracks = danced(m, Score(at + 0.9, tuple(falls), tuple(lifts), arms=(*arms, (at + 0.7, LOW, LOW)), turnout=0.2))
    amount = bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.6)
    flow = smooth_noise(tracks.frames, 4, m.rng, 14) * amount[:, None]
    tracks.spine[:, 0] += 0.28 * flow[:, 0] + 0.1 * amount
    tracks.spine[:, 1] += 0.2 * flow[:, 1]
    tracks.spine[:, 2] += 0.25 * flow[:, 2]
    tracks.head[:, 0] += 0.2 * flow[:, 0]
    tracks.pelvis[:, 1] -= (0.05 + 0.07 * np.abs(flow[:, 3])) * amount
    return tracks


def _freestyle(m: Maker) -> Tracks:
    """As at a party: steps to the beat, bouncing knees, hips and shoulders going, arms doing as they like."""
    beat = m.rng.uniform(0.4, 0.6)
    count, yaw = int(m.rng.uniform(4, 7) / beat), 0.0
    falls, foot = [], int(m.rng.integers(2))
    for i in range(count):
        yaw += m.rng.uniform(-0.25, 0.25)
        aside = SIDE_SIGN[foot] * m.rng.uniform(-0.03, 0.16)
        falls.append(Fall(0.3 + beat * i, foot, aside, m.rng.uniform(-0.12, 0.12), yaw, 0.6 * beat, m.rng.uniform(0.03, 0.1)))
        foot = 1 - foot
    tracks = m.still(0.3 + beat * count + 0.7)
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.75, 0.9 * beat)
    amount = bump(t, 0.1, t[-1], 0.4)
    sway_hips(tracks, weight, m.rng.uniform(0.4, 1.3) * amount)
    pulse = np.cos(2 * np.pi * (t - 0.3) / beat)
    tracks.pelvis[:, 1] -= (0.045 + 0.022 * pulse) * amount
    tracks.head[:, 0] += 0.1 * pulse * amount
    tracks.spine[:, 0] += 0.06 * pulse * amount
    side = smoothed(2 * weight - 1, 0.3)
    tracks.spine[:, 2] += m.rng.uniform(-0.3, 0.3) * side * amount
    up, out, ahead = m.rng.uniform(-0.6, 0.45), m.rng.uniform(0.05, 0.45), m.rng.uniform(0.3, 0.5)
    swing = m.rng.uniform(0.08, 0.25)
    drift = smooth_noise(tracks.frames, 6, m.rng, 14) * 0.1
    for limb in (LEFT, RIGHT):
        own = SIDE_SIGN[limb] * side
        bounce = 0.06 * pulse * m.rng.uniform(0.3, 1.2)
        target = np.stack([out + 0.5 * swing * own, up + bounce + swing * own, ahead - 0.5 * swing * own], axis=1)
        reach(tracks, limb, amount, target + drift[:, 3 * limb : 3 * limb + 3])
        tracks.elbow_up[limb] += m.rng.uniform(-0.3, 0.3) * amount
    return tracks


MODERN: tuple[Action, ...] = (
    Action(
        "modern dance",
        _modern,
        ("dances modern dance", "does a contemporary dance", "dances expressively with sweeping arms and deep bends"),
        styles=False,
    ),
    Action(
        "free dance",
        _freestyle,
        ("dances freely to a beat", "dances as at a party", "moves to the music with hips and shoulders"),
    ),
)
