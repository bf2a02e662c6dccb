"""Motions as BVH: a rest pose with arms out, rotations found from joint positions, centimetres and degrees, Y up."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.atomic import write_atomically
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO, Skeleton

CM = 100.0
# Metres by which a joint may miss its place before it gets position channels of its own.
TOLERANCE_M = 0.0003
_TOWARDS = {RIGHT_LEG: (0, -1, 0), LEFT_LEG: (0, -1, 0), TORSO: (0, 1, 0), RIGHT_ARM: (-1, 0, 0), LEFT_ARM: (1, 0, 0)}


@dataclass(frozen=True, eq=False)
class Rig:
    """Joints in depth-first `order`; `offsets` (J, 3) metres of the rest pose, `rotations` (T, J, 3, 3) in the frame of each
    parent, `places` (T, J, 3) metres in the frame of each parent, `moved` (J,): joints whose place changes."""

    order: tuple[int, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    rotations: np.ndarray
    places: np.ndarray
    moved: np.ndarray


def write_bvh(motion: Motion, path: Path) -> None:
    """Raises FileProblem where it cannot be written."""
    write_atomically(path, bvh_text(motion))


def bvh_text(motion: Motion) -> str:
    """Every joint is where the motion has it, to rounding: bones that change their length get position channels."""
    rig = solve(motion)
    text = io.StringIO()
    text.write("HIERARCHY\n")
    names = _names(motion.skeleton)
    children: dict[int, list[int]] = {j: [] for j in range(len(names))}
    for joint in rig.order:
        if rig.parents[joint] >= 0:
            children[rig.parents[joint]].append(joint)

    within: list[int] = []  # joints whose braces are open

    def close_up_to(joint: int) -> None:
        while within and within[-1] != joint:
            within.pop()
            text.write("\t" * len(within) + "}\n")

    for joint in rig.order:
        close_up_to(rig.parents[joint])
        pad, root = "\t" * len(within), rig.parents[joint] < 0
        text.write(f"{pad}{'ROOT' if root else 'JOINT'} {names[joint]}\n{pad}{{\n")
        text.write(f"{pad}\tOFFSET {_three(rig.offsets[joint])}\n")
        places = "Xposition Yposition Zposition " if root or rig.moved[joint] else ""
        text.write(f"{pad}\tCHANNELS {6 if places else 3} {places}Zrotation Xrotation Yrotation\n")
        if not children[joint]:
            text.write(f"{pad}\tEnd Site\n{pad}\t{{\n{pad}\t\tOFFSET {_three(_end(rig, motion.skeleton, joint))}\n{pad}\t}}\n")
        within.append(joint)
    close_up_to(-1)
    text.write(f"MOTION\nFrames: {motion.frame_count}\nFrame Time: {1 / motion.fps:.8f}\n")
    columns = []
    for joint in rig.order:
        if rig.parents[joint] < 0 or rig.moved[joint]:
            columns.append(rig.places[:, joint] * CM)
        columns.append(np.rad2deg(np.unwrap(euler_zxy(rig.rotations[:, joint]), axis=0)))
    np.savetxt(text, np.concatenate(columns, axis=1), fmt="%.5f")
    return text.getvalue()


def solve(motion: Motion) -> Rig:
    """A rest pose and the rotations that take it to each frame. A joint with one child turns by the shortest way from where its
    parent turned it; one with several by the rotation nearest to all of them (Kabsch, 1976)."""
    skeleton, p = motion.skeleton, motion.positions.astype(np.float64)
    parents, order = _one_tree(skeleton)
    children: dict[int, list[int]] = {j: [] for j in order}
    for joint in order[1:]:
        children[parents[joint]].append(joint)
    offsets = _rest(skeleton, p, parents)
    world = np.broadcast_to(np.eye(3), (len(p), skeleton.joint_count, 3, 3)).copy()
    for joint in order:
        below = children[joint]
        before = world[:, parents[joint]] if parents[joint] >= 0 else np.broadcast_to(np.eye(3), (len(p), 3, 3))
        if not below:
            world[:, joint] = before
            continue
        bones = p[:, below] - p[:, [joint]]
        if len(below) == 1:
            world[:, joint] = _shortest(before @ offsets[below[0]], bones[:, 0]) @ before
            continue
        for _ in range(3):
            world[:, joint] = _nearest(offsets[below], bones)
            offsets[below] = np.einsum("tji,tcj->tci", world[:, joint], bones).mean(axis=0)
    places, rotations = np.empty_like(p), np.empty_like(world)
    for joint in order:
        parent = parents[joint]
        if parent < 0:
            places[:, joint], rotations[:, joint] = p[:, joint], world[:, joint]
        else:
            back = world[:, parent].swapaxes(1, 2)
            places[:, joint] = np.einsum("tij,tj->ti", back, p[:, joint] - p[:, parent])
            rotations[:, joint] = back @ world[:, joint]
    offsets[order[0]] = 0
    moved = np.linalg.norm(places - offsets, axis=2).max(axis=0) > TOLERANCE_M
    return Rig(order, parents, offsets, rotations, places, moved)


def euler_zxy(matrices: np.ndarray) -> np.ndarray:
    """(T, 3) angles z, x, y in radians of R = Rz Rx Ry."""
    x = np.arcsin(np.clip(matrices[:, 2, 1], -1, 1))
    flat = np.abs(matrices[:, 2, 1]) > 1 - 1e-9
    z = np.where(flat, np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]), np.arctan2(-matrices[:, 0, 1], matrices[:, 1, 1]))
    y = np.where(flat, 0.0, np.arctan2(-matrices[:, 2, 0], matrices[:, 2, 2]))
    return np.stack([z, x, y], axis=1)


def _one_tree(skeleton: Skeleton) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Parents and depth-first order; further roots hang from the first."""
    first = next(j for j, parent in enumerate(skeleton.parents) if parent < 0)
    parents = tuple(first if parent < 0 and j != first else parent for j, parent in enumerate(skeleton.parents))
    order, waiting = [], [first]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += reversed([j for j, parent in enumerate(parents) if parent == joint])
    return parents, tuple(order)


def _rest(skeleton: Skeleton, p: np.ndarray, parents: tuple[int, ...]) -> np.ndarray:
    """(J, 3) offsets: median bone lengths along a standing body with arms out, left at +X, facing +Z."""
    directions = np.zeros((skeleton.joint_count, 3))
    parts = skeleton.joint_parts
    for joint, parent in enumerate(parents):
        directions[joint] = _TOWARDS[int(parts[joint])]
        if parent >= 0 and parts[joint] != parts[parent] and parts[joint] in (RIGHT_LEG, LEFT_LEG):
            directions[joint] = (-0.9 if parts[joint] == RIGHT_LEG else 0.9, -0.436, 0)
    for part in (RIGHT_LEG, LEFT_LEG) if skeleton.chains else ():
        directions[skeleton.chains[part][-1]] = (0, -0.3, 0.954)
    lengths = np.zeros(skeleton.joint_count)
    for joint, parent in enumerate(parents):
        if parent >= 0:
            lengths[joint] = np.median(np.linalg.norm(p[:, joint] - p[:, parent], axis=1))
    return directions * lengths[:, None]


def _shortest(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T, 3, 3) the smallest rotations that turn vectors a (T, 3) towards b."""
    a, b = (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12) for v in (a, b))
    axis, cosine = np.cross(a, b), (a * b).sum(axis=1)
    helper = np.where(np.abs(a[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    across = np.cross(a, helper)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    zero = np.zeros(len(a))
    x, y, z = axis.T
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(-1, 3, 3)
    plain = np.eye(3) + cross + cross @ cross / np.maximum(1 + cosine, 1e-9)[:, None, None]
    half_turn = 2 * across[:, :, None] * across[:, None, :] - np.eye(3)
    return np.where((cosine < -1 + 1e-8)[:, None, None], half_turn, plain)


def _nearest(offsets: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """(T, 3, 3) rotations that take offsets (C, 3) nearest to bones (T, C, 3)."""
    u, _, vt = np.linalg.svd(np.einsum("tci,cj->tij", bones, offsets))
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= np.where(sign == 0, 1, sign)[:, None]
    return u @ vt


def _end(rig: Rig, skeleton: Skeleton, joint: int) -> np.ndarray:
    """Where the last bone ends: on in its direction."""
    offset = rig.offsets[joint]
    length = float(np.linalg.norm(offset))
    return offset / length * max(min(0.5 * length, 0.1), 0.01) if length > 1e-6 else np.array([0, 0.05, 0])


def _names(skeleton: Skeleton) -> list[str]:
    """Without blanks, each once."""
    found: list[str] = []
    for name in skeleton.joint_names:
        clean = plain = "_".join(name.split()) or "joint"
        number = 2
        while clean in found:
            clean, number = f"{plain}_{number}", number + 1
        found.append(clean)
    return found


def _three(values: np.ndarray) -> str:
    return " ".join(f"{v * CM:.5f}" for v in values)
