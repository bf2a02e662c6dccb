"""Captions to a table and from one; what an import changes is planned before anything is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from motionpatches.core.library.caption_files import file_name
from motionpatches.core.library.caption_table import read_captions_csv, seconds
from motionpatches.core.library.captions import clean_caption
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.table import guarded, quoted, unguarded
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id

# What happens to a take that has captions: the table's are added, take their place, or are left out.
Mode = Literal["add", "replace", "skip"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Incoming:
    """A table for a library: captions by take, in the table's order.

    `unknown`: names that the library does not have. `late`: captions left out because their range begins after their take ends,
    in words. `notes`: what else of the table is not taken over.
    """

    file: Path
    lines: Mapping[str, Lines]
    unknown: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What an import changes: captions of takes before and after. `same`: takes that have them already; `skipped`: takes left as
    they are because they have captions."""

    before: Mapping[str, Lines]
    after: Mapping[str, Lines]
    same: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """How many captions are new to their take."""
        return sum(line not in self.before[take] for take, lines in self.after.items() for line in lines)

    @property
    def removed(self) -> int:
        """How many captions go."""
        return sum(line not in self.after[take] for take, lines in self.before.items() for line in lines)


def export_csv(library: Library) -> str:
    """A table of every caption: file, start, end (seconds; empty: the whole take), split, caption. A take without captions
    has a row with an empty one, to be filled in. No cell begins as a formula of a spreadsheet does."""
    rows = [
        (_name(library, c), seconds(c.start_s), seconds(c.end_s), c.split, text)
        for c in library.clips
        for text in (c.captions or ("",))
    ]
    table = [("file", "start", "end", "split", "caption"), *(map(guarded, row) for row in rows)]
    return "".join(",".join(quoted(cell, ",") for cell in row) + "\n" for row in table)


def read_table(library: Library, file: Path) -> Incoming:
    """Read a table with the columns file and caption (and start, end, split) for a library. A file is named as in an exported
    table, by its own name, or by its take. Raises FileProblem."""
    table, names, lengths = read_captions_csv(file), _names(library), _lengths(library)
    takes = {name: names.get(name) or names.get(unguarded(name)) for name in table.by_file}
    shown = current_lines(library, takes.values())
    found: dict[str, Lines] = {}
    late: list[str] = []
    for name, lines in table.lines().items():
        take = takes[name]
        if take is None:
            continue
        read = [replace(line, text=unguarded(line.text)) for line in lines]
        read = [line if line in shown[take] else replace(line, text=clean_caption(line.text)) for line in read]
        beyond = [line for line in read if line.start_s and line.start_s >= lengths.get(take, math.inf)]
        late += [f"{name}: {line.text!r} begins at {line.start_s:g} s of {lengths[take]:.2f} s" for line in beyond]
        if not read or len(beyond) < len(read):
            found[take] = (*found.get(take, ()), *(line for line in read if line.text and line not in beyond))
    splits = {take_id(clip): clip.split for clip in library.clips}
    other = sum(take is not None and splits[take] != table.splits.get(name, splits[take]) for name, take in takes.items())
    notes = tuple(filter(None, (table.note(), _splits_note(other))))
    return Incoming(file, found, tuple(name for name, take in takes.items() if take is None), tuple(late), notes)


def plan(current: Mapping[str, Lines], incoming: Mapping[str, Lines], mode: Mode) -> Plan:
    """Plan what becomes of the captions of takes.

    Args:
        current: the captions of each take of `incoming`.
        incoming: the captions that a table has for them.
        mode: for a take that has captions.
    """
    after: dict[str, Lines] = {}
    same, skipped = [], []
    for take, lines in incoming.items():
        now = current[take]
        if mode == "skip" and now and not set(lines) <= set(now):
            skipped.append(take)
            continue
        wanted = lines if mode == "replace" else (*now, *dict.fromkeys(line for line in lines if line not in now))
        if wanted == now:
            same.append(take)
        else:
            after[take] = wanted
    return Plan({take: current[take] for take in after}, after, tuple(same), tuple(skipped))


def current_lines(library: Library, takes: Iterable[str | None]) -> dict[str, Lines]:
    """The captions that the library shows of some takes."""
    return {take: lines_of(clips) for take, clips in clips_of(library, {take for take in takes if take is not None}).items()}


def _splits_note(count: int) -> str:
    if not count:
        return ""
    return (
        f"The split of {count:,} takes is another in the table and is not taken over. "
        "Splits are read from captions.csv beside the files of a folder, and from train.txt, val.txt and test.txt of a data set."
    )


def _lengths(library: Library) -> dict[str, float]:
    """The length in seconds of each take that is a clip as a whole."""
    return {clip.id: clip.duration_s for clip in library.clips if not clip.start_s and not clip.end_s}


def _names(library: Library) -> dict[str, str]:
    """The take of each name that a table may have for it."""
    names: dict[str, str] = {}
    for clip in library.clips:
        own = (file_name(clip),) if clip.take else (clip.path.stem, clip.path.name)
        for name in (*own, _name(library, clip), take_id(clip)):
            names[name] = take_id(clip)
    return names


def _name(library: Library, clip: Clip) -> str:
    inside = clip.path != library.root and clip.path.is_relative_to(library.root)
    if not inside:
        return take_id(clip)
    return clip.path.relative_to(library.root).as_posix() + (f"#{clip.take}" if clip.take else "")
