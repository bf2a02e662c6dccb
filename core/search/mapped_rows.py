"""The rows of a large gallery beside its file: float32 and of length 1, mapped into memory instead of read.

The file begins with HEAD bytes of JSON, which name the gallery's file by size and time of change, and the shape. It is made where
it is missing or of another gallery, replaced as a whole, and who has mapped the old one keeps it.
"""

from __future__ import annotations

import json
import mmap
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem
from motionpatches.core.io.containers.npy_file import MOST_RATIO, SMALL, Header, read_header
from motionpatches.core.regular_file import open_regular

SUFFIX, MAGIC, HEAD = ".rows", "motion patches rows 1", 4096
BLOCK = 16_384
MEMBER = "embeddings.npy"


def large_rows(file: Path, least: int) -> np.ndarray | None:
    """Return the unit rows (N, D) of a gallery's .npz, read-only; None for fewer than `least`, or not in half precision.

    Raises:
        ValueError: they are no finite numbers, or not whole.
    """
    with open_regular(file) as stream, zipfile.ZipFile(stream) as archive:
        entry = archive.getinfo(MEMBER)
        with archive.open(entry) as member:
            header = read_header(member)
            if len(header.shape) != 2 or header.shape[0] < least or header.dtype[1:] != "f2" or header.fortran:
                return None
            if header.size > max(SMALL, MOST_RATIO * entry.compress_size):
                raise ValueError("its embeddings would unpack to more than a gallery has")
            state = os.fstat(stream.fileno())
            head = json.dumps({"rows": MAGIC, "of": [state.st_size, state.st_mtime_ns], "shape": list(header.shape)})
            place = file.with_suffix(SUFFIX)
            found = _mapped(place, head, header)
            if found is None and os.name != "nt":  # a mapped file cannot be replaced on Windows
                with suppress(FileProblem), replacing(place, durable=False) as made:
                    made.write(head.encode().ljust(HEAD))
                    for block in _unit_blocks(member, header):
                        made.write(block.data)
                found = _mapped(place, head, header)
        if found is not None:
            return found
        with archive.open(entry) as member:
            return np.concatenate(list(_unit_blocks(member, read_header(member))))


def _mapped(place: Path, head: str, header: Header) -> np.ndarray | None:
    """Map the file; None where there is none, or not one with this head, whole."""
    count, width = header.shape
    with suppress(OSError, ValueError), open_regular(place) as stream:
        size = HEAD + 4 * count * width
        if stream.read(HEAD) == head.encode().ljust(HEAD) and os.fstat(stream.fileno()).st_size == size:
            memory = mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
            return np.frombuffer(memory, np.dtype("<f4"), count * width, HEAD).reshape(count, width)
    return None


def _unit_blocks(member: IO[bytes], header: Header) -> Iterator[np.ndarray]:
    """Yield some rows at a time, of length 1. Raises ValueError."""
    count, width = header.shape
    for start in range(0, count, BLOCK):
        rows = min(BLOCK, count - start)
        data = member.read(2 * rows * width)
        if len(data) != 2 * rows * width:
            raise ValueError("its embeddings are cut off")
        block = np.frombuffer(data, np.dtype(header.dtype)).reshape(rows, width).astype(np.float32)
        if not np.isfinite(block).all():
            raise ValueError("its embeddings are not finite")
        yield block / np.maximum(np.linalg.norm(block, axis=1, keepdims=True), 1e-9)


def release(rows: np.ndarray) -> None:
    """Release the memory that holds mapped rows, until they are read again; nothing for other rows."""
    base: object = rows
    while isinstance(base, np.ndarray | memoryview):
        base = base.obj if isinstance(base, memoryview) else base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        with suppress(OSError, ValueError):
            base.madvise(mmap.MADV_DONTNEED)
