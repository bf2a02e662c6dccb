"""A file as torch.save writes it, without torch: a zip of a pickle that names its storages, and the storages."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from typing import Any

import numpy as np

PROTOCOL = 2


class _Name:
    """A global of torch, written by its name."""

    def __init__(self, module: str, name: str):
        self.text = f"c{module}\n{name}\n".encode()


class _Storage:
    def __init__(self, array: np.ndarray, key: str):
        self.array, self.key = np.ascontiguousarray(array, "<f4"), key


class _Pickler(pickle._Pickler):
    """Python's own pickler, in Python: arrays become calls of torch's rebuilding function."""

    def __init__(self, stream: io.BytesIO):
        super().__init__(stream, PROTOCOL)
        self.storages: list[_Storage] = []

    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, _Storage):
            return "storage", _Name("torch", "FloatStorage"), value.key, "cpu", value.array.size
        return None

    def save(self, value: Any, save_persistent_id: bool = True) -> None:
        if isinstance(value, _Name):
            self.write(value.text)
        elif isinstance(value, np.ndarray):
            storage = _Storage(value, str(len(self.storages)))
            self.storages.append(storage)
            self.save(_Name("torch._utils", "_rebuild_tensor_v2"))
            steps = tuple(int(s // 4) for s in storage.array.strides)
            self.save((storage, 0, value.shape, steps, False, OrderedDict()))
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


def torch_bytes(tree: Any) -> bytes:
    stream = io.BytesIO()
    pickler = _Pickler(stream)
    pickler.dump(tree)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", stream.getvalue())
        for storage in pickler.storages:
            archive.writestr(f"archive/data/{storage.key}", storage.array.tobytes())
        archive.writestr("archive/version", b"3\n")
    return out.getvalue()
