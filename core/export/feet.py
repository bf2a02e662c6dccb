"""Feet on the ground: standing feet stay where they stand, and no foot is below the floor (two-bone inverse kinematics)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.motion.canonical import facing
from motionpatches.core.motion.curves import foot_contacts, spans
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import cross, frames
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, Skeleton
from motionpatches.core.retarget.from_positions import Hinge, hinge_axes, hinges
from motionpatches.core.retarget.two_bones import below, bend, reach

LEGS = (RIGHT_LEG, LEFT_LEG)
# Seconds over which a correction begins before a foot stands, and ends after it.
FADE_S = 0.15
# Percentile of the lowest joint's heights that counts as the floor: single frames may be below it.
FLOOR = 1.0


def lock_feet(motion: Motion) -> Motion:
    """Keep each foot at one place while it stands, at the mean of where it was; knees bend for it, bones keep their length.

    Raises:
        StudioError: the legs of the rig are not known.
    """
    stands, moves = foot_contacts(motion), {}
    for foot, part in enumerate(LEGS):
        tip = motion.positions[:, motion.skeleton.chains[part][-1]].astype(np.float64) if motion.skeleton.chains else None
        if tip is not None:
            moves[part] = _corrections(tip, stands[:, foot], motion.fps)
    return move_feet(motion, moves)


def to_floor(motion: Motion) -> Motion:
    """Put the lowest joint at height 0, and lift feet that are below it in single frames.

    A rig whose legs are not known is only moved as a whole. Two people are moved alike.
    """
    lowest = np.min([person.positions[..., 1].min(axis=1) for person in motion.people], axis=0)
    down = np.array([0, np.percentile(lowest, FLOOR), 0], np.float32)

    def stood(one: Motion) -> Motion:
        one = replace(one, positions=one.positions - down, partner=None)
        found = {hinge.part: hinge for hinge in hinges(one.skeleton, one.positions)}
        moves = {}
        for part in LEGS:
            if part in found:
                low = one.positions[:, [found[part].end, *below(one.skeleton, found[part].end)], 1].min(axis=1)
                moves[part] = np.maximum(-low, 0)[:, None] * np.array([0, 1.0, 0])
        return move_feet(one, moves) if any(move.any() for move in moves.values()) else one

    return replace(stood(motion), partner=motion.partner and stood(motion.partner))


def move_feet(motion: Motion, moves: dict[int, np.ndarray]) -> Motion:
    """Move feet, as they are turned, by vectors (T, 3) in metres of each leg (RIGHT_LEG, LEFT_LEG); hips stay.

    Raises:
        StudioError: the rig has no legs of two long bones.
    """
    found = {hinge.part: hinge for hinge in hinges(motion.skeleton, motion.positions)}
    if not all(part in found for part in LEGS):
        raise StudioError("The legs of this rig are not known, so that its feet cannot be moved. Name them in Check Import.")
    positions = motion.positions.astype(np.float64)
    for part, move in moves.items():
        _bend_to(positions, motion.skeleton, found[part], move)
    return replace(motion, positions=positions.astype(np.float32))


def _corrections(tip: np.ndarray, stands: np.ndarray, fps: float) -> np.ndarray:
    """By what (T, 3) a foot at `tip` (T, 3) is moved: to its mean place while it stands, and by less before and after."""
    moves, known = np.zeros_like(tip), np.ones(len(tip), bool)
    fade = max(round(FADE_S * fps), 1)
    standing = spans(stands)
    for first, end in standing:
        known[max(first - fade + 1, 0) : end + fade - 1] = False
    for first, end in standing:
        moves[first:end, [0, 2]] = tip[first:end, [0, 2]].mean(axis=0) - tip[first:end, [0, 2]]
        known[first:end] = True
    times = np.arange(len(tip))
    return np.stack([np.interp(times, times[known], moves[known, axis]) for axis in range(3)], axis=1)


def _bend_to(p: np.ndarray, skeleton: Skeleton, leg: Hinge, move: np.ndarray) -> None:
    """Move the end of a leg in positions (T, J, 3) by (T, 3); thigh and shin turn, with all that hangs on them."""
    hip, knee, ankle = leg.upper[0], leg.lower[0], leg.end
    wanted = p[:, ankle] + move
    left = cross(np.array([0, 1.0, 0]), facing(p, skeleton).astype(np.float64))
    _, _, axis = hinge_axes(leg, p, left)
    thigh, shin = p[:, knee] - p[:, hip], p[:, ankle] - p[:, knee]
    long, short = np.linalg.norm(thigh, axis=1), np.linalg.norm(shin, axis=1)
    upper, lower, across = reach(wanted - p[:, hip], long, short, axis)
    # Only where something is moved: there, the leg's own frames are those of its bones now and after.
    moved = np.linalg.norm(move, axis=1) > 1e-9
    turn_thigh = frames(upper, across) @ frames(thigh, axis).swapaxes(1, 2)
    turn_shin = frames(lower, across) @ frames(shin, axis).swapaxes(1, 2)
    changed = p.copy()
    bend(skeleton, (hip, knee, ankle), changed, turn_thigh, turn_shin)
    p[moved] = changed[moved]
