"""What became of takes between two scans of a folder: moved ones keep captions, marks and vectors, gone ones are remembered."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import locked, write_atomically
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import take_id
from motionpatches.core.own_file import read_own

# Takes that are gone and remembered; the latest.
MOST = 20_000
_DIGEST = re.compile(r":([0-9a-f]{32}):")


@dataclass(frozen=True)
class Gone:
    """A take whose file is no longer there: the digest of what it held ('' where none is known), and the day it was missed."""

    take: str
    digest: str
    day: str


@dataclass(frozen=True)
class Moves:
    """`names`: the new id of each clip and take that was moved, by its old one; `gone`: all takes that are gone."""

    names: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()


def digest_of(clip: Clip) -> str:
    """The digest of a clip's file, with the take's name; '' where its layout keeps none."""
    found = _DIGEST.search(clip.key)
    return f"{found[1]}#{clip.take}" if found else ""


def compare(before: Iterable[Clip], library: Library, earlier: Iterable[Gone] = (), day: str = "") -> Moves:
    """What became of clips that an earlier scan knew.

    A take has moved where another of the same content is new; of several of one content, those of the same file name first. A
    file that is there and cannot be read, or in a folder that cannot, is not gone: it is left out.

    Args:
        before: Clips of that scan.
        library: Of the new one.
        earlier: Takes that were gone before.
        day: Of the new scan.
    """
    now = {take_id(clip): clip for clip in library.clips}
    there, left_out = {str(clip.path) for clip in library.clips}, {skipped.path for skipped in library.skipped}
    old = list(before)
    known = {take_id(clip): clip for clip in old}
    missing = {
        take: digest_of(clip)
        for take, clip in known.items()
        if take not in now and str(clip.path) not in there and not (left_out and _is_in(clip.path, left_out))
    }
    gone = {one.take: one for one in earlier if one.take not in now}
    gone |= {take: Gone(take, digest, day) for take, digest in missing.items()}
    arrived: dict[str, list[str]] = defaultdict(list)
    for take, clip in now.items():
        if take not in known and digest_of(clip):
            arrived[digest_of(clip)].append(take)
    takes: dict[str, str] = {}
    for one in list(gone.values()):
        places = arrived.get(one.digest)
        if places:
            same = [place for place in places if _name(place) == _name(one.take)]
            takes[one.take] = (same or places)[0]
            places.remove(takes[one.take])
            del gone[one.take]
    clips = {c.id: takes[take_id(c)] + c.id[len(take_id(c)) :] for c in old if take_id(c) in takes}
    return Moves({**clips, **takes}, tuple(gone.values())[-MOST:])


def known_so_far(before: Iterable[Clip], found: Library) -> tuple[Clip, ...]:
    """The clips that count as known after a scan that was ended half-way: those of the scan before it, as they are now where they
    were read again, and new ones. A new one that may be a take of before in another place is left for the next scan to compare.

    Raises:
        FileProblem: The list of takes that are gone cannot be read.
    """
    old, now = list(before), {str(clip.path) for clip in found.clips}
    left = [clip for clip in old if str(clip.path) not in now]
    there = {str(clip.path) for clip in old}
    missed = {digest_of(clip) for clip in left} | {one.digest for one in read_gone(found.root)} - {""}
    return (*(clip for clip in found.clips if str(clip.path) in there or digest_of(clip) not in missed), *left)


def _is_in(path: Path, places: Collection[Path]) -> bool:
    return path in places or any(parent in places for parent in path.parents)


def _name(take: str) -> str:
    return take.rpartition("/")[2]


def gone_file(root: Path) -> Path:
    return paths.data() / "gone" / f"{place_digest(root)}.json"


def read_gone(root: Path, held: bool = False) -> tuple[Gone, ...]:
    """Takes of a library that are gone. Raises FileProblem where the system refuses."""

    def parse(values: Any) -> tuple[Gone, ...]:
        return tuple(Gone(str(take), str(digest), str(day)) for take, digest, day in values["takes"])

    return read_own(gone_file(root), "the list of takes that are gone", parse, held) or ()


def follow(before: Iterable[Clip], library: Library) -> Moves:
    """Compare with an earlier scan; their marks, captions and fields of the take sheet move with them. Raises FileProblem."""
    from motionpatches.core.library import caption_store, marks, sheet

    file = gone_file(library.root)
    old = list(before)
    with locked(file):
        earlier = read_gone(library.root, held=True)
        moves = compare(old, library, earlier, time.strftime("%Y-%m-%d"))
        if moves.gone != earlier:
            rows = [[one.take, one.digest, one.day] for one in moves.gone]
            write_atomically(file, json.dumps({"root": str(library.root), "takes": rows}, indent=1))
    if moves.names:
        marks.carry(library.root, moves.names)
        caption_store.carry(library, moves.names, old)
        sheet.carry(library.root, moves.names)
    return moves


def forget(root: Path) -> None:
    """Forget the takes that are gone. Raises FileProblem."""
    with locked(gone_file(root)):
        write_atomically(gone_file(root), json.dumps({"root": str(root), "takes": []}))


def gone_sentence(takes: Iterable[str], most: int = 3) -> str:
    """'2 takes are gone: walk, run.', at most three named."""
    names = list(takes)
    if not names:
        return ""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{len(names):,} take{'s are' if len(names) > 1 else ' is'} gone: {', '.join(names[:most])}{more}."
