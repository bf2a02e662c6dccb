"""Favourites and tags of clips: the user's own, kept beside no library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from motionpatches.core import paths, restore
from motionpatches.core.atomic import locked, write_atomically
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.changes import merged
from motionpatches.core.library.known import Known
from motionpatches.core.own_file import read_own
from motionpatches.core.restore import Before


@dataclass(frozen=True)
class Mark:
    """Whether a clip is a favourite, and its tags."""

    favourite: bool = False
    tags: tuple[str, ...] = ()


NONE = Mark()


def marks_file(root: Path) -> Path:
    return paths.data() / "marks" / f"{place_digest(root)}.json"


def read_marks(root: Path, held: bool = False) -> dict[str, Mark]:
    """By clip id. `held`: the caller holds the lock. Raises FileProblem where the system refuses."""
    return read_own(marks_file(root), "your favourites and tags for this library", _parsed, held) or {}


_known = Known(read_marks, lambda root: (marks_file(root),))


def known_marks(root: Path) -> Mapping[str, Mark]:
    """By clip id; read again only where they were written since. Raises FileProblem where the system refuses."""
    return _known.of(root)


def _parsed(values: Any) -> dict[str, Mark]:
    found = {}
    for clip, mark in values["clips"].items():
        tags = mark["tags"]
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise ValueError("tags are a list of texts")
        found[clip] = Mark(bool(mark["favourite"]), tuple(tags))
    return found


class Changed(NamedTuple):
    """All marks of the library as they are kept now. `back`: takes the change back. `others`: what was to be taken back is no
    longer as it was written, so the marks that something else has changed since stay."""

    marks: dict[str, Mark]
    back: Before | None
    others: bool = False


def change_marks(root: Path, before: Mapping[str, Mark], after: Mapping[str, Mark], back: Before | None = None) -> Changed:
    """Change the marks of clips, in one write; what others wrote meanwhile stays. Clips without any mark are left out.

    Args:
        root: of the library.
        before: what was shown of each clip, by id; no mark where it says nothing.
        after: what is wanted of each clip, by id.
        back: of the change that this one takes back, byte for byte where the file is as that one left it.

    Raises:
        FileProblem: the file cannot be read or written.
    """
    file = marks_file(root)
    with locked(file):
        undone = restore.take_back(back) if back is not None else None
        marks = read_marks(root, held=True)
        if undone is not None:
            return Changed(marks, undone)
        for clip, wanted in after.items():
            was, now = before.get(clip, NONE), marks.get(clip, NONE)
            favourite = wanted.favourite if wanted.favourite != was.favourite else now.favourite
            marks[clip] = Mark(favourite, merged(was.tags, wanted.tags, now.tags))
        marks = {name: mark for name, mark in marks.items() if mark != NONE}
        return Changed(marks, restore.write(file, _content(root, marks), restore.content_of(file)), back is not None)


def carry(root: Path, names: Mapping[str, str]) -> None:
    """Give the marks of clips that were moved, new ids by old ones, to their new ids. Raises FileProblem."""
    file = marks_file(root)
    with locked(file):
        marks = read_marks(root, held=True)
        moved = {clip: mark for clip, mark in marks.items() if clip in names}
        if not moved:
            return
        for clip, mark in moved.items():
            there = marks.get(names[clip], NONE)
            tags = tuple(dict.fromkeys((*there.tags, *mark.tags)))
            marks[names[clip]] = Mark(there.favourite or mark.favourite, tags)
            del marks[clip]
        write_atomically(file, _content(root, marks))


def _content(root: Path, marks: Mapping[str, Mark]) -> bytes:
    clips = {name: {"favourite": mark.favourite, "tags": list(mark.tags)} for name, mark in marks.items()}
    return json.dumps({"root": str(root), "clips": clips}, indent=1).encode()


def tags_of(text: str) -> tuple[str, ...]:
    """'walk, reviewed' as tags: in small letters, without blanks at the ends, each once."""
    return tuple(dict.fromkeys(t.strip().lower() for t in text.split(",") if t.strip()))
