"""Cut files: a reader refuses one, or says that it is cut, or gives what the whole file holds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.motion.raw import RawTake
from tests.fuzz.cases import Case, samples_of
from tests.fuzz.samples import Sample

REFUSED, SAID, EQUAL, SILENT = OUTCOMES = ("refused", "said", "equal", "silent")
# A note that says so has one of these words.
WORDS = ("cut", "missing", "announces", "whole", "fewer", "left out", "incomplete", "breaks off", "ends")


@dataclass(frozen=True)
class Cut:
    """A sample's main file up to byte `at`, what the reader made of it, and what stands there."""

    sample: str
    at: int
    outcome: str
    around: str


def cuts(kind: Format, folder: Path, number: int, seed: int = 0) -> list[Cut]:
    """Cut every sample of a reader at `number` places inside of lines, the last line and its numbers above all."""
    found = []
    for sample in samples_of(kind):
        content = sample.files[sample.main]
        whole = _read(kind, sample, content, folder)
        if isinstance(whole, str):
            continue
        rng = random.Random(f"{kind.name}/{sample.main}/{seed}")
        last = range(max(len(content) - 80, 1), len(content))
        places = {*rng.sample(last, min(number // 2, len(last))), *(rng.randrange(1, len(content)) for _ in range(number // 2))}
        for at in sorted(places):
            if content[at - 1 : at] in b"\r\n" or content[at : at + 1] in b"\r\n":
                continue  # after a whole line no format without a count can know
            read = _read(kind, sample, content[:at], folder)
            around = repr(content[max(at - 25, 0) : at])
            found.append(Cut(sample.main, at, read if isinstance(read, str) else _compared(whole, read), around))
    return found


def _read(kind: Format, sample: Sample, content: bytes, folder: Path) -> list[RawTake] | str:
    path = Case({**sample.files, sample.main: content}, ()).write(folder)
    try:
        return kind.read(path)
    except FileProblem:
        return REFUSED


def _compared(whole: list[RawTake], read: list[RawTake]) -> str:
    if len(whole) == len(read) and all(map(_alike, whole, read)):
        return EQUAL
    known = {note for take in whole for note in take.notes}
    notes = [note for take in read for note in take.notes if note not in known]
    said = any(word in f"{note.what} {note.value} {note.reason}" for note in notes for word in WORDS)
    return SAID if said else SILENT


def _alike(one: RawTake, other: RawTake) -> bool:
    same = one.positions.shape == other.positions.shape and np.array_equal(one.positions, other.positions)
    return same and one.skeleton == other.skeleton and one.captions == other.captions and one.fps == other.fps
