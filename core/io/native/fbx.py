"""FBX, binary and ASCII: every take of the file, the joints where its skeletons' nodes are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.native.ufbx_scene import Node, Scene, Stack, load, local_transforms
from motionpatches.core.io.scene.node_transforms import quaternion_matrices, turns_between
from motionpatches.core.io.scene.rigs import MAX_JOINTS, Rig, in_pairs, left_out, rigs_of, with_own_names
from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

# Of files that state unit and axis, the share where it is true: exporters write what they did not apply.
TRUE, TRUE_SCALED = 0.97, 0.9
# Frames that are evaluated at once, nodes times frames of a whole file, takes.
BLOCK = 2048
MAX_CELLS = 20_000_000
MAX_SECONDS = 12 * 3600
MAX_TAKES = 1000

# Of a node at each time: place, axes with and without its own scale, and the scale that children may inherit.
_World = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def read_fbx_turned(path: Path) -> list[RawTake]:
    """The same as `read_fbx` with the rotations of the joints."""
    return read_fbx(path, turned=True)


def read_fbx(path: Path, turned: bool = False) -> list[RawTake]:
    """Every take, (T, J, 3) at the file's rate over the take's time span, in units of the file. Only for a child process, see
    core/io/native/ufbx_scene.py."""
    scene = load(path)
    if not scene.stacks or all(not stack.moving for stack in scene.stacks):
        raise FileProblem(
            path,
            "it holds no animation" + (", only a rig or meshes" if len(scene.nodes) > 1 else ""),
            "Export it with animation (baked)",
        )
    rigs, strays = rigs_of([node.parent for node in scene.nodes], *_bones(scene))
    if not rigs:
        raise FileProblem(path, "it holds no skeleton: no bones, and no nodes that move", "Export the skeleton too")
    if max(len(rig.nodes) for rig in rigs) > MAX_JOINTS:
        raise FileProblem(path, f"its skeleton has more than {MAX_JOINTS:,} joints", "Export only the body")
    takes: list[RawTake] = []
    empty = cells = 0
    fps = scene.fps if 1 <= scene.fps <= 1000 else 30.0
    for stack in scene.stacks[:MAX_TAKES]:
        acting = [rig for rig in rigs if stack.moving & _with_ancestors(rig, scene)]
        if not acting:
            empty += 1
            continue
        times = _times(stack, fps)
        cells += len(times) * sum(len(rig.nodes) for rig in acting)
        if cells > MAX_CELLS or len(times) > MAX_SECONDS * fps:
            raise FileProblem(
                path,
                f"its takes are too long to open: {len(times) / fps:,.0f} s in '{stack.name[:60]}'",
                "Export a shorter range",
                f"take {len(takes) + 1}",
            )
        people = [_take(path, scene, stack, rig, times, fps, turned) for rig in acting]
        takes += in_pairs(people, [scene.nodes[rig.nodes[0]].name[:40] for rig in acting])
    if not takes:
        raise FileProblem(path, "no take moves a bone of its skeleton", "Export it with animation (baked)")
    empty += max(len(scene.stacks) - MAX_TAKES, 0)
    notes = (*left_out(empty, "take", "no bone moves in it"), *left_out(strays, "bone", "it belongs to no body"))
    return [_with_notes(take, notes) for take in with_own_names(takes)]


def _bones(scene: Scene) -> tuple[list[bool], list[bool]]:
    """Which nodes are bones (failing that, nodes of skins; failing that, nodes that move and are no mesh), and which move."""
    moving = frozenset().union(*(stack.moving for stack in scene.stacks))
    moves = [index in moving for index in range(len(scene.nodes))]
    bones = [node.kind == "BONE" for node in scene.nodes]
    if not any(bones):
        bones = [index in scene.skin for index in range(len(scene.nodes))]
    if not any(bones):
        bones = [m and node.kind in ("EMPTY", "UNKNOWN", "MARKER", "MESH") for m, node in zip(moves, scene.nodes, strict=True)]
    return bones, moves


def _with_ancestors(rig: Rig, scene: Scene) -> set[int]:
    found: set[int] = set()
    for node in rig.nodes:
        while node >= 0 and node not in found:
            found.add(node)
            node = scene.nodes[node].parent
    return found


def _times(stack: Stack, fps: float) -> np.ndarray:
    """(T,) seconds of the frames: the take's span, to the frame of its last key where that is its end."""
    begin, end = stack.begin, stack.end
    first, last = stack.keys or (begin, end)
    if not end > begin:
        begin, end = first, last
    keyed = int(np.floor((min(last, end) - begin) * fps + 1e-3)) + 1
    frames = max(keyed, int(round((end - begin) * fps)), 1)
    return begin + np.arange(min(frames, MAX_CELLS)) / fps


def _take(path: Path, scene: Scene, stack: Stack, rig: Rig, times: np.ndarray, fps: float, turned: bool) -> RawTake:
    at_rest = [scene.nodes[node].rest for node in rig.nodes]
    if all(node in scene.bind for node in rig.nodes):
        at_rest = [scene.bind[node] for node in rig.nodes]
    rest = np.array([place for place, _ in at_rest])
    rest_axes = np.array([axes for _, axes in at_rest]).reshape(-1, 3, 3).swapaxes(1, 2)
    mirror = np.array([-1.0, 1.0, 1.0]) if scene.mirrored else np.ones(3)
    positions = np.empty((len(times), len(rig.nodes), 3))
    turns = np.empty((len(times), len(rig.nodes), 4), np.float32) if turned else None
    for at in range(0, len(times), BLOCK):
        positions[at : at + BLOCK], axes = in_world(scene, stack, rig, times[at : at + BLOCK])
        if turns is not None:
            turns[at : at + BLOCK] = turns_between(mirror[:, None] * rest_axes, mirror[:, None] * axes)
    bad = ~np.isfinite(positions).all((1, 2)) | (np.abs(positions).max((1, 2)) > 1e12)
    if bad.any():
        raise FileProblem(path, "a place is no finite number", "Export it again", f"frame {int(np.argmax(bad)) + 1}")
    scale, holder = _rig_scale(scene, stack, rig, times)
    rest = rest if (np.abs(rest) < 1e12).all() else positions[0]
    unit = f"UnitScaleFactor of the file ({100 * scene.unit_m:g} cm)"
    notes = (Assumption("axes", "mirrored", "the file's axes are left-handed", TRUE),) if scene.mirrored else ()
    return RawTake(
        (positions * (mirror / scale)).astype(np.float32),
        fps,
        Skeleton(tuple(scene.nodes[node].name or f"joint {i}" for i, node in enumerate(rig.nodes)), rig.parents),
        Assumption(
            "rate",
            f"{fps:.4g} fps",
            "time mode of the file" if fps == scene.fps else "no possible rate is stated",
            0.95 if fps == scene.fps else 0.5,
        ),
        stack.name,
        rest=(rest * (mirror / scale)).astype(np.float32),
        unit=Stated(
            scene.unit_m * scale,
            unit + (f" and a scale of {scale:.4g} on {holder[:40]}" if holder else ""),
            TRUE_SCALED if holder else TRUE,
        )
        if 1e-9 < scene.unit_m < 1e9
        else None,
        up=Stated(scene.up, "UpAxis of the file", TRUE) if scene.up in UP_AXES else None,
        notes=notes,
        turns=turns,
    )


def in_world(scene: Scene, stack: Stack, rig: Rig, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, J, 3) of a rig's nodes, and their axes (T, J, 3, 3) with scale; all nodes above them are evaluated too."""
    world: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = {}
    for index in sorted(_with_ancestors(rig, scene)):
        node = scene.nodes[index]
        local = local_transforms(node, stack, times if index in stack.moving else times[:1])
        world[index] = _world(node, local, world)
    places = np.empty((len(times), len(rig.nodes), 3))
    axes = np.empty((len(times), len(rig.nodes), 3, 3))
    for joint, index in enumerate(rig.nodes):
        places[:, joint], axes[:, joint] = world[index][:2]
    return places, axes


def _world(node: Node, local: np.ndarray, world: dict[int, _World]) -> _World:
    """Place (T, 3), axes with and without the node's own scale (T, 3, 3), and the scale (T, 3) that children may inherit."""
    place, turn, scale = local[:, :3], quaternion_matrices(local[:, 3:7]), local[:, 7:]
    if node.parent < 0:
        return place, turn * scale[:, None], turn, scale
    above, axes, unscaled, parent_scale = world[node.parent]
    if node.inherits != 0:  # the parent's own scale moves the place alone, and is no part of the axes
        axes = unscaled
        place = place * parent_scale
        if node.scaled_by in world:
            scale = scale * world[node.scaled_by][3]
    turned = axes @ turn
    return above + (axes @ place[:, :, None])[:, :, 0], turned * scale[:, None], turned, scale


def _rig_scale(scene: Scene, stack: Stack, rig: Rig, times: np.ndarray) -> tuple[float, str]:
    """The steady, even scale of the node above a skeleton, and its name; 1 and '' where there is none. An armature with a scale
    of 100 has bones in metres under a file in centimetres: its own unit is the metre."""
    above = scene.nodes[rig.nodes[0]].parent
    if above < 0:
        return 1.0, ""
    world: dict[int, _World] = {}
    for index in sorted(_with_ancestors(Rig((above,), (-1,)), scene)):
        node = scene.nodes[index]
        world[index] = _world(node, local_transforms(node, stack, times[[0, -1]]), world)
    lengths = np.linalg.norm(world[above][1], axis=1)
    scale = float(lengths.mean())
    if not 1e-6 < scale < 1e6 or np.abs(lengths / scale - 1).max() > 0.01 or abs(scale - 1) < 0.001:
        return 1.0, ""
    return scale, scene.nodes[above].name or "the node above"


def _with_notes(take: RawTake, notes: tuple[Assumption, ...]) -> RawTake:
    return replace(take, notes=(*take.notes, *notes))


FBX = Format("FBX", (".fbx",), read_fbx, native=True, turned=read_fbx_turned)
