"""A skinned and textured character, written by hand, and a slow twin that moves its vertices."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import numpy as np

from motionpatches.core.io.smpl.body import REST
from motionpatches.core.motion.rotations import from_quaternions
from motionpatches.core.motion.skeleton import SMPL22
from tests.core.io.gltf.gltf_files import Builder, quaternion, twin_accessor, twin_matrix, twin_value

# Its picture is of this colour.
GREEN = (20, 230, 60)
THICK = 0.06
BOX = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def png(width: int = 2, height: int = 2) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(GREEN) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def armature(made: Builder, tall: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Make the nodes 0 to 22 of a person in a T-pose, in an armature of centimetres that lies.

    Returns:
        Where the joints are (22, 3), in metres, Y up, and how the armature is turned (3, 3).
    """
    turned = from_quaternions(np.array(quaternion(-90, (1, 0, 0))))
    world = (REST - [0, REST[:, 1].min(), 0]) * tall
    places = world @ turned * 100  # metres, Y up -> the armature's centimetres, Z up
    made.json["nodes"] = [{"name": "Armature", "scale": [0.01] * 3, "rotation": quaternion(-90, (1, 0, 0)), "children": [1]}]
    for joint, parent in enumerate(SMPL22.parents):
        apart = places[joint] - (places[parent] if parent >= 0 else 0)
        node = {"name": SMPL22.joint_names[joint], "translation": apart.tolist()}
        below = [1 + child for child, p in enumerate(SMPL22.parents) if p == joint]
        made.json["nodes"].append({**node, "children": below} if below else node)
    return world, turned


def character(picture: bytes | None = None, tall: float = 1.0) -> Builder:
    """A person of boxes in a T-pose, in an armature of centimetres that lies; `tall`: its size over that of SMPL's body."""
    made = Builder()
    world, turned = armature(made, tall)
    vertices, joints, weights, faces = [], [], [], []
    for joint, parent in enumerate(SMPL22.parents):
        if parent < 0:
            continue
        start, end = world[parent], world[joint]
        shares = (BOX[:, 1] + 1) / 2
        corners = start + (end - start) * shares[:, None] + BOX * THICK * tall
        faces += [
            [8 * len(vertices) + v for v in (a, b, c)] for q in SIDES for a, b, c in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))
        ]
        vertices.append(corners)
        joints += [[parent, joint, 0, 0]] * 8
        weights += [[1 - 0.5 * share, 0.5 * share, 0, 0] for share in shares]
    made.json["skins"] = [{"joints": list(range(1, 23)), "inverseBindMatrices": _matrices(made, world, turned)}]
    attributes = {
        "POSITION": made.accessor(np.concatenate(vertices)),
        "JOINTS_0": made.accessor(joints, 5123),
        "WEIGHTS_0": made.accessor(weights),
        "TEXCOORD_0": _pairs(made, np.full((len(joints), 2), 0.5)),
    }
    indices = made.accessor(np.array(faces).ravel(), 5125)
    made.json["meshes"] = [{"primitives": [{"attributes": attributes, "indices": indices, "material": 0}]}]
    made.json["nodes"].append({"mesh": 0, "skin": 0})
    made.json["images"] = [{"bufferView": made.view(png() if picture is None else picture), "mimeType": "image/png"}]
    made.json["textures"] = [{"source": 0}]
    made.json["materials"] = [{"doubleSided": True, "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    made.json["scenes"] = [{"nodes": [0, 23]}]
    return made


def _matrices(made: Builder, world: np.ndarray, turned: np.ndarray) -> int:
    """Inverses of where the joints are, column by column."""
    rows = []
    for place in world:
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = turned * 0.01, place
        rows.append(np.linalg.inv(matrix).T.ravel())
    content = np.array(rows, "<f4").tobytes()
    made.json["accessors"].append({"bufferView": made.view(content), "componentType": 5126, "count": 22, "type": "MAT4"})
    return len(made.json["accessors"]) - 1


def _pairs(made: Builder, rows: np.ndarray) -> int:
    content = rows.astype("<f4").tobytes()
    made.json["accessors"].append({"bufferView": made.view(content), "componentType": 5126, "count": len(rows), "type": "VEC2"})
    return len(made.json["accessors"]) - 1


def twin_vertices(file: Path, time_s: float, which: list[int]) -> list[list[float]]:
    """Vertices of the first mesh of a GLB at a time of its first animation, each moved by its joints one after the other."""
    content = file.read_bytes()
    size = struct.unpack_from("<I", content, 12)[0]
    document, data = json.loads(content[20 : 20 + size]), content[28 + size :]
    moved: dict[tuple[int, str], list[float]] = {}
    for channel in document["animations"][0]["channels"]:
        sampler = document["animations"][0]["samplers"][channel["sampler"]]
        times = [row[0] for row in twin_accessor(document, data, sampler["input"])]
        values = twin_accessor(document, data, sampler["output"])
        path = channel["target"]["path"]
        moved[channel["target"]["node"], path] = twin_value(times, values, "LINEAR", path, time_s)
    parents = {c: p for p, n in enumerate(document["nodes"]) for c in n.get("children", [])}

    def world(node: int) -> np.ndarray:
        entry = document["nodes"][node]
        plain = {"translation": [0, 0, 0], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1]}
        own = np.array(twin_matrix(*(moved.get((node, name), entry.get(name, value)) for name, value in plain.items())))
        return world(parents[node]) @ own if node in parents else own

    skin, found, primitives = document["skins"][0], [], document["meshes"][0]["primitives"]
    inverse = _floats(document, data, skin["inverseBindMatrices"], 16)
    bones = [world(joint) @ np.array(row).reshape(4, 4).T for joint, row in zip(skin["joints"], inverse, strict=True)]
    for index in which:
        at = index
        for primitive in primitives:
            count = document["accessors"][primitive["attributes"]["POSITION"]]["count"]
            if at < count:
                break
            at -= count
        rows = {
            name: twin_accessor(document, data, primitive["attributes"][name])[at]
            for name in ("JOINTS_0", "WEIGHTS_0", "POSITION")
        }
        point = np.zeros(4)
        for joint, weight in zip(rows["JOINTS_0"], rows["WEIGHTS_0"], strict=True):
            point += weight / sum(rows["WEIGHTS_0"]) * (bones[joint] @ [*rows["POSITION"], 1])
        found.append(point[:3].tolist())
    return found


def _floats(document: dict, data: bytes, index: int, width: int) -> list[tuple[float, ...]]:
    accessor = document["accessors"][index]
    start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    return [struct.unpack_from(f"<{width}f", data, start + 4 * width * i) for i in range(accessor["count"])]
