"""Ways to break what a file holds: trees of JSON and pickles, arrays of npy and npz, members of zips, chunks of GLB."""

from __future__ import annotations

import io
import json
import pickle
import pickletools
import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from tests.fuzz.mutations import BYTES, Mutation, place

SCALARS = (
    None,
    True,
    False,
    0,
    -1,
    1,
    3,
    2**31,
    2**63,
    -(2**63),
    10**30,
    0.0,
    -0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "0",
    "nan",
    "\udc80",
    "左" * 100,
    "a" * 10_000,
    [],
    {},
    [None],
    [[]],
    {"": None},
)
DTYPES = (
    "<f4",
    ">f4",
    "<f8",
    ">f8",
    "<f2",
    "<i2",
    "<i8",
    "<u8",
    "|b1",
    "|u1",
    "<c16",
    "|O",
    "|S7",
    "<U5",
    "|V8",
    "<M8[ns]",
    "<f16",
)
HEADER_WORDS = (
    "'<f4'",
    "'>f8'",
    "'|O'",
    "'<U5'",
    "'|V0'",
    "'<f9'",
    "[('a', '<f4')]",
    "[('a', '<f4', (2, 2))]",
    "True",
    "None",
    "()",
    "(0,)",
    "(-1,)",
    "(1000000000000,)",
    "(4294967296, 4294967296, 3)",
    "(3.5, 3)",
    "(" + "1, " * 40 + ")",
    "'" + "a" * 5000 + "'",
    "(" * 200,
    "{",
    "[" * 300 + "]" * 300,
    "1" * 5000,
    " " * 9000,
)

INSTRUCTIONS = (
    b"cos\nsystem\n",
    b"cbuiltins\neval\n",
    b"cnumpy\nload\n",
    b"2\x85R",
    b"r\xff\xff\xff\x7f",
    b"(lp0\ng0\na",
    b"ccollections\nOrderedDict\n)R",
    b"cnumpy\ndtype\n(Vf4\nI0\nI1\ntR",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"K\x01Q",
)


def broken_tree(rng: random.Random, tree: Any, array: Callable[[random.Random, np.ndarray], Any] | None = None) -> Any:
    """One place of a tree of dicts, lists and values changed. `array` breaks the arrays in it."""
    path, at = [], tree
    while isinstance(at, dict | list | tuple) and at and (not path or rng.random() < 0.8):
        key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
        path.append(key)
        at = at[key]
    if array is not None and isinstance(at, np.ndarray) and rng.random() < 0.85:
        return _with(tree, path, array(rng, at))
    kind = rng.randrange(7)
    if kind == 0 and path:
        return _without(tree, path)
    if kind == 1 and isinstance(at, list):
        return _with(tree, path, at * rng.choice((2, 1000)))
    if kind == 2 and isinstance(at, int | float):
        return _with(tree, path, rng.choice((at + 1, -at, at * 1000, at * 1e10, str(at), [at])))
    if kind == 3:
        return _with(tree, path, _deep(rng, at))
    if kind == 4 and path and isinstance(tree, dict):
        return _with(tree, path, rng.choice(list(tree.values())))
    if kind == 5 and isinstance(at, dict) and at:
        key = rng.choice(list(at))
        return _with(tree, path, {rng.choice(("", "x", 3, *list(at))) if k == key else k: v for k, v in at.items()})
    return _with(tree, path, rng.choice(SCALARS))


def _deep(rng: random.Random, value: Any) -> Any:
    for _ in range(rng.choice((1, 3, 300))):
        value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def _with(tree: Any, path: list, value: Any) -> Any:
    """The tree with another value at a path; the tree itself stays."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(tree, dict):
        return {k: _with(v, rest, value) if k == key else v for k, v in tree.items()}
    return type(tree)([_with(v, rest, value) if i == key else v for i, v in enumerate(tree)])


def _without(tree: Any, path: list) -> Any:
    key, rest = path[0], path[1:]
    if isinstance(tree, dict):
        return {k: _without(v, rest) if rest and k == key else v for k, v in tree.items() if rest or k != key}
    return type(tree)([_without(v, rest) if rest and i == key else v for i, v in enumerate(tree) if rest or i != key])


def broken_array(rng: random.Random, array: np.ndarray) -> Any:
    """Another shape, kind or values."""
    kind = rng.randrange(9)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == 0 and array.ndim:
            return array[tuple(slice(0, max(0, n + rng.choice((-1, 0, 0, -n)))) for n in array.shape)]
        if kind == 1:
            return array.T.copy() if rng.random() < 0.5 else array.reshape(-1)
        if kind == 2:
            return array[None] if rng.random() < 0.5 else np.squeeze(array)[..., None]
        if kind == 3:
            return _as(array, rng.choice(DTYPES))
        if kind == 4 and array.dtype.kind == "f" and array.size:
            out = array.copy()
            out.reshape(-1)[place(rng, out.size)] = rng.choice((np.nan, np.inf, 1e30, -1e30))
            return out
        if kind == 5 and array.dtype.kind == "f":
            return array * rng.choice((0, 1e6, 1e30, -1, 1e-30, np.nan))
        if kind == 6:
            return np.zeros(
                rng.choice(((), (0,), (1,), (0, 3), (3, 0), (1, 1, 1, 1, 1), (1, 5000), (70_000,), (2, 1, 3), (200, 900, 3))),
                array.dtype if array.dtype.kind in "fiu" else np.float32,
            )
        if kind == 7 and array.ndim:
            return np.concatenate([array] * rng.choice((2, 50)), rng.randrange(array.ndim))
    return rng.choice(SCALARS)


def _as(array: np.ndarray, kind: str) -> np.ndarray:
    try:
        return array.astype(kind)
    except (TypeError, ValueError):
        return np.zeros(array.shape, kind)


def npy_bytes(value: Any) -> bytes:
    stream = io.BytesIO()
    try:
        np.save(stream, np.asarray(value))
    except Exception:
        stream = io.BytesIO()
        holder = np.empty((), object)
        holder[()] = value
        np.save(stream, holder, allow_pickle=True)
    return stream.getvalue()


def broken_npy(rng: random.Random, content: bytes) -> bytes:
    """Another array, or the same bytes under a header that lies."""
    if rng.random() < 0.5 and b"'|O'" not in content[:100]:
        return npy_bytes(broken_array(rng, np.load(io.BytesIO(content))))
    version, start = content[6], 10 if content[6] == 1 else 12
    length = int.from_bytes(content[8:start], "little")
    header, data = content[start : start + length].decode("latin-1"), content[start + length :]
    fields = [
        part
        for part in (
            header[header.find("descr") + 8 :].split(",")[0],
            header[header.find("shape") + 8 :].split("}")[0].rstrip(", "),
        )
        if part
    ]
    for _ in range(rng.choice((1, 1, 2))):
        header = header.replace(rng.choice(fields), rng.choice(HEADER_WORDS), 1)
    version = rng.choice((version, version, version, 2, 3, 9, 0))
    size = struct.pack("<H" if version == 1 else "<I", min(len(header), 65535) if version == 1 else len(header))
    if rng.random() < 0.1:
        size = b"\xff" * len(size)
    return content[:6] + bytes([version, 0]) + size + header.encode("latin-1", "replace") + data


def broken_zip(member: Mutation) -> Mutation:
    """A mutation of an archive: its members broken by `member`, renamed, doubled, dropped, or packed otherwise."""

    def mutate(rng: random.Random, content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
        at = rng.randrange(len(members))
        name, data = members[at]
        packing = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2))
        kind = rng.randrange(10)
        if kind < 5:
            members[at] = name, member(rng, data)
        elif kind == 5:
            members[at] = (
                rng.choice(("x.npy", "readme.txt", "a/b.npy", "../x.npy", "", "左.npy", "poses.npy", "trans.npy", name + "/")),
                data,
            )
        elif kind == 6:
            members.append((name, rng.choice(members)[1]))
        elif kind == 7:
            del members[at]
        elif kind == 8:
            members[at] = name, data + bytes(rng.choice((1, 1, 1, 1, 1, 30)) * 10**6)
            packing = zipfile.ZIP_DEFLATED
        stream = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", packing) as archive:
            warnings.simplefilter("ignore")
            for name, data in members:
                archive.writestr(zipfile.ZipInfo(name), data, packing)
        return stream.getvalue()

    return mutate


def broken_pickle(tree: Any) -> Mutation:
    """A mutation of a pickle: another tree in any protocol, or another instruction."""

    def mutate(rng: random.Random, content: bytes) -> bytes:
        if rng.random() < 0.4:
            return broken_opcodes(rng, content)
        for _ in range(10):
            try:
                return pickle.dumps(broken_tree(rng, tree, broken_array), rng.randrange(6))
            except (RecursionError, pickle.PicklingError, UnicodeEncodeError, OverflowError):
                continue
        return content

    return mutate


def broken_opcodes(rng: random.Random, content: bytes) -> bytes:
    """An instruction of a pickle changed, doubled or put in."""
    places = [at for _, _, at in pickletools.genops(content)]
    out, at = bytearray(content), rng.choice(places)
    other = rng.choice(pickletools.opcodes).code.encode("latin-1")
    kind = rng.randrange(4)
    if kind == 0:
        out[at : at + 1] = other
    elif kind == 1:
        out[at:at] = other * rng.choice((1, 2, 1000))
    elif kind == 2:
        end = next((p for p in places if p > at), len(out))
        out[at:at] = out[at:end] * rng.choice((1, 50))
    else:
        out[at:at] = rng.choice(INSTRUCTIONS)
    return bytes(out)


def broken_json(rng: random.Random, content: bytes) -> bytes:
    tree = json.loads(content)
    for _ in range(rng.choice((1, 1, 2))):
        tree = broken_tree(rng, tree)
    try:
        return json.dumps(tree).encode()
    except (RecursionError, ValueError):
        return b"[" * 100_000


def broken_glb(rng: random.Random, content: bytes) -> bytes:
    """The JSON chunk changed and the lengths made right again; or the binary chunk."""
    (length,) = struct.unpack_from("<I", content, 12)
    head, rest = content[20 : 20 + length], content[28 + length :]
    if rng.random() < 0.85:
        head = broken_json(rng, head)
    else:
        rest = rng.choice(BYTES)(rng, rest)
    return glb_bytes(head, rest)


def glb_bytes(head: bytes, rest: bytes) -> bytes:
    head, rest = head + b" " * (-len(head) % 4), rest + b"\0" * (-len(rest) % 4)
    body = struct.pack("<I4s", len(head), b"JSON") + head + struct.pack("<I4s", len(rest), b"BIN\0") + rest
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def guarded(mutation: Mutation) -> Mutation:
    """A mutation of structure; where an earlier one has broken the structure, one of bytes."""

    @wraps(mutation)
    def mutate(rng: random.Random, content: bytes) -> bytes:
        state = rng.getstate()
        try:
            return mutation(rng, content)
        except Exception:
            rng.setstate(state)
            return rng.choice(BYTES)(rng, content)

    return mutate
