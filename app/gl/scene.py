"""What is drawn beside the body: trails, ghosts, trajectory, axes, marked joints; and colours by speed and weight. numpy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionpatches.app.gl.geometry import INSTANCE_FLOATS, PART_COLOURS, BoneSet, instances, pose_at
from motionpatches.core.motion.motion import Motion

# Seconds between two ghosts, ghosts on each side; seconds of a trail, metres of its radius at both ends.
GHOST_S, GHOSTS = 0.4, 3
TRAIL_S, THIN_M, THICK_M = 1.2, 0.0015, 0.010
MARK = (255, 64, 129)
# Seen by colour-blind people as well, since it grows lighter, and on dark and light ground: blue over green to yellow.
SLOW, MIDDLE, FAST = np.array([[72, 106, 196], [46, 176, 150], [253, 224, 60]]) / 255


def lines(starts: np.ndarray, ends: np.ndarray, radius: float, colours: np.ndarray) -> np.ndarray:
    """Return (N, 11) capsules from starts (N, 3) to ends (N, 3) of a radius in metres; colours (3,) or (N, 3) from 0 to 1."""
    out = np.empty((len(starts), INSTANCE_FLOATS), np.float32)
    out[:, 0:3], out[:, 3:6], out[:, 6:8], out[:, 8:] = starts, ends, radius, colours
    return out


def trails(motion: Motion, time_s: float, background: Sequence[float]) -> np.ndarray:
    """Return the paths of hands, feet and head over the last 1.2 s, thinner and paler the longer ago."""
    if not motion.skeleton.chains:
        return nothing()
    last = int(min(max(time_s * motion.fps, 0), motion.frame_count - 1))
    first = max(last - int(TRAIL_S * motion.fps), 0)
    if last - first < 1:
        return nothing()
    share = np.linspace(0.15, 1, last - first)[:, None]
    found = []
    for part, chain in enumerate(motion.skeleton.chains):
        way = motion.positions[first : last + 1, chain[-1]]
        colour = np.array(PART_COLOURS[part]) / 255 * share + np.array(background) * (1 - share)
        rows = lines(way[:-1], way[1:], THIN_M, colour)
        thick = THIN_M + (THICK_M - THIN_M) * np.linspace(0, 1, last - first + 1)
        rows[:, 6], rows[:, 7] = thick[:-1], thick[1:]
        found.append(rows)
    return np.concatenate(found)


def pale(bones: BoneSet, motion: Motion, time_s: float, background: Sequence[float], share: float = 0.35) -> np.ndarray:
    """Return one pose, thin, with a share of its colours over the background."""
    pose = instances(bones, pose_at(motion, time_s))
    pose[:, 8:] = pose[:, 8:] * share + np.array(background, np.float32) * (1 - share)
    pose[:, 6:8] *= 0.5
    return pose


def trajectory(motion: Motion, colour: Sequence[float]) -> np.ndarray:
    """Return the path of the root over the whole motion, on the floor, with a dot every second."""
    way = motion.positions[:, motion.skeleton.root].copy()
    way[:, 1] = 0.006
    found = [lines(way[:-1], way[1:], 0.007, np.array(colour))]
    dots = way[:: max(int(round(motion.fps)), 1)]
    found.append(lines(dots, dots, 0.022, np.array(colour)))
    return np.concatenate(found)


def axes() -> np.ndarray:
    """Return the axes at the origin, half a metre long: x red, y green, z blue."""
    return lines(
        np.full((3, 3), [0.0, 0.01, 0.0]),
        np.eye(3) * 0.5 + [0, 0.01, 0],
        0.008,
        np.array([[0.84, 0.2, 0.15], [0.2, 0.7, 0.25], [0.2, 0.4, 0.9]]),
    )


def marks(pose: np.ndarray, joints: Sequence[int], size: float) -> np.ndarray:
    """Return a ball around each of these joints of a pose (J, 3); `size`: stature over 1.7 m."""
    places = pose[list(joints)]
    return lines(places, places, 0.075 * size, np.array(MARK) / 255)


def speed_colours(speeds: np.ndarray, top: float) -> np.ndarray:
    """Return colours (N, 3) of speeds (N,) in m/s: blue, green, yellow at `top`."""
    share = np.clip(speeds / max(top, 1e-6), 0, 1)[:, None]
    low, high = SLOW + (MIDDLE - SLOW) * share * 2, MIDDLE + (FAST - MIDDLE) * (share * 2 - 1)
    return np.where(share < 0.5, low, high)


def weight_colours(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return colours (J, 3) of joints by the weight (5,) of their body part (J,), from grey at 0 to red at 1."""
    share = np.clip(weights[parts], 0, 1)[:, None]
    return np.array([0.66, 0.66, 0.67]) * (1 - share) + np.array([0.88, 0.10, 0.22]) * share


def beside(count: int, index: int, apart_m: float) -> np.ndarray:
    """Return (3,) where the index-th of several bodies stands, side by side around the origin."""
    return np.array([(index - (count - 1) / 2) * apart_m, 0, 0], np.float32)


def nothing() -> np.ndarray:
    """Return no instances."""
    return np.zeros((0, INSTANCE_FLOATS), np.float32)
