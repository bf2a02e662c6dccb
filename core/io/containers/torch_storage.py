"""The storages of torch tensors in a pickle, and the older layout of torch.save: a stream of pickles with the storages behind."""

from __future__ import annotations

import io
from typing import Any, Literal

import numpy as np

from motionpatches.core.io.containers import pickle_names
from motionpatches.core.io.containers.pickle_machine import Machine
from motionpatches.core.io.containers.pickle_names import Budget, Known, PickleRefused

MAGIC = 0x1950A86A20F9469CFC6C


def legacy_value(content: bytes, budget: Budget | None = None) -> Any:
    """The value of the older layout: magic, version and system, the data, keys of its storages, then each one's numbers.

    The data are carried out twice: first to find where they end, then with the storages that lie behind.
    """
    stream, budget = io.BytesIO(content), budget or Budget()
    if Machine(stream, NAMES, budget=budget).load() != MAGIC:
        raise PickleRefused("it is not a file of torch.save")
    Machine(stream, NAMES, budget=budget).load()
    system = Machine(stream, NAMES, budget=budget).load()
    order: Literal["<", ">"] = "<" if not isinstance(system, dict) or system.get("little_endian", True) else ">"
    start = stream.tell()
    asked: dict[str, str] = {}

    def note(reference: Any) -> np.ndarray:
        dtype, key, count = stored_as(reference)
        asked[key] = dtype
        if count > len(content):
            raise PickleRefused("a storage that is larger than the file")
        return np.broadcast_to(np.zeros((), _dtype(dtype)), count)

    Machine(stream, NAMES, note, budget).load()
    found = {}
    for key in Machine(stream, NAMES, budget=budget).load():
        count = int.from_bytes(stream.read(8), "little")
        dtype = asked[key]
        if not 0 <= count <= len(content):
            raise PickleRefused("a storage that is larger than the file")
        found[key] = numbers_of(stream.read(count * _dtype(dtype).itemsize), dtype, count, order)
    stream.seek(start)
    return Machine(stream, NAMES, lambda reference: found[stored_as(reference)[1]], budget).load()


def stored_as(reference: Any) -> tuple[str, str, int]:
    """Dtype, key and count of a persistent id: ('storage', type, key, place, count, ...)."""
    if not isinstance(reference, tuple) or len(reference) < 5 or reference[0] != "storage":
        raise PickleRefused("a storage of another form than torch writes")
    _, kind, key, _, count = reference[:5]
    if not isinstance(kind, Known) or not kind.dtype or not isinstance(key, str) or type(count) is not int or count < 0:
        raise PickleRefused("a storage of another form than torch writes")
    return kind.dtype, key, count


def _dtype(name: str) -> np.dtype:
    return np.dtype("u2" if name == "bf" else name)


def numbers_of(data: bytes, dtype: str, count: int, order: Literal["<", ">"]) -> np.ndarray:
    kind = _dtype(dtype).newbyteorder(order)
    if len(data) < count * kind.itemsize:
        raise EOFError("a storage that is cut off")
    numbers = np.frombuffer(data, kind, count)
    if dtype == "bf":  # the upper half of a float32
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    return numbers.astype(numbers.dtype.newbyteorder("="), copy=False)


def _embedded(machine: pickle_names.Machine, data: Any) -> Any:
    """The storage of a tensor that was pickled without torch.save."""
    return legacy_value(bytes(data), machine.budget)


# The names of a pickle, and that of a storage which is a file of torch.save itself.
NAMES = pickle_names.NAMES | {("torch.storage", "_load_from_bytes"): Known(_embedded)}
