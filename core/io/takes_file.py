"""Raw takes as one binary file: a JSON header and float32 arrays that can be memory-mapped.

Layout: MAGIC, the header's length (8 bytes, little-endian), the header, then the arrays, each at a multiple of 64 bytes, then
the CRC-32 of all that (4 bytes). The header names shape and place of every array. What the motion cache keeps, and what a
reader's child process hands over.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated
from motionpatches.core.regular_file import open_regular

MAGIC = b"MPTAKES2"
# Raised when any reader gives other takes for the same bytes: what is cached is then read anew.
READERS = 2
ALIGN = 64
# Files of fewer bytes are read whole: a mapping holds a file descriptor, of which a process has few.
MAP_FROM = 2**20
_ARRAYS = ("positions", "rest", "root_offset", "turns")


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
    header = json.dumps([_described(take, writer) for take in takes], default=_plain).encode()
    start = -(-(len(MAGIC) + 8 + len(header)) // ALIGN) * ALIGN
    check = 0
    for part in _parts((MAGIC + struct.pack("<Q", len(header)) + header).ljust(start, b"\0"), writer.arrays):
        stream.write(part)
        check = zlib.crc32(part, check)
    stream.write(struct.pack("<I", check))


def _parts(header: bytes, arrays: list[np.ndarray]) -> Iterator[bytes | memoryview]:
    yield header
    for array in arrays:
        yield array.reshape(-1).view(np.uint8).data
        yield b"\0" * (-array.nbytes % ALIGN)


def _plain(value: Any) -> Any:
    """A numpy scalar as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a take holds {type(value).__name__}, which has no place in a header")


def read_takes(path: Path, own: bool = False) -> list[RawTake]:
    """The takes of a file, read-only, those of large files memory-mapped; with `own` in memory of their own, for a file that
    goes away. Raises ValueError or OSError for anything that is not such a file, whole."""
    content = np.fromfile(path, np.uint8) if own else _content(path)
    head = len(MAGIC) + 8
    if len(content) < head + 4 or content[: len(MAGIC)].tobytes() != MAGIC:
        raise ValueError("not a file of takes")
    if zlib.crc32(content[:-4].data) != int.from_bytes(content[-4:].tobytes(), "little"):
        raise ValueError("a damaged file of takes")
    (length,) = struct.unpack("<Q", content[len(MAGIC) : head].data)
    if length > len(content):
        raise ValueError("a header that is longer than the file")
    offset = -(-(head + length) // ALIGN) * ALIGN
    try:
        return [_take(entry, content[:-4], offset) for entry in json.loads(content[head : head + length].tobytes())]
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"a damaged header ({error})") from None


def _content(path: Path) -> np.ndarray:
    """(N,) uint8, not writable."""
    with open_regular(path) as stream:
        if os.fstat(stream.fileno()).st_size < MAP_FROM:
            return np.frombuffer(stream.read(), np.uint8)
        return np.memmap(stream, np.uint8, "r").view(np.ndarray)


def _described(take: RawTake, writer: _Writer) -> dict[str, Any]:
    skeleton = take.skeleton
    return {
        **{name: writer.place(getattr(take, name)) for name in _ARRAYS},
        "fps": take.fps,
        "names": skeleton.joint_names,
        "parents": skeleton.parents,
        "chains": skeleton.chains,
        "rate": asdict(take.rate),
        "name": take.name,
        "captions": take.captions,
        "kind": take.kind,
        "notes": [asdict(note) for note in take.notes],
        **{name: asdict(stated) if (stated := getattr(take, name)) else None for name in ("unit", "up", "parts")},
        "partner": _described(take.partner, writer) if take.partner else None,
    }


def _take(entry: dict[str, Any], content: np.ndarray, offset: int) -> RawTake:
    def array(name: str) -> np.ndarray | None:
        place = entry.get(name)
        if place is None:
            return None
        shape = tuple(int(n) for n in place["shape"])
        start, count = offset + int(place["at"]), int(np.prod(shape, dtype=object))
        if min(shape, default=0) < 0 or start < offset or start + 4 * count > len(content):
            raise ValueError("an array that lies outside of the file")
        return content[start : start + 4 * count].view(np.float32).reshape(shape)

    def stated(name: str) -> Stated[Any] | None:
        return Stated(**entry[name]) if entry[name] else None

    positions = array("positions")
    if positions is None:
        raise ValueError("a take without positions")
    skeleton = Skeleton(tuple(entry["names"]), tuple(entry["parents"]), tuple(tuple(c) for c in entry["chains"]))
    return RawTake(
        positions,
        float(entry["fps"]),
        skeleton,
        Assumption(**entry["rate"]),
        entry["name"],
        tuple(entry["captions"]),
        array("rest"),
        stated("unit"),
        stated("up"),
        stated("parts"),
        array("root_offset"),
        _take(entry["partner"], content, offset) if entry["partner"] else None,
        entry["kind"],
        tuple(Assumption(**note) for note in entry["notes"]),
        array("turns"),
    )
