"""What is drawn beside the body: trails, ghosts, trajectory, axes, marked joints; and other colours of its bones. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motionpatches.app.gl.geometry import INSTANCE_FLOATS, PART_COLOURS, BoneSet, instances, pose_at
from motionpatches.core.motion.motion import Motion

# Seconds of a trail, seconds between two ghosts, ghosts on each side.
TRAIL_S, GHOST_S, GHOSTS = 1.2, 0.4, 3
MARK = (255, 64, 129)
# Seen by colour-blind people as well: dark blue over green to yellow (after viridis' ends).
SLOW, MIDDLE, FAST = np.array([[68, 20, 95], [33, 145, 140], [253, 231, 37]]) / 255


def lines(starts: np.ndarray, ends: np.ndarray, radius: float, colours: np.ndarray) -> np.ndarray:
    """Return (N, 11) capsules from starts (N, 3) to ends (N, 3) of a radius in metres; colours (3,) or (N, 3) from 0 to 1."""
    out = np.empty((len(starts), INSTANCE_FLOATS), np.float32)
    out[:, 0:3], out[:, 3:6], out[:, 6:8], out[:, 8:] = starts, ends, radius, colours
    return out


def trails(motion: Motion, time_s: float, background: Sequence[float]) -> np.ndarray:
    """Return the paths of hands, feet and head over the last 1.2 s, fading into the background colour."""
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
        found.append(lines(way[:-1], way[1:], 0.008, colour))
    return np.concatenate(found)


def ghosts(bones: BoneSet, motion: Motion, time_s: float, background: Sequence[float]) -> np.ndarray:
    """Return poses before and after this one, paler the farther they are (onion skin)."""
    found = []
    for step in range(-GHOSTS, GHOSTS + 1):
        at = time_s + step * GHOST_S
        if step and 0 <= at <= motion.duration_s:
            found.append(pale(bones, motion, at, background, 0.55 * (1 - abs(step) / (GHOSTS + 1))))
    return np.concatenate(found) if found else nothing()


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


def by_speed(bones: BoneSet, speeds: np.ndarray, top: float) -> BoneSet:
    """Colour bones by the speed (J,) in m/s of the joint at their end: blue, green, yellow at `top`."""
    share = np.clip(speeds[bones.ends] / max(top, 1e-6), 0, 1)[:, None]
    low, high = SLOW + (MIDDLE - SLOW) * share * 2, MIDDLE + (FAST - MIDDLE) * (share * 2 - 1)
    return _coloured(bones, np.where(share < 0.5, low, high))


def by_weight(bones: BoneSet, parts: np.ndarray, weights: np.ndarray) -> BoneSet:
    """Colour bones by the weight (5,) of their body part, from grey at 0 to red at 1; `parts` (J,): the part of each joint."""
    share = np.clip(weights[parts[bones.ends]], 0, 1)[:, None]
    return _coloured(bones, np.array([0.55, 0.56, 0.58]) * (1 - share) + np.array([0.88, 0.10, 0.22]) * share)


def beside(count: int, index: int, apart_m: float) -> np.ndarray:
    """Return (3,) where the index-th of several bodies stands, side by side around the origin."""
    return np.array([(index - (count - 1) / 2) * apart_m, 0, 0], np.float32)


def nothing() -> np.ndarray:
    """Return no instances."""
    return np.zeros((0, INSTANCE_FLOATS), np.float32)


def _coloured(bones: BoneSet, colours: np.ndarray) -> BoneSet:
    fixed = bones.fixed.copy()
    fixed[:, 2:] = colours
    return replace(bones, fixed=fixed)
