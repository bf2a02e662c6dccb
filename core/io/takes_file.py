"""Raw takes as one binary file: a JSON header and float32 arrays that can be memory-mapped.

Layout: MAGIC, the header's length (8 bytes, little-endian), the header, then the arrays, each at a multiple of 64 bytes. The
header names shape and place of every array. What the motion cache keeps, and what a reader's child process hands over.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from core.io.raw import RawTake, Stated
from core.motion.motion import Assumption
from core.motion.skeleton import Skeleton

MAGIC = b"MPTAKES1"
ALIGN = 64
_ARRAYS = ("positions", "rest", "root_offset")


class _Writer:
    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.at = 0

    def place(self, array: np.ndarray | None) -> dict[str, Any] | None:
        if array is None:
            return None
        array = np.ascontiguousarray(array, np.float32)
        entry = {"at": self.at, "shape": list(array.shape)}
        self.arrays.append(array)
        self.at += -(-array.nbytes // ALIGN) * ALIGN
        return entry


def write_takes(stream: BinaryIO, takes: Sequence[RawTake]) -> None:
    """Write takes to an open binary stream."""
    writer = _Writer()
    header = json.dumps([_described(take, writer) for take in takes]).encode()
    start = -(-(len(MAGIC) + 8 + len(header)) // ALIGN) * ALIGN
    stream.write((MAGIC + struct.pack("<Q", len(header)) + header).ljust(start, b"\0"))
    for array in writer.arrays:
        stream.write(array.data)
        stream.write(b"\0" * (-array.nbytes % ALIGN))


def read_takes(path: Path) -> list[RawTake]:
    """The takes of a file, their positions memory-mapped read-only. Raises ValueError or OSError for anything that is not
    such a file, whole."""
    with open(path, "rb") as stream:
        start = stream.read(len(MAGIC) + 8)
        if start[:len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 8:
            raise ValueError("not a file of takes")
        (length,) = struct.unpack("<Q", start[len(MAGIC):])
        size = path.stat().st_size
        if length > size:
            raise ValueError("a header that is longer than the file")
        try:
            header = json.loads(stream.read(length))
        except RecursionError:
            raise ValueError("a header nested too deeply") from None
    offset = -(-(len(MAGIC) + 8 + length) // ALIGN) * ALIGN
    content = np.memmap(path, np.uint8, "r")
    try:
        return [_take(entry, content, offset) for entry in header]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"a damaged header ({error})") from None


def _described(take: RawTake, writer: _Writer) -> dict[str, Any]:
    skeleton = take.skeleton
    return {
        **{name: writer.place(getattr(take, name)) for name in _ARRAYS},
        "fps": take.fps, "names": skeleton.joint_names, "parents": skeleton.parents, "chains": skeleton.chains,
        "rate": asdict(take.rate), "name": take.name, "captions": take.captions, "kind": take.kind,
        "notes": [asdict(note) for note in take.notes],
        **{name: asdict(stated) if (stated := getattr(take, name)) else None for name in ("unit", "up", "parts")},
        "partner": _described(take.partner, writer) if take.partner else None,
    }


def _take(entry: dict[str, Any], content: np.ndarray, offset: int) -> RawTake:
    def array(name: str) -> np.ndarray | None:
        place = entry[name]
        if place is None:
            return None
        shape = tuple(int(n) for n in place["shape"])
        start, count = offset + int(place["at"]), int(np.prod(shape, dtype=object))
        if min(shape, default=0) < 0 or start < offset or start + 4 * count > len(content):
            raise ValueError("an array that lies outside of the file")
        return content[start:start + 4 * count].view(np.float32).reshape(shape)

    def stated(name: str) -> Stated | None:
        return Stated(**entry[name]) if entry[name] else None

    positions = array("positions")
    if positions is None:
        raise ValueError("a take without positions")
    skeleton = Skeleton(tuple(entry["names"]), tuple(entry["parents"]), tuple(tuple(c) for c in entry["chains"]))
    return RawTake(
        positions, float(entry["fps"]), skeleton, Assumption(**entry["rate"]), entry["name"], tuple(entry["captions"]),
        array("rest"), stated("unit"), stated("up"), stated("parts"), array("root_offset"),
        _take(entry["partner"], content, offset) if entry["partner"] else None, entry["kind"],
        tuple(Assumption(**note) for note in entry["notes"]))
