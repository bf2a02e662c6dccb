"""Variations of a captured clip, as generated ones vary: speed, cut, rig, proportions, posture, mirror, place, noise.

Training varies each clip once more, at every step, in the space of patches (core/training/augment.py): size, limb lengths, speed
within a quarter, sensor noise. Here is what a skeleton is needed for, and what goes farther.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from motionpatches.core.demo.body import FPS
from motionpatches.core.demo.curves import smooth_noise
from motionpatches.core.demo.variation import on_rig
from motionpatches.core.library.captions import mirror_caption
from motionpatches.core.motion.canonical import canonical, facing, mirror, resample, rotate_y
from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.limbs import limb
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import TORSO
from motionpatches.core.training.augment import STANCE
from motionpatches.packaging.starter.captured.rigs import SAMPLE, other_rig, random_proportions, thinned_rig
from motionpatches.packaging.starter.captured.takes import CapturedClip

SPEEDS = (0.7, 1.4)
# Where captions name the pace, it stays near to what they say.
PACED_SPEEDS = (0.88, 1.14)
_PACE = re.compile(
    r"\b(slow\w*|fast\w*|quick\w*|brisk\w*|leisure\w*|sprint\w*|hurr\w+|speed\w*|amble\w*|rush\w*|still)\b", re.IGNORECASE
)
SHORTEST_S = 0.8
# A little more than the 224 frames that the model reads at once.
LONGEST_S = 14.0
# Half of the clips that are longer are cut to what a short window of the index shows, or a little more.
SHORT_S = (3.5, 6.0)


def variation(clip: CapturedClip, index: int, number: int, seed: int, stream: int = 0) -> tuple[Motion, tuple[str, ...]]:
    """Return a variation of a clip at 20 fps, and its captions.

    Args:
        clip: the clip.
        index: its place among the clips.
        number: which of its variations; any is made alone, without those before it.
        seed: of the run.
        stream: keeps libraries of one seed apart.
    """
    rng = np.random.default_rng((seed, stream, index, number))
    captions = clip.row.captions
    speeds = PACED_SPEEDS if any(_PACE.search(c) for c in captions) else SPEEDS
    factor = float(np.exp(rng.uniform(*np.log(speeds))))
    longest = LONGEST_S if " and " in clip.row.action or rng.random() < 0.5 else rng.uniform(*SHORT_S)
    motion = at_speed(excerpt(clip.motion, longest * factor, rng), factor)
    motion = cut_ends(motion, *rng.uniform(0, 0.12, 2))
    motion = canonical(motion)
    motion = rebuilt(motion, rng)
    motion = posed(motion, np.deg2rad(STANCE)[:, None] * rng.normal(size=(5, 3)))
    motion = on_the_floor(motion)
    if rng.random() < 0.5:
        motion, captions = mirrored(motion, captions)
    return noisy(placed(motion, rng), rng), captions


def excerpt(motion: Motion, seconds: float, rng: np.random.Generator) -> Motion:
    """Part of a motion that is longer than some seconds, from anywhere in it."""
    spare = max(motion.frame_count - round(seconds * motion.fps), 0)
    start = int(rng.integers(spare + 1))
    return motion.crop(start, motion.frame_count - spare + start)


def at_speed(motion: Motion, factor: float) -> Motion:
    """`factor` times as fast, at the rate of the generated libraries."""
    return resample(replace(motion, fps=motion.fps * factor), FPS)


def cut_ends(motion: Motion, start: float, end: float) -> Motion:
    """Without a share of the frames at the start and at the end; at least SHORTEST_S stays where there is so much."""
    spare = max(motion.frame_count - int(np.ceil(SHORTEST_S * motion.fps)), 0)
    first = min(int(motion.frame_count * start), spare)
    last = min(int(motion.frame_count * end), spare - first)
    return motion.crop(first, motion.frame_count - last)


def rebuilt(motion: Motion, rng: np.random.Generator) -> Motion:
    """Other proportions, then by chance another maker's rig (half), the own one with joints missing (a third), or the own one."""
    weights = random_proportions(motion, rng)
    choice = rng.random()
    if choice < 5 / 6:
        skeleton, mixture = other_rig(motion, rng) if choice < 0.5 else thinned_rig(motion, rng)
        return on_rig(motion, skeleton, mixture @ weights)
    return on_rig(motion, motion.skeleton, weights)


def posed(motion: Motion, vectors: np.ndarray) -> Motion:
    """Each limb held another way: turned about hip or shoulder, alike in every frame as seen from the body.

    Args:
        motion: with body parts.
        vectors: (5, 3) axis times angle in radians for each part; axes are left, up and ahead of the body. The torso stays, for
            the other parts hang on it.
    """
    skeleton, positions = motion.skeleton, motion.positions.copy()
    ahead = facing(motion.positions, skeleton)
    up = np.broadcast_to(np.array([0, 1, 0], np.float32), ahead.shape)
    frames = np.stack([np.cross(up, ahead), up, ahead], axis=2)
    for part, turn in enumerate(axis_angle_matrices(vectors).astype(np.float32)):
        chain = skeleton.chains[part]
        if part == TORSO:
            continue
        start = limb(motion.positions[::SAMPLE], chain).start
        joints = below(skeleton.parents, start)
        pivot = motion.positions[:, start : start + 1]
        turned = frames @ turn @ frames.swapaxes(1, 2)
        positions[:, joints] = (motion.positions[:, joints] - pivot) @ turned.swapaxes(1, 2) + pivot
    return replace(motion, positions=positions)


def below(parents: tuple[int, ...], joint: int) -> list[int]:
    """The joints that hang on a joint, without itself, whatever their order."""
    children: dict[int, list[int]] = {}
    for child, parent in enumerate(parents):
        children.setdefault(parent, []).append(child)
    found = list(children.get(joint, ()))
    for one in found:
        found += children.get(one, ())
    return sorted(found)


def on_the_floor(motion: Motion) -> Motion:
    """Raised or lowered as a whole, so that the lowest point is at height 0."""
    positions = motion.positions.copy()
    positions[..., 1] -= positions[..., 1].min()
    return replace(motion, positions=positions)


def mirrored(motion: Motion, captions: tuple[str, ...]) -> tuple[Motion, tuple[str, ...]]:
    """The mirror image, with left and right exchanged in the captions."""
    return mirror(motion), tuple(mirror_caption(c) for c in captions)


def placed(motion: Motion, rng: np.random.Generator) -> Motion:
    """Facing anywhere, the middle of its way within two metres of the origin."""
    positions = rotate_y(motion.positions, float(rng.uniform(-np.pi, np.pi)))
    root = positions[:, motion.skeleton.root, ::2]
    positions[..., ::2] += (rng.uniform(-2, 2, 2) - (root.max(axis=0) + root.min(axis=0)) / 2).astype(np.float32)
    return replace(motion, positions=positions)


def noisy(motion: Motion, rng: np.random.Generator) -> Motion:
    """Slow wandering of each joint (up to 6 mm) and sensor noise (up to 3 mm), for half of the clips."""
    if rng.random() < 0.5:
        return motion
    shape = motion.positions.shape
    slow = smooth_noise(shape[0], shape[1] * 3, rng, 8).reshape(shape)
    noise = rng.uniform(0, 0.006) * slow + rng.uniform(0, 0.003) * rng.normal(size=shape)
    return replace(motion, positions=(motion.positions + noise).astype(np.float32))
