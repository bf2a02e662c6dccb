"""Timing: key poses, eases, oscillations and small natural noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def ease(x: np.ndarray) -> np.ndarray:
    """Step from 0 to 1 with minimum jerk (Flash and Hogan, 1985).

    Args:
        x: Shares of the step, of any shape; held at 0 and 1 outside of it.
    """
    x = np.clip(x, 0, 1)
    return x**3 * (10 - 15 * x + 6 * x**2)


def keys(t: np.ndarray, points: Sequence[tuple[float, object]]) -> np.ndarray:
    """Interpolate key poses, at rest at each of them.

    Args:
        t: (T,) seconds.
        points: (second, value) in order of time; values are numbers, or sequences of one length.

    Returns:
        (T, ...) values.
    """
    times = np.array([p[0] for p in points], float)
    values = np.array([np.asarray(p[1], float) for p in points])
    segment = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    span = np.maximum(times[segment + 1] - times[segment], 1e-6)
    share = ease((t - times[segment]) / span)
    share = share.reshape(share.shape + (1,) * (values.ndim - 1))
    return values[segment] * (1 - share) + values[segment + 1] * share


def bump(t: np.ndarray, start: float, end: float, fade: float = 0.4) -> np.ndarray:
    """Rise to 1 between two times: 0 outside [start, end], eased over `fade` seconds at both ends; (T,)."""
    fade = max(min(fade, (end - start) / 2), 1e-3)
    return ease((t - start) / fade) * ease((end - t) / fade)


def bumps(t: np.ndarray, start: float, end: float, fade: float, period: float, count: int) -> np.ndarray:
    """Sum `count` bumps, each `period` seconds after the one before; (T,)."""
    return sum((bump(t, start + period * i, end + period * i, fade) for i in range(count)), np.zeros(len(t)))


def smooth_noise(frames: int, channels: int, rng: np.random.Generator, period: int = 14) -> np.ndarray:
    """Draw slow noise of unit size: random values every `period` frames, joined smoothly; (frames, channels)."""
    count = frames // period + 3
    values = rng.normal(size=(count, channels))
    at = np.arange(frames) / period
    low = at.astype(int)
    share = ease(at - low)[:, None]
    return values[low] * (1 - share) + values[low + 1] * share


def travel_profile(t: np.ndarray, seconds: float, ramp: float = 0.9) -> np.ndarray:
    """Return the share (T,) of a way from standing to standing: speed ramps up for `ramp` seconds, holds, and ramps down."""
    ramp = min(ramp, seconds / 2.2)
    fine = np.linspace(0, seconds, 400)
    speed = ease(fine / ramp) * ease((seconds - fine) / ramp)
    way = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    return np.interp(t, fine, way / way[-1])


def flow(t: np.ndarray, points: Sequence[tuple[float, object]]) -> np.ndarray:
    """Interpolate key poses without a stop at those that lie on the way; at rest at both ends, at turns and in holds.

    Monotone cubic Hermite interpolation (Fritsch and Butland, 1984); arguments and result as of `keys`.
    """
    times = np.array([p[0] for p in points], float)
    values = np.array([np.asarray(p[1], float) for p in points])
    span = np.maximum(np.diff(times), 1e-6).reshape((-1,) + (1,) * (values.ndim - 1))
    slope = np.diff(values, axis=0) / span
    tangent = np.zeros_like(values)
    if len(times) > 2:
        before, after = slope[:-1], slope[1:]
        first, second = 2 * span[1:] + span[:-1], span[1:] + 2 * span[:-1]
        same = before * after > 0
        mean = (first + second) / (first / np.where(same, before, 1) + second / np.where(same, after, 1))
        tangent[1:-1] = np.where(same, mean, 0)
    segment = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    width = span[segment]
    share = np.clip((t - times[segment]).reshape((-1,) + (1,) * (values.ndim - 1)) / width, 0, 1)
    square, cube = share**2, share**3
    return (
        (2 * cube - 3 * square + 1) * values[segment]
        + (3 * square - 2 * cube) * values[segment + 1]
        + width * ((cube - 2 * square + share) * tangent[segment] + (cube - square) * tangent[segment + 1])
    )
