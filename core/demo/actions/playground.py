"""Bars and platforms: hanging, swinging, climbing up and down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import Action, Make, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Body, Tracks
from motionpatches.core.demo.curves import bump, keys
from motionpatches.core.demo.keyframes import Keyframes
from motionpatches.core.motion.skeleton import SMPL22


def _shoulder_m(body: Body) -> float:
    """Return the height of the shoulders over the pelvis in metres."""
    names = ("spine1", "spine2", "spine3", "left_collar", "left_shoulder")
    return float(sum(body.offsets[SMPL22.joint_names.index(name)][1] for name in names))


def _on_bar(jumps: bool) -> Make:
    """Take hold of a bar overhead, from a jump or not, hang, swing with bent or straight legs, and let go."""

    def make(m: Maker) -> Tracks:
        seconds = float(m.rng.uniform(3.4, 6.0))
        tracks = m.still(seconds)
        t, body, rng = tracks.t * m.pace, m.body, m.rng
        start, end = 0.95 if jumps else float(rng.uniform(0.8, 1.2)), seconds - 0.7
        hanging = bump(t, start, end, 0.3)
        higher = float(rng.uniform(0.2, 0.35)) if jumps else float(rng.uniform(0.0, 0.06))
        bar = body.standing + _shoulder_m(body) + 0.97 * body.arm + higher
        length = bar - (body.standing + higher)
        # The body swings around the bar like a pendulum; pulling up a little.
        swing = float(rng.uniform(0.05, 0.2) if jumps else rng.uniform(0.1, 0.45))
        angle = swing * np.sin(2 * np.pi * float(rng.uniform(0.4, 0.6)) * (t - start)) * hanging
        pull = 0.1 * float(rng.random() < 0.4) * keys(t, [(start, 0), ((start + end) / 2, 1), (end, 0)])
        crouch = bump(t, 0.25, 0.72, 0.25) if jumps else np.zeros(len(t))
        crouch = crouch + 0.7 * bump(t, end - 0.1, end + 0.5, 0.25)
        rise = bump(t, start - 0.3, end + 0.15, 0.3)
        tracks.pelvis[:, 1] += rise * (higher + 0.012 + pull + length * (1 - np.cos(angle))) - 0.2 * crouch
        tracks.pelvis[:, 2] -= length * np.sin(angle)
        tracks.pitch += angle + 0.3 * crouch
        tracks.spine[:, 0] += 0.4 * crouch - 0.12 * hanging
        tracks.head[:, 0] -= 0.35 * bump(t, 0.2, start + 0.6, 0.3)
        bent = float(rng.choice([0.0, 0.4, 1.0], p=(0.4, 0.2, 0.4)))
        tuck = bent * bump(t, start + 0.2, end - 0.2, 0.5) * (0.75 + 0.25 * np.sin(2 * np.pi * 0.5 * t))
        for limb in (LEFT, RIGHT):
            tracks.foot_free[limb] = np.clip(1.6 * rise, 0, 1) if jumps else hanging
            trail = 0.5 * np.roll(angle, 4) + 0.06 * SIDE_SIGN[limb]
            hang = np.stack([0 * t + 0.03, 0 * t - 0.95, -trail], axis=1)
            tracks.foot_local[limb] = hang * (1 - tuck[:, None]) + np.array([0.1, -0.48, 0.42]) * tuck[:, None]
            tracks.foot_pitch[limb] += 0.7 * hanging
            grip = np.array([SIDE_SIGN[limb] * 0.22, bar, 0.02])
            hold = bump(t, start - 0.5 + 0.1 * limb, end + 0.2, 0.4)
            tracks.hand_world[limb], tracks.hand_fixed[limb] = grip, hold
            tracks.elbow_up[limb] = 0.4 * hold
        return tracks

    return make


def _climb_up(m: Maker) -> Tracks:
    """Hands on an edge, one foot up, push, the other foot up, stand on top."""
    m = replace(m, side="left") if m.first_foot() else m
    f, leg = Keyframes(m), m.body.leg
    high = float(m.rng.uniform(0.42, 0.68)) / leg
    edge = 0.42
    f.wait(0.2)
    for limb in (LEFT, RIGHT):
        f.limb(0.0, 0.6, limb, grip=(SIDE_SIGN[limb] * 0.26, high + 0.06, edge + 0.15), held=1.0)
        f.points[f"grip{limb}"][0] = (0.0, (SIDE_SIGN[limb] * 0.26, high + 0.06, edge + 0.15))
    f.to(0.0, 0.6, pelvis=(0.0, 0.06, 0.02), tilt=(0.35, 0.0), spine=(0.5, 0.0, 0.0), nod=-0.3)
    for limb, start in ((RIGHT, 0.5), (LEFT, 1.3)):
        place = np.array([SIDE_SIGN[limb] * 0.14, edge + 0.3])
        f.limb(start, start + 0.35, limb, lift=high + 0.12, heel=0.5)
        f.limb(start + 0.35, start + 0.6, limb, lift=high, heel=0.0, knee=0.5)
        f.limb(start + 0.15, start + 0.6, limb, ball=tuple(place))
    f.to(0.5, 1.0, pelvis=(0.04, -0.04, 0.08), tilt=(0.5, 0.1))
    f.to(1.05, 1.65, pelvis=(-0.06, 0.35 - high, edge + 0.02), tilt=(0.55, 0.0), spine=(0.5, 0.0, 0.0))
    f.to(1.75, 2.5, pelvis=(0.0, 0.015 - high, edge + 0.18), tilt=(0.0, 0.0), spine=(0.0, 0.0, 0.0), nod=0.0)
    for limb in (LEFT, RIGHT):
        f.limb(1.6, 2.1, limb, held=0.0)
        f.limb(1.9, 2.5, limb, knee=0.12)
    return f.tracks(2.5 + float(m.rng.uniform(0.3, 0.8)))


def _backward_in_time(tracks: Tracks) -> Tracks:
    for name in ("pelvis", "yaw", "pitch", "roll", "spine", "head"):
        setattr(tracks, name, getattr(tracks, name)[::-1].copy())
    limbs = (
        "ball",
        "foot_yaw",
        "foot_pitch",
        "knee_out",
        "foot_free",
        "foot_local",
        "hand",
        "hand_fixed",
        "hand_world",
        "elbow_up",
    )
    for name in limbs:
        setattr(tracks, name, getattr(tracks, name)[:, ::-1].copy())
    return tracks


def _climb_down(m: Maker) -> Tracks:
    """Stoop on top, hold on to the edge, one foot after the other down behind."""
    return _backward_in_time(_climb_up(m))


# fmt: off
PLAYGROUND: tuple[Action, ...] = (
    Action("hang from bar", _on_bar(False),
           ("hangs from a bar and swings", "swings on a bar by both hands", "holds on to an overhead bar and lifts the feet"),
           chains=False, styles=False),
    Action("jump to grab bar", _on_bar(True),
           ("jumps up to grab a bar and hangs", "leaps up, holds on to a bar overhead and drops down again"),
           chains=False, styles=False),
    Action("climb up", _climb_up,
           ("climbs up onto a platform", "climbs onto a high block with hands and feet", "gets up on a wall"),
           chains=False, styles=False),
    Action("climb down", _climb_down,
           ("climbs down from a platform", "lets itself down backward from a ledge", "gets down from a wall, feet first"),
           chains=False, styles=False),
)
# fmt: on
