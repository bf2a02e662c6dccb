"""Timing: key poses, eases, oscillations and small natural noise."""

from __future__ import annotations

import numpy as np


def ease(x: np.ndarray) -> np.ndarray:
    """Minimum-jerk step from 0 to 1 (Flash and Hogan, 1985)."""
    x = np.clip(x, 0, 1)
    return x**3 * (10 - 15 * x + 6 * x**2)


def keys(t: np.ndarray, points: list[tuple[float, object]]) -> np.ndarray:
    """Values (T, ...) through key poses [(second, value)], at rest at each key."""
    times = np.array([p[0] for p in points], float)
    values = np.array([np.asarray(p[1], float) for p in points])
    segment = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    span = np.maximum(times[segment + 1] - times[segment], 1e-6)
    share = ease((t - times[segment]) / span)
    share = share.reshape(share.shape + (1,) * (values.ndim - 1))
    return values[segment] * (1 - share) + values[segment + 1] * share


def bump(t: np.ndarray, start: float, end: float, fade: float = 0.4) -> np.ndarray:
    """0 outside [start, end], 1 inside, eased over `fade` seconds at both ends."""
    fade = max(min(fade, (end - start) / 2), 1e-3)
    return ease((t - start) / fade) * ease((end - t) / fade)


def smooth_noise(frames: int, channels: int, rng: np.random.Generator, period: int = 14) -> np.ndarray:
    """(T, channels) slow noise of unit size: random values every `period` frames, joined smoothly."""
    count = frames // period + 3
    values = rng.normal(size=(count, channels))
    at = np.arange(frames) / period
    low = at.astype(int)
    share = ease(at - low)[:, None]
    return values[low] * (1 - share) + values[low + 1] * share


def travel_profile(t: np.ndarray, seconds: float, ramp: float = 0.9) -> np.ndarray:
    """Way 0 to 1 from standing to standing: speed ramps up, holds, ramps down."""
    ramp = min(ramp, seconds / 2.2)
    fine = np.linspace(0, seconds, 400)
    speed = ease(fine / ramp) * ease((seconds - fine) / ramp)
    way = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    return np.interp(t, fine, way / way[-1])
