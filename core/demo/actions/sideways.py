"""Steps to the side: single or in a row, quick with a flight between, or before walking off that way."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.choreography import Jump
from motionpatches.core.demo.curves import bump, smooth_noise
from motionpatches.core.demo.footwork import Fall, tread


def _aside(m: Maker, count: int, step: float, beat: float, quick: bool, wait: float, more: list[Fall]) -> Tracks:
    """Return side steps: the leading foot far out, the other one after it, never crossing.

    Args:
        m: What the action is made from.
        count: How many.
        step: Metres of each.
        beat: Seconds of each.
        quick: Whether both feet leave the ground in between, from bent knees.
        wait: Seconds before the first.
        more: Steps afterwards to the left, in seconds from the end of the last one and metres from where it leads.
    """
    lead, sign = INDEX[m.side], SIDE_SIGN[INDEX[m.side]]
    falls, jumps, at = [], [], 0.0
    for i in range(count):
        start = wait + beat * i
        at += step
        falls.append(Fall(start, lead, sign * at, seconds=0.48 * beat, lift=0.05))
        follow = start + (0.3 if quick else 0.52) * beat
        falls.append(Fall(follow, 1 - lead, sign * at, seconds=0.46 * beat, lift=0.04))
        if quick:
            jumps.append(Jump(start + 0.28 * beat, start + 0.5 * beat))
    end = wait + beat * count
    falls += [Fall(end + f.start, f.foot ^ lead, sign * (at + f.left), f.ahead, sign * f.yaw, f.seconds, f.lift) for f in more]
    tracks = m.still(falls[-1].start + falls[-1].seconds + m.rng.uniform(0.6, 1.4))
    t = tracks.t * m.pace
    weight = tread(tracks, t, falls, 0.5, 0.7 * beat)
    walk = 0.45 * (2 * weight - 1) * bump(t, end, t[-1], 0.3) * bool(more)
    push = np.zeros(len(t))
    for i in range(count):
        start = wait + beat * i
        push += bump(t, start - 0.3 * beat, start + 0.5 * beat, 0.3 * beat)
    for jump in jumps:
        tracks.pelvis[:, 1] += jump.height(t)
        tracks.ball[:, :, 1] += jump.height(t)
    # The trunk leans over the foot that pushes off; the knees give, more for a quick step.
    low = m.rng.uniform(0.09, 0.16) if quick else m.rng.uniform(0.02, 0.05)
    moving = bump(t, wait - 0.4, end + 0.35, 0.35)
    tracks.pelvis[:, 1] -= low * np.maximum(0.7 * moving, push)
    tracks.spine[:, 0] += (0.35 if quick else 0.06) * moving
    tracks.spine[:, 1] -= sign * (0.1 if quick else 0.05) * push
    tracks.head[:, 0] -= (0.2 if quick else 0.0) * moving
    tracks.head[:, 2] += sign * m.rng.uniform(0.0, 0.4) * moving
    spread, drift = m.rng.uniform(0.25, 0.7) if quick else m.rng.uniform(0.05, 0.25), smooth_noise(len(t), 2, m.rng, 14)
    for limb in (LEFT, RIGHT):
        bend = 0.25 + m.rng.uniform(0.2, 0.9) * moving
        tracks.hand[limb] = hang(0.06 + 0.05 * drift[:, limb] - SIDE_SIGN[limb] * walk, 0.14 + spread * push * 0.9, bend)
    return tracks


def side_step(m: Maker) -> Tracks:
    """One wide step or several to the side, from standing to standing; some of them quick."""
    quick = m.rng.random() < 0.3
    count = 1 if m.rng.random() < 0.35 else int(m.rng.integers(2, 6))
    beat = m.rng.uniform(0.6, 0.75) if quick else m.rng.uniform(0.75, 1.1)
    step = m.rng.uniform(0.62, 0.95) if count == 1 else m.rng.uniform(0.4, 0.75)
    return _aside(m, count, step * m.size, beat, quick, m.rng.uniform(0.35, 1.1), [])


def side_gallop(m: Maker) -> Tracks:
    """Quick side steps in a row, one foot chasing the other through little flights."""
    count = int(m.rng.integers(4, 8))
    return _aside(m, count, m.rng.uniform(0.5, 0.75) * m.size, m.rng.uniform(0.45, 0.58), True, 0.4, [])


def _side_step_and_go(m: Maker) -> Tracks:
    """A wide step to the side, then a turn that way and off at a walk or a run."""
    running = m.rng.random() < 0.4
    beat, step = (m.rng.uniform(0.3, 0.36), m.rng.uniform(0.7, 0.9)) if running else (m.rng.uniform(0.46, 0.56), 0.62)
    more, at, quarter = [], 0.0, np.pi / 2
    for i in range(int(m.rng.integers(4, 8))):
        at += step if i else 0.6 * step
        more.append(
            Fall(0.05 + beat * i, i % 2, at, 0.0, quarter * min(1.0, 0.6 + 0.4 * i), 0.75 * beat, 0.2 if running else 0.07)
        )
    more.append(Fall(more[-1].start + 1.1 * beat, 1 - more[-1].foot, at, 0.0, quarter, 0.4))
    aside = m.rng.uniform(0.45, 0.8) * m.size
    return _aside(m, 1, aside, 0.7 if running else m.rng.uniform(0.75, 1.0), running, m.rng.uniform(0.4, 0.9), more)


SIDEWAYS: tuple[Action, ...] = (
    Action(
        "side step and go",
        _side_step_and_go,
        (
            "takes a side step to the {side} and walks off that way",
            "steps to the {side}, then turns {side} and goes on",
            "sidesteps {side} and moves away in that direction",
        ),
        SIDES,
        styles=False,
    ),
)
