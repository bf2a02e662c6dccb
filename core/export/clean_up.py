"""Light clean-up of a motion on its way out: trim, smooth, foot lock, floor, loop, in place. Each is a function of motions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.export.feet import lock_feet, to_floor
from motionpatches.core.motion.canonical import between_poses, facing, put_together, rotate_y
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import slerp, unit

# Standard deviations up to which a Gaussian is summed.
WIDE = 3.0


@dataclass(frozen=True)
class CleanUp:
    """What is cleaned up, in the order in which it is done.

    `trim_start_s`, `trim_end_s`: seconds that are cut off. `smooth_s`: standard deviation of a Gaussian over time; 0 for none.
    `foot_lock`: standing feet stay where they stand. `floor`: the lowest foot is at height 0. `loop_s`: seconds at the end that
    are blended with the beginning; 0 for no loop. `in_place`: the root stays over the origin.
    """

    trim_start_s: float = 0.0
    trim_end_s: float = 0.0
    smooth_s: float = 0.0
    foot_lock: bool = False
    floor: bool = False
    loop_s: float = 0.0
    in_place: bool = False


NONE = CleanUp()


def clean_motion(motion: Motion, clean_up: CleanUp) -> Motion:
    """Do all that is chosen. Raises StudioError where something does not fit the motion."""
    motion = trim(motion, clean_up.trim_start_s, clean_up.trim_end_s)
    motion = smooth(motion, clean_up.smooth_s)
    if clean_up.foot_lock:
        motion = replace(lock_feet(motion), partner=motion.partner and lock_feet(motion.partner))
    if clean_up.floor:
        motion = to_floor(motion)
    motion = loop(motion, clean_up.loop_s)
    return in_place(motion) if clean_up.in_place else motion


def trim(motion: Motion, start_s: float, end_s: float) -> Motion:
    """Cut seconds off the start and the end. Raises StudioError where nothing is left."""
    first, last = round(start_s * motion.fps), motion.frame_count - round(end_s * motion.fps)
    if last - first < 1:
        name = motion.name or "the motion"
        raise StudioError(f"Nothing is left of {name}, {motion.duration_s:.2f} s long, without so much of it. Trim less.")
    return motion.crop(first, last) if first or last < motion.frame_count else motion


def smooth(motion: Motion, sigma_s: float) -> Motion:
    """Smooth roots and directions of bones over time by a Gaussian; bones keep their mean length.

    Args:
        motion: Any motion.
        sigma_s: Standard deviation in seconds.
    """
    if sigma_s <= 0 or motion.frame_count < 3:
        return motion
    sigma = sigma_s * motion.fps

    def smoothed(one: Motion) -> Motion:
        p, bones = one.positions.astype(np.float64), one.skeleton.bones
        positions = gaussian(p, sigma)
        if len(bones):
            vectors = p[:, bones[:, 1]] - p[:, bones[:, 0]]
            lengths = gaussian(np.linalg.norm(vectors, axis=2, keepdims=True), sigma)
            vectors = gaussian(vectors, sigma)
            vectors *= lengths / np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-9)
            put_together(positions, vectors, one.skeleton)
        turns = one.turns and replace(one.turns, quaternions=_smooth_turns(one.turns.quaternions, sigma))
        return replace(one, positions=positions.astype(np.float32), turns=turns)

    return replace(smoothed(motion), partner=motion.partner and smoothed(motion.partner))


def _smooth_turns(turns: np.ndarray, sigma: float) -> np.ndarray:
    """Smooth quaternions (T, J, 4) over time, each on the side of the previous one."""
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=2, keepdims=True) < 0, -1.0, 1.0)
    steady = turns.astype(np.float64)
    steady[1:] *= np.cumprod(flips, axis=0)
    return unit(gaussian(steady, sigma)).astype(np.float32)


def gaussian(values: np.ndarray, sigma: float) -> np.ndarray:
    """Convolve values (T, ...) with a Gaussian of `sigma` frames along the first axis.

    At both ends values go on as their mirror image through the end, so that what is straight stays straight.
    """
    reach = min(max(round(WIDE * sigma), 1), len(values) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    kernel /= kernel.sum()
    before, after = 2 * values[:1] - values[reach:0:-1], 2 * values[-1:] - values[-2 : -reach - 2 : -1]
    whole = np.concatenate([before, values, after])
    return sum(weight * whole[at : at + len(values)] for at, weight in enumerate(kernel))


def loop(motion: Motion, blend_s: float) -> Motion:
    """Blend the end into the beginning, so that the motion can be repeated without a jump.

    The last `blend_s` seconds are laid over the first ones, turned about the vertical and moved over the ground so that both
    fit, and faded out there; the motion is shorter by as much. The path over the ground is not closed: a repetition begins
    where the motion has ended, as with root motion in an engine, or over the origin where it is put in place.
    """
    blend = min(round(blend_s * motion.fps), motion.frame_count // 2)
    if blend < 1:
        return motion
    length, middle = motion.frame_count - blend, blend // 2
    share = (np.arange(blend) / blend)[:, None, None]
    weight = (share * share * (3 - 2 * share)).astype(np.float32)
    root = motion.skeleton.root
    ground = np.array([1, 0, 1], np.float32)
    from_, to = (motion.positions[at, root] * ground for at in (length + middle, middle))
    angle = heading(motion, middle) - heading(motion, length + middle)

    def looped(one: Motion) -> Motion:
        end = rotate_y(one.positions[length:] - from_, angle) + to
        begin = between_poses(end, one.positions[:blend], weight, one.skeleton)
        positions = np.concatenate([begin, one.positions[blend:length]]).astype(np.float32)
        turns = one.turns and replace(one.turns, quaternions=_loop_turns(one.turns.quaternions, length, weight, angle))
        return replace(one, positions=positions, turns=turns)

    return replace(looped(motion), partner=motion.partner and looped(motion.partner))


def _loop_turns(turns: np.ndarray, length: int, weight: np.ndarray, angle: float) -> np.ndarray:
    """Blend quaternions (T, J, 4) as `loop` does positions: the end, turned about the vertical, into the beginning."""
    x, y, z, w = np.moveaxis(turns[length:], -1, 0)
    s, c = np.sin(angle / 2), np.cos(angle / 2)
    # The product of (0, s, 0, c) and (x, y, z, w).
    end = np.stack([c * x + s * z, c * y + s * w, c * z - s * x, c * w - s * y], axis=-1)
    begin = slerp(end, turns[: len(weight)], weight)
    return np.concatenate([begin, turns[len(weight) : length]]).astype(np.float32)


def heading(motion: Motion, frame: int) -> float:
    """Return the angle about +Y from +Z to where the body faces, in radians; 0 where body parts are not known."""
    if not motion.skeleton.chains:
        return 0.0
    ahead = facing(motion.positions[frame : frame + 1], motion.skeleton)[0]
    return float(np.arctan2(ahead[0], ahead[2]))


def in_place(motion: Motion) -> Motion:
    """Keep the root over the origin in every frame; heights stay. Two people keep their distance from each other."""
    root = motion.positions[:, [motion.skeleton.root]] * np.array([1, 0, 1], np.float32)

    def held(one: Motion) -> Motion:
        return replace(one, positions=one.positions - root)

    return replace(held(motion), partner=motion.partner and held(motion.partner))
