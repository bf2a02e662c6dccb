"""Meshes of a glTF document: triangles, materials and pictures, and how each vertex follows the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from motionpatches.core.errors import os_problem
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.motion.rotations import cross, unit

# Limits of what is drawn.
MAX_TRIANGLES, MAX_PICTURES, MAX_PICTURE_BYTES, MAX_BONES = 400_000, 32, 64 << 20, 4096
# Nodes that move a vertex, at most; the way glTF numbers kinds of triangles.
MOST = 4
TRIANGLES, STRIP, FAN = 4, 5, 6


@dataclass(frozen=True)
class Material:
    """`colour` RGBA of the picture's factor, 0 to 1, linear; `picture`: its number, -1 for none; opacity below which nothing is
    drawn; whether it is transparent, and seen from behind."""

    colour: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    picture: int = -1
    cutoff: float = 0.0
    clear: bool = False
    both_sides: bool = False


@dataclass(frozen=True)
class Part:
    """`count` triangles from `first` on, of one material."""

    first: int
    count: int
    material: Material


@dataclass(frozen=True, eq=False)
class Meshes:
    """`vertices`, `normals` (V, 3); `places` (V, 2) in the picture; `colours` (V, 4) linear; `bones`, `weights` (V, 4); `faces`
    (F, 3). A bone is a node, `nodes` (B,), with the matrix `binds` (B, 4, 4) from the mesh to that node. `pictures`: PNG or JPEG.
    `notes`: what was left out."""

    vertices: np.ndarray
    normals: np.ndarray
    places: np.ndarray
    colours: np.ndarray
    bones: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    parts: tuple[Part, ...]
    nodes: np.ndarray
    binds: np.ndarray
    pictures: tuple[bytes, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    """What has been read so far."""

    rows: dict[str, list[np.ndarray]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    bones: dict[tuple[int, int], int] = field(default_factory=dict)
    binds: list[np.ndarray] = field(default_factory=list)
    pictures: dict[int, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    vertices: int = 0
    triangles: int = 0


def read_meshes(document: Document) -> Meshes:
    """Read all triangles of the scene. Raises FileProblem: damaged, without triangles, or more than the limits."""
    shown = _shown(document)
    entries = [(node, primitive) for node in shown for primitive in _primitives(document, node)]
    count = sum(_count(document, primitive) for _, primitive in entries) // 3
    if count > MAX_TRIANGLES:
        document.fail(
            f"it has {count:,} triangles, and up to {MAX_TRIANGLES:,} are drawn",
            advice="Reduce its mesh, as with Blender's Decimate",
        )
    found = _Found()
    for node, primitive in entries:
        _read(document, node, primitive, found)
    if not found.parts:
        document.fail("it holds no triangles", advice="Export the character with its mesh")
    if len(found.bones) > MAX_BONES:
        document.fail(f"its meshes hang on {len(found.bones):,} nodes", advice="Join its meshes")
    rows = {name: np.concatenate(values) for name, values in found.rows.items()}
    return Meshes(
        **rows,
        parts=tuple(found.parts),
        nodes=np.array([node for node, _ in found.bones], np.int64),
        binds=np.array(found.binds),
        pictures=tuple(_picture(document, index) for index in found.pictures),
        notes=tuple(f"{count:,} {what}" for what, count in found.notes.items()),
    )


def _shown(document: Document) -> list[int]:
    """Nodes of the scene that is shown, all of them where none is named."""
    scenes = document.items("scenes")
    if not scenes:
        return document.order
    scene = scenes[document.integer(document.json, "scene", len(scenes), 0)]
    roots = scene.get("nodes", [])
    if not isinstance(roots, list):
        document.fail("the nodes of its scene are no list")
    wanted = {document.integer({"node": node}, "node", len(document.parents)) for node in roots}
    for node in document.order:
        if document.parents[node] in wanted:
            wanted.add(node)
    return [node for node in document.order if node in wanted]


def _primitives(document: Document, node: int) -> Iterator[dict[str, Any]]:
    entry, meshes = document.json["nodes"][node], document.items("meshes")
    if "mesh" in entry:
        yield from document.items("primitives", meshes[document.integer(entry, "mesh", len(meshes))])


def _count(document: Document, primitive: dict[str, Any]) -> int:
    """Corners of a primitive's triangles, about."""
    accessors, attributes = document.items("accessors"), primitive.get("attributes")
    if not isinstance(attributes, dict) or "POSITION" not in attributes:
        document.fail("a mesh has no places")
    holder = primitive if "indices" in primitive else attributes
    index = document.integer(holder, "indices" if "indices" in primitive else "POSITION", len(accessors))
    corners = document.integer(accessors[index], "count", 1 << 32)
    return corners if primitive.get("mode", TRIANGLES) == TRIANGLES else 3 * corners


def _read(document: Document, node: int, primitive: dict[str, Any], found: _Found) -> None:
    mode = primitive.get("mode", TRIANGLES)
    if mode not in (TRIANGLES, STRIP, FAN):
        found.notes["meshes of points or lines left out"] = found.notes.get("meshes of points or lines left out", 0) + 1
        return
    extensions = primitive.get("extensions")
    if isinstance(extensions, dict) and "KHR_draco_mesh_compression" in extensions:
        document.fail("its meshes are compressed by Draco, which is not read", advice="Decompress it, as with gltf-transform")
    attributes = primitive["attributes"]
    vertices = _attribute(document, attributes, "POSITION", 3)
    assert vertices is not None
    count = len(vertices)
    corners = document.accessor(primitive["indices"])[:, 0].astype(np.int64) if "indices" in primitive else np.arange(count)
    faces = _faces(corners, mode)
    if len(faces) and not 0 <= int(faces.min()) <= int(faces.max()) < count:
        document.fail("a triangle has a corner that is not there", advice="Copy or export it again")
    if not len(faces):
        return
    material, picture_places = _material(document, primitive, found)
    normals = _attribute(document, attributes, "NORMAL", 3, count)
    places = _attribute(document, attributes, f"TEXCOORD_{picture_places}", 2, count)
    bones, weights = _weights(document, node, attributes, found, count)
    own = {
        "vertices": vertices,
        "normals": _normals(vertices, faces) if normals is None else normals,
        "places": np.zeros((count, 2)) if places is None else places,
        "colours": _colours(document, attributes, count),
        "weights": weights,
    }
    for name, values in own.items():
        found.rows.setdefault(name, []).append(values.astype(np.float32))
    found.rows.setdefault("bones", []).append(bones.astype(np.uint16))
    found.rows.setdefault("faces", []).append((faces + found.vertices).astype(np.uint32))
    found.parts.append(Part(found.triangles, len(faces), material))
    found.vertices += count
    found.triangles += len(faces)


def _attribute(document: Document, attributes: dict[str, Any], name: str, width: int, count: int = -1) -> np.ndarray | None:
    """(N, width) values of a kind for each vertex; None where there are none."""
    if name not in attributes:
        return None
    values = document.accessor(attributes[name])
    if values.shape[1] != width or count not in (-1, len(values)):
        document.fail(f"'{name}' of a mesh has another size than its places", advice="Export it again")
    return values


def _faces(corners: np.ndarray, mode: int) -> np.ndarray:
    if mode == TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    at = np.arange(max(len(corners) - 2, 0))
    if mode == FAN:
        return np.stack([np.broadcast_to(corners[:1], at.shape), corners[at + 1], corners[at + 2]], axis=1)
    # Every second triangle of a strip goes round the other way.
    odd = at % 2
    return np.stack([corners[at], corners[at + 1 + odd], corners[at + 2 - odd]], axis=1)


def _normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(V, 3) means of those of the triangles, by their area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    own, found = cross(b - a, c - a), np.zeros_like(vertices)
    for k in range(3):
        np.add.at(found, faces[:, k], own)
    return unit(found)


def _colours(document: Document, attributes: dict[str, Any], count: int) -> np.ndarray:
    found = np.ones((count, 4))
    if "COLOR_0" in attributes:
        values = document.accessor(attributes["COLOR_0"])
        if len(values) != count or values.shape[1] not in (3, 4):
            document.fail("'COLOR_0' of a mesh has another size than its places")
        found[:, : values.shape[1]] = np.clip(values, 0, 1)
    return found


def _weights(
    document: Document, node: int, attributes: dict[str, Any], found: _Found, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bones and weights (V, 4) of the skin, the strongest four; without one the mesh's own node carries it."""
    entry, skins = document.json["nodes"][node], document.items("skins")
    if "skin" not in entry or "JOINTS_0" not in attributes:
        carrier = found.bones.setdefault((node, -1), len(found.bones))
        if carrier == len(found.binds):
            found.binds.append(np.eye(4))
        return np.tile([carrier, 0, 0, 0], (count, 1)), np.tile([1.0, 0, 0, 0], (count, 1))
    number = document.integer(entry, "skin", len(skins))
    table = _bones_of(document, number, found)
    joints, weights = [], []
    for k in range(2):
        bones, shares = (_attribute(document, attributes, f"{name}_{k}", 4, count) for name in ("JOINTS", "WEIGHTS"))
        if bones is not None and shares is not None:
            joints.append(bones)
            weights.append(np.maximum(shares, 0))
    if not joints:
        document.fail("a skin has no weights", advice="Export the character with its skin")
    slots, shares = np.concatenate(joints, axis=1).astype(np.int64), np.concatenate(weights, axis=1)
    slots = np.where(shares > 0, slots, 0)
    if not 0 <= int(slots.min()) <= int(slots.max()) < len(table):
        document.fail("a vertex hangs on a joint that its skin has not", advice="Export it again")
    strongest = np.argsort(-shares, axis=1, kind="stable")[:, :MOST]
    slots, shares = np.take_along_axis(slots, strongest, 1), np.take_along_axis(shares, strongest, 1)
    total = shares.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, shares / np.maximum(total, 1e-12), [1.0, 0, 0, 0])
    return table[slots], shares


def _bones_of(document: Document, number: int, found: _Found) -> np.ndarray:
    """(S,) bones of a skin's joints."""
    skin = document.items("skins")[number]
    joints = skin.get("joints")
    if not isinstance(joints, list) or not joints:
        document.fail("the joints of a skin are no list")
    matrices = np.broadcast_to(np.eye(4), (len(joints), 4, 4))
    if "inverseBindMatrices" in skin:
        values = document.accessor(skin["inverseBindMatrices"])
        if values.shape[1] != 16 or len(values) < len(joints):
            document.fail("a skin has fewer matrices than joints")
        matrices = values.reshape(-1, 4, 4).swapaxes(1, 2)
    table = []
    for slot, joint in enumerate(joints):
        node = document.integer({"joint": joint}, "joint", len(document.parents))
        bone = found.bones.setdefault((node, number), len(found.bones))
        if bone == len(found.binds):
            found.binds.append(matrices[slot])
        table.append(bone)
    return np.array(table)


def _material(document: Document, primitive: dict[str, Any], found: _Found) -> tuple[Material, int]:
    """The material of a primitive, and which places in the picture it takes."""
    materials = document.items("materials")
    if "material" not in primitive:
        return Material(), 0
    entry = materials[document.integer(primitive, "material", len(materials))]
    plain = entry.get("pbrMetallicRoughness")
    plain = plain if isinstance(plain, dict) else {}
    colour = np.clip(document.numbers(plain, "baseColorFactor", (1.0, 1.0, 1.0, 1.0)), 0, 1)
    mode, picture, taken = entry.get("alphaMode", "OPAQUE"), -1, 0
    texture = plain.get("baseColorTexture")
    if isinstance(texture, dict):
        textures, images = document.items("textures"), document.items("images")
        chosen = textures[document.integer(texture, "index", len(textures))]
        taken = document.integer(texture, "texCoord", 8, 0)
        if "source" in chosen:
            image = document.integer(chosen, "source", len(images))
            picture = found.pictures.setdefault(image, len(found.pictures))
            if len(found.pictures) > MAX_PICTURES:
                document.fail(f"it has more than {MAX_PICTURES} pictures", advice="Join its materials")
        else:
            found.notes["pictures of an unknown kind left out"] = found.notes.get("pictures of an unknown kind left out", 0) + 1
    cutoff = float(document.numbers({"c": [entry.get("alphaCutoff", 0.5)]}, "c", (0.5,))[0]) if mode == "MASK" else 0.0
    red, green, blue, opacity = (float(value) for value in colour)
    return Material((red, green, blue, opacity), picture, cutoff, mode == "BLEND", entry.get("doubleSided") is True), taken


def _picture(document: Document, index: int) -> bytes:
    """The content of a picture: in a buffer, in the document, or beside it."""
    entry = document.items("images")[index]
    uri = entry.get("uri")
    if isinstance(uri, str) and not uri.startswith("data:"):
        file = document.beside(uri)
        try:
            if file.stat().st_size > MAX_PICTURE_BYTES or not file.is_file():
                document.fail("a picture is no file of a usual size", uri[:60])
            return file.read_bytes()
        except OSError as error:
            raise os_problem(file, error) from error
    if isinstance(uri, str):
        content = document.from_text(uri, f"picture {index}")
    else:
        views = document.items("bufferViews")
        content = document.view(views[document.integer(entry, "bufferView", len(views))])
    if len(content) > MAX_PICTURE_BYTES:
        document.fail("a picture is larger than usual", f"picture {index}", "Make its pictures smaller")
    return content.tobytes()
