"""Pickles of plain data: dicts, lists, numbers, text, numpy arrays and torch tensors.

They are carried out by `pickle_machine`, which runs no code of the file. Arrays are rebuilt from their bytes.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.containers.pickle_machine import Machine
from motionpatches.core.io.containers.pickle_names import PickleRefused
from motionpatches.core.io.containers.torch_storage import NAMES
from motionpatches.core.io.values import printable

MAX_BYTES = 1 << 30
SMALL, MOST_RATIO = 64 << 20, 200


def load_plain(path: Path, content: bytes, storage: Callable[[Any], Any] | None = None) -> Any:
    """The plain data of pickle bytes. Raises FileProblem for anything else and for broken ones."""
    return guarded(path, lambda: Machine(io.BytesIO(content), NAMES, storage).load())


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
