"""Unit and up axis of raw joint positions, recognised from the body itself."""

from __future__ import annotations

import numpy as np

from core.motion.motion import Assumption
from core.motion.skeleton import Skeleton

# (name, metres per unit, smallest and largest plausible height of a person in that unit)
UNITS = (
    ("metres", 1.0, 0.7, 2.6),
    ("CMU units (0.45 inch)", 0.0254 / 0.45, 12.0, 34.0),
    ("inches", 0.0254, 40.0, 82.0),
    ("centimetres", 0.01, 82.0, 260.0),
    ("millimetres", 0.001, 700.0, 2600.0),
    ("decimetres", 0.1, 7.0, 12.0),
)


def body_span(positions: np.ndarray, skeleton: Skeleton) -> float:
    """Longest way along the bones between two joints of the tree (toe to head or hand), in raw units: about a
    person's height, whatever the pose."""
    sample = positions[:: max(len(positions) // 30, 1)]
    reach = np.zeros(skeleton.joint_count)
    best = 0.0
    for joint in reversed(skeleton.topological_order):
        ways = sorted(
            (reach[k] + float(np.median(np.linalg.norm(sample[:, k] - sample[:, joint], axis=1)))
             for k in skeleton.children[joint]), reverse=True)
        if ways:
            reach[joint] = ways[0]
            best = max(best, sum(ways[:2]))
    return best


def guess_unit(positions: np.ndarray, skeleton: Skeleton) -> tuple[float, Assumption]:
    """Metres per raw unit. Toe-to-fingertip ways measure up to 1.35 times the height."""
    span = body_span(positions, skeleton) / 1.15
    for name, factor, low, high in UNITS:
        if low <= span <= high:
            way = span * 1.15 * factor
            return factor, Assumption("unit", name, f"the longest way along its bones would measure {way:.2f} m", 0.9)
    factor = 1.7 / span if span > 0 else 1.0
    return factor, Assumption("unit", f"{factor:.4g} m", "no usual unit fits; scaled to a 1.7 m person", 0.3)


def guess_up_axis(positions: np.ndarray, skeleton: Skeleton, feet: list[int], head: int) -> tuple[str, Assumption]:
    """'Y', 'Z' or 'X' (or '-Y' ...): the axis along which the head stays above the feet."""
    rise = np.median(positions[:, head] - positions[:, feet].mean(axis=1), axis=0)
    axis = int(np.argmax(np.abs(rise)))
    share = float(np.abs(rise[axis]) / max(np.linalg.norm(rise), 1e-9))
    name = ("-" if rise[axis] < 0 else "") + "XYZ"[axis]
    return name, Assumption("up axis", name, "head above feet", round(min(0.99, share), 2))


_AXES = {
    "Y": ((0, 1, 2), (1, 1, 1)), "Z": ((0, 2, 1), (1, 1, -1)), "X": ((1, 0, 2), (-1, 1, 1)),
    "-Y": ((0, 1, 2), (1, -1, -1)), "-Z": ((0, 2, 1), (1, -1, 1)), "-X": ((1, 0, 2), (1, -1, 1)),
}
UP_AXES = tuple(_AXES)


def to_y_up(positions: np.ndarray, up: str) -> np.ndarray:
    """Rotates so that `up` becomes +Y; proper rotations only, so left stays left."""
    order, signs = _AXES[up]
    return positions[..., order] * np.array(signs, positions.dtype)


def from_y_up(positions: np.ndarray, up: str) -> np.ndarray:
    """The inverse of to_y_up."""
    order, signs = _AXES[up]
    raw = np.empty_like(positions)
    raw[..., order] = positions * np.array(signs, positions.dtype)
    return raw
