"""What a library on this computer says of its takes, as records; and what others wrote, into its stores."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress

from motionpatches.core.errors import StudioError
from motionpatches.core.library import caption_store, marks, sheet
from motionpatches.core.library.captions import CaptionLine, caption_from_name
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import NONE, Mark
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id
from motionpatches.core.search.gallery import content_of
from motionpatches.core.shared_gallery.last_noted import State
from motionpatches.core.shared_gallery.records import (
    CAPTION,
    CLIP,
    SHEET,
    TAG,
    ClipFacts,
    Place,
    Record,
    can_be_kept,
    caption_line,
    caption_name,
)


def content_key(clip: Clip) -> str:
    """Name the content of a clip and its reading, wherever its file lies."""
    return content_of(clip.key) or clip.key


def names_of(library: Library, about: Container[str]) -> frozenset[str]:
    """Those of some ids that are of its clips and takes, and that engines can keep."""
    names = (name for clip in library.clips for name in (clip.id, take_id(clip)))
    return frozenset(name for name in names if name in about and can_be_kept(name))


def records_of(
    library: Library, state: State, about: Container[str] | None = None
) -> tuple[dict[Place, tuple[str, int]], frozenset[str]]:
    """What a library says now; see `Here` in `journal.py`. Favourites are the user's own.

    Args:
        library: The library.
        state: Of it.
        about: The ids of clips and takes whose records are wanted, each clip's with its take's; all of them without it.

    Returns:
        The records, and the ids of the clips and takes that they can be about.
    """
    found: dict[Place, tuple[str, int]] = {}
    count: dict[str, int] = {}
    names = set[str]()
    for clip in library.clips:
        take = take_id(clip)
        if not (about is None or take in about) or not can_be_kept(clip.id):
            continue
        names.add(take)
        if about is None or clip.id in about:
            names.add(clip.id)
            facts = ClipFacts(content_key(clip), take, round(clip.duration_s, 3), clip.split, clip.start_s, clip.end_s)
            found[Place(CLIP, clip.id, "")] = facts.text(), 0
        for text in said_of(clip):
            found[Place(CAPTION, take, caption_name(text, clip.start_s, clip.end_s))] = str(count.get(take, 0) + 1), 0
            count[take] = count.get(take, 0) + 1
    for clip_id, mark in state.marks.items():
        if clip_id in names:
            found |= {Place(TAG, clip_id, tag): ("1", 0) for tag in mark.tags if can_be_kept(tag)}
    for (take, field), (written, value) in state.fields.items():
        if value and take in names:
            found[Place(SHEET, take, field)] = value, written // 1000
    return found, frozenset(names)


def said_of(clip: Clip) -> list[str]:
    """Its captions that somebody wrote: one that is the name of the file is not sent, since each file has it."""
    return [text for text in clip.captions if can_be_kept(text) and text != caption_from_name(clip.path)]


def applied(library: Library, records: Mapping[Record, str], own: bool) -> tuple[Mapping[str, Lines], list[Record]]:
    """Write what others wrote into the stores of a library. What the user edits meanwhile stays.

    Args:
        library: With the captions that are shown.
        records: Of clips and takes that it has, each with what the library had there.
        own: Write captions into the library's own files where they can be.

    Returns:
        The captions of takes that have others now, and the records that are written.

    Raises:
        StudioError: A store cannot be written.
    """
    by_kind: dict[str, list[Record]] = {}
    done = list[Record]()
    for record, had in records.items():
        by_kind.setdefault(record.place.kind, []).append(record)
        if record.place.kind == SHEET:
            with suppress(_Refused):
                _set_field(library, record, had)
                done.append(record)
    if TAG in by_kind:
        _set_tags(library, by_kind[TAG])
        done += by_kind[TAG]
    captions = _set_captions(library, by_kind[CAPTION], own) if CAPTION in by_kind else {}
    return captions, [*done, *by_kind.get(CAPTION, [])]


class _Refused(Exception):
    """A field that the take sheet of this version does not keep."""


def _set_field(library: Library, record: Record, had: str) -> None:
    _, take, field = record.place
    try:
        sheet.check(field, record.value)
    except StudioError:
        raise _Refused from None
    sheet.change_sheet(library.root, {(take, field): record.value}, {(take, field): had})


def _set_tags(library: Library, records: Iterable[Record]) -> None:
    was = marks.read_marks(library.root)
    now: dict[str, Mark] = {}
    for (_, clip_id, tag), value, _ in records:
        mark = now.get(clip_id, was.get(clip_id, NONE))
        others = tuple(one for one in mark.tags if one != tag)
        now[clip_id] = Mark(mark.favourite, mark.tags if value and tag in mark.tags else (*others, tag) if value else others)
    marks.change_marks(library.root, {clip_id: was.get(clip_id, NONE) for clip_id in now}, now)


def _set_captions(library: Library, records: Iterable[Record], own: bool) -> Mapping[str, Lines]:
    by_take: dict[str, list[Record]] = {}
    for record in records:
        by_take.setdefault(record.place.item, []).append(record)
    clips = clips_of(library, by_take)
    before = {take: lines_of(these) for take, these in clips.items()}
    wanted = {}
    for take, lines in before.items():
        named = caption_from_name(clips[take][0].path)
        wanted[take] = lines_with(() if [line.text for line in lines] == [named] else lines, by_take[take]) or lines
    return caption_store.save(library, wanted, own, before).lines


def lines_with(lines: Lines, records: Iterable[Record]) -> Lines:
    """Captions with what others added or took away; a new one stands where it stands at theirs."""
    found = list(lines)
    places: list[tuple[int, CaptionLine]] = []
    for (_, _, name), value, _ in records:
        line = caption_line(name)
        if value:
            places.append((int(value) - 1 if value.isdigit() else len(found), line))
        elif line in found:
            found.remove(line)
    for at, line in sorted(places, key=lambda place: place[0]):
        if line not in found:
            found.insert(at, line)
    return tuple(found)
