"""Storage of edited captions: the library's own text files, or a file of the user's that overrides them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motionpatches.core import paths, restore
from motionpatches.core.atomic import locked, write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.caption_files import Edit, OwnFiles, check_place, combined, edit_file
from motionpatches.core.library.captions import CaptionLine, caption_from_name
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id, with_lines
from motionpatches.core.own_file import read_own
from motionpatches.core.restore import Before


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


def carry(library: Library, names: Mapping[str, str], before: Iterable[Clip]) -> None:
    """Give the captions of takes that were moved to their new ids: those that the user edited; and those of a table or text in
    the old folder, where the new one says nothing of them.

    Args:
        library: With the captions of the new places.
        names: New ids by old ones.
        before: Clips with the captions of the old places.

    Raises:
        FileProblem: They cannot be read or written.
    """
    file = sidecar_file(library.root)
    moved = {names[take]: clips for take, clips in _by_take(clip for clip in before if take_id(clip) in names).items()}
    with locked(file):
        kept = read_sidecar(library.root, held=True)
        wanted = {names.get(take, take): lines for take, lines in kept.items()}
        for take, clips in clips_of(library, moved).items():
            lines, named = lines_of(moved[take]), caption_from_name(clips[0].path)
            told = [line.text for line in lines_of(clips)]
            from_name = [line.text for line in lines] == [caption_from_name(moved[take][0].path)]
            if take not in wanted and lines and lines != lines_of(clips) and told in ([], [named]) and not from_name:
                wanted[take] = lines
        if wanted != kept:
            write_atomically(file, _content(library.root, wanted))


def _by_take(clips: Iterable[Clip]) -> dict[str, list[Clip]]:
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        found.setdefault(take_id(clip), []).append(clip)
    return found


def _content(root: Path, takes: Mapping[str, Lines]) -> bytes:
    rows = {take: [[line.text, line.start_s, line.end_s] for line in lines] for take, lines in takes.items()}
    return json.dumps({"root": str(root), "takes": rows}, indent=1).encode()


@dataclass(frozen=True)
class Saved:
    """Where captions went; `problem`: why some went into the user's file instead of the library's own, or ''. `lines`: what is
    kept now by take, with what other windows and programs wrote meanwhile; `others`: files that they changed since the save that
    was to be taken back. `back`: by file, what takes this one back, and for which takes."""

    files: frozenset[Path]
    problem: str = ""
    lines: Mapping[str, Lines] = field(default_factory=dict)
    others: frozenset[Path] = frozenset()
    back: Mapping[Path, tuple[Before, frozenset[str]]] = field(default_factory=dict)


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
        return _save(library, wanted, own, before or {}, False)


def take_back(library: Library, saved: Saved, wanted: Mapping[str, Lines], before: Mapping[str, Lines]) -> Saved:
    """Undo what was saved, or redo what was undone, byte for byte.

    In a file that something else has changed since, only captions are changed back that it has left alone.

    Args:
        library: with the captions that are shown.
        saved: of the save, or of the last `take_back` of it.
        wanted: captions by take as they were.
        before: captions by take as they were saved.

    Raises:
        FileProblem: a file cannot be written.
    """
    with locked(sidecar_file(library.root)):
        done = {}
        for file, (one, takes) in saved.back.items():
            with suppress(FileProblem):  # what is wrong is told by the attempt below
                if file != sidecar_file(library.root):
                    check_place(library.root, file)
                if (back := restore.take_back(one)) is not None:
                    done[file] = back, takes
        found = Saved(frozenset(done), "", wanted, frozenset(saved.back.keys() - done), done)
        for file in found.others:
            takes, own = saved.back[file][1], file != sidecar_file(library.root)
            more = _save(library, {take: wanted[take] for take in takes}, own, before, True)
            problem = " ".join(filter(None, (found.problem, more.problem)))
            lines, further = {**found.lines, **more.lines}, {**found.back, **more.back}
            found = replace(found, files=found.files | more.files, problem=problem, lines=lines, back=further)
        return found


def _save(library: Library, wanted: Mapping[str, Lines], own: bool, before: Mapping[str, Lines], again: bool) -> Saved:
    """`again`: an edit is undone or redone, so that a take whose captions something else has changed is left alone."""
    problems: list[str] = []
    refused: FileProblem | None = None
    mine_file = sidecar_file(library.root)
    try:
        kept = read_sidecar(library.root, held=True)
    except FileProblem as problem:
        kept, refused = {}, problem
    clips = clips_of(library, wanted)
    base = {take: tuple(before.get(take, lines_of(clips[take]))) for take in clips}
    lines = {take: combined(Edit("", tuple(wanted[take]), base[take]), kept.get(take), again) for take in clips}
    edits = {take: Edit("", lines[take], None if take in kept else base[take]) for take in clips}
    back: dict[Path, tuple[Before, frozenset[str]]] = {}
    written: set[Path] = set()
    in_own: dict[str, Lines] = {}
    for file, takes in (_by_file(library, clips, edits, problems) if own else {}).items():
        try:
            now, one = edit_file(library.root, file, takes, again)
        except FileProblem as problem:
            problems.append(f"{problem} The captions are kept in your own file instead.")
            continue
        in_own |= now
        written.add(file)
        if one is not None:
            back[file] = one, frozenset(takes)
    mine = {take: value for take, value in lines.items() if take not in in_own}
    left = {take: value for take, value in (kept | mine).items() if take not in in_own}
    if left != kept:
        if refused is not None:
            raise refused
        content = _content(library.root, left)
        changed = frozenset(take for take in clips if left.get(take) != kept.get(take))
        back[mine_file] = restore.write(mine_file, content, restore.content_of(mine_file)), changed
        written |= {mine_file} if mine else set()
    return Saved(frozenset(written), " ".join(dict.fromkeys(problems)), lines | in_own, back=back)


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
