"""Pickles of plain data: dicts, lists, numbers, text, numpy arrays and torch tensors.

The machine below carries out a pickle's instructions by itself. It never imports nor calls what a file names: a name stands
for one of the builders in `pickle_names`, or the file is refused. Arrays are rebuilt from their bytes.
"""

from __future__ import annotations

import bz2
import io
import lzma
import pickletools
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.pickle_names import Budget, JoblibArray, Known, PickleRefused, State, known, put
from motionpatches.core.io.values import printable

MAX_BYTES = 1 << 30
SMALL, MOST_RATIO = 64 << 20, 200
# Instructions whose argument is the value itself.
VALUES = {
    "INT",
    "BININT",
    "BININT1",
    "BININT2",
    "LONG",
    "LONG1",
    "LONG4",
    "FLOAT",
    "BINFLOAT",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "UNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE",
    "BINUNICODE8",
    "BINBYTES",
    "SHORT_BINBYTES",
    "BINBYTES8",
    "BYTEARRAY8",
}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
MEMO_PUT, MEMO_GET = {"PUT", "BINPUT", "LONG_BINPUT"}, {"GET", "BINGET", "LONG_BINGET"}


class Machine:
    """Carries out one pickle of a stream. `storage` gives the numbers of a torch tensor by its persistent id; `budget` is
    shared by the pickles inside of a pickle."""

    def __init__(self, stream: BinaryIO, storage: Callable[[Any], Any] | None = None, budget: Budget | None = None):
        self.stream, self.storage, self.budget = stream, storage, budget or Budget()
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The value of the pickle. Raises PickleRefused, or anything at all where the bytes are broken."""
        while True:
            self.budget.step()
            op = pickletools.code2op[self.stream.read(1).decode("latin-1")]
            value = op.arg.reader(self.stream) if op.arg else None
            if op.name == "STOP":
                return self.stack.pop()
            if op.name in VALUES:
                self.stack.append(value)
            else:
                self._step(op.name, value)

    def _step(self, name: str, value: Any) -> None:
        stack, memo = self.stack, self.memo
        if name == "MEMOIZE" or name in MEMO_PUT:
            place = len(memo) if name == "MEMOIZE" else value
            memo[place] = stack[-1]
            if isinstance(stack[-1], State):
                stack[-1].places.append(place)
        elif name in MEMO_GET:
            stack.append(memo[value])
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in EMPTY:
            stack.append(EMPTY[name]())
        elif name in TUPLES:
            items = tuple(stack[-TUPLES[name] :])
            if len(items) < TUPLES[name]:
                raise IndexError
            stack[-TUPLES[name] :] = [items]
        elif name == "MARK":
            self.below.append(stack)
            self.stack = []
        elif name in ("APPEND", "SETITEM"):
            items = [stack.pop() for _ in range(1 + (name == "SETITEM"))][::-1]
            put(stack[-1], items)
        elif name in ("APPENDS", "SETITEMS", "ADDITEMS"):
            items = self._marked()
            put(self.stack[-1], items)
        elif name in ("TUPLE", "LIST", "FROZENSET"):
            items = self._marked()
            self.stack.append(tuple(items) if name == "TUPLE" else items)
        elif name == "DICT":
            items = self._marked()
            self.stack.append({})
            put(self.stack[-1], items)
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            if name == "STACK_GLOBAL":
                symbol, module = stack.pop(), stack.pop()
            else:
                module, _, symbol = value.partition(" ")
            stack.append(known(module, symbol))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, maker = stack.pop(), stack.pop()
            if not isinstance(maker, Known) or not isinstance(arguments, tuple):
                raise PickleRefused("it calls what is no plain type")
            stack.append(maker.make(self, *arguments))
        elif name == "BUILD":
            self._build(stack.pop())
        elif name == "BINPERSID" and self.storage is not None:
            stack.append(self.storage(stack.pop()))
        elif name == "POP":
            if stack:
                stack.pop()
            else:
                self._marked()
        elif name == "POP_MARK":
            self._marked()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name not in ("PROTO", "FRAME"):
            raise PickleRefused(f"it uses {name}")

    def _marked(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def _build(self, state: Any) -> None:
        """Give the object on top its state; an array takes the place of its stand-in, in the memo too."""
        top = self.stack[-1]
        if isinstance(top, dict):  # attributes of a dict of some class
            return
        if not isinstance(top, State):
            raise PickleRefused("it changes what is no plain type")
        real = top.read(state, self) if isinstance(top, JoblibArray) else top.real(state)
        self.stack[-1] = real
        for place in top.places:
            self.memo[place] = real


def load_plain(path: Path, content: bytes, storage: Callable[[Any], Any] | None = None) -> Any:
    """The plain data of pickle bytes. Raises FileProblem for anything else and for broken ones."""
    return guarded(path, lambda: Machine(io.BytesIO(content), storage).load())


def guarded(path: Path, load: Callable[[], Any]) -> Any:
    """What `load` gives, and FileProblem for whatever it raises."""
    try:
        return load()
    except FileProblem:
        raise
    except PickleRefused as error:
        raise FileProblem(
            path, f"it is refused for safety: {printable(str(error)[:120])}", "Only pickles of plain arrays are read"
        ) from None
    except Exception as error:  # broken bytes may raise anything
        raise FileProblem(path, f"it is not a whole pickle ({type(error).__name__})", "Copy it again") from None


def read_pickle(path: Path) -> Any:
    """The plain data of a pickle, also of joblib and compressed. Raises FileProblem for anything else, and for huge ones."""
    return load_plain(path, unpacked(path, read_bytes(path)))


def read_bytes(path: Path) -> bytes:
    """The content of a file of at most MAX_BYTES. Raises FileProblem."""
    try:
        if not path.is_file() and path.exists():
            raise FileProblem(path, "it is not a regular file", "Open a file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileProblem(path, f"it holds {size / 2**20:,.0f} MB", "Save the motion alone, without meshes and pictures")
        return path.read_bytes()
    except OSError as error:
        raise os_problem(path, error) from error


def unpacked(path: Path, content: bytes) -> bytes:
    """Content without its compression (zlib, gzip, bz2, xz, lzma: those of joblib). Raises FileProblem for bombs."""
    if content[:2] == b"\x1f\x8b" or content[:1] == b"\x78":
        machine: Any = zlib.decompressobj(47)
    elif content[:3] == b"BZh":
        machine = bz2.BZ2Decompressor()
    elif content[:5] == b"\xfd7zXZ" or content[:3] == b"\x5d\x00\x00":
        machine = lzma.LZMADecompressor(memlimit=1 << 30)
    else:
        return content
    limit = min(max(SMALL, MOST_RATIO * len(content)), MAX_BYTES)
    try:
        found = machine.decompress(content, limit)
    except Exception as error:  # whatever the codec raises for broken bytes
        raise FileProblem(path, f"it is not whole ({type(error).__name__})", "Copy it again") from None
    if not machine.eof:
        if len(found) >= limit:
            raise FileProblem(path, f"it would unpack to more than {limit / 2**20:,.0f} MB", "Open only files that you trust")
        raise FileProblem(path, "it is cut off", "Copy it again")
    return found
