"""Skips, leaps and jumps on the way, steps up and down, uneven ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.choreography import Jump
from motionpatches.core.demo.curves import bump, ease, keys, smooth_noise
from motionpatches.core.demo.footwork import Fall, smoothed, tread
from motionpatches.core.demo.gait import WALK, Path, straight, walk_along
from motionpatches.core.demo.journey import cut


def _swing_arms(tracks: Tracks, weight: np.ndarray, amount: np.ndarray, size: float, bend: float) -> None:
    """Let each arm swing ahead with the other side's leg."""
    wave = smoothed(2 * weight - 1, 0.3)
    for limb in (LEFT, RIGHT):
        swing = -SIDE_SIGN[limb] * size * wave * amount
        tracks.hand[limb] = hang(swing + 0.05, 0.14 + 0.05 * amount, 0.22 + bend * amount + 0.3 * np.maximum(swing, 0))
    tracks.spine[:, 2] += 0.12 * wave * amount
    tracks.yaw = tracks.yaw - 0.06 * wave * amount


def _fly(tracks: Tracks, t: np.ndarray, jumps: list[Jump], dip: float = 0.05) -> None:
    """Carry the body through flights, with bent legs before and after."""
    for jump in jumps:
        height = jump.height(t)
        tracks.pelvis[:, 1] += height
        tracks.ball[:, :, 1] += height
        crouch = bump(t, jump.start - 0.25, jump.start + 0.03, 0.13) + bump(t, jump.end - 0.03, jump.end + 0.3, 0.13)
        tracks.pelvis[:, 1] -= dip * crouch


def _walk_falls(start: float, count: int, foot: int, at: float, step: float, beat: float) -> tuple[list[Fall], float]:
    """Return walking steps, and how far they lead."""
    falls = []
    for i in range(count):
        at += step if i else 0.6 * step
        falls.append(Fall(start + beat * i, (foot + i) % 2, 0, at, seconds=0.72 * beat, lift=0.07))
    return falls, at


def _skipped(m: Maker, walk: int = 0, stay: float = 0.0) -> Tracks:
    """Step and hop on one foot, then on the other: the free knee comes up, the arms swing wide."""
    beat, hop, step = m.rng.uniform(0.46, 0.6), m.rng.uniform(0.25, 0.42) * m.size, m.rng.uniform(0.35, 0.55) * m.size
    foot, jumps = m.first_foot(), []
    falls, at = _walk_falls(0.3, walk, foot, 0.0, 0.6, 0.5)
    foot, start = (foot + walk) % 2, 0.3 + 0.5 * walk
    for _ in range(int(m.rng.integers(4, 8))):
        # This foot has just landed: it hops, while the other swings past it and lands.
        at += step
        falls.append(Fall(start, foot, 0, at, seconds=0.55 * beat, lift=0.16))
        land = start + 0.55 * beat
        at += hop
        falls.append(Fall(land + 0.2 * beat, foot, 0, at, seconds=0.36 * beat, lift=0.0))
        jumps.append(Jump(land + 0.18 * beat, land + 0.6 * beat))
        start, foot = land + 0.5 * beat, 1 - foot
    falls.append(Fall(start, foot, 0, at + 0.05, seconds=0.35))
    tracks = m.still(start + 0.9 + stay)
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.35, 0.5)
    amount = bump(t, 0.1, start + 0.6, 0.4)
    _fly(tracks, t, jumps)
    _swing_arms(tracks, weight, amount, m.rng.uniform(0.5, 0.9), m.rng.uniform(0.2, 0.7))
    tracks.spine[:, 0] += 0.08 * amount
    return tracks


def skip(m: Maker) -> Tracks:
    """Skips along."""
    return _skipped(m)


def _walk_then_skip(m: Maker) -> Tracks:
    return _skipped(m, walk=int(m.rng.integers(3, 6)))


def _skip_and_stop(m: Maker) -> Tracks:
    return _skipped(m, stay=m.rng.uniform(0.8, 2.0))


def _leap_over(m: Maker) -> Tracks:
    """A few walking or running steps, a leap from one foot to the other, and steps out of it."""
    running = m.rng.random() < 0.5
    beat, step = (m.rng.uniform(0.3, 0.36), m.rng.uniform(0.7, 0.95)) if running else (m.rng.uniform(0.46, 0.55), 0.65)
    foot, count = m.first_foot(), int(m.rng.integers(3, 5))
    falls, at = _walk_falls(0.3, count, foot, 0.0, step, beat)
    last = falls[-1].foot
    off, flight = falls[-1].start + 1.35 * beat, m.rng.uniform(0.36, 0.5)
    over = at + m.rng.uniform(1.0, 1.5)
    falls += [
        Fall(off - 0.25, 1 - last, 0, over, seconds=flight + 0.25, lift=0.22),
        Fall(off, last, 0, over + 0.6, seconds=flight + 0.42, lift=0.12),
    ]
    more, at = _walk_falls(off + flight + 0.45, 3, 1 - last, over + 0.6, 0.55, 0.5)
    falls += [*more, Fall(more[-1].start + 0.5, 1 - more[-1].foot, 0, at)]
    tracks = m.still(falls[-1].start + 0.8)
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.35, 0.9 * beat)
    amount = bump(t, 0.1, t[-1], 0.4)
    _fly(tracks, t, [Jump(off, off + flight)], 0.09)
    _swing_arms(tracks, weight, amount, 0.8 if running else 0.5, 0.9 if running else 0.15)
    spread = bump(t, off - 0.15, off + flight + 0.25, 0.25)[:, None]
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = tracks.hand[limb] * (1 - spread) + np.array([0.7, -0.25, 0.4 * (limb == last)]) * spread
    return tracks


def _run_and_jump(m: Maker) -> Tracks:
    """Steps up, both feet together, a jump far ahead with a swing of both arms, and on at a walk."""
    running = m.rng.random() < 0.5
    beat, step = (m.rng.uniform(0.3, 0.36), m.rng.uniform(0.65, 0.9)) if running else (m.rng.uniform(0.46, 0.55), 0.65)
    falls, at = _walk_falls(0.3, int(m.rng.integers(3, 5)), m.first_foot(), 0.0, step, beat)
    both = falls[-1].start + 0.95 * beat
    falls.append(Fall(both, 1 - falls[-1].foot, 0, at, seconds=0.28))
    off, flight, over = both + 0.55, m.rng.uniform(0.36, 0.5), at + m.rng.uniform(0.5, 1.1)
    falls += [Fall(off, foot, 0, over, seconds=flight, lift=0.05) for foot in (LEFT, RIGHT)]
    more, at = _walk_falls(off + flight + 0.5, 3, m.first_foot(), over, 0.6, 0.5)
    falls += [*more, Fall(more[-1].start + 0.5, 1 - more[-1].foot, 0, at)]
    tracks = m.still(falls[-1].start + 0.8)
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.35, 0.9 * beat)
    amount = bump(t, 0.1, t[-1], 0.4)
    _fly(tracks, t, [Jump(off, off + flight)], 0.12)
    low = bump(t, off - 0.5, off + 0.05, 0.3) + bump(t, off + flight - 0.05, off + flight + 0.5, 0.2)
    tracks.pelvis[:, 1] -= 0.1 * low
    tracks.spine[:, 0] += 0.5 * low
    _swing_arms(tracks, weight, amount, 0.6 if running else 0.4, 0.7 if running else 0.15)
    swing = keys(t, [(off - 0.55, -0.9), (off - 0.2, -0.9), (off + 0.15, 1.9), (off + flight, 0.6), (off + flight + 0.6, 0.1)])
    taken = bump(t, off - 0.7, off + flight + 0.6, 0.3)[:, None]
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = tracks.hand[limb] * (1 - taken) + hang(swing, 0.3, 0.25) * taken
    return tracks


def _uneven(m: Maker) -> Tracks:
    """Over humps and hollows: high, careful steps of uneven length, arms off the body, eyes on the ground."""
    seconds = m.rng.uniform(3.8, 6.0)
    path = straight(seconds, m.rng.uniform(0.45, 0.75) * seconds * m.pace)
    humps = smooth_noise(len(path.ground), 3, m.rng, 11)
    height = 0.07 * m.size * (humps[:, 0] - humps[0, 0]) * bump(np.arange(len(humps)) / 20, 0.2, seconds, 0.8)
    path = Path(path.ground + np.stack([0.04 * humps[:, 1], 0 * height], axis=1), 0.1 * humps[:, 2], height - height.min())
    gait = replace(WALK, cadence=m.rng.uniform(1.2, 1.6) * m.pace, lift=m.rng.uniform(0.16, 0.26), width=0.06, crouch=0.03)
    tracks = walk_along(m.body, path, replace(gait, bob=0.03, lean=0.12, arm_swing=0.25, sway=0.04), m.first_foot())
    amount = bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.6)
    wobble = smooth_noise(tracks.frames, 6, m.rng, 9) * amount[:, None]
    tracks.spine[:, 1] += 0.09 * wobble[:, 0]
    tracks.head[:, 0] += m.rng.uniform(0.2, 0.5) * amount
    off_body = m.rng.uniform(0.05, 0.5)
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] += amount[:, None] * [off_body, 0.4 * off_body, 0.1]
        tracks.hand[limb] += 0.1 * np.abs(wobble[:, 1 + limb, None]) * [1, 0.8, 0.3]
    return tracks


def _one_step(m: Maker, up: bool) -> Tracks:
    """Walks to a single step, sets one foot on it, then the other, and stays or goes on."""
    beat, rise = m.rng.uniform(0.5, 0.62), m.rng.uniform(0.15, 0.28)
    falls, at = _walk_falls(0.3, int(m.rng.integers(2, 4)), m.first_foot(), 0.0, 0.5, beat)
    first = 1 - falls[-1].foot
    start = falls[-1].start + beat
    edge = start
    falls += [Fall(start, first, 0, at + 0.4, seconds=0.8 * beat, lift=0.12)]
    falls += [Fall(start + 1.2 * beat, 1 - first, 0, at + (0.4 if m.rng.random() < 0.5 else 0.8), seconds=0.9 * beat, lift=0.14)]
    falls += [Fall(start + 2.5 * beat, first, 0, falls[-1].ahead, seconds=0.7 * beat)]
    tracks = m.still(falls[-1].start + 1.0)
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.45, beat)
    amount = bump(t, 0.1, t[-1], 0.4)
    _swing_arms(tracks, weight, amount, 0.3, 0.2)
    sign = 1 if up else -1
    # Each foot, then the pelvis, changes its level; the lower level is the floor.
    for foot, begin in ((first, edge), (1 - first, edge + 1.2 * beat)):
        tracks.ball[foot][:, 1] += sign * rise * ease((t - begin) / (0.7 * beat)) + (0 if up else rise)
    tracks.pelvis[:, 1] += sign * rise * ease((t - edge - (0.7 if up else 0.2) * beat) / (1.0 * beat)) + (0 if up else rise)
    tracks.spine[:, 0] += (0.22 if up else 0.06) * bump(t, edge, edge + 2.2 * beat, 0.4)
    tracks.head[:, 0] += 0.35 * bump(t, edge - 0.6, edge + beat, 0.4)
    return cut(tracks, 0.0, tracks.seconds + m.rng.uniform(0, 0.8))


GROUND: tuple[Action, ...] = (
    Action(
        "walk then skip",
        _walk_then_skip,
        ("walks and then skips", "starts to skip out of a walk", "walks a few steps and goes on skipping"),
        styles=False,
    ),
    Action(
        "skip and stop",
        _skip_and_stop,
        ("skips and comes to a stop", "skips along, then stands still", "stops skipping and stands"),
        chains=False,
        styles=False,
    ),
    Action(
        "leap over",
        _leap_over,
        ("walks, leaps over something and walks on", "takes a leap out of a walk", "hops over a gap in mid-run"),
        styles=False,
    ),
    Action(
        "run and jump",
        _run_and_jump,
        ("runs up, jumps forward with both feet and walks on", "jumps out of a run", "walks, jumps ahead and walks on"),
        styles=False,
    ),
    Action(
        "walk on uneven ground",
        _uneven,
        ("walks on uneven ground", "walks over rough terrain", "picks a way over bumps and stones"),
        chains=False,
    ),
    Action(
        "step up",
        lambda m: _one_step(m, True),
        ("steps up onto a step", "walks up a single step", "steps onto a platform"),
        chains=False,
    ),
    Action(
        "step down",
        lambda m: _one_step(m, False),
        ("steps down from a step", "walks down a single step", "steps off a platform"),
        chains=False,
    ),
)
