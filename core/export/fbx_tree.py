"""Nodes of an FBX file, and their binary form of version 7.4 (7400)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

VERSION = 7400
HEAD = b"Kaydara FBX Binary  \x00\x1a\x00"
# Readers check that these three belong together; the time is written as it is here.
TIME = "1970-01-01 10:00:00:000"
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
FOOT_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
FOOT_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
# Arrays longer than this are compressed.
PLAIN_BYTES = 128
ARRAYS = {"float64": b"d", "float32": b"f", "int64": b"l", "int32": b"i"}


@dataclass(frozen=True)
class Node:
    """A name, values, and nodes below; `block`: an end is written although nothing is below."""

    name: str
    values: tuple[Any, ...] = ()
    below: tuple[Node, ...] = ()
    block: bool = False


@dataclass(frozen=True)
class Int:
    """An integer of 32 bits; plain integers have 64."""

    value: int


def node(name: str, *values: Any, below: Sequence[Node] = (), block: bool = False) -> Node:
    """Make a node."""
    return Node(name, values, tuple(below), block)


def properties(*rows: tuple[Any, ...]) -> Node:
    """Make a table of properties: name, type, label, flags, values."""
    return node("Properties70", below=[node("P", *row) for row in rows], block=True)


def named(name: str, kind: str) -> str:
    """Join a name and the class of an object, as binary files hold them."""
    return f"{name}\x00\x01{kind}"


def binary(nodes: Sequence[Node]) -> bytes:
    """A whole file with its footer."""
    out = bytearray(HEAD + struct.pack("<I", VERSION))
    for one in nodes:
        _write(one, out)
    out += bytes(13)
    out += FOOT_ID + bytes(4)
    # To a multiple of 16 bytes, with at least one.
    out += bytes(16 - len(out) % 16)
    return bytes(out + struct.pack("<I", VERSION) + bytes(120) + FOOT_END)


def _write(one: Node, out: bytearray) -> None:
    """End, number of values, their length, name, values, nodes below, an empty node where there is a block."""
    start = len(out)
    data = b"".join(map(_value, one.values))
    out += bytes(12) + bytes([len(one.name)]) + one.name.encode() + data
    for below in one.below:
        _write(below, out)
    if one.below or one.block:
        out += bytes(13)
    out[start : start + 12] = struct.pack("<III", len(out), len(one.values), len(data))


def _value(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        data, plain = value.tobytes(), value.nbytes <= PLAIN_BYTES
        packed = data if plain else zlib.compress(data, 1)
        return ARRAYS[value.dtype.name] + struct.pack("<III", value.size, not plain, len(packed)) + packed
    if isinstance(value, Int):
        return b"I" + struct.pack("<i", value.value)
    if isinstance(value, int):
        return b"L" + struct.pack("<q", value)
    if isinstance(value, float):
        return b"D" + struct.pack("<d", value)
    data = value if isinstance(value, bytes) else value.encode()
    return (b"R" if isinstance(value, bytes) else b"S") + struct.pack("<I", len(data)) + data
