"""glTF 2.0, GLB and VRM: every animation of the file, the joints where its skeletons' nodes are."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.gltf.animation import Animation, rate_of, read_animation, usual_rate
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.scene.node_transforms import in_parent, quaternion_matrices, turns_between
from motionpatches.core.io.scene.rigs import MAX_JOINTS, Rig, in_pairs, left_out, rigs_of, with_own_names
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

# Share of files that keep to metres and Y up, as the format wants.
TRUE = 0.97
BLOCK = 4096
MAX_CELLS = 20_000_000
MAX_ANIMATIONS = 2000


def read_gltf_turned(path: Path) -> list[RawTake]:
    """The same as `read_gltf` with the rotations of the joints."""
    return read_gltf(path, turned=True)


def read_gltf(path: Path, turned: bool = False) -> list[RawTake]:
    """Every animation, (T, J, 3) metres with Y up as the format has it, at the rate of its keys or 30 fps."""
    document = Document(path)
    listed = document.items("animations")
    if not listed:
        document.fail("it holds no animation, only a scene", advice="Export it with animation")
    animations = [read_animation(document, animation, i) for i, animation in enumerate(listed[:MAX_ANIMATIONS])]
    human = human_bones(document)
    rigs, strays = skeletons_in(document, animations, human)
    if not rigs:
        document.fail("it holds no skeleton: no animation moves a node", advice="Export it with a skeleton's animation")
    if max(len(rig.nodes) for rig in rigs) > MAX_JOINTS:
        document.fail(f"its skeleton has more than {MAX_JOINTS:,} joints", advice="Export only the body")
    usual = usual_rate([animation.keys for animation in animations])
    locals_ = [at_rest(document, node) for node in range(len(document.parents))]
    above = [_with_ancestors(rig, document.parents) for rig in rigs]
    takes, empty, cells = [], len(listed) - len(animations), 0
    for animation, entry in zip(animations, listed, strict=False):
        acting = [rig for rig, nodes in zip(rigs, above, strict=True) if animation.moving & nodes]
        if not acting:
            empty += 1
            continue
        fps, rate = rate_of(animation.keys, usual, entry.get("extras"))
        first, last = animation.keys[0], animation.keys[-1]
        frames = int(min((last - first) * fps + 1e-2, MAX_CELLS)) + 1
        cells += frames * sum(len(rig.nodes) for rig in acting)
        if cells > MAX_CELLS:
            document.fail(
                f"its animations are too long to open: {last - first:,.0f} s in '{animation.name[:60]}'",
                advice="Export fewer or shorter ones",
            )
        times = first + np.arange(frames) / fps
        people = [_take(document, animation, rig, times, fps, rate, locals_, human, turned) for rig in acting]
        takes += in_pairs(people, [document.names[rig.nodes[0]][:40] for rig in acting])
    if not takes:
        document.fail("no animation moves its skeleton", advice="Export it with the skeleton's animation")
    notes = (*left_out(empty, "animation", "no joint moves in it"), *left_out(strays, "joint", "it belongs to no body"))
    return [replace(take, notes=notes) for take in with_own_names(takes)]


def gltf_files(path: Path) -> list[Path]:
    """The file and the buffers beside it."""
    try:
        seen = path.stat()
    except OSError:
        return [path]
    return [path, *_buffers_beside(path, seen.st_size, seen.st_mtime_ns)]


@lru_cache(1024)
def _buffers_beside(path: Path, size: int, changed_ns: int) -> tuple[Path, ...]:
    """Buffers in files of their own; asked each time that a clip is shown, hence once for a file of this size and time."""
    try:
        return tuple(Document(path).external_files())
    except FileProblem:
        return ()


def human_bones(document: Document) -> dict[int, str]:
    """Node -> VRM's name of the bone, of versions 0 and 1 and of VRM animations; empty for other files."""
    extensions = document.json.get("extensions")
    found: dict[int, str] = {}
    for name in ("VRMC_vrm", "VRMC_vrm_animation", "VRM"):
        vrm = extensions.get(name) if isinstance(extensions, dict) else None
        humanoid = vrm.get("humanoid") if isinstance(vrm, dict) else None
        bones = humanoid.get("humanBones") if isinstance(humanoid, dict) else None
        if isinstance(bones, dict):
            pairs = list(bones.items())
        else:
            pairs = [(bone.get("bone"), bone) for bone in bones if isinstance(bone, dict)] if isinstance(bones, list) else []
        for bone, entry in pairs:
            node = entry.get("node") if isinstance(entry, dict) else None
            if isinstance(bone, str) and isinstance(node, int) and 0 <= node < len(document.parents):
                found.setdefault(node, bone[:60])
    return found


def skeletons_in(document: Document, animations: list[Animation], human: dict[int, str]) -> tuple[list[Rig], int]:
    """Skeletons of the joints of skins and the human bones; failing that, of the nodes that move."""
    bones = set(human)
    for skin in document.items("skins"):
        joints = skin.get("joints")
        if not isinstance(joints, list):
            document.fail("the joints of a skin are no list")
        bones.update(document.integer({"joint": joint}, "joint", len(document.parents)) for joint in joints)
    moving = set().union(*(animation.moving for animation in animations))
    bones = bones or moving
    # rigs_of wants every parent before its children.
    place = {node: i for i, node in enumerate(document.order)}
    parents = [place.get(document.parents[node], -1) for node in document.order]
    rigs, strays = rigs_of(parents, [node in bones for node in document.order], [node in moving for node in document.order])
    return [Rig(tuple(document.order[i] for i in rig.nodes), rig.parents) for rig in rigs], strays


def _with_ancestors(rig: Rig, parents: list[int]) -> set[int]:
    found: set[int] = set()
    for node in rig.nodes:
        while node >= 0 and node not in found:
            found.add(node)
            node = parents[node]
    return found


def at_rest(document: Document, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Translation (1, 3), rotation (1, 4), scale (1, 3) and axes (1, 3, 3) of a node by itself. A matrix may shear: the axes
    are whole, the others what is left of it for a node that moves all the same."""
    node = document.json["nodes"][index]
    if "matrix" in node:
        matrix = document.numbers(node, "matrix", tuple(np.eye(4).ravel())).reshape(4, 4).T
        axes = matrix[:3, :3]
        scale = np.linalg.norm(axes, axis=0) * (-1 if np.linalg.det(axes) < 0 else 1)
        turn = axes / np.where(scale == 0, 1.0, scale)
        return matrix[None, :3, 3], _quaternion(turn)[None], scale[None], axes[None]
    rotation = document.numbers(node, "rotation", (0.0, 0.0, 0.0, 1.0))[None]
    scale = document.numbers(node, "scale", (1.0, 1.0, 1.0))[None]
    return (
        document.numbers(node, "translation", (0.0, 0.0, 0.0))[None],
        rotation,
        scale,
        quaternion_matrices(rotation) * scale[:, None],
    )


def rest_of(document: Document, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Place (3,) and axes (3, 3), with scale, of a node in the world at rest; the origin for -1."""
    found_place, found_axes = np.zeros(3), np.eye(3)
    while index >= 0:
        place, _, _, axes = at_rest(document, index)
        found_place, found_axes = place[0] + axes[0] @ found_place, axes[0] @ found_axes
        index = document.parents[index]
    return found_place, found_axes


def _quaternion(turn: np.ndarray) -> np.ndarray:
    """(4,) x, y, z, w of a rotation matrix: the eigenvector of the largest eigenvalue of Bar-Itzhack's matrix."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    matrix = np.array(
        [
            [a - e - i, d + b, g + c, h - f],
            [d + b, e - a - i, h + f, c - g],
            [g + c, h + f, i - a - e, d - b],
            [h - f, c - g, d - b, a + e + i],
        ]
    )
    return np.linalg.eigh(matrix)[1][:, -1]


def in_world(
    document: Document, animation: Animation, rig: Rig, times: np.ndarray, locals_: list[Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, J, 3) float32 of a rig's nodes at each time, and their axes (T, J, 3, 3), with scale."""
    world: dict[int, tuple[np.ndarray, np.ndarray]] = {-1: (np.zeros((1, 3)), np.eye(3)[None])}
    needed = _with_ancestors(rig, document.parents)
    for index in document.order:
        if index not in needed:
            continue
        place, rotation, scale, axes = locals_[index]
        channels = {
            path: animation.channels[index, path].at(times, path == "rotation")
            for path in ("translation", "rotation", "scale")
            if (index, path) in animation.channels
        }
        place = channels.get("translation", place)
        if "rotation" in channels or "scale" in channels:
            axes = quaternion_matrices(channels.get("rotation", rotation)) * channels.get("scale", scale)[:, None]
        world[index] = in_parent(world[document.parents[index]], place, axes)
    places = np.empty((len(times), len(rig.nodes), 3), np.float32)
    axes = np.empty((len(times), len(rig.nodes), 3, 3))
    for joint, index in enumerate(rig.nodes):
        places[:, joint], axes[:, joint] = world[index]
    return places, axes


def _take(
    document: Document,
    animation: Animation,
    rig: Rig,
    times: np.ndarray,
    fps: float,
    rate: Assumption,
    locals_: list[Any],
    human: dict[int, str],
    turned: bool,
) -> RawTake:
    positions = np.empty((len(times), len(rig.nodes), 3), np.float32)
    turns = np.empty((len(times), len(rig.nodes), 4), np.float32) if turned else None
    with np.errstate(all="ignore"):
        (rest,), (rest_axes,) = in_world(document, Animation("", {}, times[:1]), rig, times[:1], locals_)
        for at in range(0, len(times), BLOCK):
            positions[at : at + BLOCK], axes = in_world(document, animation, rig, times[at : at + BLOCK], locals_)
            if turns is not None:
                turns[at : at + BLOCK] = turns_between(rest_axes, axes)
    bad = ~np.isfinite(positions).all((1, 2))
    if bad.any() or not np.isfinite(rest).all():
        document.fail("a place is no finite number", f"animation '{animation.name[:60]}', frame {int(np.argmax(bad)) + 1}")
    return RawTake(
        positions,
        fps,
        Skeleton(tuple(human.get(node, document.names[node]) for node in rig.nodes), rig.parents),
        rate,
        animation.name,
        rest=rest,
        unit=Stated(1.0, "glTF is in metres", TRUE),
        up=Stated("Y", "glTF has Y up", TRUE),
        turns=turns,
    )


GLTF = Format("glTF", (".gltf", ".glb", ".vrm", ".vrma"), read_gltf, files=gltf_files, turned=read_gltf_turned)
