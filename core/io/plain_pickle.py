"""Pickles of plain data: dicts, lists, numbers, strings and numpy arrays, and nothing that runs or that numpy would have to
trust. Arrays are rebuilt here from their bytes: numpy's own reconstruction believes a crafted state.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, os_problem

MAX_BYTES = 512 << 20
KINDS = "biufSU"
# Instructions that plain data does not need: extension codes, outside references, buffers.
REFUSED = {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "BYTEARRAY8", "NEXT_BUFFER", "READONLY_BUFFER"}


class _Dtype:
    """Stands in for numpy.dtype: a letter and size, and the byte order of its state."""

    def __init__(self, code: Any = "", *_: Any):
        self.code, self.order = code, "|"

    def __setstate__(self, state: Any) -> None:
        self.order = state[1] if isinstance(state, tuple) and len(state) > 1 else "|"

    def real(self) -> np.dtype:
        order = self.order if self.order in ("<", ">", "=", "|") else "|"
        if not isinstance(self.code, str) or self.code[:1] not in KINDS or not self.code[1:].isdigit():
            raise pickle.UnpicklingError(f"arrays of {self.code!r} are not plain numbers")
        return np.dtype(("" if order == "|" else order) + self.code)


class _Array:
    """Stands in for numpy.ndarray until its state is there."""

    def __setstate__(self, state: Any) -> None:
        _, self.shape, self.dtype, self.fortran, self.data = state

    def real(self) -> np.ndarray:
        if not hasattr(self, "data"):
            raise pickle.UnpicklingError("an array without content")
        return _from_bytes(self.data, self.dtype, self.shape, "F" if self.fortran is True else "C")


def _from_bytes(data: Any, dtype: Any, shape: Any, order: Any = "C") -> np.ndarray:
    if not isinstance(dtype, _Dtype) or not isinstance(data, bytes | bytearray) or not isinstance(shape, tuple):
        raise pickle.UnpicklingError("an array of another form than numpy writes")
    kind = dtype.real()
    if any(not isinstance(n, int) or n < 0 for n in shape) or len(shape) > 8 or math.prod(shape) * kind.itemsize != len(data):
        raise pickle.UnpicklingError("an array whose size and shape do not fit")
    return np.frombuffer(bytes(data), kind).reshape(shape, order="F" if order == "F" else "C")


def _scalar(dtype: Any, data: Any = b"") -> Any:
    return _from_bytes(data, dtype, ())[()]


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    """How old pickles write bytes."""
    return str(text).encode("latin1")


_ALLOWED = {("_codecs", "encode"): _encode, ("numpy", "ndarray"): _Array, ("numpy", "dtype"): _Dtype}
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[f"{_core}.multiarray", "_reconstruct"] = _reconstruct
    _ALLOWED[f"{_core}.multiarray", "scalar"] = _scalar
    _ALLOWED[f"{_core}.numeric", "_frombuffer"] = _from_bytes


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]


def read_pickle(path: Path) -> Any:
    """The plain data of a pickle. Raises FileProblem for anything else, for broken ones and for huge ones."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileProblem(path, f"it holds {size / 2**20:.0f} MB", "A clip of two people is far smaller")
        content = path.read_bytes()
    except OSError as error:
        raise os_problem(path, error) from error
    try:
        _check_opcodes(content)
        return _settled(_Plain(io.BytesIO(content)).load(), 0)
    except pickle.UnpicklingError as error:
        raise FileProblem(path, f"it is refused for safety: {str(error)[:200]}",
                          "Only pickles of plain arrays are read") from None
    except Exception as error:  # a broken pickle may raise anything
        raise FileProblem(path, f"it is not a whole pickle ({type(error).__name__})", "Copy it again") from None


def _check_opcodes(content: bytes) -> None:
    """Reads the pickle's own instructions to their end before any is carried out."""
    for opcode, _, _ in pickletools.genops(content):
        if opcode.name in REFUSED:
            raise pickle.UnpicklingError(f"it uses {opcode.name}")


def _settled(value: Any, depth: int) -> Any:
    """With the stand-ins replaced by arrays."""
    if depth > 20:
        raise pickle.UnpicklingError("it is nested too deeply")
    if isinstance(value, _Array):
        return value.real()
    if isinstance(value, dict):
        return {key: _settled(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_settled(item, depth + 1) for item in value)
    return value
