"""Walks and runs that change: into each other, to a stop, around a corner, back, down into a crouch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import ease, smooth_noise
from motionpatches.core.demo.gait import JOG, RUN, WALK, Gait
from motionpatches.core.demo.journey import Leg, cut, journey

BACK_WALK = replace(WALK, heel=0.2, arm_swing=0.25, lean=-0.02)
BACK_RUN = replace(JOG, heel=0.35, lean=0.02, arm_swing=0.4, behind=-0.05)
WALKING = (1.0, 1.45)
RUNNING = (2.4, 3.6)


def _stay(m: Maker, tracks: Tracks, seconds: float) -> Tracks:
    """Hold the end for some seconds, as a body stands that has just stopped: it settles and breathes."""
    end = tracks.seconds
    tracks = cut(tracks, 0.0, end + seconds)
    after = ease((tracks.t - end) / 0.6)
    rest = smooth_noise(tracks.frames, 3, m.rng, 18) * after[:, None]
    tracks.pelvis[:, 0] += 0.012 * rest[:, 0] * np.cos(tracks.yaw)
    tracks.spine[:, 0] += 0.03 * rest[:, 1] + 0.02 * np.sin(2 * np.pi * 0.3 * tracks.t) * after
    tracks.head[:, 2] += 0.1 * rest[:, 2]
    return tracks


def _sides(m: Maker) -> float:
    return float(SIDE_SIGN[INDEX[m.side]]) if m.side else float(m.rng.choice([-1, 1]))


def _on_the_way(m: Maker, tracks: Tracks) -> Tracks:
    """Let a take begin in mid-stride, as captured ones mostly do."""
    return cut(tracks, m.rng.uniform(0.3, 0.7)) if m.variety and m.rng.random() < 0.6 else tracks


def _walk(m: Maker, seconds: float, change_s: float = 0.6) -> Leg:
    speed = float(m.rng.uniform(*WALKING))
    return Leg(seconds, speed, cadence=1.45 + 0.3 * speed, change_s=change_s)


def _run(m: Maker, seconds: float, change_s: float = 0.6) -> Leg:
    speed = float(m.rng.uniform(*RUNNING))
    return Leg(seconds, speed, cadence=2.2 + 0.15 * speed, share=1.0, change_s=change_s)


def _halt(seconds: float, change_s: float, cadence: float = 1.8) -> Leg:
    return Leg(seconds, 0.0, cadence=cadence, change_s=change_s)


def _walk_then_run(m: Maker) -> Tracks:
    later = m.rng.uniform(1.4, 2.2)
    legs = [_walk(m, m.rng.uniform(1.4, 2.4)), _run(m, later, change_s=0.9), _halt(0.7, 0.8, 2.2)]
    return _on_the_way(m, journey(m, legs, WALK, RUN))


def _run_then_walk(m: Maker) -> Tracks:
    legs = [_run(m, m.rng.uniform(1.3, 2.0), change_s=0.9), _walk(m, m.rng.uniform(1.6, 2.6), change_s=0.9), _halt(0.7, 0.6)]
    return _on_the_way(m, journey(m, legs, WALK, RUN))


def run_and_stop(m: Maker) -> Tracks:
    """Runs, leans back against the last steps, and stands."""
    legs = [_run(m, m.rng.uniform(1.2, 2.0), change_s=0.7), _halt(m.rng.uniform(0.8, 1.2), 0.9, 2.3)]
    return _stay(m, _on_the_way(m, journey(m, legs, WALK, RUN)), m.rng.uniform(0.6, 2.0))


def _walk_and_stop(m: Maker) -> Tracks:
    legs = [_walk(m, m.rng.uniform(1.6, 2.8)), _halt(0.9, 0.8, 1.6)]
    return _stay(m, _on_the_way(m, journey(m, legs)), m.rng.uniform(0.8, 2.4))


def _backward_and_stop(gait: Gait, speeds: tuple[float, float], cadence: float) -> Make:
    def make(m: Maker) -> Tracks:
        away = Leg(m.rng.uniform(1.6, 2.6), float(m.rng.uniform(*speeds)), cadence=cadence, back=True)
        return _stay(m, _on_the_way(m, journey(m, [away, _halt(0.9, 0.7, cadence)], gait)), m.rng.uniform(0.8, 2.0))

    return make


def _back_then_forward(m: Maker) -> Tracks:
    """Backward, a stop, and forward again."""
    away = Leg(m.rng.uniform(1.6, 2.4), float(m.rng.uniform(0.7, 1.1)), back=True)
    return journey(m, [away, _halt(m.rng.uniform(0.7, 1.1), 0.6, 1.2), _walk(m, m.rng.uniform(1.6, 2.6)), _halt(0.6, 0.6)])


def turned(low: float, high: float, running: bool) -> Make:
    """A straight way, a turn within a step or two, and on in the new direction."""

    def make(m: Maker) -> Tracks:
        angle, go = _sides(m) * m.rng.uniform(low, high), _run if running else _walk
        first, last = go(m, m.rng.uniform(1.3, 2.1)), go(m, m.rng.uniform(1.2, 2.0))
        round_it = replace(last, seconds=0.9, turn=angle, turn_s=0.9, change_s=0.5, speed=0.75 * last.speed)
        legs = [first, round_it, last, _halt(0.7, 0.7, 2.0)]
        return _on_the_way(m, journey(m, legs, WALK, RUN if running else None, m.first_foot()))

    return make


def turn_back(running: bool) -> Make:
    """A way out, braking into a turn on the spot, and the way back."""

    def make(m: Maker) -> Tracks:
        go = _run if running else _walk
        out, back = go(m, m.rng.uniform(1.3, 2.0)), go(m, m.rng.uniform(1.3, 2.0), change_s=0.8)
        low = Leg(0.8, 0.3, _sides(m) * np.pi, 2.2 if running else 1.9, 0.4 * running, 0.6, 0.9)
        return _on_the_way(m, journey(m, [out, _halt(0.4, 0.5, low.cadence), low, back, _halt(0.6, 0.7, 2.0)], WALK, RUN))

    return make


def _into_crouched_walk(m: Maker) -> Tracks:
    """Walks upright, then goes on with bent knees and the trunk ahead."""
    low = replace(
        WALK, crouch=float(m.rng.uniform(0.14, 0.3)), lean=0.35, heel=0.4, arm_swing=0.25, elbow=0.9, lift=0.08, width=0.05
    )
    down = Leg(m.rng.uniform(1.8, 3.0), float(m.rng.uniform(0.5, 0.85)), cadence=1.6, share=1.0, change_s=1.0)
    return _on_the_way(
        m, journey(m, [_walk(m, m.rng.uniform(1.4, 2.2)), down, replace(_halt(0.8, 0.7, 1.6), share=1.0)], WALK, low)
    )


def _change_direction(running: bool) -> Make:
    """Braking, and off at an angle, twice."""

    def make(m: Maker) -> Tracks:
        go, sign = _run if running else _walk, _sides(m)
        legs = [go(m, m.rng.uniform(1.0, 1.6))]
        for turn in (sign, -sign):
            away = go(m, m.rng.uniform(0.9, 1.4), change_s=0.7)
            angle = turn * m.rng.uniform(1.2, 2.4)
            legs += [Leg(0.5, 0.45 * away.speed, angle, away.cadence, 0.6 * running, 0.4, 0.7), away]
        return _on_the_way(m, journey(m, [*legs, _halt(0.7, 0.7, 2.0)], WALK, RUN))

    return make


def crouch(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    """Sink onto the heels, knees apart, trunk a little ahead, hands between or on the knees."""
    deep, wide, bend = m.rng.uniform(0.6, 0.68), m.rng.uniform(0.3, 1.4), m.rng.uniform(0.25, 0.7)
    tracks.pelvis[:, 1] -= deep * tracks.body.leg * amount
    ahead = np.stack([np.sin(tracks.yaw), np.cos(tracks.yaw)], axis=1)
    tracks.pelvis[:, [0, 2]] -= 0.06 * ahead * amount[:, None]
    tracks.pitch = tracks.pitch + 0.2 * amount + 0.35 * np.sin(np.pi * amount)
    tracks.spine[:, 0] += bend * amount + 0.25 * np.sin(np.pi * amount)
    tracks.head[:, 0] -= 0.6 * bend * amount
    tracks.foot_pitch += m.rng.uniform(0.1, 0.6) * amount
    tracks.knee_out += wide * amount
    hands = (m.rng.uniform(-0.2, 0.25), m.rng.uniform(-0.75, -0.35), m.rng.uniform(0.3, 0.6))
    drift = 0.03 * smooth_noise(tracks.frames, 3, m.rng, 14)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, np.asarray(hands) + drift * SIDE_SIGN[limb])


def _into_crouch(running: bool) -> Make:
    def make(m: Maker) -> Tracks:
        go = _run if running else _walk
        legs = [go(m, m.rng.uniform(1.2, 2.2)), _halt(0.9, 0.8, 2.2 if running else 1.7)]
        tracks = _on_the_way(m, journey(m, legs, WALK, RUN))
        at = tracks.seconds - 0.35
        tracks = cut(tracks, 0.0, tracks.seconds + m.rng.uniform(1.2, 3.0))
        crouch(m, tracks, ease((tracks.t - at) * m.pace / 0.8))
        return tracks

    return make


def _out_of_crouch(running: bool) -> Make:
    """Rises from a crouch with the trunk ahead, already stepping off."""

    def make(m: Maker) -> Tracks:
        go, wait = _run if running else _walk, m.rng.uniform(0.5, 1.6)
        tracks = journey(m, [go(m, m.rng.uniform(1.6, 2.6)), _halt(0.7, 0.7, 2.0)], WALK, RUN)
        tracks = cut(tracks, -wait / m.pace)
        low = 1 - ease((tracks.t * m.pace - wait + 0.5) / 0.8)
        crouch(m, tracks, low)
        return tracks

    return make


def _crouch(start: float, end: float) -> Make:
    """Stays in a crouch, or goes down into it, or comes up."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(2.6, 4.5))
        t = tracks.t * m.pace
        amount = np.ones(len(t))
        if start < end:
            amount = ease((t - 0.4) / 0.9)
        elif start > end:
            amount = 1 - ease((t - m.rng.uniform(0.5, 1.4)) / 0.9)
        crouch(m, tracks, amount)
        drift = smooth_noise(tracks.frames, 3, m.rng, 16) * amount[:, None]
        tracks.pelvis[:, 0] += 0.012 * drift[:, 0]
        tracks.spine[:, 1] += 0.05 * drift[:, 1]
        tracks.head[:, 2] += 0.3 * drift[:, 2]
        return tracks

    return make


TRANSITIONS: tuple[Action, ...] = (
    Action(
        "walk then run",
        _walk_then_run,
        ("walks and then breaks into a run", "starts walking, then runs", "speeds up from a walk to a run"),
        chains=False,
        styles=False,
    ),
    Action(
        "run then walk",
        _run_then_walk,
        ("runs and then slows down to a walk", "runs first, then walks", "goes from running to walking"),
        chains=False,
        styles=False,
    ),
    Action(
        "walk and stop",
        _walk_and_stop,
        ("walks and stops", "walks a few steps and stands still", "comes to a halt after walking"),
        chains=False,
    ),
    Action(
        "walk backward and stop",
        _backward_and_stop(BACK_WALK, (0.7, 1.15), 1.8),
        ("walks backward and stops", "steps back several times, then stands", "backs up and comes to a stop"),
        chains=False,
    ),
    Action(
        "run backward and stop",
        _backward_and_stop(BACK_RUN, (1.5, 2.3), 2.5),
        ("runs backward and stops", "jogs backwards, then stands still", "backpedals and comes to a halt"),
        chains=False,
        styles=False,
    ),
    Action(
        "walk back then forward",
        _back_then_forward,
        ("walks backward, stops and walks forward", "backs up, pauses and goes forward again"),
        chains=False,
    ),
    Action(
        "run and turn",
        turned(0.75, 2.3, True),
        ("runs and turns {side}", "runs straight, then cuts to the {side}", "runs around a corner to the {side}"),
        SIDES,
        chains=False,
        styles=False,
    ),
    Action(
        "run and turn around",
        turn_back(True),
        ("runs, turns around and runs back", "runs out and back again", "sprints, reverses direction and returns"),
        chains=False,
        styles=False,
    ),
    Action(
        "walk and change direction",
        _change_direction(False),
        ("walks and changes direction", "walks one way, then another", "walks and keeps switching direction"),
        chains=False,
    ),
    Action(
        "run and change direction",
        _change_direction(True),
        ("runs and changes direction", "runs, brakes and dashes off another way", "cuts sharply from one way into another"),
        chains=False,
        styles=False,
    ),
    Action(
        "crouch",
        _crouch(1, 1),
        ("crouches", "stays in a crouch", "is crouching low with the knees bent"),
        chains=False,
        styles=False,
    ),
    Action(
        "crouch down",
        _crouch(0, 1),
        ("crouches down from standing", "sinks into a crouch and stays there", "goes down on the heels"),
        chains=False,
        styles=False,
    ),
    Action(
        "stand up from a crouch",
        _crouch(1, 0),
        ("stands up from a crouch", "rises from crouching to standing", "straightens up out of a squat"),
        chains=False,
        styles=False,
    ),
    Action(
        "walk to crouch",
        _into_crouch(False),
        ("walks and then crouches down", "walks up and squats", "walks a few steps and goes into a crouch"),
        chains=False,
        styles=False,
    ),
    Action(
        "run to crouch",
        _into_crouch(True),
        ("runs and then crouches down", "runs up, stops and squats", "dashes and drops into a crouch"),
        chains=False,
        styles=False,
    ),
    Action(
        "walk to crouched walk",
        _into_crouched_walk,
        ("walks, then goes on in a crouch", "walks upright and then bent low", "lowers the body while walking and keeps going"),
        chains=False,
        styles=False,
    ),
    Action(
        "crouch to walk",
        _out_of_crouch(False),
        ("gets up from a crouch and walks", "rises out of a squat and walks off", "crouches, then walks away"),
        chains=False,
        styles=False,
    ),
    Action(
        "crouch to run",
        _out_of_crouch(True),
        ("gets up from a crouch and runs", "springs out of a crouch into a run", "crouches, then runs off"),
        chains=False,
        styles=False,
    ),
)
