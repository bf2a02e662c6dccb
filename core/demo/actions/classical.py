"""Indian classical dance: half-sitting, stamping, with arms that go from pose to pose and hands that speak."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Maker
from motionpatches.core.demo.actions.ballroom import mirrored
from motionpatches.core.demo.actions.gestures import Point, reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, keys, smooth_noise
from motionpatches.core.demo.footwork import Fall, smoothed, tread

# Places of a hand: (out, up, ahead) of the shoulder in arm lengths, and how far the elbow is raised.
CHEST, ASIDE, HIGH, CHEEK, FRONT, LOW, CROWN = range(7)
PLACES: tuple[tuple[Point, float], ...] = (
    ((-0.3, -0.08, 0.32), 1.1),
    ((0.97, -0.02, 0.12), 0.5),
    ((0.4, 0.8, 0.2), 0.3),
    ((0.28, 0.28, 0.2), 0.8),
    ((0.05, 0.02, 0.9), 0.5),
    ((0.6, -0.62, 0.35), 0.2),
    ((-0.2, 0.72, 0.1), 0.8),
)
# Poses of both hands.
POSES = (
    (CHEST, CHEST),
    (ASIDE, ASIDE),
    (CHEST, ASIDE),
    (ASIDE, CHEST),
    (CHEST, HIGH),
    (HIGH, CHEST),
    (CHEEK, ASIDE),
    (ASIDE, CHEEK),
    (FRONT, CHEST),
    (CHEST, FRONT),
    (LOW, HIGH),
    (HIGH, LOW),
    (CROWN, CROWN),
    (CHEST, LOW),
)


def _pose_arms(m: Maker, tracks: Tracks, t: np.ndarray, beats: np.ndarray, amount: np.ndarray) -> None:
    """Lead the hands from pose to pose, one at most beats, each held a moment; head and trunk go with them.

    Args:
        beats: (N,) seconds at which a pose is reached.
        amount: (T,) how far the dance has begun.
    """
    order = m.rng.integers(0, len(POSES), len(beats))
    order[m.rng.random(len(beats)) < 0.25] = 1
    gap = float(np.diff(beats).min())
    chosen = np.array([POSES[k] for k in order])
    for limb in (LEFT, RIGHT):
        held = [(s + d, PLACES[k]) for s, k in zip(beats, chosen[:, limb], strict=True) for d in (0, 0.45 * gap)]
        way = keys(t, [(s, place) for s, (place, _) in held])
        # The hand goes in an arc before the body, and trembles a little as it holds.
        speed = np.abs(np.gradient(way[:, 0])) + np.abs(np.gradient(way[:, 1]))
        way[:, 2] += np.minimum(1.2 * smoothed(speed, 0.2), 0.3)
        reach(tracks, limb, amount, way + 0.02 * smooth_noise(len(t), 3, m.rng, 5))
        tracks.elbow_up[limb] += keys(t, [(s, up) for s, (_, up) in held]) * amount
    # Towards the outstretched hand go the eyes; the trunk bends to the other side.
    aside = np.isin(chosen, (ASIDE, LOW, HIGH)) @ SIDE_SIGN
    looks = keys(t, [(s + d, float(v)) for s, v in zip(beats, aside, strict=True) for d in (0, 0.45 * gap)]) * amount
    tracks.head[:, 2] += 0.6 * looks
    tracks.spine[:, 1] += m.rng.uniform(-0.3, 0.3) * looks
    tracks.spine[:, 2] += 0.2 * looks
    # The head slips from side to side.
    tracks.head[:, 1] += m.rng.uniform(0.05, 0.3) * np.sin(np.pi * t / gap) * amount


def _half_sitting(tracks: Tracks, amount: np.ndarray, depth: float) -> None:
    """Feet and knees turned out, the pelvis low, the back straight."""
    tracks.pelvis[:, 1] -= depth * amount
    tracks.spine[:, 0] += 0.1 * amount
    for leg in (LEFT, RIGHT):
        tracks.foot_yaw[leg] += SIDE_SIGN[leg] * 0.55 * amount
        tracks.knee_out[leg] += 1.3 * amount


def _stamps(m: Maker, beat: float, count: int, aside: float = 0.0) -> list[Fall]:
    """Stamps on the spot, taps of the heel ahead or aside, steps to the side; `aside` metres a beat to the left."""
    falls, foot, place = [], LEFT, np.zeros(2)
    wide = 0.1
    for i in range(count):
        at, kind = 0.3 + i * beat, m.rng.random()
        place = place + [aside, 0]
        ground = place + [SIDE_SIGN[foot] * wide, 0]
        if kind < 0.25 and aside == 0:
            # A heel set ahead or aside, then drawn back.
            tap = ground + [SIDE_SIGN[foot] * m.rng.uniform(0.05, 0.35), m.rng.uniform(0.05, 0.35)]
            falls.append(Fall(at, foot, tap[0], tap[1], seconds=0.45 * beat, lift=0.1))
            falls.append(Fall(at + 0.5 * beat, foot, ground[0], ground[1], seconds=0.42 * beat, lift=0.06))
        else:
            lift = m.rng.uniform(0.12, 0.42) if m.rng.random() < 0.7 else 0.06
            falls.append(Fall(at, foot, ground[0], ground[1], seconds=0.75 * beat, lift=lift))
        foot = 1 - foot if m.rng.random() < 0.75 or aside else foot
    return falls


def _danced(m: Maker, falls: list[Fall], beat: float, depth: float, mirror: bool) -> Tracks:
    """Return steps with arms that take a pose every beat or two."""
    tracks = m.still(falls[-1].start + falls[-1].seconds + 0.6)
    t = tracks.t * m.pace
    tread(tracks, t, mirrored(falls) if mirror else falls, 0.75, 0.8 * beat)
    amount = bump(t, 0.05, t[-1], 0.45)
    _half_sitting(tracks, amount, depth)
    # Each stamp is answered by the whole body.
    airborne = smoothed((tracks.ball[:, :, 1] - 0.02).sum(axis=0), 0.15)
    tracks.pelvis[:, 1] += 0.16 * airborne
    _pose_arms(m, tracks, t, np.arange(0.2, t[-1], beat * m.rng.choice([1, 2])), amount)
    if m.rng.random() < 0.35:
        # A deep bend of both knees on the way.
        middle = t[-1] * m.rng.uniform(0.35, 0.65)
        tracks.pelvis[:, 1] -= m.rng.uniform(0.1, 0.3) * bump(t, middle - 0.8, middle + 0.8, 0.6)
    return tracks


def _indian_dance(m: Maker) -> Tracks:
    """Stamps and taps on the spot."""
    beat = m.rng.uniform(0.32, 0.55)
    falls = _stamps(m, beat, int(m.rng.uniform(3.5, 6.5) / beat))
    return _danced(m, falls, beat, m.rng.uniform(0.05, 0.17), bool(m.rng.integers(2)))


def _indian_aside(m: Maker) -> Tracks:
    """Steps and stamps that go to one side, the trunk leaning and the arms swinging wide."""
    beat = m.rng.uniform(0.3, 0.48)
    falls = _stamps(m, beat, int(m.rng.uniform(3.0, 5.0) / beat), m.rng.uniform(0.1, 0.22) * m.size)
    tracks = _danced(m, falls, beat, m.rng.uniform(0.04, 0.12), m.side == "right")
    tracks.spine[:, 1] += SIDE_SIGN[INDEX[m.side]] * 0.12 * bump(tracks.t, 0.1, tracks.seconds, 0.5)
    return tracks


def _hand_gestures(m: Maker) -> Tracks:
    """Half-sitting in place, the weight going a little from side to side, while hands and eyes tell."""
    beat = m.rng.uniform(0.55, 0.9)
    tracks = m.still(m.rng.uniform(4.0, 6.5))
    t = tracks.t * m.pace
    amount = bump(t, 0.05, t[-1], 0.5)
    _half_sitting(tracks, amount, m.rng.uniform(0.02, 0.17))
    for leg in (LEFT, RIGHT):
        tracks.ball[leg][:, 0] += SIDE_SIGN[leg] * 0.05
    sway = smooth_noise(tracks.frames, 2, m.rng, 16) * amount[:, None]
    tracks.pelvis[:, 0] += 0.035 * sway[:, 0]
    tracks.roll -= 0.03 * sway[:, 0]
    tracks.pelvis[:, 1] -= 0.02 * (1 - np.cos(2 * np.pi * t / beat)) * amount
    _pose_arms(m, tracks, t, np.arange(0.3, t[-1], beat), amount)
    return tracks


CLASSICAL: tuple[Action, ...] = (
    Action(
        "indian dance",
        _indian_dance,
        (
            "dances an Indian classical dance",
            "stamps the feet in Bharatanatyam",
            "dances with bent knees, stamping, hands at the chest and out to the side",
        ),
        styles=False,
    ),
    Action(
        "indian dance aside",
        _indian_aside,
        (
            "dances Indian style to the {side}",
            "stamps and steps to the {side} in an Indian dance",
            "moves to the {side} in a Kathak step with wide arms",
        ),
        SIDES,
        styles=False,
    ),
    Action(
        "indian hand gestures",
        _hand_gestures,
        (
            "makes hand gestures of Indian dance",
            "shows mudras with both hands",
            "tells a story with the hands and eyes in Indian dance",
        ),
        styles=False,
    ),
)
