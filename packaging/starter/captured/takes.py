"""Captured takes with the captions written for them: clips by source, cut from the takes in a data folder.

The data folder holds one folder of motion files per source (`cmu`, `accad`); it is not part of the project. The tables beside
this file hold names of takes, times and sentences alone. Columns: take; start and end in seconds (end 0: to the end); action, a
coarse label; rule, the ground of the row (`label` of the source, `measured`, `seen` as a moving figure); captions, separated by
' | '.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from motionpatches.core.demo.__main__ import COMMON
from motionpatches.core.demo.library import SUBJECTS, words_in
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.library import Library, Skipped
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.canonical import first_frame
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import run

TABLES = Path(__file__).resolve().parent
SOURCES = ("cmu", "accad")
RULES = ("label", "measured", "seen")
COLUMNS = ["take", "start", "end", "action", "rule", "captions"]
# CMU's subject and trial; conversions write them with more or fewer zeros.
_TRIAL = re.compile(r"0*(\d+)_0*(\d+)")
# Takes that show the same recording as another: the wrong file of a conversion, and the two dancers of each salsa.
_SAME_TRIAL = {(135, 10): (135, 11)}
_PARTNER = {61: 60}
# Words without content, and endings that a verb or noun may have.
_EMPTY = COMMON.union(("they", "somebody"), *map(words_in, SUBJECTS))
_ENDING = re.compile(r"(?<=..)(ing|ed|es|s|e|ly)$")


@dataclass(frozen=True)
class Row:
    """An action in a take, `take` being its file without suffix; a range in seconds (end 0: to the end)."""

    source: str
    take: str
    start_s: float
    end_s: float
    action: str
    rule: str
    captions: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.source}/{self.take}@{self.start_s:g}-{self.end_s:g}"


@dataclass(frozen=True, eq=False)
class CapturedClip:
    """A row of a table with its motion; `recording` is the same for all clips that show one recording."""

    row: Row
    motion: Motion
    recording: str


@dataclass(frozen=True, eq=False)
class Captured:
    """Clips, and the rows without one: their take is missing, or too short for the range, or no caption may be used."""

    clips: tuple[CapturedClip, ...]
    skipped: tuple[Skipped, ...]


@cache
def rows(source: str, folder: Path = TABLES) -> tuple[Row, ...]:
    """Read the table of a source. Raises FileProblem with the line for a row that does not fit the columns."""
    file = folder / f"actions-{source}.csv"
    found = []
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != COLUMNS:
            raise FileProblem(file, f"its columns are {reader.fieldnames}", f"Name them {', '.join(COLUMNS)}")
        for line in reader:
            try:
                start, end = float(line["start"]), float(line["end"])
                captions = tuple(line["captions"].split(" | "))
            except (TypeError, ValueError, AttributeError):
                raise FileProblem(file, "a row is not whole", "Complete it", f"line {reader.line_num}") from None
            if line["rule"] not in RULES or not all(captions) or start < 0 or 0 < end <= start:
                raise FileProblem(file, "rule, times or captions are wrong", "Correct the row", f"line {reader.line_num}")
            found.append(Row(source, line["take"], start, end, line["action"], line["rule"], captions))
    return tuple(found)


def recording_of(source: str, take: str) -> str:
    """Return what a take shows, the same for copies on other rigs and for two people recorded together."""
    trial = _TRIAL.fullmatch(take)
    if source != "cmu" or trial is None:
        return f"{source}/{take}"
    subject, number = _SAME_TRIAL.get((int(trial[1]), int(trial[2])), (int(trial[1]), int(trial[2])))
    return f"cmu/{_PARTNER.get(subject, subject):02d}_{number:02d}"


def open_source(data: Path, source: str) -> Library:
    """Open the takes of a source. Raises StudioError where its folder is not there."""
    folder = data / source
    if not folder.is_dir():
        raise StudioError(
            f"{data} has no folder '{source}' with captured takes. Name the folder that holds {' and '.join(SOURCES)}, "
            "or leave the source out."
        )
    return run(open_library(folder))


def read_clips(data: Path, sources: Sequence[str] = SOURCES, tests: Iterable[str] = (), folder: Path = TABLES) -> Captured:
    """Cut the takes of some sources into the actions of their tables.

    Args:
        data: the data folder.
        sources: names of SOURCES; the tables of others are not read.
        tests: test sentences; captions that are nearly one of them are not used (`nearly`).
        folder: of the tables.

    Returns:
        Clips in the order of the tables, without the rest pose that many converted takes begin with.

    Raises:
        StudioError: a source's folder is missing.
    """
    clips, skipped = [], []
    kept_out = [content for content in map(content_of, tests) if content]
    for source in sources:
        library = open_source(data, source)
        skipped += library.skipped
        for row in rows(source, folder):
            captions = tuple(c for c in row.captions if not nearly(content_of(c), kept_out))
            try:
                clips.append(_clip(library, row, captions))
            except StudioError as error:
                skipped.append(Skipped(data / source / row.take, f"{row.name}: {error}"))
    return Captured(tuple(clips), tuple(skipped))


@cache
def content_of(sentence: str) -> frozenset[str]:
    """Return the words of a sentence that have content, without their endings, so that "kicks" and "kicking" are one."""
    return frozenset(_ENDING.sub("", word) for word in words_in(sentence) - _EMPTY)


def nearly(content: frozenset[str], others: Iterable[frozenset[str]]) -> bool:
    """Tell whether more than half of the words of a sentence and one of some others together are common to both."""
    return any(2 * len(content & other) > len(content | other) for other in others)


def _clip(library: Library, row: Row, captions: tuple[str, ...]) -> CapturedClip:
    if not captions:
        raise StudioError("each of its captions is nearly a test sentence.")
    take = library.load(row.take)
    if max(row.start_s, row.end_s) > take.duration_s + 0.05:
        raise StudioError(f"the take ends at {take.duration_s:.2f} s, before the range does.")
    motion = take.cut(row.start_s, row.end_s)
    if not row.start_s:
        motion = motion.crop(first_frame(motion.positions), motion.frame_count)
    used = Row(row.source, row.take, row.start_s, row.end_s, row.action, row.rule, captions)
    return CapturedClip(used, motion, recording_of(row.source, row.take))
