"""Feet and hands brought to places: the limb bends about its own hinge (two-bone inverse kinematics)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.rotations import frames
from motionpatches.core.retarget.from_positions import HINGES
from motionpatches.core.retarget.roles import Body
from motionpatches.core.retarget.two_bones import bend, reach, segments

# Metres from its place up to which an end is there.
THERE_M = 1e-9


def bring(body: Body, part: int, turns: np.ndarray, places: np.ndarray, wanted: np.ndarray) -> None:
    """Bring the end of a limb to places, or as near as it reaches; it is turned as before, and so is what is beyond it.

    Args:
        body: Of the rig.
        part: The limb.
        turns: (T, J, 3, 3) from rest, changed.
        places: (T, J, 3) of the joints, changed.
        wanted: (T, 3) where foot or hand belongs.
    """
    limb = body.limbs[part]
    start, middle, end = limb.upper[0], limb.lower[0], limb.end
    axis = turns[:, start] @ (body.rest_turns[start] @ np.array(HINGES[part]))
    first, second = places[:, middle] - places[:, start], places[:, end] - places[:, middle]
    away = np.linalg.norm(wanted - places[:, end], axis=1)[:, None, None]
    upper, lower, across = reach(wanted - places[:, start], np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1), axis)
    turn_first, turn_second = (
        np.where(away > THERE_M, frames(way, across) @ frames(now, axis).swapaxes(1, 2), np.eye(3))
        for way, now in ((upper, first), (lower, second))
    )
    of_first, of_second, _ = segments(body.rig.skeleton, start, middle, end)
    bend(body.rig.skeleton, (start, middle, end), places, turn_first, turn_second)
    turns[:, of_first] = turn_first[:, None] @ turns[:, of_first]
    turns[:, of_second] = turn_second[:, None] @ turns[:, of_second]
