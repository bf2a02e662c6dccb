"""The names that a pickle of plain data may use, and what is built for each. Nothing else is looked up, and nothing called."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import numpy as np

from motionpatches.core.io.values import is_text

KINDS = "biufSUO"
ALIGNMENT = "numpy_array_alignment_bytes"


class PickleRefused(Exception):
    """A pickle that is no plain data."""


class Budget:
    """What a file may still make: instructions and bytes."""

    def __init__(self, steps: int = 12_000_000, size: int = 1 << 30):
        self.steps, self.size = steps, size

    def step(self) -> None:
        """Count an instruction. Raises PickleRefused."""
        self.steps -= 1
        if self.steps < 0:
            raise PickleRefused("it has millions of single values")

    def take(self, count: int) -> None:
        """Count bytes that are about to be made. Raises PickleRefused where a file makes too much of too little."""
        self.size -= count
        if self.size < 0:
            raise PickleRefused("its arrays are far larger than the file")


class Machine(Protocol):
    """What the builders below need of the machine that carries out a pickle (`pickle_machine.Machine`)."""

    stream: BinaryIO
    budget: Budget

    def nested(self) -> Any:
        """Carry out another pickle, which follows in the stream."""


@dataclass(frozen=True)
class Known:
    """A name that is allowed; `make(machine, *arguments)` builds what it stands for. `dtype`: of a torch storage."""

    make: Callable[..., Any]
    dtype: str = ""


class State:
    """Stands in for something until its state is there; `places` are its places in the memo."""

    def __init__(self) -> None:
        self.places: list[int] = []

    def real(self, state: Any) -> Any:
        """What takes its place."""
        raise PickleRefused("it gives a state to what has none")


class Dtype(State):
    """Stands in for numpy.dtype: a letter and size, and the byte order of its state."""

    def __init__(self, code: Any):
        super().__init__()
        self.code, self.order = code, "|"

    def real(self, state: Any) -> Dtype:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else "|"
        self.order = order if order in ("<", ">", "=", "|") else "|"
        return self

    def numpy(self) -> np.dtype:
        code = self.code
        if not isinstance(code, str) or code[:1] not in KINDS or not code[1:].isdecimal() or len(code) > 8:
            raise PickleRefused(f"arrays of {str(code)[:20]!r} are not plain numbers")
        return np.dtype(("" if self.order == "|" else self.order) + code)


class Array(State):
    """Stands in for numpy.ndarray."""

    def real(self, state: Any) -> Any:
        _, shape, dtype, fortran, data = state
        return from_data(data, dtype, shape, "F" if fortran is True else "C")


class JoblibArray(State):
    """Stands in for joblib's NumpyArrayWrapper: the bytes of the array follow in the stream."""

    def read(self, state: Any, machine: Machine) -> Any:
        """The array whose description is `state`, from the machine's stream."""
        dtype = _numpy(state["dtype"])
        if dtype.hasobject:
            return machine.nested()
        if state.get(ALIGNMENT) is not None:
            machine.stream.read(machine.stream.read(1)[0])
        shape = _shape(state["shape"])
        return from_data(machine.stream.read(math.prod(shape) * dtype.itemsize), state["dtype"], shape, state["order"])


def put(container: Any, items: Sequence[Any]) -> None:
    """Add items to a list, or keys and values in turn to a dict. Raises PickleRefused for anything else."""
    if isinstance(container, list):
        container.extend(items)
    elif isinstance(container, dict):
        for key, value in zip(items[::2], items[1::2], strict=True):
            _check_key(key)
            container[key] = value
    else:
        raise PickleRefused("it fills what is neither a list nor a dict")


def _check_key(key: Any) -> None:
    """Refuse keys that take long to hash and to compare: nested, or of any length."""
    parts = key if isinstance(key, tuple) and len(key) <= 8 else (key,)
    for part in parts:
        if isinstance(part, str | bytes):
            plain = len(part) <= 4096
        elif type(part) is int:
            plain = part.bit_length() <= 64
        else:
            plain = part is None or isinstance(part, float | bool | np.number | np.bool_)
        if not plain:
            raise PickleRefused("a key of a dict is no plain value")


def _numpy(dtype: Any) -> np.dtype:
    if not isinstance(dtype, Dtype):
        raise PickleRefused("an array of another form than numpy writes")
    return dtype.numpy()


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > 8 or any(type(n) is not int or not 0 <= n < 1 << 48 for n in shape):
        raise PickleRefused("an array of an impossible shape")
    return shape


def from_data(data: Any, dtype: Any, shape: Any, order: Any = "C") -> Any:
    """An array of its bytes. Of Python objects: the object itself where there is one without a shape, else their list."""
    kind, shape = _numpy(dtype), _shape(shape)
    if kind.hasobject:
        if not isinstance(data, list) or math.prod(shape) != len(data):
            raise PickleRefused("an array whose size and shape do not fit")
        return data[0] if shape == () else data
    if isinstance(data, str):  # bytes as Python 2 wrote them
        data = data.encode("latin-1")
    if not isinstance(data, bytes | bytearray) or math.prod(shape) * kind.itemsize != len(data):
        raise PickleRefused("an array whose size and shape do not fit")
    if not is_text(data, kind):
        raise PickleRefused("an array of damaged text")
    if not len(data):
        return np.zeros(shape, kind)
    return np.frombuffer(data, kind).reshape(shape, order="F" if order == "F" else "C")


def _from_buffer(_: Machine, data: Any, dtype: Any, shape: Any, order: Any = "C", axes: Any = None) -> Any:
    array = from_data(data, dtype, shape, order)
    if axes is None or order != "K":
        return array
    if not isinstance(axes, tuple) or sorted(axes) != list(range(array.ndim)):
        raise PickleRefused("an array of an impossible order of axes")
    return array.transpose(axes)


def _encoded(machine: Machine, text: Any = "", encoding: Any = "latin1") -> bytes:
    """How old pickles write bytes."""
    data = text if isinstance(text, bytes | bytearray) else str(text).encode("latin-1")
    machine.budget.take(len(data))
    return bytes(data)


def _dict(_: Machine, *arguments: Any) -> dict[Any, Any]:
    pairs = arguments[-1] if arguments and isinstance(arguments[-1], list | tuple) else ()
    found: dict[Any, Any] = {}
    if any(not isinstance(pair, list | tuple) or len(pair) != 2 for pair in pairs):
        raise PickleRefused("a dict that is not made of pairs")
    put(found, [item for pair in pairs for item in pair])
    return found


def _list(machine: Machine, items: Any = ()) -> list[Any]:
    machine.budget.take(8 * len(items))
    return list(items) if isinstance(items, list | tuple) else []


def _path(machine: Machine, *parts: Any) -> str:
    machine.budget.take(sum(len(p) for p in parts if isinstance(p, str)))
    return "/".join(p for p in parts if isinstance(p, str))


def _scalar(_: Machine, dtype: Any, data: Any = b"") -> Any:
    return from_data(data, dtype, ())[()]


def _tensor(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Any:
    """A torch tensor from its storage: numbers that may be strided or repeated."""
    size, stride = _shape(size), _shape(stride)
    if not isinstance(storage, np.ndarray) or type(offset) is not int or offset < 0 or len(size) != len(stride):
        raise PickleRefused("a tensor of another form than torch writes")
    count = math.prod(size)
    machine.budget.take(count * storage.itemsize)
    if count and offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) >= len(storage):
        raise PickleRefused("a tensor that reaches beyond its storage")
    if not count:
        return np.zeros(size, storage.dtype)
    steps = tuple(s * storage.itemsize for s in stride)
    return np.array(np.lib.stride_tricks.as_strided(storage[offset:], size, steps))


def _refuse(*_: Any) -> Any:
    raise PickleRefused("it makes an object of what is only a name")


_FIRST: Known = Known(lambda _, value=None, *__: value)
_NAME = Known(_refuse)
NAMES: dict[tuple[str, str], Known] = {
    ("_codecs", "encode"): Known(_encoded),
    ("builtins", "bytearray"): Known(_encoded),
    ("builtins", "bytes"): Known(_encoded),
    ("builtins", "set"): Known(_list),
    ("builtins", "frozenset"): Known(_list),
    ("builtins", "list"): Known(_list),
    ("builtins", "dict"): Known(_dict),
    ("collections", "OrderedDict"): Known(_dict),
    ("collections", "defaultdict"): Known(lambda machine, *_: {}),
    ("easydict", "EasyDict"): Known(_dict),
    ("pathlib", "PosixPath"): Known(_path),
    ("pathlib", "WindowsPath"): Known(_path),
    ("pathlib", "PurePosixPath"): Known(_path),
    ("pathlib._local", "PosixPath"): Known(_path),
    ("pathlib._local", "WindowsPath"): Known(_path),
    ("numpy", "ndarray"): Known(lambda *_: Array()),
    ("numpy", "dtype"): Known(lambda _, code="", *__: Dtype(code)),
    **{("builtins", name): _NAME for name in ("int", "float", "str", "bool", "object")},
    **{
        (module, "NumpyArrayWrapper"): Known(lambda *_: JoblibArray())
        for module in ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
    },
    ("torch._utils", "_rebuild_tensor_v2"): Known(_tensor),
    ("torch._utils", "_rebuild_parameter"): _FIRST,
    ("torch", "Size"): Known(_list),
    ("torch", "device"): _FIRST,
}
for _core in ("numpy.core", "numpy._core"):
    NAMES[f"{_core}.multiarray", "_reconstruct"] = Known(lambda *_: Array())
    NAMES[f"{_core}.multiarray", "scalar"] = Known(_scalar)
    NAMES[f"{_core}.numeric", "_frombuffer"] = Known(_from_buffer)
for _name, _dtype in (
    ("Float", "f4"),
    ("Double", "f8"),
    ("Half", "f2"),
    ("BFloat16", "bf"),
    ("Long", "i8"),
    ("Int", "i4"),
    ("Short", "i2"),
    ("Char", "i1"),
    ("Byte", "u1"),
    ("Bool", "b1"),
):
    NAMES["torch", f"{_name}Storage"] = Known(_refuse, _dtype)


def known(names: Mapping[tuple[str, str], Known], module: Any, name: Any) -> Known:
    """Return what a name stands for in a table of names. Raises PickleRefused where it is not in it."""
    if not isinstance(module, str) or not isinstance(name, str):
        raise PickleRefused("it asks for what has no name")
    module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
    if (module, name) not in names:
        raise PickleRefused(f"it asks for {module[:40]}.{name[:40]}")
    return names[module, name]
