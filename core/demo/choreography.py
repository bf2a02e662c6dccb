"""Scores of dance: steps, lifted legs, turns, jumps and arms over time, and the tracks of a body that dances one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.actions.gestures import Point, reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, ease, keys, smooth_noise
from motionpatches.core.demo.footwork import Fall, tread


@dataclass(frozen=True)
class Lift:
    """A leg in the air between two seconds: the ankle from its hip (out, up, ahead) in leg lengths."""

    start: float
    end: float
    leg: int
    pose: Point
    knee_out: float = 0.0
    fade: float = 0.3


@dataclass(frozen=True)
class Turn:
    """Whole turns to the left on the raised ball of one foot, between two seconds."""

    start: float
    end: float
    foot: int
    turns: int = 1


@dataclass(frozen=True)
class Jump:
    """A flight between two seconds."""

    start: float
    end: float

    def height(self, t: np.ndarray) -> np.ndarray:
        """Return the height (T,) in metres of a flight that takes as long: h = g d^2 / 8."""
        span = self.end - self.start
        share = np.clip((t - self.start) / span, 0, 1)
        return 9.81 * span**2 / 2 * share * (1 - share)


@dataclass(frozen=True)
class Score:
    """What a dancer does; `arms` are (second, left hand, right hand), and `turnout` radians of the feet."""

    seconds: float
    falls: tuple[Fall, ...] = ()
    lifts: tuple[Lift, ...] = ()
    turns: tuple[Turn, ...] = ()
    jumps: tuple[Jump, ...] = ()
    arms: tuple[tuple[float, Point, Point], ...] = ()
    turnout: float = 0.4
    smooth_s: float = 0.4


def mirror(score: Score) -> Score:
    """Return the score for the other side."""
    return replace(
        score,
        falls=tuple(replace(f, foot=1 - f.foot, left=-f.left, yaw=-f.yaw) for f in score.falls),
        lifts=tuple(replace(s, leg=1 - s.leg) for s in score.lifts),
        turns=tuple(replace(s, foot=1 - s.foot, turns=-s.turns) for s in score.turns),
        arms=tuple((second, right, left) for second, left, right in score.arms),
    )


def danced(m: Maker, score: Score) -> Tracks:
    """Return the tracks of a score from standing to standing."""
    tracks = m.still(score.seconds)
    t = tracks.t * m.pace
    amount = bump(t, 0.05, t[-1], 0.4)
    weight = tread(tracks, t, score.falls, 0.8, score.smooth_s) if score.falls else np.full(len(t), 0.5)
    for leg in (LEFT, RIGHT):
        tracks.foot_yaw[leg] += SIDE_SIGN[leg] * score.turnout * amount
        tracks.knee_out[leg] += 1.8 * score.turnout * amount
    for turn in score.turns:
        _turn(tracks, t, turn)
    for lift in score.lifts:
        _lift(tracks, t, lift)
    _jumps(tracks, t, score.jumps)
    _arms(m, tracks, t, score.arms, amount)
    # The trunk leans over the foot with the weight, and the head inclines with it.
    tracks.spine[:, 1] -= 0.1 * (weight - 0.5) * amount
    tracks.head[:, 1] += 0.25 * (weight - 0.5) * amount
    return tracks


def _turn(tracks: Tracks, t: np.ndarray, turn: Turn) -> None:
    share = (t - turn.start) / (turn.end - turn.start)
    # Fast from the push, slower as it ends.
    yaw = 2 * np.pi * turn.turns * ease(0.08 + 0.92 * np.clip(share, 0, 1) ** 0.85) * (share > 0)
    tracks.yaw = tracks.yaw + yaw
    tracks.foot_yaw += yaw
    up = bump(t, turn.start - 0.15, turn.end + 0.1, 0.22)
    dip = bump(t, turn.start - 0.7, turn.start + 0.1, 0.35) + 0.6 * bump(t, turn.end - 0.05, turn.end + 0.6, 0.25)
    tracks.foot_pitch[turn.foot] += 0.8 * up
    tracks.pelvis[:, 1] += 0.06 * up - 0.11 * dip
    # The axis goes through the hip, over the ball of the foot.
    over = tracks.ball[turn.foot][:, [0, 2]] - tracks.pelvis[:, [0, 2]]
    tracks.pelvis[:, [0, 2]] += 0.92 * over * up[:, None]
    # The head stays behind, then whips around.
    lag = np.sin(2 * np.pi * turn.turns * np.clip(share, 0, 1)) * np.sign(turn.turns)
    tracks.head[:, 2] -= 0.7 * np.sign(turn.turns) * lag * up


def _lift(tracks: Tracks, t: np.ndarray, lift: Lift) -> None:
    leg, (out, _, ahead) = lift.leg, lift.pose
    amount = bump(t, lift.start, lift.end, lift.fade)
    free = bump(t, lift.start, lift.end, min(0.12, lift.fade))
    tracks.foot_free[leg] = np.maximum(tracks.foot_free[leg], free)
    low = np.array([0.03, -0.96, 0.06 * np.sign(ahead)])
    way = low * (1 - amount[:, None]) + np.asarray(lift.pose) * amount[:, None]
    # The leg swings in an arc, not through the hip.
    short = np.maximum(0.9 * np.linalg.norm(lift.pose) - np.linalg.norm(way, axis=1), 0)
    way[:, 1] -= 0.5 * short
    inside = free > 0
    tracks.foot_local[leg][inside] = way[inside]
    tracks.foot_pitch[leg] += 0.9 * amount
    tracks.knee_out[leg] += lift.knee_out * amount
    # Behind, the pelvis tips and the back arches; ahead, the trunk leans back; aside, it leans away.
    back = max(-ahead, 0.0) * amount
    tracks.pitch = tracks.pitch + 0.45 * back
    tracks.spine[:, 0] -= 0.6 * back + 0.12 * max(ahead, 0.0) * amount
    tracks.roll = tracks.roll - SIDE_SIGN[leg] * 0.2 * max(out - 0.1, 0.0) * amount
    support = 1 - leg
    over = tracks.ball[support][:, 0] * 0.85 - tracks.pelvis[:, 0]
    if not tracks.foot_free[support].any():
        tracks.pelvis[:, 0] += 0.5 * np.clip(over, -0.12, 0.12) * amount * np.cos(tracks.yaw)


def _jumps(tracks: Tracks, t: np.ndarray, jumps: tuple[Jump, ...]) -> None:
    for jump in jumps:
        height = jump.height(t)
        tracks.pelvis[:, 1] += height
        tracks.ball[:, :, 1] += height
        tracks.foot_pitch += 0.7 * bump(t, jump.start - 0.05, jump.end, 0.15)
        crouch = bump(t, jump.start - 0.4, jump.start + 0.02, 0.2) + bump(t, jump.end - 0.03, jump.end + 0.45, 0.16)
        tracks.pelvis[:, 1] -= 0.11 * crouch
        tracks.spine[:, 0] += 0.12 * crouch


def _arms(m: Maker, tracks: Tracks, t: np.ndarray, arms: tuple[tuple[float, Point, Point], ...], amount: np.ndarray) -> None:
    """Lead rounded arms through their positions; the chest and the eyes follow the higher hand."""
    if not arms:
        return
    drift = 0.03 * smooth_noise(len(t), 6, m.rng, 12)
    for limb in (LEFT, RIGHT):
        points = [(arm[0], arm[1 + limb]) for arm in arms]
        if len(points) == 1:
            points.append((points[0][0] + 1.0, points[0][1]))
        way = keys(t, points)
        reach_of = keys(t, [(s, float(np.linalg.norm(p))) for s, p in points])
        short = np.maximum(reach_of - np.linalg.norm(way, axis=1), 0)
        way = way + short[:, None] * [0.45, 0, 0.6] + drift[:, 3 * limb : 3 * limb + 3]
        reach(tracks, limb, amount, way)
        tracks.elbow_up[limb] += 0.5 * amount
    gaze = (tracks.hand[LEFT][:, 1] - tracks.hand[RIGHT][:, 1]) * amount
    tracks.head[:, 2] += 0.3 * gaze
    tracks.head[:, 0] -= 0.15 * np.maximum(tracks.hand[:, :, 1].max(axis=0), 0) * amount
    tracks.spine[:, 1] -= 0.12 * gaze
