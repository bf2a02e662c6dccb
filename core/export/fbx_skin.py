"""Meshes of a character in an FBX file: triangles, materials with their pictures, and how joints move the vertices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.export.fbx_tree import Int, Node, named, node, properties
from motionpatches.core.figure.character import Character
from motionpatches.core.io.gltf.meshes import Material
from motionpatches.core.motion.axes import from_y_up
from motionpatches.core.motion.rotations import unit
from motionpatches.core.retarget.on_ground import on_ground
from motionpatches.core.retarget.rig import PosedMotion, Rig

# Ids of objects, apart from those of joints in core/export/fbx.py: what there is one of; the first of what there are several of.
GEOMETRY, MODEL, DEFORMER = 1_000_000, 1_000_001, 1_000_002
MATERIALS, TEXTURES, VIDEOS, CLUSTERS = 1_100_000, 1_200_000, 1_300_000, 1_400_000
PNG = b"\x89PNG"
# Metres, and radians, up to which a bind pose is the rest pose of its file.
SAME = 1e-4


@dataclass(frozen=True, eq=False)
class Skin:
    """Meshes in the rest pose of a rig, in the axes and the unit of its motion.

    `vertices`, `normals` (V, 3); `places` (V, 2) in the picture, v upwards; `faces` (F, 3); `materials`, and which of them each
    face has (F,). `joints`, `moved`, `weights` (N,): joint, vertex, and share of the joint in where the vertex goes.
    """

    name: str
    vertices: np.ndarray
    normals: np.ndarray
    places: np.ndarray
    faces: np.ndarray
    materials: tuple[Material, ...]
    material_of: np.ndarray
    pictures: tuple[bytes, ...]
    joints: np.ndarray
    moved: np.ndarray
    weights: np.ndarray


def standing(posed: PosedMotion, character: Character) -> PosedMotion:
    """Put a motion on a character's rig where its meshes are: at rest as they were bound, in motion the soles on the ground."""
    rig, rest = posed.rig, character.rest / character.unit
    moved, places = on_ground(posed, character.rest, character.soles)
    turns, bound = _bind_pose(character, rest, rig)
    parents = np.array(rig.skeleton.parents)
    offsets = bound - np.where(parents[:, None] < 0, 0.0, bound[parents])
    rig = replace(rig, offsets=offsets, axes=turns @ rig.axes)
    return replace(posed, rig=rig, turns=moved @ turns.swapaxes(1, 2), positions=places / character.unit)


def _bind_pose(character: Character, rest: np.ndarray, rig: Rig) -> tuple[np.ndarray, np.ndarray]:
    """Turns (J, 3, 3) from the rest pose of the file to that in which its meshes were bound, and places (J, 3) there, in metres.

    The first joint that carries a mesh is where it is at rest. A joint that carries none goes with its parent.
    """
    carried, first = np.unique(character.joints, return_index=True)
    bones = dict(zip(carried.tolist(), first.tolist(), strict=True))
    bones.pop(-1, None)
    turns, places = np.broadcast_to(np.eye(3), (len(rest), 3, 3)).copy(), rest.copy()
    own: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for joint, bone in bones.items():
        axes, shift = character.binds[bone, :, :3], character.binds[bone, :, 3]
        u, _, vt = np.linalg.svd(axes)
        own[joint] = u @ vt, -np.linalg.pinv(axes) @ shift
    order = rig.skeleton.topological_order
    start = next((joint for joint in order if joint in own), -1)
    if start < 0:
        return turns, places
    upright, origin = own[start]
    # From the space of the meshes to the world: metres, as the first joint is at rest.
    size = np.cbrt(abs(np.linalg.det(character.binds[bones[start], :, :3]))) / character.unit
    for joint in order:
        parent = rig.skeleton.parents[joint]
        if joint in own:
            turns[joint] = upright @ own[joint][0].T
            places[joint] = size * upright @ (own[joint][1] - origin) + rest[start]
        elif parent >= 0:
            turns[joint] = turns[parent]
            places[joint] = places[parent] + turns[parent] @ (rest[joint] - rest[parent])
    if np.abs(turns - np.eye(3)).max() < SAME and np.abs(places - rest).max() < SAME:
        return np.broadcast_to(np.eye(3), turns.shape), rest
    return turns, places


def skin_of(character: Character, posed: PosedMotion, up: str) -> Skin:
    """Bring the meshes of a character into the rest pose of a rig.

    Args:
        character: Its meshes.
        posed: What `standing` gives, in the axes and the unit of a file.
        up: Up axis of `posed`.
    """
    meshes, rig = character.meshes, posed.rig
    own = np.maximum(character.joints, 0)
    # From the mesh to the rest pose, for each bone: (B, 3, 3) and (B, 3).
    world, carried = from_y_up(np.eye(3), up).T, (character.joints >= 0)[:, None]
    axes = np.where(carried[:, :, None], rig.axes[own], world)
    turns = axes @ character.binds[:, :, :3] / (character.unit * posed.unit_m)
    shifts = np.einsum("bij,bj->bi", axes, character.binds[:, :, 3]) / (character.unit * posed.unit_m)
    shifts = shifts + np.where(carried, rig.places[own], 0.0)
    shares = meshes.weights.astype(np.float64)
    turn = np.einsum("vk,vkij->vij", shares, turns[meshes.bones])
    shift = np.einsum("vk,vki->vi", shares, shifts[meshes.bones])
    kinds = tuple(dict.fromkeys(part.material for part in meshes.parts))
    joints, moved, weights = _weights(character.joints[meshes.bones], shares)
    return Skin(
        character.name or "character",
        np.einsum("vij,vj->vi", turn, meshes.vertices) + shift,
        unit(np.einsum("vij,vj->vi", turn, meshes.normals)),
        meshes.places * [1, -1] + [0, 1],
        meshes.faces,
        kinds,
        np.repeat([kinds.index(part.material) for part in meshes.parts], [part.count for part in meshes.parts]),
        meshes.pictures,
        joints,
        moved,
        weights,
    )


def _weights(joints: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joint, vertex and share of both, each pair once, by joint; `joints` (V, 4) -1 where nothing carries."""
    count = len(joints)
    used = (shares > 0) & (joints >= 0)
    pairs, place = np.unique((joints * count + np.arange(count)[:, None])[used], return_inverse=True)
    return pairs // count, pairs % count, np.bincount(place, shares[used], len(pairs))


def skin_nodes(skin: Skin, posed: PosedMotion, names: Sequence[str]) -> Iterator[Node]:
    """Geometry, node, materials, pictures, and a cluster for each joint that moves vertices."""
    yield _geometry(skin)
    yield node("Model", MODEL, named(skin.name, "Model"), "Mesh", below=[node("Version", Int(232)), properties()])
    for number, material in enumerate(skin.materials):
        yield from _material(number, material)
    for number, picture in enumerate(skin.pictures):
        yield from _picture(number, picture)
    rows = [node("Version", Int(101)), node("Link_DeformAcuracy", 50.0)]
    yield node("Deformer", DEFORMER, named("", "Deformer"), "Skin", below=rows)
    for joint in np.unique(skin.joints).tolist():
        own = skin.joints == joint
        world = np.eye(4)
        world[:3, :3], world[:3, 3] = posed.rig.axes[joint], posed.rig.places[joint]
        below = [
            node("Version", Int(100)),
            node("UserData", "", ""),
            node("Indexes", skin.moved[own].astype(np.int32)),
            node("Weights", skin.weights[own].astype(np.float64)),
            # Matrices are written column by column.
            node("Transform", np.linalg.inv(world).T.flatten()),
            node("TransformLink", world.T.flatten()),
        ]
        yield node("Deformer", CLUSTERS + joint, named(names[joint], "SubDeformer"), "Cluster", below=below)


def skin_links(skin: Skin, first: int, step: int) -> Iterator[Node]:
    """Connections of `skin_nodes`; joints have the ids `first`, `first` + `step` and so on."""
    pairs = [(GEOMETRY, MODEL), (MODEL, 0), (DEFORMER, GEOMETRY)]
    pairs += [(MATERIALS + number, MODEL) for number in range(len(skin.materials))]
    pairs += [(VIDEOS + number, TEXTURES + number) for number in range(len(skin.pictures))]
    for joint in np.unique(skin.joints).tolist():
        pairs += [(CLUSTERS + joint, DEFORMER), (first + step * joint, CLUSTERS + joint)]
    for below, above in pairs:
        yield node("C", "OO", below, above)
    for number, material in enumerate(skin.materials):
        if material.picture >= 0:
            yield node("C", "OP", TEXTURES + material.picture, MATERIALS + number, "DiffuseColor")


def _geometry(skin: Skin) -> Node:
    corners = skin.faces.astype(np.int32)
    ends = corners.copy()
    # The last corner of a polygon is written as its complement.
    ends[:, 2] = -ends[:, 2] - 1
    normals = _layer("Normal", 101, "ByPolygonVertex", "Direct", Normals=skin.normals[corners].ravel())
    places = _layer("UV", 101, "ByPolygonVertex", "IndexToDirect", UV=skin.places.ravel(), UVIndex=corners.ravel())
    materials = _layer("Material", 101, "ByPolygon", "IndexToDirect", Materials=skin.material_of.astype(np.int32))
    used = [
        node("LayerElement", below=[node("Type", f"LayerElement{kind}"), node("TypedIndex", Int(0))])
        for kind in ("Normal", "Material", "UV")
    ]
    below = [
        node("GeometryVersion", Int(124)),
        node("Vertices", skin.vertices.ravel().astype(np.float64)),
        node("PolygonVertexIndex", ends.ravel()),
        normals,
        places,
        materials,
        node("Layer", Int(0), below=[node("Version", Int(100)), *used]),
    ]
    return node("Geometry", GEOMETRY, named(skin.name, "Geometry"), "Mesh", below=below)


def _layer(kind: str, version: int, mapping: str, reference: str, **values: np.ndarray) -> Node:
    rows = [node(name, array if array.dtype == np.int32 else array.astype(np.float64)) for name, array in values.items()]
    head = [
        node("Version", Int(version)),
        node("Name", ""),
        node("MappingInformationType", mapping),
        node("ReferenceInformationType", reference),
    ]
    return node(f"LayerElement{kind}", Int(0), below=[*head, *rows])


def _material(number: int, material: Material) -> Iterator[Node]:
    red, green, blue, opacity = material.colour
    rows: list[tuple[object, ...]] = [
        ("DiffuseColor", "Color", "", "A", red, green, blue),
        ("DiffuseFactor", "Number", "", "A", 1.0),
        ("SpecularFactor", "Number", "", "A", 0.0),
        ("Opacity", "double", "Number", "", opacity if material.clear else 1.0),
    ]
    below = [node("Version", Int(102)), node("ShadingModel", "phong"), node("MultiLayer", Int(0)), properties(*rows)]
    yield node("Material", MATERIALS + number, named(f"material {number + 1}", "Material"), "", below=below)


def _picture(number: int, content: bytes) -> Iterator[Node]:
    """A picture within the file, and the texture that shows it."""
    name = f"picture_{number + 1}.{'png' if content[:4] == PNG else 'jpg'}"
    clip, files = named(name, "Video"), [node("RelativeFilename", name)]
    below = [node("Type", "Clip"), node("UseMipMap", Int(0)), node("Filename", name), *files, node("Content", content)]
    yield node("Video", VIDEOS + number, clip, "Clip", below=below)
    rows = [
        node("Type", "TextureVideoClip"),
        node("Version", Int(202)),
        node("TextureName", named(name, "Texture")),
        node("Media", clip),
        node("FileName", name),
        *files,
    ]
    yield node("Texture", TEXTURES + number, named(name, "Texture"), "", below=rows)
