"""Make motions comparable: floor, origin, facing, rate, size, mirror."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.limbs import limb
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton

REFERENCE_HEIGHT_M = 1.7
# Share of the line from right to left that must be horizontal for it to tell where a body faces.
FLAT = 0.3
# HumanML3D retargets every body to one skeleton, whose thigh and shin are this long together (mean of both legs).
HUMANML3D_LEG_M = 0.8209
# Sizes that differ by less than this share are taken as equal.
SAME_SIZE = 0.005


def facing(positions: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Return horizontal unit vectors (T, 3) ahead of the body: across (right to left, hips and shoulders) x up.

    Right-handed, Y up: a body facing +Z has its left side at +X. A body that lies on its side has an upright line from right to
    left: it faces where its chest does, across x spine. Undefined frames (no width) give +Z.

    Args:
        positions: (T, J, 3) metres.
        skeleton: A skeleton with known body parts.
    """
    left_hip, right_hip = (positions[:, skeleton.chains[leg][1]] for leg in (LEFT_LEG, RIGHT_LEG))
    left_arm, right_arm = (positions[:, limb(positions[:1], skeleton.chains[arm]).start] for arm in (LEFT_ARM, RIGHT_ARM))
    # From right to left. Where that line is nearly upright, the cross product with the spine gives the front of the chest.
    across = (left_hip - right_hip) + (left_arm - right_arm)
    chest = np.cross(across, left_arm + right_arm - left_hip - right_hip)
    level = np.hypot(across[:, 0], across[:, 2]) >= FLAT * np.linalg.norm(across, axis=1)
    ahead = np.where(level[:, None], across[:, [2, 1, 0]] * [-1, 0, 1], chest * [1, 0, 1])
    length = np.linalg.norm(ahead, axis=1, keepdims=True)
    return np.where(length > 1e-6, ahead / np.maximum(length, 1e-6), [0.0, 0.0, 1.0]).astype(np.float32)


def turn_of(motion: Motion) -> float:
    """Return the angle from +Z to where a body faces at its start, in radians about +Y; 0 for unknown body parts."""
    if not motion.skeleton.chains:
        return 0.0
    first = first_frame(motion.positions)
    ahead = facing(motion.positions[first : first + 1], motion.skeleton)[0]
    return float(np.arctan2(ahead[0], ahead[2]))


def rotate_y(positions: np.ndarray, angle: float) -> np.ndarray:
    """Rotate (..., 3) about +Y by an angle in radians; a positive one turns +Z towards +X."""
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
    return positions @ matrix.T


def first_frame(positions: np.ndarray) -> int:
    """Return 1 where frame 0 of positions (T, J, 3) is no part of the motion, else 0.

    Many converted files begin with one frame of the rig's rest pose: the body jumps from it into the motion, several times as
    far as it moves in any of the next frames.
    """
    if len(positions) < 8:
        return 0
    # Movement of the joints relative to the root: a jump is large for the body and for the frames that follow.
    start = positions[:8].astype(np.float64)
    start = start - start[:, :1]
    moved = np.linalg.norm(np.diff(start, axis=0), axis=2).mean(axis=1)
    return int(moved[0] > 0.08 * np.ptp(start[0], axis=0).max() and moved[0] > 2.5 * moved[1:].max())


def canonical(motion: Motion) -> Motion:
    """Put the lowest point at height 0, and the root over the origin and facing +Z in the first frame.

    Both people of a pair are moved alike: they stand on one floor, and the first gives origin and facing.
    """
    origin = motion.positions[first_frame(motion.positions), motion.skeleton.root].copy()
    origin[1] = min(person.positions[..., 1].min() for person in motion.people)
    angle = -turn_of(motion)

    def placed(one: Motion) -> Motion:
        positions = rotate_y(one.positions - origin, angle) if motion.skeleton.chains else one.positions - origin
        return replace(one, positions=np.ascontiguousarray(positions, dtype=np.float32))

    return replace(placed(motion), partner=motion.partner and placed(motion.partner))


def resample(motion: Motion, fps: float) -> Motion:
    """Convert to another rate in frames per second; the first frame stays where it was.

    Roots move linearly between frames, and each bone turns along the great circle from one direction to the next (slerp), so that
    bones keep their length.
    """
    if motion.partner is not None:
        alone = resample(replace(motion, partner=None), fps)
        return replace(alone, partner=resample(motion.partner, fps))
    if abs(motion.fps - fps) < 1e-3 or motion.frame_count < 2:
        return replace(motion, fps=fps) if motion.frame_count < 2 else motion
    count = max(int(np.floor((motion.frame_count - 1) * fps / motion.fps + 1e-6)) + 1, 1)
    # Each new frame is between two old ones: `weight` is its share of the way to the later one.
    at = np.arange(count) * motion.fps / fps
    low = np.minimum(at.astype(np.int64), motion.frame_count - 2)
    weight = (at - low).astype(np.float32)[:, None, None]
    before, after = motion.positions[low], motion.positions[low + 1]
    motion = replace(motion, turns=motion.turns and motion.turns.at(at))
    if np.all((weight < 1e-4) | (weight > 1 - 1e-4)):
        return replace(motion, positions=np.where(weight < 0.5, before, after), fps=fps)
    positions = between_poses(before, after, weight, motion.skeleton)
    return replace(motion, positions=positions, fps=fps)


def between_poses(before: np.ndarray, after: np.ndarray, weight: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Interpolate poses (T, J, 3): roots linearly, each bone along the great circle, so that bones keep their length.

    Args:
        before, after: (T, J, 3).
        weight: Share of the way from `before` to `after`, (T, 1, 1).
        skeleton: Of both.
    """
    positions = before * (1 - weight) + after * weight
    bones = skeleton.bones
    # Roots are interpolated above. Bones turn by slerp, and joints are put together again from the root outwards.
    if len(bones):
        vectors = between_directions(
            before[:, bones[:, 1]] - before[:, bones[:, 0]], after[:, bones[:, 1]] - after[:, bones[:, 0]], weight
        )
        put_together(positions, vectors, skeleton)
    return positions


def put_together(positions: np.ndarray, vectors: np.ndarray, skeleton: Skeleton) -> None:
    """Place joints of `positions` (T, J, 3), but for the roots, by the vectors (T, B, 3) of `skeleton.bones`."""
    vector_of = dict(zip(skeleton.bones[:, 1].tolist(), vectors.transpose(1, 0, 2), strict=True))
    for joint in skeleton.topological_order:
        if joint in vector_of:
            positions[:, joint] = positions[:, skeleton.parents[joint]] + vector_of[joint]


def between_directions(a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Interpolate vectors (..., 3) from a to b: directions by slerp (Shoemake, 1985), lengths linearly.

    Args:
        a, b: (..., 3).
        weight: Share of the way from a to b, 0 to 1, of a shape that broadcasts.
    """
    length_a, length_b = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (a, b))
    unit_a, unit_b = a / np.maximum(length_a, 1e-9), b / np.maximum(length_b, 1e-9)
    cosine = np.clip((unit_a * unit_b).sum(-1, keepdims=True), -1, 1)
    angle = np.arccos(cosine)
    sine = np.sin(angle)
    # Slerp divides by the sine: directions that are equal or opposite are interpolated linearly.
    turning = (sine > 1e-3) & (cosine > -0.999)
    safe = np.where(turning, sine, 1)
    share_a = np.where(turning, np.sin((1 - weight) * angle) / safe, 1 - weight)
    share_b = np.where(turning, np.sin(weight * angle) / safe, weight)
    return ((unit_a * share_a + unit_b * share_b) * (length_a * (1 - weight) + length_b * weight)).astype(a.dtype)


def stature(motion: Motion) -> float:
    """Estimate the standing height in metres.

    Bone lengths (median over time) of leg and torso, and the part of the head above its joint: 7.5 % of the height, an
    anthropometric mean.
    """

    def length(chain: tuple[int, ...]) -> float:
        steps = np.diff(motion.positions[:, list(chain)], axis=1)
        return float(np.median(np.linalg.norm(steps, axis=2), axis=0).sum())

    chains = motion.skeleton.chains
    leg = np.mean([_leg_length(motion, chains[part]) for part in (RIGHT_LEG, LEFT_LEG)])
    return (float(leg) + length(chains[TORSO])) / 0.925


def _leg_length(motion: Motion, chain: tuple[int, ...]) -> float:
    """Measure from the hip to the lowest point below it: thigh and shin, and the height of the ankle above the toes."""
    joints = list(chain)[1:4] if len(chain) >= 4 else list(chain)
    steps = np.diff(motion.positions[:, joints], axis=1)
    bones = float(np.median(np.linalg.norm(steps, axis=2), axis=0).sum())
    ankle = motion.positions[:, joints[-1], 1]
    toe = motion.positions[:, chain[-1], 1]
    return bones + max(float(np.median(ankle - toe)), 0.0)


def scale_to_height(motion: Motion, height_m: float = REFERENCE_HEIGHT_M) -> Motion:
    """Scale a motion uniformly so that its estimated stature becomes `height_m`."""
    return _scaled(motion, height_m, stature(motion))


def leg_length(motion: Motion) -> float:
    """Return the length of thigh and shin together in metres: mean of both legs, median over time."""
    sample = motion.positions[:: max(motion.frame_count // 30, 1)]
    return float(np.mean([limb(sample, motion.skeleton.chains[part]).length for part in (RIGHT_LEG, LEFT_LEG)]))


def scale_to_leg(motion: Motion, leg_m: float = HUMANML3D_LEG_M) -> Motion:
    """Scale a motion uniformly so that thigh and shin are `leg_m` long together; a motion of that size is returned as it is."""
    now = leg_length(motion)
    return motion if abs(now - leg_m) <= SAME_SIZE * leg_m else _scaled(motion, leg_m, now)


def _scaled(motion: Motion, wanted: float, now: float) -> Motion:
    """Scale both people of a pair by one factor, so that they still touch where they touched."""
    if not np.isfinite(now) or now < 1e-3:
        return motion
    scale = np.float32(wanted / now)
    partner = motion.partner and replace(motion.partner, positions=motion.partner.positions * scale)
    return replace(motion, positions=motion.positions * scale, partner=partner)


def mirror(motion: Motion) -> Motion:
    """Mirror a motion in the plane x = 0: reflect positions, exchange left and right chains."""
    c = motion.skeleton.chains
    swapped = (c[LEFT_LEG], c[RIGHT_LEG], c[TORSO], c[LEFT_ARM], c[RIGHT_ARM]) if c else ()
    return replace(
        motion,
        positions=motion.positions * np.array([-1, 1, 1], np.float32),
        skeleton=replace(motion.skeleton, chains=swapped),
        partner=motion.partner and mirror(motion.partner),
    )
