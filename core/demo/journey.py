"""Ways on foot whose speed, direction and gait change: walks that become runs, stops, turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import FPS, Tracks
from motionpatches.core.demo.curves import ease
from motionpatches.core.demo.gait import WALK, Gait, Path, walk_along

# Every track of `Tracks` that has a value in each frame.
TRACKS = (
    *("pelvis", "yaw", "pitch", "roll", "spine", "head", "ball", "foot_yaw", "foot_pitch", "knee_out", "foot_free"),
    *("foot_local", "hand", "hand_fixed", "hand_world", "elbow_up"),
)
SIDED = frozenset(
    ("ball", "foot_yaw", "foot_pitch", "knee_out", "foot_free", "foot_local", "hand", "hand_fixed", "hand_world", "elbow_up")
)


@dataclass(frozen=True)
class Leg:
    """A part of a way.

    Args:
        seconds: Its duration at normal pace, with the change into it.
        speed: Metres a second at its end.
        turn: Radians to the left by which it turns the way.
        cadence: Steps a second.
        share: How far its gait is the journey's later one.
        change_s: Seconds within which speed and gait become those of this leg.
        turn_s: Seconds within which it turns.
        back: Whether it leads backward.
    """

    seconds: float
    speed: float
    turn: float = 0.0
    cadence: float = 1.8
    share: float = 0.0
    change_s: float = 0.6
    turn_s: float = 0.8
    back: bool = False


def resampled(tracks: Tracks, at: np.ndarray) -> Tracks:
    """Return tracks at other frames `at` (T,), which may lie between or repeat; interpolated linearly."""
    low = np.clip(np.floor(at).astype(int), 0, tracks.frames - 1)
    high, share = np.minimum(low + 1, tracks.frames - 1), at - np.floor(at)
    result = Tracks(len(at), tracks.body)
    for name in TRACKS:
        values = np.moveaxis(getattr(tracks, name), 1, 0) if name in SIDED else getattr(tracks, name)
        mix = share.reshape((-1,) + (1,) * (values.ndim - 1))
        taken = values[low] * (1 - mix) + values[high] * mix
        setattr(result, name, np.ascontiguousarray(np.moveaxis(taken, 0, 1)) if name in SIDED else taken)
    return result


def cut(tracks: Tracks, start: float = 0.0, end: float | None = None) -> Tracks:
    """Return tracks between two seconds; after the last frame that one is held."""
    last = tracks.frames if end is None else int(end * FPS)
    return resampled(tracks, np.minimum(np.arange(int(start * FPS), last), tracks.frames - 1).astype(float))


def journey(m: Maker, legs: list[Leg], gait: Gait = WALK, later: Gait | None = None, first: int | None = None) -> Tracks:
    """Return the tracks of a way from standing to standing.

    Args:
        m: What the action is made from.
        legs: The parts of the way.
        gait: How it steps.
        later: The gait of legs with a share of it.
        first: The foot that steps first; by chance without it.
    """
    seconds = sum(leg.seconds for leg in legs) / m.pace
    t = np.arange(int(seconds * FPS)) / FPS * m.pace
    speed, turned, share, cadence, at = *(np.zeros(len(t)) for _ in range(3)), np.full(len(t), legs[0].cadence), 0.0
    for leg in legs:
        into = ease((t - at) / leg.change_s)
        speed += into * ((-1 if leg.back else 1) * leg.speed - speed)
        cadence += into * (leg.cadence - cadence)
        share += into * (leg.share - share)
        turned += ease((t - at) / leg.turn_s) * leg.turn
        at += leg.seconds
    speed = speed * m.pace
    ground = np.cumsum(np.stack([np.sin(turned), np.cos(turned)], axis=1) * speed[:, None] / FPS, axis=0)
    # The gait is made at a steady cadence in a time of its own, and played at the one that is asked for.
    clock = np.concatenate([[0.0], np.cumsum(cadence)[:-1]])
    mean = clock[-1] / max(len(t) - 1, 1)
    frame = clock / mean
    of_frame = np.interp(np.arange(len(t)), frame, np.arange(len(t)))

    def on_clock(values: np.ndarray) -> np.ndarray:
        return np.interp(of_frame, np.arange(len(t)), values)

    path = Path(np.stack([on_clock(ground[:, 0]), on_clock(ground[:, 1])], axis=1), on_clock(turned), np.zeros(len(t)))
    steady = replace(gait, cadence=mean * m.pace)
    tracks = walk_along(m.body, path, steady, m.first_foot() if first is None else first, later, on_clock(share))
    tracks = resampled(tracks, frame)
    _lean(tracks, speed, turned, m.pace)
    return tracks


def _lean(tracks: Tracks, speed: np.ndarray, turned: np.ndarray, pace: float) -> None:
    """Lean against what changes: back when the way slows down, into a curve, and turn the head before the body."""
    pull = np.clip(np.gradient(speed) * FPS / 9.81, -0.35, 0.35)
    inward = np.clip(np.gradient(turned) * FPS * speed / 9.81, -0.4, 0.4)
    # Whoever has come to rest is upright.
    at_rest = ease(np.arange(len(speed))[::-1] / 8)
    pull, inward, kernel = pull * at_rest, inward * at_rest, np.hanning(11) / np.hanning(11).sum()
    pull, inward = (np.convolve(np.pad(v, 5), kernel, mode="valid") for v in (pull, inward))
    tracks.pitch = tracks.pitch + 0.35 * pull
    tracks.spine[:, 0] += 0.5 * pull
    tracks.pelvis[:, 1] -= 0.12 * np.abs(pull) + 0.1 * np.abs(inward)
    tracks.roll = tracks.roll + 0.4 * inward
    tracks.spine[:, 1] += 0.4 * inward
    ahead = np.interp(np.arange(len(turned)) + 8 / pace, np.arange(len(turned)), turned)
    tracks.head[:, 2] += np.clip(0.6 * (ahead - turned), -0.8, 0.8)
