"""The cases of a reader: case K of a seed is always the same broken file."""

from __future__ import annotations

import importlib
import random
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from motionpatches.core.io.formats import Format
from motionpatches.core.io.load import FORMATS
from tests.fuzz.samples import Sample, samples
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

LONGEST = 8 * 10**6
Kind = Format | Target
KINDS: tuple[Kind, ...] = (*FORMATS, *TARGETS)


@dataclass(frozen=True, eq=False)
class Case:
    """`files` by name, the first of them the one that is opened; `ways`: what was done to which."""

    files: dict[str, bytes]
    ways: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))

    def write(self, folder: Path) -> Path:
        """Write the files alone into a folder. Returns the one to open."""
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / next(iter(self.files))


def format_named(name: str) -> Kind:
    """The format or target of a name in the tables, in any case; or one outside of them as 'module:CONSTANT'. Raises
    ValueError."""
    if ":" in name:
        module, constant = name.split(":")
        return getattr(importlib.import_module(module), constant)
    for kind in KINDS:
        if kind.name.lower() == name.lower():
            return kind
    raise ValueError(f"There is no reader {name!r}. Choose one of: {', '.join(kind.name for kind in KINDS)}.")


@cache
def samples_of(kind: Kind) -> tuple[Sample, ...]:
    """The samples whose main file a format takes, or those of a target."""
    if isinstance(kind, Target):
        return kind.samples
    found = []
    with tempfile.TemporaryDirectory() as name:
        for sample in samples(kind.suffixes):
            if Path(sample.main).suffix in kind.suffixes and kind.fits(Case(sample.files, ()).write(Path(name))):
                found.append(sample)
    return tuple(found)


def make_case(kind: Kind, seed: int, number: int) -> Case:
    """One to four mutations of one sample, once in a while with a piece of another."""
    whole = samples_of(kind)
    rng = random.Random(f"{kind.name}/{seed}/{number}")
    return broken(rng, rng.choice(whole), whole, rng.choice((1, 1, 1, 2, 2, 3, 4)))


def broken(rng: random.Random, sample: Sample, others: Sequence[Sample], times: int) -> Case:
    files, ways = dict(sample.files), []
    for _ in range(times):
        name = sample.main if len(files) == 1 or rng.random() < 0.6 else rng.choice(list(files))
        if rng.random() < 0.04:
            other = rng.choice(others)
            files[name] = _spliced(rng, files[name], other.files[other.main])
            ways.append(f"{name}: spliced with {other.main}")
        else:
            way = rng.choice(sample.mutations[name])
            files[name] = way(rng, files[name])[:LONGEST]
            ways.append(f"{name}: {way.__qualname__.split('.')[0]}")
    return Case(files, tuple(ways))


def _spliced(rng: random.Random, one: bytes, other: bytes) -> bytes:
    return one[: rng.randrange(len(one) + 1)] + other[rng.randrange(len(other) + 1) :]
