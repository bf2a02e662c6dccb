"""Storage of edited captions: the library's own text files, or a file of the user's that overrides them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import locked, write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.caption_files import Edit, OwnFiles, edit_file, file_name
from motionpatches.core.library.caption_table import read_captions_csv, seconds
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.changes import merged
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.table import guarded, quoted, unguarded
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id, with_lines
from motionpatches.core.own_file import read_own


def sidecar_file(root: Path) -> Path:
    return paths.user_captions() / f"{place_digest(root)}.json"


def read_sidecar(root: Path, held: bool = False) -> dict[str, Lines]:
    """The user's captions by take. `held`: the caller holds the lock. Raises FileProblem where the system refuses."""

    def parse(values: Any) -> dict[str, Lines]:
        return {take: tuple(_line(*line) for line in lines) for take, lines in values["takes"].items()}

    return read_own(sidecar_file(root), "your captions for this library", parse, held) or {}


def _line(text: str, start_s: float, end_s: float) -> CaptionLine:
    times = float(start_s), float(end_s)
    if not isinstance(text, str) or not all(math.isfinite(time) and time >= 0 for time in times):
        raise ValueError("no caption")
    return CaptionLine(text, *times)


def over(library: Library) -> Library:
    """Return the library with the user's captions in place of its own."""
    try:
        captions = read_sidecar(library.root)
        return with_lines(library, captions) if captions else library
    except StudioError as error:
        return replace(library, notes=(str(error), *library.notes))


@dataclass(frozen=True)
class Saved:
    """Where captions went; `problem`: why some went into the user's file instead of the library's own, or ''. `lines`: what is
    kept now by take, with what other windows and programs wrote meanwhile."""

    files: frozenset[Path]
    problem: str = ""
    lines: Mapping[str, Lines] = field(default_factory=dict)


def save(library: Library, wanted: Mapping[str, Lines], own: bool, before: Mapping[str, Lines] | None = None) -> Saved:
    """Keep the captions of takes.

    Files are read again under a lock, and only what differs from `before` is changed in them.

    Args:
        library: with the captions that are shown.
        wanted: captions by take.
        own: keep them in the library's own files where its format has them and they can be written; else in the user's.
        before: what was edited, by take; the captions of `library` where it says nothing.

    Raises:
        FileProblem: the user's file cannot be written either.
    """
    with locked(sidecar_file(library.root)):
        return _save(library, wanted, own, before or {})


def _save(library: Library, wanted: Mapping[str, Lines], own: bool, before: Mapping[str, Lines]) -> Saved:
    problems: list[str] = []
    refused: FileProblem | None = None
    try:
        kept = read_sidecar(library.root, held=True)
    except FileProblem as problem:
        kept, refused = {}, problem
    clips = clips_of(library, wanted)
    base = {take: tuple(before.get(take, lines_of(clips[take]))) for take in clips}
    lines = {take: merged(base[take], wanted[take], kept[take]) if take in kept else tuple(wanted[take]) for take in clips}
    edits = {take: Edit("", lines[take], None if take in kept else base[take]) for take in clips}
    written: set[Path] = set()
    in_own: dict[str, Lines] = {}
    for file, takes in (_by_file(library, clips, edits, problems) if own else {}).items():
        try:
            in_own |= edit_file(library.root, file, takes)
            written.add(file)
        except FileProblem as problem:
            problems.append(f"{problem} The captions are kept in your own file instead.")
    mine = {take: value for take, value in lines.items() if take not in in_own}
    left = {take: value for take, value in (kept | mine).items() if take not in in_own}
    if left != kept:
        if refused is not None:
            raise refused
        file = sidecar_file(library.root)
        rows = {take: [[line.text, line.start_s, line.end_s] for line in value] for take, value in left.items()}
        write_atomically(file, json.dumps({"root": str(library.root), "takes": rows}, indent=1))
        written |= {file} if mine else set()
    return Saved(frozenset(written), " ".join(dict.fromkeys(problems)), lines | in_own)


def _by_file(
    library: Library, clips: Mapping[str, list[Clip]], edits: Mapping[str, Edit], problems: list[str]
) -> dict[Path, dict[str, Edit]]:
    """Edits by the own file that they go to; why a take has none is added to `problems`."""
    files = OwnFiles(library)
    found: dict[Path, dict[str, Edit]] = {}
    for take, edit in edits.items():
        try:
            own = files.of(clips[take][0])
            if own is not None:
                found.setdefault(own.file, {})[take] = edit._replace(name=own.name)
        except FileProblem as problem:
            problems.append(f"{problem} The captions are kept in your own file instead.")
    return found


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


def import_csv(library: Library, path: Path) -> tuple[dict[str, Lines], list[str]]:
    """Captions by take from a table with the columns file and caption (and start, end), and the names that the library
    does not have. A file is named as in an exported table, by its own name, or by its take. Raises FileProblem."""
    names, found, unknown = _names(library), dict[str, list[CaptionLine]](), []
    for name, lines in read_captions_csv(path).lines().items():
        take = names.get(name, names.get(unguarded(name)))
        if take is None:
            unknown.append(name)
        else:
            found.setdefault(take, []).extend(replace(line, text=unguarded(line.text)) for line in lines)
    return {take: tuple(lines) for take, lines in found.items()}, unknown


def other_splits(library: Library, path: Path) -> str:
    """Say how many takes have another split in a table than in the library, and where splits are set; '' for none. Raises
    FileProblem."""
    names, own = _names(library), {take_id(clip): clip.split for clip in library.clips}
    table = read_captions_csv(path).splits
    takes = {names.get(name, names.get(unguarded(name))): split for name, split in table.items()}
    count = sum(take is not None and own[take] != split for take, split in takes.items())
    if not count:
        return ""
    return (
        f"The split of {count:,} takes is another in the table and was not taken over. "
        "Splits are read from captions.csv beside the files of a folder, and from train.txt, val.txt and test.txt of a data set."
    )


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
