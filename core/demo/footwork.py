"""Dance steps: planned footfalls, and a pelvis that rides over the foot with the weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.demo.body import FPS, LEFT, RIGHT, SIDE_SIGN, Tracks, stance
from motionpatches.core.demo.curves import ease


@dataclass(frozen=True)
class Fall:
    """A footfall: a foot leaves the ground and comes down elsewhere.

    Args:
        start: Second at which the foot leaves the ground.
        foot: LEFT or RIGHT.
        left, ahead: Metres from the origin of the place of a body that would stand on this foot.
        yaw: Radians by which that body is turned to the left.
        seconds: How long the foot is in the air.
        lift: Metres by which it is raised.
    """

    start: float
    foot: int
    left: float = 0.0
    ahead: float = 0.0
    yaw: float = 0.0
    seconds: float = 0.28
    lift: float = 0.05


def smoothed(values: np.ndarray, seconds: float) -> np.ndarray:
    """Return values (T,) or (T, N) averaged over a window of `seconds`."""
    half = max(int(seconds * FPS / 2), 1)
    kernel = np.hanning(2 * half + 3)[1:-1]
    rows = np.atleast_2d(values.T)
    padded = np.pad(rows, ((0, 0), (half, half)), mode="edge")
    result = np.stack([np.convolve(row, kernel / kernel.sum(), mode="valid") for row in padded])
    return result[0] if values.ndim == 1 else result.T


def tread(tracks: Tracks, t: np.ndarray, falls: Sequence[Fall], over: float = 0.7, smooth_s: float = 0.4) -> np.ndarray:
    """Move the feet as planned, and the pelvis and its facing with the weight.

    Args:
        tracks: Changed in place: `ball`, `foot_yaw`, `foot_pitch`, `pelvis` on the ground, `yaw`, `roll`.
        t: (T,) seconds in which the falls are planned.
        falls: In order of time.
        over: How far the pelvis goes over the foot that carries it; 1 is right above.
        smooth_s: Seconds within which the weight goes from one foot to the other.

    Returns:
        (T,) share of the weight on the left foot.
    """
    places, weight = np.zeros((2, len(t), 3)), np.full(len(t), 0.5)
    for fall in falls:
        share = (t - fall.start) / fall.seconds
        target = np.array([fall.left, fall.ahead, fall.yaw])
        after, flying = share >= 0, (share > 0) & (share < 1)
        eased = ease(share[after])[:, None]
        places[fall.foot][after] = places[fall.foot][after] * (1 - eased) + target * eased
        tracks.ball[fall.foot][:, 1] += fall.lift * np.sin(np.pi * np.clip(share, 0, 1))
        tracks.foot_pitch[fall.foot] += 0.45 * np.sin(np.pi * np.clip((t - fall.start + 0.15) / (fall.seconds + 0.1), 0, 1))
        # In the air the other foot carries; afterwards this one does.
        weight[flying] = float(fall.foot == RIGHT)
        weight[share >= 1] = float(fall.foot == LEFT)
    settled = t > (falls[-1].start + falls[-1].seconds + 0.25)
    weight[settled] = 0.5
    weight = smoothed(weight, smooth_s)
    shares = np.stack([weight, 1 - weight])
    ground, facing = np.zeros((len(t), 2)), np.zeros(len(t))
    for foot in (LEFT, RIGHT):
        left, ahead, yaw = places[foot].T
        rest = stance(tracks.body, foot)
        c, s = np.cos(yaw), np.sin(yaw)
        tracks.ball[foot][:, 0] = left + rest[0] * c + rest[2] * s
        tracks.ball[foot][:, 2] = ahead - rest[0] * s + rest[2] * c
        tracks.foot_yaw[foot] = SIDE_SIGN[foot] * 0.12 + yaw
        aside = over * rest[0] * np.stack([c, -s], axis=1)
        ground += shares[foot][:, None] * (places[foot][:, :2] + aside)
        facing += shares[foot] * yaw
    tracks.pelvis[:, [0, 2]] += smoothed(ground, 0.2)
    tracks.yaw = tracks.yaw + smoothed(facing, 0.3)
    tracks.roll -= 0.06 * (weight - 0.5)
    return weight


def sway_hips(tracks: Tracks, weight: np.ndarray, amount: float | np.ndarray) -> None:
    """Push the hip over the carrying foot out and up, and bend the trunk back over it.

    Args:
        tracks: Changed in place.
        weight: (T,) share of the weight on the left foot.
        amount: 1 is the sway of a Latin dance.
    """
    side = 2 * (weight - 0.5) * amount
    c, s = np.cos(tracks.yaw), np.sin(tracks.yaw)
    tracks.pelvis[:, 0] += 0.045 * side * c
    tracks.pelvis[:, 2] -= 0.045 * side * s
    tracks.roll -= 0.13 * side
    tracks.spine[:, 1] += 0.2 * side
    tracks.spine[:, 2] -= 0.12 * side
