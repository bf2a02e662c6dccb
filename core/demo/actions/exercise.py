"""Exercises on the spot: hoops, twists, planks, poses of yoga."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, Maker
from motionpatches.core.demo.actions.gestures import reach, shift_weight
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, keys


def hula(m: Maker) -> Tracks:
    """Circle the hips."""
    tracks = m.still(m.rng.uniform(3.0, 4.5))
    amount = bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.5)
    turn = 2 * np.pi * 1.1 * m.pace * tracks.t
    tracks.pelvis[:, 0] += 0.11 * np.sin(turn) * amount
    tracks.pelvis[:, 2] += 0.11 * np.cos(turn) * amount
    tracks.pelvis[:, 1] -= 0.04 * amount
    tracks.spine[:, 1] -= 0.25 * np.sin(turn) * amount
    tracks.spine[:, 0] -= 0.22 * np.cos(turn) * amount
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (0.15, -0.7, 0.05))
        tracks.elbow_up[limb] = 0.8 * amount
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.1
    return tracks


def torso_twist(m: Maker) -> Tracks:
    """Turn the trunk to and fro on wide feet, elbows up, arms wide or hands at the hips; the heel of the far foot rises."""
    tracks = m.still(m.rng.uniform(3.0, 5.0))
    amount = bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.5)
    turn = np.sin(2 * np.pi * m.rng.uniform(0.35, 0.65) * m.pace * tracks.t) * amount
    tracks.spine[:, 2] += 0.85 * m.size * turn
    tracks.yaw += 0.35 * m.size * turn
    tracks.spine[:, 0] += m.rng.uniform(0.0, 0.25) * amount
    arms = ((0.1, 0.0, 0.42), (0.9, -0.05, 0.2), (0.08, -0.7, 0.05))[int(m.rng.choice(3, p=(0.45, 0.4, 0.15)))]
    for limb in (LEFT, RIGHT):
        # Loose arms are flung behind the trunk that leads.
        trail = SIDE_SIGN[limb] * 0.35 * (arms[0] > 0.5) * np.roll(turn, 3)
        reach(tracks, limb, amount, np.asarray(arms) + np.stack([-np.abs(trail), 0 * trail, -trail], axis=1))
        tracks.elbow_up[limb] = 0.9 * amount * (arms[0] < 0.5)
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.1
        tracks.foot_pitch[limb] += 0.35 * np.clip(-SIDE_SIGN[limb] * turn, 0, 1)
        tracks.foot_yaw[limb] += 0.3 * np.clip(-SIDE_SIGN[limb] * turn, 0, 1) * -SIDE_SIGN[limb]
    return tracks


def windmill(m: Maker) -> Tracks:
    """Legs apart, bent over: each hand in turn to the other foot, the free arm up behind."""
    tracks = m.still(m.rng.uniform(3.4, 4.8))
    amount = bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.7)
    turn = np.sin(2 * np.pi * 0.55 * m.pace * tracks.t)
    tracks.spine[:, 0] += 0.75 * amount
    tracks.pitch += 0.75 * amount
    tracks.pelvis[:, 2] -= 0.15 * amount
    tracks.spine[:, 2] += 0.9 * turn * amount
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (0.75, 0.05, 0.65))
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.22
    return tracks


def neck_roll(m: Maker) -> Tracks:
    """Roll the head."""
    tracks = m.still(m.rng.uniform(3.0, 4.2))
    amount = bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.5)
    turn = 2 * np.pi * 0.45 * m.pace * tracks.t * m.rng.choice([-1, 1])
    tracks.head[:, 0] += 0.55 * np.cos(turn) * amount
    tracks.head[:, 1] += 0.55 * np.sin(turn) * amount
    tracks.spine[:, 0] += 0.08 * np.cos(turn) * amount
    return tracks


def plank(m: Maker) -> Tracks:
    """Hold the body straight on forearms and toes."""
    tracks = m.still(m.rng.uniform(2.6, 4.0))
    body, t = tracks.body, tracks.t
    slope = np.arcsin((body.forearm * 0.98 - 0.12) / 1.35)
    tracks.pitch[:] = np.pi / 2 - slope
    tracks.pelvis[:, 1] = 0.14 + np.sin(slope) * body.leg + 0.006 * np.sin(2 * np.pi * 0.4 * t)
    tracks.pelvis[:, 2] = np.cos(slope) * body.leg - 0.8
    tracks.foot_free[:] = 1.0
    tracks.foot_pitch[:] = 0.15
    tracks.head[:, 0] -= 0.2
    for limb in (LEFT, RIGHT):
        tracks.foot_local[limb] = (0.03, -0.98, 0.0)
        tracks.hand_fixed[limb] = 1.0
        tracks.hand_world[limb] = (SIDE_SIGN[limb] * 0.14, 0.03, tracks.pelvis[0, 2] + 0.5 + body.forearm * 0.92)
    return tracks


def tree(m: Maker) -> Tracks:
    """On one leg, the sole of the other at the knee, palms joined over the head."""
    tracks = m.still(m.rng.uniform(3.2, 4.8))
    t, leg = tracks.t, INDEX[m.side]
    up = bump(t, 0.3, tracks.seconds - 0.2, 0.8)
    tracks.foot_free[leg] = bump(t, 0.25, tracks.seconds - 0.15, 0.3)
    tracks.foot_local[leg] = (0.02, -0.97, 0) * (1 - up[:, None]) + np.array([-0.05, -0.52, 0.08]) * up[:, None]
    tracks.knee_out[leg] += 3.0 * up
    tracks.foot_pitch[leg] += 0.7 * up
    shift_weight(tracks, SIDE_SIGN[1 - leg] * 2.2, bump(t, 0.05, tracks.seconds, 0.4))
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, up, (-0.3, 0.9, 0.1))
        tracks.elbow_up[limb] = 0.3 * up
    return tracks


def warrior(m: Maker) -> Tracks:
    """A wide step ahead with a deep knee, arms stretched out to both sides."""
    tracks = m.still(m.rng.uniform(3.4, 4.6))
    t, leg = tracks.t * m.pace, INDEX[m.side]
    end = t[-1]
    step = keys(t, [(0.1, 0), (0.9, 1), (end - 0.9, 1), (end - 0.1, 0)])
    tracks.ball[leg][:, 2] += 0.62 * step
    tracks.ball[leg][:, 1] += 0.08 * np.sin(np.pi * step)
    tracks.pelvis[:, 2] += 0.3 * step
    tracks.pelvis[:, 1] -= 0.27 * step
    tracks.foot_yaw[1 - leg] += SIDE_SIGN[1 - leg] * 0.7 * step
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, step, (0.98, 0.1, 0.0))
    return tracks
