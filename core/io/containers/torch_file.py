"""Files of torch.save, read without torch: tensors become numpy arrays, and nothing runs.

Both layouts: a zip of `data.pkl` beside a member for each storage, and the older stream of pickles with the storages behind.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.containers.pickle_machine import Machine
from motionpatches.core.io.containers.pickle_names import PickleRefused
from motionpatches.core.io.containers.plain_pickle import MAX_BYTES, guarded, read_bytes
from motionpatches.core.io.containers.torch_storage import MAGIC, NAMES, legacy_value, numbers_of, stored_as
from motionpatches.core.io.values import printable

HEAD = 1 << 18
# Names in the pickles of models: those of layers, and of one layer alone.
WEIGHTS = (b".weight", b".bias", b"state_dict", b"optimizer", b"running_mean", b"\x06\x00\x00\x00weight")


def holds_weights(path: Path) -> bool:
    """Whether a file of torch.save holds a model rather than data, seen from the names at its start."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                pickles = [name for name in archive.namelist() if name.endswith("data.pkl")]
                if any("/code/" in name or name.endswith("constants.pkl") for name in archive.namelist()) or not pickles:
                    return True
                with archive.open(pickles[0]) as stream:
                    head = stream.read(HEAD)
        else:
            with open(path, "rb") as stream:
                head = stream.read(HEAD)
    except Exception:  # the reader says what is wrong with it
        return False
    return any(word in head for word in WEIGHTS)


def fits(path: Path) -> bool:
    """Whether a .pt may hold a motion: cheap, for the many that hold a model."""
    return path.is_file() and not holds_weights(path)


def is_torch_zip(archive: zipfile.ZipFile) -> bool:
    """Whether a zip was written by torch.save."""
    return any(name == "data.pkl" or name.endswith("/data.pkl") for name in archive.namelist())


def is_legacy(start: bytes) -> bool:
    """Whether bytes begin as the older layout does: a pickle of the magic number alone."""
    return start[:1] == b"\x80" and MAGIC.to_bytes(10, "little") in start[:16]


def read_torch(path: Path) -> Any:
    """The plain data of a file of torch.save. Raises FileProblem for weights, for what is broken and for anything that runs."""
    if holds_weights(path):
        raise FileProblem(path, "it holds the weights of a model, not a motion", "Open the results that the model made")
    try:
        if not zipfile.is_zipfile(path):
            content = read_bytes(path)
            return guarded(path, lambda: legacy_value(content))
        with zipfile.ZipFile(path) as archive:
            return guarded(path, lambda: _zip_value(archive))
    except OSError as error:
        raise os_problem(path, error) from error
    except zipfile.BadZipFile as error:
        raise FileProblem(path, f"it is not whole ({printable(str(error)[:60])})", "Copy it again") from None


def _zip_value(archive: zipfile.ZipFile) -> Any:
    names = {name: archive.getinfo(name) for name in archive.namelist()}
    main = next(name for name in names if name == "data.pkl" or name.endswith("/data.pkl"))
    root = main.removesuffix("data.pkl")
    order = archive.read(f"{root}byteorder")[:8].strip() if f"{root}byteorder" in names else b"little"
    if sum(entry.file_size for entry in names.values()) > MAX_BYTES:
        raise PickleRefused(f"it holds more than {MAX_BYTES >> 20:,} MB")
    if names[main].file_size > max(200 * names[main].compress_size, 1 << 20):
        raise PickleRefused("it unpacks to far more than it holds")
    found: dict[str, np.ndarray] = {}

    def storage(reference: Any) -> np.ndarray:
        dtype, key, count = stored_as(reference)
        if key not in found:
            entry = names[f"{root}data/{key}"]
            if entry.file_size > max(200 * entry.compress_size, 1 << 20):
                raise PickleRefused("it unpacks to far more than it holds")
            with archive.open(entry) as stream:
                found[key] = numbers_of(stream.read(entry.file_size), dtype, count, ">" if order == b"big" else "<")
        return found[key]

    return Machine(io.BytesIO(archive.read(main)), NAMES, storage).load()
