"""Two-bone inverse kinematics: thigh and shin, or upper arm and forearm, that reach a place."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.rotations import unit
from motionpatches.core.motion.skeleton import Skeleton

# Longest distance that is reached, as a share of both bones: a limb is never quite straight.
REACH = 0.99995


def reach(
    way: np.ndarray, first: float | np.ndarray, second: float | np.ndarray, axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find where two bones point that end at a place, or as near to it as they reach.

    Args:
        way: From the start of the first bone to the place (T, 3).
        first, second: Lengths of the bones, one or (T,).
        axis: About which the joint between them bends (T, 3); its part across the way counts.

    Returns:
        Unit vectors (T, 3) along the first and the second bone, and the axis across the way.
    """
    distance = np.clip(np.linalg.norm(way, axis=1), np.abs(first - second) + 1e-6, (first + second) * REACH)
    straight = unit(way)
    axis = unit(axis - (axis * straight).sum(1, keepdims=True) * straight)
    # Law of cosines: angles of the bones with the way.
    at_start = np.arccos(np.clip((first**2 + distance**2 - second**2) / (2 * first * distance), -1, 1))
    at_end = np.arccos(np.clip((second**2 + distance**2 - first**2) / (2 * second * distance), -1, 1))
    upper, lower = (
        np.einsum("tij,tj->ti", axis_angle_matrices(angle[:, None] * axis), straight) for angle in (-at_start, at_end)
    )
    return upper, lower, axis


def below(skeleton: Skeleton, joint: int) -> list[int]:
    """Joints that hang on a joint."""
    found = list(skeleton.children[joint])
    for child in found:
        found += skeleton.children[child]
    return found


def segments(skeleton: Skeleton, start: int, middle: int, end: int) -> tuple[list[int], list[int], list[int]]:
    """Joints that turn with the first bone of a limb, with the second, and with its end."""
    all_of, beyond = [start, *below(skeleton, start)], [middle, *below(skeleton, middle)]
    last = [end, *below(skeleton, end)]
    return [j for j in all_of if j not in beyond], [j for j in beyond if j not in last], last


def bend(skeleton: Skeleton, limb: tuple[int, int, int], places: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    """Turn both bones of a limb with what hangs on them; what hangs on its end follows unturned.

    Args:
        skeleton: Of the places.
        limb: Joints at its start, middle and end.
        places: (T, J, 3), changed.
        first, second: (T, 3, 3) turns of the two bones in the world.
    """
    of_first, of_second, last = segments(skeleton, *limb)
    at, knee, ankle = (places[:, [joint]].copy() for joint in limb)
    new_knee = at + np.einsum("tij,tpj->tpi", first, knee - at)
    new_ankle = new_knee + np.einsum("tij,tpj->tpi", second, ankle - knee)
    places[:, of_first] = at + np.einsum("tij,tpj->tpi", first, places[:, of_first] - at)
    places[:, of_second] = new_knee + np.einsum("tij,tpj->tpi", second, places[:, of_second] - knee)
    places[:, last] += new_ankle - ankle
