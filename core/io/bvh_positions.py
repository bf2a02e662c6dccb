"""World positions of a BVH: forward kinematics over its channels, and the rest pose of its OFFSETs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.io.bvh_text import Bvh
from core.motion import kinematics

CHUNK = 2048


@dataclass(frozen=True)
class _Joint:
    """Where a joint's numbers are: (axis, column) of places; columns and order of the rotations."""

    parent: int
    places: tuple[tuple[int, int], ...]
    angles: tuple[int, ...]
    order: str
    turns: bool


def joint_positions(bvh: Bvh) -> np.ndarray:
    """(T, J, 3) float32 world positions in file units.

    A joint's position channels stand in for its OFFSET, a root's too; those of joints below are added to it where
    `places_are_added`.
    """
    joints = _plan(bvh)
    added = places_are_added(bvh)
    out = np.empty((len(bvh.values), len(joints), 3), np.float32)
    with np.errstate(all="ignore"):
        for start in range(0, len(bvh.values), CHUNK):
            _forward(joints, bvh.offsets, bvh.values[start:start + CHUNK], added, out[start:start + CHUNK])
    return out


def _plan(bvh: Bvh) -> list[_Joint]:
    joints, at = [], 0
    has_children = set(bvh.parents)
    for joint, channels in enumerate(bvh.channels):
        places = tuple(("XYZ".index(axis), at + i) for i, (kind, axis) in enumerate(channels) if kind == "p")
        angles = tuple(at + i for i, (kind, _) in enumerate(channels) if kind == "r")
        order = "".join(axis for kind, axis in channels if kind == "r")
        joints.append(_Joint(bvh.parents[joint], places, angles, order, joint in has_children and bool(angles)))
        at += len(channels)
    return joints


def _forward(joints: list[_Joint], offsets: np.ndarray, values: np.ndarray, added: bool, out: np.ndarray) -> None:
    """Fill `out` (n, J, 3) from `values` (n, C). A joint without rotation shares its parent's matrices; None is identity."""
    columns = np.ascontiguousarray(values.T)
    frames = len(values)
    world: list[np.ndarray | None] = []
    places: list[np.ndarray] = []
    for joint, offset in zip(joints, offsets, strict=True):
        above = world[joint.parent] if joint.parent >= 0 else None
        local = offset
        if joint.places:
            local = np.repeat(offset[:, None], frames, axis=1)
            for axis, column in joint.places:
                local[axis] = columns[column] + (offset[axis] if added and joint.parent >= 0 else 0)
        place = kinematics.apply(above, local) if above is not None else local.reshape(3, -1)
        if joint.parent >= 0:
            place = places[joint.parent] + place
        places.append(place)
        out[:, len(world)] = place.T
        if joint.turns:
            own = kinematics.euler_matrices(np.deg2rad(columns[list(joint.angles)]).T, joint.order)
            above = own if above is None else kinematics.multiply(above, own)
        world.append(above)


def places_are_added(bvh: Bvh) -> bool:
    """Whether the position channels of joints below the roots are shifts from their OFFSETs and not new places.

    They are shifts where they are much shorter than the OFFSETs (all zero, as a rule): a body must have an extent.
    """
    shift = reach = 0.0
    for joint, offset in zip(_plan(bvh), bvh.offsets, strict=True):
        length = float(np.abs(offset).sum())
        if joint.parent >= 0 and len(joint.places) == 3 and length > 0:
            sample = bvh.values[:: max(1, len(bvh.values) // 200)][:, [column for _, column in joint.places]]
            with np.errstate(all="ignore"):
                shift += float(np.abs(sample).sum(axis=1).mean())
            reach += length
    return reach > 0 and shift < 0.1 * reach


def rest_pose(bvh: Bvh) -> np.ndarray:
    """(J, 3) places with all rotations zero, from the OFFSETs, each root at the origin."""
    rest = bvh.offsets.copy()
    for joint, parent in enumerate(bvh.parents):
        rest[joint] = rest[joint] + rest[parent] if parent >= 0 else 0.0
    return rest


def root_offset(bvh: Bvh, root: int) -> np.ndarray | None:
    """(3,) the root's OFFSET along the axes where position channels replace it; None where that is nothing."""
    replaced = {"XYZ".index(axis) for kind, axis in bvh.channels[root] if kind == "p"}
    offset = np.array([bvh.offsets[root][i] if i in replaced else 0.0 for i in range(3)])
    return offset if offset.any() else None
