"""World positions of a BVH: forward kinematics over its channels, and the rest pose of its OFFSETs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from motionpatches.core.io.bvh.parse import Bvh
from motionpatches.core.motion import kinematics
from motionpatches.core.motion.rotations import quaternions

# Joints times frames that are computed at once.
CHUNK = 1 << 15


@dataclass(frozen=True)
class _Joint:
    """Where a joint's numbers are: (axis, column) of places; columns and order of the rotations that its children feel."""

    parent: int
    places: tuple[tuple[int, int], ...]
    angles: tuple[int, ...]
    order: str


# What the position channels of joints below a root are: new places as seen from the parent, shifts from the OFFSET, or places
# in the world.
Places = Literal["local", "added", "world"]


def joint_positions(bvh: Bvh, places: Places | None = None) -> np.ndarray:
    """(T, J, 3) float32 world positions in file units.

    A root's position channels stand in for its OFFSET; those of joints below are `places`, by default what `meaning_of_places`
    finds.
    """
    joints = _plan(bvh)
    places = meaning_of_places(bvh) if places is None else places
    out = np.empty((len(bvh.values), len(joints), 3), np.float32)
    size = max(64, CHUNK // len(joints))
    with np.errstate(all="ignore"):
        for start in range(0, len(out), size):
            _forward(joints, bvh.offsets, bvh.values[start : start + size], places, out[start : start + size])
    return out


def joint_turns(bvh: Bvh) -> np.ndarray:
    """(T, J, 4) float32 rotations of the joints in the world, as quaternions x, y, z, w; those of ends are their parents'."""
    joints = _plan(bvh, ends=True)
    out = np.empty((len(bvh.values), len(joints), 4), np.float32)
    size = max(64, CHUNK // len(joints))
    for start in range(0, len(out), size):
        columns = np.ascontiguousarray(bvh.values[start : start + size].T)
        own = _own_rotations(joints, columns)
        world: list[np.ndarray] = []
        for number, joint in enumerate(joints):
            turned = own.get(number)
            above = world[joint.parent] if joint.parent >= 0 else np.eye(3)[:, :, None].repeat(columns.shape[1], axis=2)
            world.append(above if turned is None else kinematics.multiply(above, turned))
            out[start : start + size, number] = quaternions(world[-1].transpose(2, 0, 1))
    return out


def _plan(bvh: Bvh, ends: bool = False) -> list[_Joint]:
    """`ends`: with the rotations of joints that carry none, which move no place."""
    joints, at = [], 0
    has_children = set(range(len(bvh.parents)) if ends else bvh.parents)
    for joint, channels in enumerate(bvh.channels):
        places = tuple(("XYZ".index(axis), at + i) for i, (kind, axis) in enumerate(channels) if kind == "p")
        turns = [(axis, at + i) for i, (kind, axis) in enumerate(channels) if kind == "r" and joint in has_children]
        joints.append(_Joint(bvh.parents[joint], places, tuple(c for _, c in turns), "".join(a for a, _ in turns)))
        at += len(channels)
    return joints


def _forward(joints: list[_Joint], offsets: np.ndarray, values: np.ndarray, meaning: Places, out: np.ndarray) -> None:
    """Fill `out` (n, J, 3) from `values` (n, C). A joint without rotation shares its parent's matrices; None is identity."""
    columns = np.ascontiguousarray(values.T)
    frames = len(values)
    own = _own_rotations(joints, columns)
    world: list[np.ndarray | None] = []
    places: list[np.ndarray] = []
    for number, joint in enumerate(joints):
        above = world[joint.parent] if joint.parent >= 0 else None
        local = offsets[number]
        if joint.places:
            local = np.repeat(local[:, None], frames, axis=1)
            for axis, column in joint.places:
                local[axis] = columns[column] + (offsets[number, axis] if meaning == "added" and joint.parent >= 0 else 0)
        in_world = meaning == "world" and len(joint.places) == 3
        place = kinematics.apply(above, local) if above is not None and not in_world else local.reshape(3, -1)
        if joint.parent >= 0 and not in_world:
            place = places[joint.parent] + place
        places.append(place)
        out[:, number] = place.T
        turned = own.get(number)
        world.append(above if turned is None else turned if above is None else kinematics.multiply(above, turned))


def _own_rotations(joints: list[_Joint], columns: np.ndarray) -> dict[int, np.ndarray]:
    """(3, 3, n) of each joint that turns, all joints of one order of axes at once."""
    frames = columns.shape[1]
    groups: dict[str, list[int]] = {}
    for number, joint in enumerate(joints):
        if joint.order:
            groups.setdefault(joint.order, []).append(number)
    own = {}
    for order, members in groups.items():
        angles = np.deg2rad(columns[np.array([joints[m].angles for m in members])])
        matrices = kinematics.euler_matrices(angles.transpose(0, 2, 1).reshape(-1, len(order)), order)
        own.update({m: matrices[:, :, i * frames : (i + 1) * frames] for i, m in enumerate(members)})
    return own


def meaning_of_places(bvh: Bvh) -> Places:
    """What the position channels of joints below the roots are.

    Shifts, where they are much shorter than the OFFSETs (all zero, as a rule): a body must have an extent. Places in the world,
    where that puts joints as far from their parents as their OFFSETs do, and reading them as seen from the parent does not
    (files made of Vicon's models). Else places as seen from the parent.
    """
    shift = reach = 0.0
    sample = bvh.values[:: max(1, len(bvh.values) // 100)]
    below: list[tuple[int, list[int]]] = []
    at = 0
    for joint, (parent, channels, offset) in enumerate(zip(bvh.parents, bvh.channels, bvh.offsets, strict=True)):
        places = [at + i for i, (kind, _) in enumerate(channels) if kind == "p"]
        at += len(channels)
        if parent >= 0 and len(places) == 3 and offset.any():
            with np.errstate(all="ignore"):
                shift += float(np.abs(sample[:, places]).sum(axis=1).mean())
            reach += float(np.abs(offset).sum())
            below.append((joint, places))
    if reach > 0 and shift < 0.1 * reach:
        return "added"
    return "world" if below and _are_in_world(bvh, sample, below) else "local"


def _are_in_world(bvh: Bvh, sample: np.ndarray, below: list[tuple[int, list[int]]]) -> bool:
    """Whether distances to the parents fit the OFFSETs' lengths far better when places are in the world."""
    thin = replace(bvh, values=sample)
    joints = np.array([joint for joint, _ in below])
    parents = np.array(bvh.parents)[joints]
    lengths = np.linalg.norm(bvh.offsets[joints], axis=1)

    def misfit(meaning: Places) -> float:
        positions = joint_positions(thin, meaning)
        with np.errstate(all="ignore"):
            apart = np.linalg.norm(positions[:, joints] - positions[:, parents], axis=2)
            return float(np.abs(np.median(apart, axis=0) - lengths).sum() / lengths.sum())

    local = misfit("local")
    return local > 0.5 and misfit("world") < 0.2 * local


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
