"""Standing with small shifts of weight, swaying, poses, bends, and a bow at the end of a walk."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.actions.gestures import Point, reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.curves import bump, ease, keys, smooth_noise
from motionpatches.core.demo.footwork import Fall, tread
from motionpatches.core.demo.journey import Leg, cut, journey


def _weight(tracks: Tracks, side: np.ndarray) -> None:
    """Move hips and trunk over one foot: `side` (T,) is 1 over the left, -1 over the right one; the other knee eases."""
    c, s = np.cos(tracks.yaw), np.sin(tracks.yaw)
    tracks.pelvis[:, 0] += 0.055 * side * c
    tracks.pelvis[:, 2] -= 0.055 * side * s
    tracks.pelvis[:, 1] -= 0.012 * np.abs(side)
    tracks.roll = tracks.roll - 0.05 * side
    tracks.spine[:, 1] += 0.07 * side
    for limb in (LEFT, RIGHT):
        tracks.hand[limb][:, 0] += 0.03 * SIDE_SIGN[limb] * side


def idle(m: Maker) -> Tracks:
    """Stands: breathes, shifts the weight now and then, sometimes moves a foot, looks about, hands at rest."""
    tracks = m.still(m.rng.uniform(2.6, 7.0))
    t, end = tracks.t, tracks.t[-1]
    # A foot is set anew in some takes, and the stance is as people stand.
    foot, wide = int(m.rng.integers(2)), m.rng.uniform(-0.02, 0.14)
    if m.rng.random() < 0.35 and end > 3:
        place = m.rng.uniform(-0.06, 0.06, 2)
        tread(tracks, t, [Fall(m.rng.uniform(0.8, end - 1.2), foot, place[0], place[1], seconds=0.4, lift=0.03)], 0.3, 0.7)
    for leg in (LEFT, RIGHT):
        tracks.ball[leg][:, 0] += SIDE_SIGN[leg] * wide / 2
        tracks.foot_yaw[leg] += SIDE_SIGN[leg] * m.rng.uniform(0, 0.25)
    stay = np.cumsum(np.append(0, m.rng.uniform(0.9, 2.6, 8)))
    shift = m.rng.uniform(-0.9, 0.9, len(stay)) * m.size
    _weight(tracks, keys(t, [(s + d, float(v)) for s, v in zip(stay, shift, strict=True) for d in (0.0, 0.5)]))
    noise = smooth_noise(tracks.frames, 8, m.rng, 22)
    breath = np.sin(2 * np.pi * m.rng.uniform(0.22, 0.32) * t + m.rng.uniform(0, 6))
    tracks.spine[:, 0] += 0.015 * breath + 0.02 * noise[:, 0]
    tracks.spine[:, 2] += 0.04 * noise[:, 1]
    tracks.head[:, 2] += 0.16 * noise[:, 2]
    tracks.head[:, 0] += 0.06 * noise[:, 3] + m.rng.uniform(-0.05, 0.2)
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = hang(0.05 + 0.05 * noise[:, 4 + limb], 0.14 + 0.03 * noise[:, 6 + limb], m.rng.uniform(0.2, 0.5))
        tracks.hand[limb][:, 1] += 0.006 * breath
    return tracks


def _sway(m: Maker) -> Tracks:
    """Slowly from foot to foot, to the sides or ahead and back, arms loose."""
    tracks = m.still(m.rng.uniform(3.6, 7.0))
    t, hz = tracks.t * m.pace, m.rng.uniform(0.25, 0.65)
    amount = bump(t, 0.0, t[-1], 0.8)
    wave = np.sin(2 * np.pi * hz * t + m.rng.choice([0, np.pi])) * amount * m.size
    ahead = m.rng.uniform(-0.5, 0.5) if m.rng.random() < 0.75 else 1.0
    _weight(tracks, 1.5 * wave * (1 - 0.7 * abs(ahead)))
    tracks.pelvis[:, 2] += 0.05 * ahead * wave
    tracks.pitch += 0.07 * ahead * wave
    lag = np.sin(2 * np.pi * hz * t - 0.7) * amount
    tracks.head[:, 1] += 0.1 * lag
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = hang(0.06 + 0.1 * lag * ahead, 0.16 + 0.08 * SIDE_SIGN[limb] * lag, m.rng.uniform(0.2, 0.4))
    return tracks


POSES: tuple[tuple[Point, Point], ...] = (
    ((0.08, -0.62, 0.02), (0.45, 0.75, 0.15)),
    ((0.9, 0.05, 0.1), (0.9, 0.05, 0.1)),
    ((0.08, -0.62, 0.02), (0.08, -0.62, 0.02)),
    ((0.0, 0.85, 0.1), (0.0, 0.85, 0.1)),
    ((0.75, 0.45, 0.1), (0.8, -0.4, 0.1)),
    ((-0.3, 0.1, 0.35), (0.8, 0.3, 0.2)),
    ((0.1, 0.35, 0.9), (0.75, -0.35, -0.2)),
    ((0.1, 0.45, -0.05), (0.1, 0.45, -0.05)),
)


def _pose(m: Maker) -> Tracks:
    """Steps into a pose, weight on one leg, and holds it as a dancer or a model does; in some takes a second one."""
    tracks = m.still(m.rng.uniform(3.4, 5.5))
    t, count = tracks.t * m.pace, int(m.rng.integers(1, 3))
    times = np.linspace(0.3, t[-1] - 0.9, count + 1)[:count]
    side = int(m.rng.integers(2))
    falls = [
        Fall(s, (side + i) % 2, SIDE_SIGN[(side + i) % 2] * m.rng.uniform(0, 0.18), m.rng.uniform(-0.35, 0.35), seconds=0.4)
        for i, s in enumerate(times)
    ]
    tread(tracks, t, falls, 0.5, 0.6)
    amount = bump(t, 0.2, t[-1], 0.6)
    chosen = [POSES[k] for k in m.rng.integers(0, len(POSES), count)]
    swap = m.rng.random() < 0.5
    for limb in (LEFT, RIGHT):
        points = [(s + d, pose[limb ^ swap]) for s, pose in zip(times, chosen, strict=True) for d in (0.7, 1.2)]
        reach(tracks, limb, amount, keys(t, points) + 0.015 * smooth_noise(len(t), 3, m.rng, 16))
        tracks.elbow_up[limb] += 0.5 * amount
    _weight(tracks, float(m.rng.choice([-1, 1])) * m.rng.uniform(0.5, 1.3) * amount)
    tracks.yaw += m.rng.uniform(-0.5, 0.5) * amount
    tracks.head[:, 2] += m.rng.uniform(-0.7, 0.7) * amount
    tracks.spine[:, 0] -= m.rng.uniform(0, 0.25) * amount
    return tracks


def _back_bend(m: Maker) -> Tracks:
    """One foot ahead, arms rise over the head, the back arches far behind; then up, and often folded down ahead."""
    tracks = m.still(m.rng.uniform(3.6, 4.6))
    t, deep, foot = tracks.t * m.pace, m.rng.uniform(0.5, 1.0) * m.size, int(m.rng.integers(2))
    tread(tracks, t, [Fall(0.2, foot, 0, m.rng.uniform(0.0, 0.3), seconds=0.4)], 0.3, 0.5)
    up = bump(t, 0.3, t[-1] - 0.1, 0.9)
    back, fold = bump(t, 0.8, 2.6, 0.8), bump(t, 2.1, t[-1] - 0.1, 0.6) * (m.rng.random() < 0.5)
    tracks.spine[:, 0] += -0.8 * deep * back + 0.7 * fold
    tracks.head[:, 0] -= 0.6 * deep * back
    tracks.pitch += -0.3 * deep * back + 0.35 * fold
    # The hips go ahead under the arch, and the knees bend.
    tracks.pelvis[:, 2] += 0.13 * deep * back - 0.08 * fold
    tracks.pelvis[:, 1] -= 0.06 * deep * back
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, up, (0.12, 0.92, 0.0))
        reach(tracks, limb, fold, (0.2, -0.35, 0.75))
        tracks.elbow_up[limb] += 0.4 * up
    return tracks


def _walk_to_bow(m: Maker) -> Tracks:
    """Walks up, stops, and bows, hands at the thighs or before the chest."""
    walk = Leg(m.rng.uniform(1.4, 2.4), float(m.rng.uniform(1.0, 1.3)))
    tracks = journey(m, [walk, Leg(0.9, 0.0, cadence=1.6, change_s=0.8)])
    begin = tracks.seconds + 0.2
    tracks = cut(tracks, 0.0, begin + 2.6 / m.pace)
    amount = bump(tracks.t, begin, begin + 2.2 / m.pace, 0.8)
    tracks.spine[:, 0] += 0.7 * amount * m.size
    tracks.pitch = tracks.pitch + 0.5 * amount * m.size
    tracks.pelvis[:, 2] -= 0.09 * amount * m.size
    tracks.head[:, 0] += 0.2 * amount
    hands: Point = (-0.05, -0.75, 0.35) if m.rng.random() < 0.5 else (-0.22, -0.3, 0.45)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, ease((tracks.t - begin + 0.3) / 0.6) * bump(tracks.t, 0, tracks.seconds, 0.5), hands)
    return tracks


STANDING: tuple[Action, ...] = (
    Action(
        "sway",
        _sway,
        ("sways from side to side", "rocks gently from foot to foot", "stands and sways"),
    ),
    Action(
        "pose",
        _pose,
        ("strikes a pose", "poses like a model", "takes up a pose and holds it"),
        styles=False,
    ),
    Action(
        "back bend",
        _back_bend,
        ("bends backward with the arms overhead", "arches the back far back", "does a back bend while standing"),
        styles=False,
    ),
    Action(
        "walk to bow",
        _walk_to_bow,
        ("walks up and bows", "walks forward, stops and takes a bow", "steps before the audience and bows"),
        styles=False,
    ),
)
