"""An FBX scene as plain Python and numpy values, by the compiled library ufbx.

Bindings 0.0.5 give the items of lists away without a reference of their own and break when a scene is freed, so that each item
is held for good and no scene is freed: for a child process that ends by os._exit (core/io/native/worker.py) and no other.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem

MAX_NODES = 100_000
MAX_DEPTH = 500
_MOVES = ("Lcl Translation", "Lcl Rotation", "Lcl Scaling")


# A place (3,), and axes (9,) by columns.
Placed = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Node:
    """`parent` an index into the scene's nodes (every parent before its children), -1 for the root. `kind`: ufbx's name of the
    attribute, 'BONE' for bones. `inherits`: 0 all of the parent's scale, 1 none, 2 part by part; `scaled_by`: the node whose
    scale is inherited then, -1 for none. `rest`: its world position (3,) with no take playing, and its axes, (9,) by columns."""

    name: str
    parent: int
    kind: str
    inherits: int
    scaled_by: int
    rest: Placed
    element: Any


@dataclass(frozen=True, eq=False)
class Stack:
    """A take: its time span and that of its keys on nodes (None without), in seconds, and the nodes that have keys."""

    name: str
    begin: float
    end: float
    keys: tuple[float, float] | None
    moving: frozenset[int]
    anim: Any


@dataclass(frozen=True, eq=False)
class Scene:
    """`up` one of UP_AXES or '' where the file does not say; `mirrored`: the file's axes are left-handed. `bind`: of
    nodes in the bind pose, as `rest`. `skin`: the nodes that skins hang on."""

    nodes: tuple[Node, ...]
    stacks: tuple[Stack, ...]
    fps: float
    unit_m: float
    up: str
    mirrored: bool
    bind: dict[int, Placed]
    skin: frozenset[int]


def load(path: Path) -> Scene:
    """The scene of a binary or ASCII FBX file. Raises FileProblem."""
    import ufbx

    try:
        scene = ufbx.load_file(str(path), ignore_geometry=True, ignore_embedded=True, node_depth_limit=MAX_DEPTH)
    except (ufbx.UfbxError, RuntimeError, UnicodeError) as error:
        raise FileProblem(path, f"it is no whole FBX file ({str(error)[:60]})", "Export or copy it again") from None
    hold(scene)
    if len(scene.nodes) > MAX_NODES:
        raise FileProblem(path, f"it holds {len(scene.nodes):,} nodes", "Export only the skeleton")
    elements = list(items(scene.nodes))
    nodes = tuple(_node(element) for element in elements)
    if any(node.parent >= index for index, node in enumerate(nodes)):
        raise FileProblem(path, "its nodes are no tree", "Export it again")
    settings, axes = scene.settings, scene.settings.axes
    up = axes.up.name.replace("POSITIVE_", "").replace("NEGATIVE_", "-").replace("UNKNOWN", "")
    return Scene(
        nodes,
        tuple(_stack(stack, ufbx.Node) for stack in items(scene.anim_stacks)),
        settings.frames_per_second,
        settings.unit_meters,
        up,
        left_handed(axes),
        _bind_pose(scene),
        frozenset(cluster.bone_node.typed_id for cluster in items(scene.skin_clusters) if cluster.bone_node is not None),
    )


def local_transforms(node: Node, stack: Stack, times: np.ndarray) -> np.ndarray:
    """(T, 10) translation, rotation (x, y, z, w) and scale of a node at each time in seconds."""
    evaluate, anim = node.element.evaluate_transform, stack.anim
    rows = [(*t.translation, *t.rotation, *t.scale) for t in (evaluate(anim, time) for time in times.tolist())]
    return np.array(rows, np.float64).reshape(-1, 10)


hold = ctypes.pythonapi.Py_IncRef
hold.argtypes, hold.restype = [ctypes.py_object], None


def items(listed: Any) -> Iterator[Any]:
    """Yield the items of a list of ufbx, each held for good."""
    for index in range(len(listed)):
        item = listed[index]
        hold(item)
        yield item


def _node(element: Any) -> Node:
    parent, scaled_by = element.parent, element.inherit_scale_node
    return Node(
        element.name,
        -1 if parent is None else parent.typed_id,
        element.attrib_type.name,
        int(element.inherit_mode),
        -1 if scaled_by is None else scaled_by.typed_id,
        _placed(element.node_to_world),
        element,
    )


def _stack(stack: Any, node_type: Any) -> Stack:
    moving: set[int] = set()
    first, last = np.inf, -np.inf
    for layer in items(stack.layers):
        for prop in items(layer.anim_props):
            element = prop.element
            if not isinstance(element, node_type) or prop.prop_name not in _MOVES:
                continue
            for curve in prop.anim_value.curves:
                if curve is not None and len(curve.keyframes):
                    moving.add(element.typed_id)
                    first, last = min(first, curve.min_time), max(last, curve.max_time)
    return Stack(stack.name, stack.time_begin, stack.time_end, (first, last) if moving else None, frozenset(moving), stack.anim)


def _placed(matrix: Any) -> Placed:
    return tuple(matrix.c3), (*matrix.c0, *matrix.c1, *matrix.c2)


def _bind_pose(scene: Any) -> dict[int, Placed]:
    return {
        pose.bone_node.typed_id: _placed(pose.bone_to_world)
        for poses in items(scene.poses)
        if poses.is_bind_pose
        for pose in items(poses.bone_poses)
        if pose.bone_node is not None
    }


def left_handed(axes: Any) -> bool:
    """Return whether right, up and front (towards the viewer) make a left-handed frame."""
    numbers = [int(axis) for axis in (axes.right, axes.up, axes.front)]
    if len({number // 2 for number in numbers}) < 3 or max(numbers) > 5:
        return False
    frame = np.zeros((3, 3))
    for row, number in enumerate(numbers):
        frame[row, number // 2] = -1 if number % 2 else 1
    return bool(np.linalg.det(frame) < 0)
