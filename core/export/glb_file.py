"""A binary glTF file: one JSON part and one buffer."""

from __future__ import annotations

import json
import struct
from typing import Any


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
