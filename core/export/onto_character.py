"""Motions on the character of a glTF, GLB or VRM file: the file with its meshes, skins and materials, and new animations."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.figure.character import open_character
from motionpatches.core.io.containers.glb_file import Buffer, glb_bytes
from motionpatches.core.io.gltf.character import Character
from motionpatches.core.io.gltf.document import COMPRESSED
from motionpatches.core.io.gltf.gltf import rest_of
from motionpatches.core.motion.rotations import quaternions
from motionpatches.core.retarget.above_ground import Soles
from motionpatches.core.retarget.on_ground import on_ground
from motionpatches.core.retarget.rig import TOLERANCE_M, PosedMotion

# What stands for an accessor and for a view that only an animation used: one zero.
EMPTY = {"componentType": 5126, "count": 1, "type": "SCALAR"}


def onto_character(motions: Sequence[PosedMotion], character: Character) -> bytes:
    """Write a character's file with other animations.

    Args:
        motions: On the rig of the character (core/retarget/rig_file.py), in metres, Y up. The soles stand at height 0.
        character: Its file; buffers and pictures beside it are put into the result.

    Returns:
        A binary glTF. What only the file's own animations used is left out.

    Raises:
        FileProblem: Its buffers or pictures cannot be read.
    """
    document = character.document
    if any(name in view.get("extensions", {}) for view in document.items("bufferViews") for name in COMPRESSED):
        document.fail("its meshes are compressed by meshopt, which is not read", advice="Decompress it, as with gltf-transform")
    json = copy.deepcopy(document.json)
    buffer = Buffer()
    _without_animations(json)
    kept = {index for index, _ in _views(json)}
    for index, view in enumerate(document.items("bufferViews")):
        own = json["bufferViews"][index]
        if index in kept:
            start, length = view.get("byteOffset", 0), view["byteLength"]
            own["byteOffset"] = buffer.put(document.content(view["buffer"])[start : start + length].tobytes())
        else:
            own["byteOffset"], own["byteLength"] = buffer.put(b"\0\0\0\0"), 4
            own.pop("byteStride", None)
        own["buffer"] = 0
    for picture in json.get("images", []):
        if isinstance(picture.get("uri"), str) and not picture["uri"].startswith("data:"):
            content = document.beside(picture.pop("uri")).read_bytes()
            picture["bufferView"] = _view(json, buffer, content)
            picture["mimeType"] = "image/png" if content[:4] == b"\x89PNG" else "image/jpeg"
    json["animations"] = [_animation(json, buffer, posed, character, number) for number, posed in enumerate(motions, 1)]
    json["buffers"] = [{"byteLength": len(buffer.content)}]
    return glb_bytes(json, bytes(buffer.content))


def _without_animations(json: dict[str, Any]) -> None:
    """Take the animations out; accessors that they alone used become EMPTY."""
    samplers = [sampler for animation in json.pop("animations", []) for sampler in animation.get("samplers", [])]
    gone = {sampler[name] for sampler in samplers for name in ("input", "output")}
    gone -= set(_accessors(json))
    for index in gone:
        json["accessors"][index] = dict(EMPTY)


def _accessors(json: dict[str, Any]) -> Iterator[int]:
    """Accessors that meshes and skins use."""
    for mesh in json.get("meshes", []):
        for primitive in mesh.get("primitives", []):
            yield from primitive.get("attributes", {}).values()
            if "indices" in primitive:
                yield primitive["indices"]
            for target in primitive.get("targets", []):
                yield from target.values()
    for skin in json.get("skins", []):
        if "inverseBindMatrices" in skin:
            yield skin["inverseBindMatrices"]


def _views(value: Any) -> Iterator[tuple[int, Any]]:
    """Every view that anything in a document names, also an extension."""
    if isinstance(value, dict):
        if isinstance(value.get("bufferView"), int):
            yield value["bufferView"], value
        for inner in value.values():
            yield from _views(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _views(inner)


def _view(json: dict[str, Any], buffer: Buffer, content: bytes) -> int:
    json.setdefault("bufferViews", []).append({"buffer": 0, "byteOffset": buffer.put(content), "byteLength": len(content)})
    return len(json["bufferViews"]) - 1


def _accessor(json: dict[str, Any], buffer: Buffer, rows: np.ndarray, bounds: bool = False) -> int:
    content = np.ascontiguousarray(rows, "<f4")
    kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[content.shape[1]]
    entry: dict[str, Any] = {
        "bufferView": _view(json, buffer, content.tobytes()),
        "componentType": 5126,
        "count": len(content),
        "type": kind,
    }
    if bounds:
        entry |= {"min": content.min(axis=0).tolist(), "max": content.max(axis=0).tolist()}
    json.setdefault("accessors", []).append(entry)
    return len(json["accessors"]) - 1


def _animation(json: dict[str, Any], buffer: Buffer, posed: PosedMotion, character: Character, number: int) -> dict[str, Any]:
    """Rotations of all joints, and translations of those that move in the frame of their parent."""
    times = _accessor(json, buffer, (np.arange(posed.frame_count) / posed.fps)[:, None], bounds=True)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    for node, rotations, places in _local(posed, character, _soles(posed, character)):
        curves = {"rotation": quaternions(rotations)}
        own = json["nodes"][node]
        _as_parts(own)
        rest = np.array(own.get("translation", (0.0, 0.0, 0.0)))
        if np.abs(places - rest).max() > TOLERANCE_M * max(1.0, float(np.abs(rest).max())):
            curves["translation"] = places
        for path, values in curves.items():
            channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
            samplers.append({"input": times, "output": _accessor(json, buffer, values), "interpolation": "LINEAR"})
    name = posed.name or f"take {number}"
    return {"name": name, "samplers": samplers, "channels": channels, "extras": {"fps": float(posed.fps)}}


def _soles(posed: PosedMotion, character: Character) -> Soles | None:
    """What its feet stand on; None where its meshes are not those of a person, or not read."""
    try:
        return open_character(character.document.path, posed.rig).soles
    except StudioError:
        return None


def _local(posed: PosedMotion, character: Character, soles: Soles | None) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Rotation (T, 3, 3) and translation (T, 3) of each joint's node in the frame of its parent."""
    document, nodes = character.document, character.nodes
    joint_of = {node: joint for joint, node in enumerate(nodes)}
    scales = np.linalg.norm(character.axes, axis=1)
    plain = character.axes / np.maximum(scales[:, None], 1e-12)
    turns, positions = on_ground(posed, character.take.positions[0].astype(np.float64), soles)
    oriented = turns @ plain
    for joint, node in enumerate(nodes):
        above = document.parents[node]
        if above in joint_of:
            carrier = joint_of[above]
            turned, scale, from_ = oriented[:, carrier], scales[carrier], positions[:, carrier]
        else:
            place, axes = rest_of(document, above)
            scale = np.maximum(np.linalg.norm(axes, axis=0), 1e-12)
            turned, from_ = np.broadcast_to(axes / scale, (len(positions), 3, 3)), place
        back = turned.swapaxes(1, 2)
        yield node, back @ oriented[:, joint], np.einsum("tij,tj->ti", back, positions[:, joint] - from_) / scale


def _as_parts(node: dict[str, Any]) -> None:
    """Write the matrix of a node as translation, rotation and scale, since only these can be animated."""
    if "matrix" not in node:
        return
    matrix = np.array(node.pop("matrix"), np.float64).reshape(4, 4).T
    scale = np.maximum(np.linalg.norm(matrix[:3, :3], axis=0), 1e-12)
    node["translation"], node["scale"] = matrix[:3, 3].tolist(), scale.tolist()
    node["rotation"] = quaternions((matrix[:3, :3] / scale)[None])[0].tolist()
