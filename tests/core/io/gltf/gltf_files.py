"""glTF written by hand, and a slow twin of its reader: accessors by struct, one value at a time."""

import json
import math
import struct
from pathlib import Path

import numpy as np

from motionpatches.core.io.gltf.gltf import read_gltf

CODES = {5120: "b", 5121: "B", 5122: "h", 5123: "H", 5125: "I", 5126: "f"}
SIZES = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


class Builder:
    """A document that grows accessor by accessor."""

    def __init__(self, **more):
        self.data = bytearray()
        self.json = {"asset": {"version": "2.0"}, "nodes": [], "animations": [], "accessors": [], "bufferViews": [], **more}

    def view(self, content: bytes, **more) -> int:
        self.data += bytes(-len(self.data) % 4)
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content), **more})
        self.data += content
        return len(self.json["bufferViews"]) - 1

    def accessor(self, rows, kind: int = 5126, **more) -> int:
        rows = np.asarray(rows, float)
        rows = rows[:, None] if rows.ndim == 1 else rows
        content = b"".join(struct.pack(f"<{len(row)}{CODES[kind]}", *(row if kind == 5126 else map(int, row))) for row in rows)
        entry = {
            "bufferView": self.view(content),
            "componentType": kind,
            "count": len(rows),
            "type": {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[rows.shape[1]],
            **more,
        }
        self.json["accessors"].append(entry)
        return len(self.json["accessors"]) - 1

    def animate(self, name: str | None, *channels) -> None:
        """Channels: (node, path, times, values, interpolation), times and values as rows or as accessors."""
        samplers, listed = [], []
        for node, path, times, values, interpolation in channels:
            entry = {
                "input": times if isinstance(times, int) else self.accessor(times),
                "output": values if isinstance(values, int) else self.accessor(values),
            }
            samplers.append(entry | ({"interpolation": interpolation} if interpolation else {}))
            listed.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
        self.json["animations"].append({"samplers": samplers, "channels": listed} | ({"name": name} if name else {}))

    def glb(self) -> bytes:
        document = {**self.json, "buffers": [{"byteLength": len(self.data)}]}
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self.data) + bytes(-len(self.data) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks

    def gltf(self, uri: str) -> bytes:
        return json.dumps({**self.json, "buffers": [{"byteLength": len(self.data), "uri": uri}]}).encode()


def opened(folder: Path, content: bytes, name: str = "a.glb"):
    (folder / name).write_bytes(content)
    return read_gltf(folder / name)


def quaternion(degrees: float, axis: tuple) -> list[float]:
    half = math.radians(degrees) / 2
    length = math.sqrt(sum(a * a for a in axis))
    return [a / length * math.sin(half) for a in axis] + [math.cos(half)]


# --- the slow twin: one frame, one number at a time -----------------------------------------------------------------------


def twin_accessor(document: dict, data: bytes, index: int) -> list[list[float]]:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    code, width = CODES[accessor["componentType"]], SIZES[accessor["type"]]
    size = struct.calcsize("<" + code) * width
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    rows = []
    for i in range(accessor["count"]):
        row = struct.unpack_from(f"<{width}{code}", data, start + i * view.get("byteStride", size))
        if accessor.get("normalized"):
            top = {5120: 127, 5121: 255, 5122: 32767, 5123: 65535}[accessor["componentType"]]
            row = [max(v / top, -1.0) for v in row]
        rows.append(list(row))
    return rows


def twin_value(times, values, interpolation, path, t):
    if t <= times[0] or len(times) == 1:
        return values[1] if interpolation == "CUBICSPLINE" else values[0]
    if t >= times[-1] - 1e-6:
        return values[-2] if interpolation == "CUBICSPLINE" else values[-1]
    i = max(k for k in range(len(times)) if times[k] <= t + 1e-6)
    if interpolation == "STEP":
        return values[i]
    d = times[i + 1] - times[i]
    u = (t - times[i]) / d
    if interpolation == "CUBICSPLINE":
        p0, m0, m1, p1 = values[3 * i + 1], values[3 * i + 2], values[3 * i + 3], values[3 * i + 4]
        return [
            (2 * u**3 - 3 * u**2 + 1) * a + d * (u**3 - 2 * u**2 + u) * b + (3 * u**2 - 2 * u**3) * e + d * (u**3 - u**2) * c
            for a, b, c, e in zip(p0, m0, m1, p1, strict=True)
        ]
    a, b = values[i], values[i + 1]
    if path != "rotation":
        return [x + u * (y - x) for x, y in zip(a, b, strict=True)]
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    if dot < 0:
        b, dot = [-x for x in b], -dot
    angle = math.acos(min(dot, 1.0))
    if angle < 1e-4:
        return [x + u * (y - x) for x, y in zip(a, b, strict=True)]
    return [(math.sin((1 - u) * angle) * x + math.sin(u * angle) * y) / math.sin(angle) for x, y in zip(a, b, strict=True)]


def twin_matrix(translation, rotation, scale) -> list[list[float]]:
    length = math.sqrt(sum(v * v for v in rotation))
    x, y, z, w = (v / length for v in rotation)
    turn = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return [[turn[r][c] * scale[c] for c in range(3)] + [translation[r]] for r in range(3)] + [[0, 0, 0, 1]]


def twin_place(document, data, animation, node, t):
    parents = {c: p for p, n in enumerate(document["nodes"]) for c in n.get("children", [])}
    path = [node]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    point = [0.0, 0.0, 0.0, 1.0]
    for index in path:
        entry = document["nodes"][index]
        parts = {
            "translation": entry.get("translation", [0, 0, 0]),
            "rotation": entry.get("rotation", [0, 0, 0, 1]),
            "scale": entry.get("scale", [1, 1, 1]),
        }
        moved = False
        for channel in animation["channels"]:
            if channel["target"].get("node") == index and channel["target"]["path"] in parts:
                sampler = animation["samplers"][channel["sampler"]]
                times = [row[0] for row in twin_accessor(document, data, sampler["input"])]
                parts[channel["target"]["path"]] = twin_value(
                    times,
                    twin_accessor(document, data, sampler["output"]),
                    sampler.get("interpolation", "LINEAR"),
                    channel["target"]["path"],
                    t,
                )
                moved = True
        if "matrix" in entry and not moved:
            matrix = [[entry["matrix"][4 * c + r] for c in range(4)] for r in range(4)]
        else:
            matrix = twin_matrix(**parts)
        point = [sum(matrix[r][c] * point[c] for c in range(4)) for r in range(4)]
    return point[:3]


def same_as_twin(content: bytes, takes, frames) -> None:
    size = struct.unpack("<I", content[12:16])[0]
    document, data = json.loads(content[20 : 20 + size]), content[28 + size :]
    names = [node.get("name", f"node {i}") for i, node in enumerate(document["nodes"])]
    for take, animation in zip(takes, document["animations"], strict=True):
        inputs = {sampler["input"] for sampler in animation["samplers"]}
        start = min(twin_accessor(document, data, i)[0][0] for i in inputs)
        for frame in frames(len(take.positions)):
            expected = [
                twin_place(document, data, animation, names.index(n), start + frame / take.fps) for n in take.skeleton.joint_names
            ]
            np.testing.assert_allclose(take.positions[frame], expected, atol=2e-5, err_msg=f"{take.name} {frame}")


# --- small documents ------------------------------------------------------------------------------------------------------


def arm(**more) -> Builder:
    """A root with a matrix, three joints, a mesh that hangs on them, and a camera."""
    builder = Builder(skins=[{"joints": [1, 2, 3]}], **more)
    matrix = [0, 0, -2, 0, 0, 2, 0, 0, 2, 0, 0, 0, 1, 2, 3, 1]  # turned, twice as large, moved
    builder.json["nodes"] = [
        {"name": "Rig", "children": [1, 4], "matrix": matrix},
        {"name": "hips", "children": [2], "translation": [0, 1, 0]},
        {"name": "arm", "children": [3], "translation": [0.5, 0, 0], "rotation": quaternion(30, (0, 0, 1)), "scale": [1, 2, 1]},
        {"name": "hand", "translation": [0.25, 0.1, 0]},
        {"name": "mesh", "skin": 0},
        {"name": "camera"},
    ]
    return builder
