"""Partner dances: salsa and waltz, stepped with the weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, smooth_noise
from motionpatches.core.demo.footwork import Fall, smoothed, sway_hips, tread

# Two bars of salsa: (beat, foot, place to the left, place ahead), places in lengths of a step.
Pattern = tuple[tuple[float, int, float, float], ...]
FORWARD_BACK: Pattern = ((0, LEFT, 0, 1), (1, RIGHT, 0, 0), (2, LEFT, 0, 0), (4, RIGHT, 0, -1), (5, LEFT, 0, 0), (6, RIGHT, 0, 0))
ASIDE: Pattern = ((0, LEFT, 1.3, 0), (1, RIGHT, 0, 0), (2, LEFT, 0, 0), (4, RIGHT, -1.3, 0), (5, LEFT, 0, 0), (6, RIGHT, 0, 0))
BEHIND: Pattern = (
    (0, LEFT, -0.5, -0.7),
    (1, RIGHT, 0, 0),
    (2, LEFT, 0, 0),
    (4, RIGHT, 0.5, -0.7),
    (5, LEFT, 0, 0),
    (6, RIGHT, 0, 0),
)
START_S = 0.3


def mirrored(falls: list[Fall]) -> list[Fall]:
    """Return the same steps of the other feet to the other side."""
    return [replace(f, foot=1 - f.foot, left=-f.left, yaw=-f.yaw) for f in falls]


def _salsa(*patterns: Pattern, turns: bool = False, partner: bool = False) -> Make:
    """Two or three times one of some patterns of eight beats; a turn takes the place of the first half after the first time."""

    def make(m: Maker) -> Tracks:
        beat, length = m.rng.uniform(0.3, 0.42), m.rng.uniform(0.2, 0.34) * m.size
        rounds = int(m.rng.integers(2, 4))
        tracks = m.still(2 * START_S + 8 * beat * rounds)
        t, falls, spin = tracks.t * m.pace, [], np.zeros(tracks.frames)
        quick = 0.75 * beat
        # Dancers drift and turn a little from round to round.
        drift = m.rng.uniform([-0.15, -0.2, -0.35], [0.15, 0.35, 0.35]) * (m.rng.random() < 0.7)
        for number in range(rounds):
            start = START_S + 8 * beat * number
            aside, on, yaw = drift * number
            for at, foot, left, ahead in patterns[int(m.rng.integers(len(patterns)))]:
                turned = yaw + 2 * np.pi * number * turns
                if turns and number and at < 4:
                    # A full turn to the left within three steps on the spot.
                    left, ahead, turned = 0, 0.3 * (at == 0), turned + 2 * np.pi * ((at + 1) / 3 - 1)
                falls.append(Fall(start + at * beat, foot, aside + left * length, on + ahead * length, turned, quick, 0.045))
            spin += (turns and number > 0) * bump(t, start - 0.1, start + 3.6 * beat, 0.3)
        other = int(m.side == "right") if m.side else m.first_foot()
        weight = tread(tracks, t, mirrored(falls) if other else falls, 0.75, 0.9 * beat)
        amount = bump(t, 0.1, t[-1], 0.4)
        sway_hips(tracks, weight, m.rng.uniform(0.8, 1.5) * amount)
        # The knees stay soft, and give at each step.
        dip = smoothed(np.abs(np.gradient(weight)), 0.3)
        tracks.pelvis[:, 1] -= (m.rng.uniform(0.04, 0.075) + 0.1 * dip) * amount
        tracks.spine[:, 0] += 0.05 * amount
        (_held if partner else _free)(m, tracks, amount, weight, spin)
        return tracks

    return make


def _free(m: Maker, tracks: Tracks, amount: np.ndarray, weight: np.ndarray, spin: np.ndarray) -> None:
    """Elbows bent, forearms ahead and going in turn against the steps; gathered or lifted in a turn."""
    out, up, ahead = m.rng.uniform(-0.1, 0.15), m.rng.uniform(-0.66, -0.42), m.rng.uniform(0.32, 0.5)
    swing = smoothed(2 * weight - 1, 0.2) * m.rng.uniform(0.08, 0.2)
    drift = smooth_noise(tracks.frames, 6, m.rng, 16) * 0.05
    lifted, elbow = int(m.rng.integers(3)) if not m.side else 1, m.rng.uniform(-0.7, 0.1)
    for limb in (LEFT, RIGHT):
        push = SIDE_SIGN[limb] * swing
        target = np.stack([out + 0.3 * push, up + 0.35 * push, ahead - push], axis=1) + drift[:, 3 * limb : 3 * limb + 3]
        reach(tracks, limb, amount, target)
        raised = lifted == 2 or (lifted == 1 and limb == (INDEX[m.side] if m.side else RIGHT))
        reach(tracks, limb, spin, (0.15, 0.85, 0.25) if raised else (-0.25, -0.3, 0.4))
        tracks.elbow_up[limb] += elbow * amount + 0.4 * spin * raised


def _held(m: Maker, tracks: Tracks, amount: np.ndarray, weight: np.ndarray, spin: np.ndarray) -> None:
    """Both hands at a partner's: low and ahead, or the closed hold with a hand on the shoulder blade."""
    pull = smoothed(2 * weight - 1, 0.3) * 0.06
    closed, aside = m.rng.random() < 0.5, int(m.rng.integers(2))
    for limb in (LEFT, RIGHT):
        open_hand = np.stack([0.05 + 0 * pull, -0.3 + pull, 0.62 + SIDE_SIGN[limb] * pull], axis=1)
        hold = [np.array([0.6, 0.05, 0.42]), np.array([0.0, -0.12, 0.58])][int(limb == aside)] + pull[:, None]
        reach(tracks, limb, amount, hold if closed else open_hand)
        reach(tracks, limb, spin * (limb == RIGHT), (0.1, 0.8, 0.35))
        tracks.elbow_up[limb] += 0.45 * amount


def waltz(m: Maker) -> Tracks:
    """Box steps in threes, down on one, up on two and three, leaning into the step, with a partner's frame."""
    beat, bars, length = m.rng.uniform(0.42, 0.56), int(m.rng.integers(3, 6)), m.rng.uniform(0.3, 0.42) * m.size
    turn = m.rng.uniform(-0.9, 0.9) if m.rng.random() < 0.6 else 0.0
    tracks = m.still(2 * START_S + beat * 3 * bars)
    t, falls = tracks.t * m.pace, []
    for bar in range(bars):
        start, there, yaw = START_S + 3 * beat * bar, bar % 2 == 0, turn * (bar + 1)
        first, second = (LEFT, RIGHT) if there else (RIGHT, LEFT)
        ahead, left = (length, -length) if there else (0.0, 0.0)
        falls += [
            Fall(start, first, -left - length if not there else 0.0, ahead, yaw - 0.5 * turn, 0.8 * beat, 0.03),
            Fall(start + beat, second, left, ahead, yaw, 0.8 * beat, 0.03),
            Fall(start + 2 * beat, first, left, ahead, yaw, 0.7 * beat, 0.03),
        ]
    weight = tread(tracks, t, falls, 0.85, 1.1 * beat)
    amount = bump(t, 0.05, t[-1], 0.4)
    bar_phase = 2 * np.pi * (t - START_S) / (3 * beat)
    # Rise and fall: lowest while the first step lands, highest at the end of the second.
    rise = -np.cos(bar_phase - 0.6) * bump(t, START_S, t[-1] - 0.2, 0.4)
    tracks.pelvis[:, 1] += 0.03 * rise - 0.045 * amount
    tracks.foot_pitch += 0.3 * np.maximum(rise, 0)
    tracks.spine[:, 0] -= 0.1 * amount
    tracks.spine[:, 1] += 0.22 * (weight - 0.5) * amount
    tracks.head[:, 2] += 0.35 * amount
    tracks.head[:, 1] += 0.1 * amount
    lead = smoothed(np.gradient(tracks.yaw), 0.3)
    tracks.spine[:, 2] += np.clip(2.0 * lead, -0.2, 0.2)
    float_up = 0.05 * rise[:, None] * [0, 1, 0]
    reach(tracks, LEFT, amount, np.array([0.72, 0.2, 0.35]) + float_up)
    reach(tracks, RIGHT, amount, np.array([-0.02, -0.05, 0.55]) + 0.6 * float_up)
    tracks.elbow_up[:] = 0.55 * amount
    return tracks


def salsa(m: Maker) -> Tracks:
    """The basic step forward and back; where people's variety is asked for, also other steps, turns and holds."""
    if not m.variety or m.rng.random() < 0.4:
        return _salsa(FORWARD_BACK)(m)
    return _salsa(FORWARD_BACK, ASIDE, BEHIND, turns=m.rng.random() < 0.3, partner=m.rng.random() < 0.3)(m)


def _salsa_side(m: Maker) -> Tracks:
    """Open to one side and the other, or behind."""
    return _salsa(ASIDE, ASIDE, BEHIND)(m)


BALLROOM: tuple[Action, ...] = (
    Action(
        "salsa side step",
        _salsa_side,
        ("dances salsa side steps", "steps out to each side in turn in a salsa rhythm", "does the salsa side basic"),
        styles=False,
    ),
    Action(
        "salsa turn",
        _salsa(FORWARD_BACK, turns=True),
        (
            "dances salsa and spins to the {side}",
            "does a salsa turn to the {side}",
            "steps a salsa basic and turns around to the {side}",
        ),
        SIDES,
        styles=False,
    ),
    Action(
        "salsa with partner",
        _salsa(FORWARD_BACK, partner=True),
        ("dances salsa with a partner", "leads a partner in salsa, holding hands", "salsas in a close hold with someone"),
        styles=False,
    ),
)
