"""What is fuzzed besides motion files: something that the program opens, and its samples."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest import mock

from motionpatches.core import notices, paths
from motionpatches.core.motion.raw import RawTake
from tests.fuzz.mutations import BYTES, TEXT
from tests.fuzz.samples import Sample, often
from tests.fuzz.structures import broken_json, broken_npy, broken_zip, guarded

ROOT = Path("/somewhere/library")
JSON = (*often(guarded(broken_json)), *map(guarded, TEXT), *BYTES)
WORDS = (*map(guarded, TEXT), *BYTES)


class Wrong(Exception):
    """The program took something for good that it is not."""


@dataclass(frozen=True, eq=False)
class Target:
    """As a Format to the harness: `open(main file, folder of the case)` reads as the program does, raising StudioError alone."""

    name: str
    open: Callable[[Path, Path], None]
    make: Callable[[], tuple[Sample, ...]]
    native: bool = False
    suffixes: tuple[str, ...] = ()

    def fits(self, path: Path) -> bool:
        return True

    def files(self, path: Path) -> list[Path]:
        return [path]

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        return self.make()

    def read(self, path: Path) -> list[RawTake]:
        """Nothing to look at further. The folder of the case is the user's home, too."""
        folder = path.parents[len(Path(self.samples[0].main).parts) - 1]
        with mock.patch.dict(os.environ, {paths.HOME_VARIABLE: str(folder)}):
            self.open(path, folder)
        notices.untold()
        return []


def one_sample(files: dict[str, bytes], **ways) -> tuple[Sample, ...]:
    """A sample whose files are broken by the ways of their suffix."""
    by_suffix = {".json": JSON, ".jsonl": JSON, ".npy": (*often(broken_npy), *BYTES), ".npz": NPZ, ".safetensors": BYTES, **ways}
    return (Sample(files, {name: tuple(map(guarded, by_suffix.get(Path(name).suffix, WORDS))) for name in files}),)


NPZ = (*often(broken_zip(guarded(broken_npy))), broken_zip(BYTES[0]), *BYTES)


def json_bytes(value: object) -> bytes:
    return json.dumps(value).encode()
