"""The character of an FBX file as a GLB in the cache: nodes at rest, meshes, skins, colours and pictures; no animation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core import paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.hashing import content_digest
from motionpatches.core.io.containers.glb_file import GlbWriter
from motionpatches.core.io.formats import Format
from motionpatches.core.io.native.ufbx_scene import MAX_DEPTH, MAX_NODES, hold, items, left_handed
from motionpatches.core.motion.axes import UP_AXES, to_y_up
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton

# Raise it when files are made in another way. Corners of polygons of a file; bones that move a vertex; bytes of a picture.
FORMAT, MAX_CORNERS, MOST, MAX_PICTURE_BYTES = 1, 4_000_000, 4, 64 << 20
# Lists of a glTF document.
LISTS = ("nodes", "meshes", "skins", "materials", "textures", "images")
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def character_file(path: Path) -> Path:
    """Return where the GLB of an FBX file is kept. Raises FileProblem where that cannot be read."""
    try:
        return paths.cache() / "characters" / f"{content_digest(path)} {FORMAT}.glb"
    except OSError as error:
        raise os_problem(path, error) from error


def read_fbx_character(path: Path) -> list[RawTake]:
    """Write `character_file`; the take that is returned says nothing. Only for a child process, see ufbx_scene.py."""
    import ufbx

    try:
        scene = ufbx.load_file(str(path), node_depth_limit=MAX_DEPTH, generate_missing_normals=True)
    except (ufbx.UfbxError, RuntimeError, UnicodeError) as error:
        raise FileProblem(path, f"it is no whole FBX file ({str(error)[:60]})", "Export or copy it again") from None
    hold(scene)
    if len(scene.nodes) > MAX_NODES or sum(mesh.num_indices for mesh in items(scene.meshes)) > MAX_CORNERS:
        raise FileProblem(path, "its meshes are too large to open", "Reduce them, as with Blender's Decimate")
    file = character_file(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, _Character(path, scene).glb())
    return [RawTake(np.zeros((1, 1, 3), np.float32), 30.0, Skeleton(("root",), (-1,)), Assumption("rate", "30 fps", "none", 1.0))]


FBX_CHARACTER = Format("FBX character", (".fbx",), read_fbx_character, native=True)


@dataclass
class _Character:
    """What is written of a scene."""

    path: Path
    scene: Any
    writer: GlbWriter = field(default_factory=GlbWriter)
    materials: dict[int, int] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def glb(self) -> bytes:
        """Return the file."""
        nodes = list(items(self.scene.nodes))
        self._nodes(nodes)
        for mesh in items(self.scene.meshes):
            if mesh.num_faces and len(mesh.instances):
                self._mesh(mesh)
        filled = {name: rows for name, rows in self.lists.items() if rows}
        roots = [index for index, node in enumerate(self.lists["nodes"]) if index not in self._children]
        return self.writer.glb(**filled, scenes=[{"nodes": roots}], scene=0)

    def _nodes(self, nodes: list[Any]) -> None:
        """Each node by its matrix in its parent's frame; the first one also brings the file's unit and axes to those of glTF."""
        settings = self.scene.settings
        up = settings.axes.up.name.replace("POSITIVE_", "").replace("NEGATIVE_", "-")
        if left_handed(settings.axes):
            raise FileProblem(self.path, "its axes are left-handed", "Export it with right-handed axes, or as GLB")
        whole = np.eye(4)
        whole[:3, :3] = to_y_up(np.eye(3), up if up in UP_AXES else "Y").T * settings.unit_meters
        world = [_matrix(node.node_to_world) for node in nodes]
        self._children: set[int] = set()
        for node, own in zip(nodes, world, strict=True):
            above = -1 if node.parent is None else node.parent.typed_id
            local = whole @ own if above < 0 else np.linalg.pinv(world[above]) @ own
            self.lists["nodes"].append({"name": node.name or "root", "matrix": local.T.ravel().tolist()})
            if above >= 0:
                self._hang(above, len(self.lists["nodes"]) - 1)

    def _hang(self, above: int, node: int) -> None:
        self.lists["nodes"][above].setdefault("children", []).append(node)
        self._children.add(node)

    def _mesh(self, mesh: Any) -> None:
        """A mesh with its skin; without one it hangs on its node."""
        corners, rows = _corners(mesh)
        joints, weights, table = _weights(mesh)
        skin = next(items(mesh.skin_deformers), None)
        faces = _array(mesh.faces, np.int64).reshape(-1, 2)
        material_of = _array(mesh.face_material, np.int64) if len(mesh.face_material) else np.zeros(len(faces), np.int64)
        primitives, materials = [], list(items(mesh.materials))
        for number in np.unique(material_of).tolist():
            triangles = corners[_fans(faces[material_of == number])]
            used, own = np.unique(triangles, return_inverse=True)
            attributes = self.writer.attributes(
                rows["vertices"][used], rows["normals"][used], joints[rows["index"][used]], weights[rows["index"][used]]
            )
            if skin is None:
                del attributes["JOINTS_0"], attributes["WEIGHTS_0"]
            attributes["TEXCOORD_0"] = self.writer.accessor(rows["places"][used].astype("<f4"), "VEC2", 5126)
            primitive = {"attributes": attributes, "indices": self.writer.accessor(own.ravel().astype("<u4"), "SCALAR", 5125)}
            if number < len(materials):
                primitive["material"] = self._material(materials[number])
            primitives.append(primitive)
        self.lists["meshes"].append({"primitives": primitives})
        entry: dict[str, Any] = {"name": mesh.name, "mesh": len(self.lists["meshes"]) - 1}
        carrier = next(items(mesh.instances))
        if skin is not None and table:
            self.lists["skins"].append(self.writer.skin([node for node, _ in table], np.array([bind for _, bind in table])))
            self.lists["nodes"].append(entry | {"skin": len(self.lists["skins"]) - 1})
        else:
            self.lists["nodes"].append(entry | {"matrix": _matrix(carrier.geometry_to_node).T.ravel().tolist()})
            self._hang(carrier.typed_id, len(self.lists["nodes"]) - 1)

    def _material(self, material: Any) -> int:
        if material.element_id not in self.materials:
            colour = material.fbx.diffuse_color
            plain: dict[str, Any] = {"baseColorFactor": [*np.clip(list(colour.value_vec4)[:3], 0, 1).tolist(), 1.0]}
            picture = None if colour.texture is None or not colour.texture_enabled else self._picture(colour.texture)
            if picture is not None:
                plain = {"baseColorTexture": {"index": picture}}
            self.lists["materials"].append({"name": material.name, "pbrMetallicRoughness": plain, "doubleSided": True})
            self.materials[material.element_id] = len(self.lists["materials"]) - 1
        return self.materials[material.element_id]

    def _picture(self, texture: Any) -> int | None:
        """The number of a texture; None where its picture is not there, or no PNG or JPEG."""
        content = bytes(texture.content or b"") or self._beside(texture.relative_filename or texture.filename or "")
        kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), "")
        if not kind:
            return None
        self.lists["images"].append({"bufferView": self.writer.view(content), "mimeType": kind})
        self.lists["textures"].append({"source": len(self.lists["images"]) - 1})
        return len(self.lists["textures"]) - 1

    def _beside(self, name: str) -> bytes:
        """A picture of this name in the file's folder, or in those that exporters make there."""
        own = name.replace("\\", "/").rsplit("/", 1)[-1]
        folder = self.path.parent
        for place in (folder, folder / "textures", folder / f"{self.path.stem}.fbm") if own and own not in (".", "..") else ():
            if (place / own).is_file() and (place / own).stat().st_size <= MAX_PICTURE_BYTES:
                return (place / own).read_bytes()
        return b""


def _array(values: Any, kind: Any) -> np.ndarray:
    hold(values)
    return np.array(values, kind)


def _matrix(matrix: Any) -> np.ndarray:
    """(4, 4) of an affine matrix of four columns."""
    found = np.eye(4)
    found[:3] = np.stack([tuple(matrix.c0), tuple(matrix.c1), tuple(matrix.c2), tuple(matrix.c3)], axis=1)
    return found


def _corners(mesh: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the vertex of each corner of a polygon, and rows of vertices: several where normals or
    places in the picture differ. `index`: the mesh's own vertex of each."""
    layers = [mesh.vertex_position, mesh.vertex_normal, mesh.vertex_uv]
    indices = [_array(one.indices, np.int64) if one.exists else np.zeros(mesh.num_indices, np.int64) for one in layers]
    values = [_array(one.values, np.float64) if one.exists else np.zeros((1, 2 + (i < 2))) for i, one in enumerate(layers)]
    own = _array(mesh.vertex_indices, np.int64)
    # Many files have values of their own for each corner: equal ones are one.
    for layer in (1, 2):
        values[layer], same = np.unique(values[layer].round(6), axis=0, return_inverse=True)
        indices[layer] = same.ravel()[indices[layer]]
    rows, corners = np.unique(np.column_stack([own, *indices]), axis=0, return_inverse=True)
    places = values[2][rows[:, 3], :2] * [1, -1] + [0, 1]  # glTF counts from the top
    return corners.ravel(), {
        "vertices": values[0][rows[:, 1]],
        "normals": values[1][rows[:, 2]],
        "places": places,
        "index": rows[:, 0],
    }


def _fans(faces: np.ndarray) -> np.ndarray:
    """(F, 3) corners of triangles of polygons, rows of first corner and count."""
    counts = np.maximum(faces[:, 1] - 2, 0)
    first = np.repeat(faces[:, 0], counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.stack([first, first + step + 1, first + step + 2], axis=1)


def _weights(mesh: Any) -> tuple[np.ndarray, np.ndarray, list[tuple[int, np.ndarray]]]:
    """Bones and weights (V, 4) of the mesh's own vertices, the strongest four; of each bone its node and the matrix to it."""
    joints, weights = np.zeros((mesh.num_vertices, MOST), np.int64), np.zeros((mesh.num_vertices, MOST))
    weights[:, 0] = 1
    skin, found = next(items(mesh.skin_deformers), None), []
    table: list[tuple[int, np.ndarray]] = []
    for cluster in items(skin.clusters) if skin is not None else ():
        if cluster.bone_node is not None:
            vertices, shares = _array(cluster.vertices, np.int64), _array(cluster.weights, np.float64)
            found.append(np.column_stack([vertices, np.full(len(vertices), len(table)), shares]).reshape(-1, 3))
            table.append((cluster.bone_node.typed_id, _matrix(cluster.geometry_to_bone)))
    if found:
        rows = np.concatenate(found)
        rows = rows[np.lexsort((-rows[:, 2], rows[:, 0]))]
        vertex = rows[:, 0].astype(np.int64)
        rank = np.arange(len(rows)) - np.searchsorted(vertex, vertex)
        rows, vertex, rank = rows[rank < MOST], vertex[rank < MOST], rank[rank < MOST]
        weights[np.unique(vertex)] = 0
        joints[vertex, rank], weights[vertex, rank] = rows[:, 1], rows[:, 2]
    return joints, weights, table
