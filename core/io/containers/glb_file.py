"""A binary glTF file: one JSON part and one buffer."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np


class Buffer:
    """The bytes of a file's one buffer."""

    def __init__(self) -> None:
        self.content = bytearray()

    def put(self, content: bytes) -> int:
        """Append content; return where it begins, a multiple of four bytes."""
        self.content += b"\0" * (-len(self.content) % 4)
        at = len(self.content)
        self.content += content
        return at


def glb_bytes(document: dict[str, Any], buffer: bytes) -> bytes:
    """Header, JSON part and binary part, each part a multiple of four bytes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    buffer += b"\0" * (-len(buffer) % 4)
    parts = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(buffer), b"BIN\0") + buffer
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


class GlbWriter:
    """A document that grows accessor by accessor."""

    def __init__(self) -> None:
        self.buffer = Buffer()
        self.json: dict[str, Any] = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": []}

    def view(self, content: bytes) -> int:
        """Append content; return the number of its view."""
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": self.buffer.put(content), "byteLength": len(content)})
        return len(self.json["bufferViews"]) - 1

    def accessor(self, rows: np.ndarray, kind: str, code: int, **more: Any) -> int:
        """Append values of a kind such as 'VEC3' and a component type; return the number of their accessor."""
        entry = {"bufferView": self.view(rows.tobytes()), "componentType": code, "count": len(rows), "type": kind}
        self.json["accessors"].append(entry | more)
        return len(self.json["accessors"]) - 1

    def attributes(self, vertices: np.ndarray, normals: np.ndarray, joints: np.ndarray, weights: np.ndarray) -> dict[str, int]:
        """Append places, normals (V, 3), joints and weights (V, 4) of vertices."""
        places = vertices.astype("<f4")
        bounds = {"min": places.min(axis=0).tolist(), "max": places.max(axis=0).tolist()}
        return {
            "POSITION": self.accessor(places, "VEC3", 5126, **bounds),
            "NORMAL": self.accessor(normals.astype("<f4"), "VEC3", 5126),
            "JOINTS_0": self.accessor(joints.astype("<u2"), "VEC4", 5123),
            "WEIGHTS_0": self.accessor(weights.astype("<f4"), "VEC4", 5126),
        }

    def skin(self, nodes: list[int], inverse: np.ndarray) -> dict[str, Any]:
        """Return a skin of nodes with matrices (J, 4, 4) from the mesh to each."""
        content = np.ascontiguousarray(inverse.swapaxes(1, 2), "<f4")
        return {"joints": nodes, "inverseBindMatrices": self.accessor(content, "MAT4", 5126)}

    def glb(self, **more: Any) -> bytes:
        """Return the whole file with further lists."""
        return glb_bytes(self.json | more | {"buffers": [{"byteLength": len(self.buffer.content)}]}, bytes(self.buffer.content))
