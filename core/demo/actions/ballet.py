"""Ballet: turns on one foot, lifted legs, leaps, and arms that go through their positions."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import SIDES, Action, Maker
from motionpatches.core.demo.actions.gestures import Point
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.choreography import Jump, Lift, Score, Turn, danced, mirror
from motionpatches.core.demo.curves import bump
from motionpatches.core.demo.footwork import Fall

# Positions of a hand.
LOW: Point = (-0.1, -0.8, 0.36)
FIRST: Point = (-0.22, -0.3, 0.6)
SECOND: Point = (0.86, -0.14, 0.28)
FIFTH: Point = (-0.02, 0.86, 0.2)
AHEAD: Point = (0.02, 0.15, 0.95)
DIAGONAL: Point = (0.5, 0.72, 0.28)
BEHIND: Point = (0.8, -0.3, -0.25)
OPEN = (SECOND, FIFTH, DIAGONAL, AHEAD)
# Positions of a lifted leg.
PASSE: Point = (0.08, -0.5, 0.16)
STRETCHED_BACK: Point = (0.05, -0.35, -0.86)
BENT_BACK: Point = (0.12, -0.42, -0.52)
BENT_AHEAD: Point = (0.1, -0.42, 0.48)
STRETCHED_AHEAD: Point = (0.03, -0.22, 0.92)
STRETCHED_ASIDE: Point = (0.8, 0.1, 0.25)


def _vary(m: Maker, pose: Point, size: float = 0.07) -> Point:
    out, up, ahead = np.asarray(pose) + m.rng.normal(0, size, 3)
    return float(out), float(up), float(ahead)


def _some(m: Maker, poses: tuple[Point, ...]) -> Point:
    return _vary(m, poses[int(m.rng.integers(len(poses)))])


def _to_side(m: Maker, score: Score) -> Tracks:
    """Dance a score that is written for the left."""
    return danced(m, mirror(score) if m.side == "right" else score)


def _by_chance(m: Maker, score: Score) -> Tracks:
    return danced(m, mirror(score) if m.first_foot() == RIGHT else score)


def _pirouette(m: Maker) -> Tracks:
    """From a lunge over the bent front knee onto the ball of the foot, the other foot at the knee: one turn or more."""
    turns = int(m.rng.choice([1, 1, 2, 2, 3]))
    start = m.rng.uniform(1.1, 1.5)
    end = start + 0.35 + m.rng.uniform(0.36, 0.5) * turns
    # To the left on the right foot: the left one is drawn to the knee and set down behind.
    falls = (Fall(0.3, LEFT, 0.06, -0.3, seconds=0.35), Fall(start - 0.08, LEFT, 0.05, -0.3, seconds=end - start + 0.1))
    arms = [(0.2, LOW, LOW), (0.8, FIRST, SECOND), (start - 0.1, _vary(m, FIRST), SECOND)]
    spin = _some(m, (FIRST, FIRST, FIFTH))
    arms += [(start + 0.25, spin, spin), (end - 0.15, spin, spin), (end + 0.35, _some(m, OPEN), SECOND)]
    return _to_side(
        m,
        Score(
            end + 1.5,
            falls,
            (Lift(start - 0.1, end + 0.02, LEFT, _vary(m, PASSE, 0.02), 2.2, 0.22),),
            (Turn(start, end, RIGHT, turns),),
            arms=tuple(arms),
        ),
    )


def arabesque(m: Maker) -> Tracks:
    """Steps forward onto one leg; the other rises behind, one arm ahead or high, the other aside; both sink again."""
    start, held = 0.9, m.rng.uniform(0.7, 2.2)
    end = start + 1.4 + held
    arm = _some(m, (AHEAD, DIAGONAL))
    falls = (Fall(0.3, RIGHT, 0, 0.35, seconds=0.45, lift=0.06), Fall(start, LEFT, 0, 0.12, seconds=end - start, lift=0.0))
    lift = Lift(start, end, LEFT, _vary(m, STRETCHED_BACK, 0.09), 0.6, 0.65)
    arms = ((0.2, LOW, LOW), (0.8, FIRST, FIRST), (start + 0.6, SECOND, arm), (end - 0.5, SECOND, arm), (end + 0.4, LOW, LOW))
    return _to_side(m, Score(end + 0.8, falls, (lift,), arms=arms))


def _attitude(m: Maker) -> Tracks:
    """On one leg, the other lifted with a bent knee behind or ahead, one arm over the head."""
    start, held = 0.9, m.rng.uniform(0.6, 2.0)
    end = start + 1.3 + held
    falls = (Fall(0.3, RIGHT, 0, 0.3, seconds=0.4), Fall(start, LEFT, 0, 0.1, seconds=end - start, lift=0.0))
    pose = _vary(m, BENT_BACK if m.rng.random() < 0.7 else BENT_AHEAD, 0.05)
    arms = ((0.2, LOW, LOW), (0.8, FIRST, FIRST), (start + 0.6, FIFTH, SECOND), (end - 0.4, FIFTH, SECOND), (end + 0.4, LOW, LOW))
    return _to_side(m, Score(end + 0.8, falls, (Lift(start, end, LEFT, pose, 1.6, 0.6),), arms=arms))


def _leg_raise(m: Maker) -> Tracks:
    """One leg is thrown high ahead or aside, or unfolded there past the knee of the other."""
    unfolded, aside = m.rng.random() < 0.5, m.rng.random() < 0.55
    start, pose = m.rng.uniform(0.5, 0.9), _vary(m, STRETCHED_ASIDE if aside else STRETCHED_AHEAD, 0.1)
    end = start + (2.6 if unfolded else 1.1)
    lifts = [Lift(start, end, LEFT, pose, 0.8 * aside, 0.45)]
    if unfolded:
        lifts = [Lift(start, start + 1.2, LEFT, PASSE, 2.0, 0.4), Lift(start + 0.8, end, LEFT, pose, 0.8, 0.6)]
    falls = (Fall(start, LEFT, 0.04, 0.05, seconds=end - start, lift=0.0),)
    arms = ((0.2, LOW, LOW), (start + 0.3, SECOND, _some(m, OPEN)), (end - 0.2, SECOND, SECOND), (end + 0.5, LOW, LOW))
    return _to_side(m, Score(end + 0.8, falls, tuple(lifts), arms=arms, smooth_s=0.3))


def _run_up(steps: int, length: float, beat: float, last: int) -> list[Fall]:
    """Return running steps straight ahead; the last one is of the foot `last`."""
    first = last if steps % 2 else 1 - last
    return [
        Fall(0.3 + beat * i, first if i % 2 == 0 else 1 - first, 0, length * (i + 0.7), seconds=0.85 * beat, lift=0.1)
        for i in range(steps)
    ]


def _leap(m: Maker) -> Tracks:
    """A short run, then through the air with one leg stretched ahead and the other behind; a step or two out of it."""
    beat, length, steps = m.rng.uniform(0.3, 0.38), m.rng.uniform(0.45, 0.7), int(m.rng.integers(2, 5))
    falls = _run_up(steps, length, beat, RIGHT)
    off, flight = falls[-1].start + 1.25 * beat, m.rng.uniform(0.44, 0.6)
    down, at = off + flight, falls[-1].ahead + m.rng.uniform(1.1, 1.7) * m.size
    falls += [
        Fall(off - 0.3, LEFT, 0, at, seconds=down - off + 0.3, lift=0.0),
        Fall(off, RIGHT, 0, at + length, seconds=flight + beat, lift=0.05),
        Fall(down + 1.2 * beat, LEFT, 0, at + length + 0.3, seconds=0.4),
        Fall(down + 1.2 * beat + 0.5, RIGHT, 0, at + length + 0.3, seconds=0.4),
    ]
    lifts = (
        Lift(off - 0.25, down + 0.02, LEFT, _vary(m, STRETCHED_AHEAD), 0.0, 0.3),
        Lift(off, down + 0.25, RIGHT, _vary(m, STRETCHED_BACK), 0.3, 0.25),
    )
    arms = ((0.2, LOW, LOW), (off - 0.3, FIRST, FIRST), (off + 0.2, _some(m, OPEN), SECOND), (down + 0.2, SECOND, SECOND))
    return _by_chance(
        m, Score(down + 2.2, tuple(falls), lifts, jumps=(Jump(off, down),), arms=(*arms, (down + 1.4, LOW, LOW)), turnout=0.15)
    )


def _turning_leap(m: Maker) -> Tracks:
    """Off one foot after a swing of the other, half around in the air with the legs passing, and down facing back."""
    beat, length = m.rng.uniform(0.3, 0.38), m.rng.uniform(0.4, 0.6)
    falls = _run_up(int(m.rng.integers(2, 4)), length, beat, RIGHT)
    off, flight, ahead = falls[-1].start + 1.3 * beat, m.rng.uniform(0.45, 0.6), falls[-1].ahead
    down, at = off + flight, ahead + m.rng.uniform(0.4, 0.9) * m.size
    half = np.pi * (1 if m.rng.random() < 0.75 else 2)
    # The leg that swung up ahead comes down first, turned; the other is then behind.
    falls += [
        Fall(off - 0.35, LEFT, 0, at, half, down - off + 0.35, 0.0),
        Fall(off, RIGHT, 0, at + 0.25 * np.cos(half + np.pi), half, flight + 0.45, 0.0),
    ]
    lifts = (
        Lift(off - 0.35, down - 0.02, LEFT, _vary(m, STRETCHED_AHEAD), 0.0, 0.35),
        Lift(off + 0.5 * flight, down + 0.45, RIGHT, _vary(m, STRETCHED_BACK), 0.4, 0.2),
    )
    arms = ((0.2, LOW, LOW), (off - 0.35, SECOND, SECOND), (off - 0.1, FIRST, FIRST), (off + 0.25, FIFTH, FIFTH))
    out = ((down + 0.3, SECOND, SECOND), (down + 1.0, SECOND, SECOND), (down + 1.6, LOW, LOW))
    jumps = (Jump(off, down),)
    return _to_side(m, Score(down + 1.9, tuple(falls), lifts, jumps=jumps, arms=arms + out, turnout=0.15, smooth_s=0.3))


def _chasse(m: Maker) -> Tracks:
    """To the side again and again: a sliding step, a little flight with both legs stretched, the other foot chasing."""
    step, beat = m.rng.uniform(0.35, 0.55) * m.size, m.rng.uniform(0.28, 0.36)
    falls, jumps, at = [], [], 0.0
    for i in range(int(m.rng.integers(3, 6))):
        start = 0.4 + 3.2 * beat * i
        falls += [
            Fall(start, LEFT, at + step, seconds=beat, lift=0.04),
            Fall(start + 1.5 * beat, RIGHT, at + 1.7 * step, seconds=0.9 * beat, lift=0.02),
            Fall(start + 1.6 * beat, LEFT, at + 1.75 * step, seconds=1.0 * beat, lift=0.02),
        ]
        jumps.append(Jump(start + 1.5 * beat, start + 2.4 * beat))
        at += 1.75 * step
    arms = ((0.2, LOW, LOW), (0.8, *((SECOND, SECOND) if m.rng.random() < 0.5 else (SECOND, FIRST))))
    seconds = falls[-1].start + 1.4
    return _to_side(m, Score(seconds, tuple(falls), jumps=tuple(jumps), arms=(*arms, (seconds - 0.5, LOW, LOW)), smooth_s=0.5))


def _port_de_bras(m: Maker) -> Tracks:
    """Feet in fifth or fourth position; the arms go slowly through their positions, trunk and head with them."""
    beat, arms, at = m.rng.uniform(0.8, 1.3), [(0.2, LOW, LOW)], 0.2
    poses = ((FIRST, FIRST), (FIFTH, FIFTH), (SECOND, SECOND), (FIRST, SECOND), (SECOND, FIFTH), (FIFTH, SECOND), (LOW, LOW))
    for _ in range(int(m.rng.integers(3, 6))):
        at += beat
        left, right = poses[int(m.rng.integers(len(poses)))]
        arms.append((at, _vary(m, left, 0.04), _vary(m, right, 0.04)))
    foot = int(m.rng.integers(2))
    falls = (Fall(0.2, foot, -0.07 * SIDE_SIGN[foot], -float(m.rng.uniform(0.1, 0.35)), seconds=0.4, lift=0.03),)
    tracks = danced(m, Score(at + 0.9, falls, arms=tuple(arms), turnout=0.5))
    t = tracks.t * m.pace
    bend = bump(t, 0.5 * t[-1], t[-1] - 0.2, 0.8) * m.rng.choice([0.0, 0.5, -0.35])
    tracks.spine[:, 0] += bend
    tracks.pelvis[:, 1] -= 0.06 * bump(t, 0.3, 0.5 * t[-1], 0.6) * m.rng.random()
    return tracks


def _ballet(m: Maker) -> Tracks:
    """A phrase of slow steps on turned-out feet, with a raised leg, a turn, a pose, in an order of chance."""
    falls, lifts, turns, arms = [], [], [], [(0.2, LOW, LOW)]
    at, place, foot = 0.4, np.zeros(2), LEFT
    for kind in m.rng.permutation([0, 0, 1, 2, 3])[: int(m.rng.integers(3, 5))]:
        if kind == 0:
            # Three steps, low, high, high.
            heading = m.rng.uniform(-0.8, 0.8)
            for step in range(3):
                place = place + m.rng.uniform(0.2, 0.42) * np.array([np.sin(heading), np.cos(heading)])
                falls.append(Fall(at + 0.42 * step, foot, place[0], place[1], seconds=0.34, lift=0.05))
                foot = 1 - foot
            arms.append((at + 0.6, _some(m, OPEN), _some(m, OPEN)))
            at += 1.35
            continue
        standing, seconds = 1 - foot, m.rng.uniform(1.2, 2.0)
        behind = place - [0, 0.15]
        if kind == 2:
            turns.append(Turn(at + 0.2, at + 1.0, standing, 1 if foot == LEFT else -1))
            lifts.append(Lift(at, at + 1.1, foot, PASSE, 2.2, 0.25))
            falls.append(Fall(at, foot, behind[0], behind[1], seconds=1.1, lift=0.0))
            arms += [(at + 0.3, FIRST, FIRST), (at + 0.9, FIRST, FIRST)]
            at += 1.5
        else:
            poses = (STRETCHED_BACK, BENT_BACK, STRETCHED_AHEAD, STRETCHED_ASIDE)
            pose = _some(m, poses) if kind == 1 else (0.03, -0.88, 0.4 * float(m.rng.choice([-1, 1])))
            lifts.append(Lift(at, at + seconds, foot, pose, 0.5, 0.5))
            falls.append(Fall(at, foot, behind[0], behind[1], seconds=seconds, lift=0.0))
            arms += [(at + 0.5, a := _some(m, OPEN), b := _some(m, OPEN)), (at + seconds - 0.3, a, b)]
            at += seconds + 0.2
        foot = 1 - foot
    arms = [arm for i, arm in enumerate(arms) if i == 0 or arm[0] > arms[i - 1][0]]
    score = Score(at + 0.9, tuple(falls), tuple(lifts), tuple(turns), arms=(*arms, (at + 0.6, LOW, LOW)))
    return danced(m, mirror(score) if m.rng.random() < 0.5 else score)


BALLET: tuple[Action, ...] = (
    Action(
        "ballet",
        _ballet,
        ("dances ballet", "performs a ballet solo with light steps and rounded arms", "does classical ballet moves"),
        styles=False,
    ),
    Action(
        "pirouette",
        _pirouette,
        ("does a pirouette to the {side}", "turns on one foot to the {side} like a ballet dancer", "pirouettes to the {side}"),
        SIDES,
        styles=False,
    ),
    Action(
        "leap",
        _leap,
        ("leaps through the air with the legs split", "does a grand jeté", "runs and leaps like a dancer, one leg ahead"),
        styles=False,
    ),
    Action(
        "turning leap",
        _turning_leap,
        ("leaps and turns in the air to the {side}", "does a turning leap to the {side}", "jumps around to the {side} in ballet"),
        SIDES,
        styles=False,
    ),
    Action(
        "attitude",
        _attitude,
        (
            "stands in an attitude with the {side} leg raised and bent",
            "holds a ballet attitude, the {side} knee bent in the air",
        ),
        SIDES,
        styles=False,
    ),
    Action(
        "high leg raise",
        _leg_raise,
        (
            "raises the straight {side} leg high in ballet",
            "unfolds the {side} leg high into the air",
            "swings the {side} leg up above the hip and stays upright",
        ),
        SIDES,
        styles=False,
    ),
    Action(
        "chasse",
        _chasse,
        ("does glissades to the {side}", "glides to the {side} in ballet steps", "skims to the {side}, foot chasing foot"),
        SIDES,
        styles=False,
    ),
    Action(
        "port de bras",
        _port_de_bras,
        (
            "does a port de bras",
            "moves the arms through the ballet positions",
            "carries rounded arms from low to overhead and out to the sides",
        ),
        styles=False,
    ),
)
