"""Arrays of .npy and .npz files, read by their headers: what is there is known before memory is taken, and no code runs."""

from __future__ import annotations

import math
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.containers.plain_pickle import MAX_BYTES, load_plain
from motionpatches.core.io.values import is_text, printable
from motionpatches.core.regular_file import open_regular

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
MAX_UNPACKED = 1 << 30
SMALL, MOST_RATIO = 64 << 20, 200
MAX_MEMBERS = 10_000
_DTYPE = re.compile(r"""['"]descr['"]\s*:\s*['"]([<>=|]?)([A-Za-z])(\d{0,9})['"]""")
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(([\d\s,L]*)\)""")


class NotAnArray(Exception):
    """Bytes that are no .npy array, or a kind of array that holds no numbers; the message says what was seen."""


@dataclass(frozen=True)
class Header:
    """What the start of a .npy says: shape, dtype ('O' of Python objects), order in memory."""

    shape: tuple[int, ...]
    dtype: str
    fortran: bool

    @property
    def size(self) -> int:
        """Bytes of the numbers that follow."""
        return 0 if self.objects else math.prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def objects(self) -> bool:
        return self.dtype.endswith("O")


def read_header(stream: IO[bytes]) -> Header:
    """The header of a .npy at the stream's place. Raises NotAnArray."""
    start = stream.read(8)
    if start[:6] != MAGIC or len(start) < 8:
        raise NotAnArray("it is not a .npy array")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > LONGEST_HEADER:
        raise NotAnArray(f"its header has {length:,} characters")
    text = stream.read(length).decode("latin-1")
    dtype, order, shape = _DTYPE.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not order or not shape or not dtype:
        if "descr" in text and "[" in text:
            raise NotAnArray("it is a table of named fields, not an array of numbers")
        raise NotAnArray("its header is damaged")
    numbers = re.findall(r"\d+", shape[1])
    if len(numbers) > 32 or any(len(n) > 18 for n in numbers):
        raise NotAnArray("its header is damaged")
    sizes = tuple(map(int, numbers))
    if dtype[2] not in "biufcSUOMm":
        raise NotAnArray(f"it holds values of the type {dtype[2]}{dtype[3]}")
    return Header(sizes, dtype[1] + dtype[2] + dtype[3], order[1] == "True")


def read_array(path: Path) -> np.ndarray:
    """The array of numbers or text in a .npy file. Raises FileProblem."""
    found = read_npy(path, objects=False)
    assert isinstance(found, np.ndarray)
    return found


def read_npy(path: Path, objects: bool = True) -> Any:
    """The array of a .npy file, or the plain data of the pickle in it. Raises FileProblem."""
    try:
        with open_regular(path) as stream:
            header = read_header(stream)
            left = path.stat().st_size - stream.tell()
            if header.objects:
                if not objects:
                    raise FileProblem(
                        path,
                        "it holds Python objects (a pickle), which are not loaded for safety",
                        "Save plain arrays with numpy.save(..., allow_pickle=False)",
                    )
                if left > MAX_BYTES:
                    raise FileProblem(path, f"it holds {left / 2**20:,.0f} MB of Python objects", "Save the motion alone")
                return load_plain(path, stream.read())
            if header.size > left:
                raise FileProblem(
                    path, "it is cut off: its header announces more numbers than are there", "Copy or save it again"
                )
            if header.size > MAX_UNPACKED:
                raise FileProblem(path, f"it holds {header.size / 2**30:.1f} GB of numbers", "Save one motion a file")
            return _numbers(stream, header)
    except OSError as error:
        raise os_problem(path, error) from error
    except NotAnArray as error:
        raise FileProblem(path, str(error), "Save an array with numpy.save") from None
    except (ValueError, TypeError, MemoryError, struct.error) as error:
        raise FileProblem(path, f"it is not a whole .npy array ({type(error).__name__})", "Copy or save it again") from None


def _numbers(stream: IO[bytes], header: Header) -> np.ndarray:
    data = stream.read(header.size)
    if len(data) != header.size:
        raise NotAnArray("it is cut off: its header announces more numbers than are there")
    shape, kind = header.shape, np.dtype(header.dtype)
    if not is_text(data, kind):
        raise NotAnArray("its text is damaged")
    if not data:
        return np.zeros(shape if math.prod(shape) == 0 and max(shape, default=0) < 1 << 40 else (0,), kind)
    return np.frombuffer(data, kind).reshape(shape, order="F" if header.fortran else "C")


def read_npz(path: Path, wanted: Callable[[str, Header], bool] | None = None, objects: bool = False) -> dict[str, Any]:
    """The plain arrays of a .npz by name, and with `objects` the plain data of the pickles in it, else left out.

    `wanted(name, header)` chooses members by their headers alone. Raises FileProblem for what is broken, and for what
    unpacks to more than MAX_UNPACKED.
    """
    try:
        if path.exists() and not path.is_file():
            raise FileProblem(path, "it is not a regular file", "Open a file")
        with zipfile.ZipFile(path) as archive:
            return _members(path, archive, wanted, objects)
    except FileProblem:
        raise
    except OSError as error:
        raise os_problem(path, error) from error
    except Exception as error:  # a broken zip may raise anything
        raise FileProblem(
            path, f"it is not a whole .npz file ({printable(str(error)[:60]) or type(error).__name__})", "Copy or save it again"
        ) from None


def _members(path: Path, archive: zipfile.ZipFile, wanted: Callable[[str, Header], bool] | None, objects: bool) -> dict[str, Any]:
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
    if len(entries) > MAX_MEMBERS:
        raise FileProblem(path, f"it holds {len(entries):,} arrays", "Open only files that you trust")
    found: dict[str, Any] = {}
    total = 0
    for entry in entries:
        name = entry.filename.removesuffix(".npy")
        with archive.open(entry) as stream:
            try:
                header = read_header(stream)
            except NotAnArray:
                continue
            if wanted is not None and not wanted(name, header):
                continue
            if header.objects and not objects:
                continue
            size = entry.file_size if header.objects else header.size
            total += size
            if total > MAX_UNPACKED or size > max(SMALL, MOST_RATIO * entry.compress_size):
                raise FileProblem(
                    path, f"it would unpack to {max(total, size) / 2**30:.1f} GB or more", "Open only files that you trust"
                )
            if size > entry.file_size:
                raise FileProblem(
                    path, "it is cut off: it announces more numbers than are there", "Copy or save it again", name[:60]
                )
            if header.objects:
                found[name] = load_plain(path, stream.read(min(size, MAX_BYTES)))
            else:
                found[name] = _numbers(stream, header)
    return found
