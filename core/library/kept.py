"""What people say of the clips of a library: favourites and tags, the take sheet, edited captions.

Window, command line, served libraries and `motionpatches` read and write it here. Each of several libraries that are open
together keeps its own, as it does when it is open alone; ids are those that clips and takes have in the open library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from motionpatches.core.errors import StudioError
from motionpatches.core.library import caption_store, marks, sheet
from motionpatches.core.library.caption_store import Saved
from motionpatches.core.library.known import Stamp, stamp_of
from motionpatches.core.library.library import Library, Part
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.sheet import Row, Values
from motionpatches.core.library.takes import Lines, clips_of, lines_of, with_lines
from motionpatches.core.restore import Before

T = TypeVar("T")
# What is kept of several libraries that are open together, and the contents that it was put together from.
_together: dict[tuple[str, Path], tuple[tuple[Mapping[str, Any], ...], Mapping[str, Any]]] = {}
TOGETHER = 8


def marks_of(library: Library) -> Mapping[str, Mark]:
    """Favourites and tags by clip. Raises FileProblem where the system refuses."""
    return _joined("marks", library, marks.known_marks)


def sheet_of(library: Library) -> Mapping[str, Row]:
    """The fields of each take. Raises FileProblem."""
    return _joined("sheet", library, sheet.known_sheet)


def sheet_stamp(library: Library) -> Stamp:
    """Changes when a take sheet of the library is written."""
    return stamp_of(file for part in library.sources for file in sheet.files_of(part.library.root))


def captions_of(library: Library) -> dict[str, Lines]:
    """The captions by take that were edited and are kept in the user's data. Raises FileProblem where the system refuses."""
    found = ((part.prefix, caption_store.read_sidecar(part.library.root)) for part in library.sources)
    return {prefix + take: lines for prefix, takes in found for take, lines in takes.items()}


def with_captions(library: Library) -> Library:
    """The library with the captions that were edited. Raises FileProblem."""
    edited = captions_of(library)
    return with_lines(library, edited) if edited else library


class Marked(NamedTuple):
    """All marks of the library as they are kept now. `back`: what takes the change back, by the root that it was written for.
    `others`: some of what was to be taken back is no longer as it was written, so what others wrote since stays."""

    marks: Mapping[str, Mark]
    back: Mapping[Path, Before | None]
    others: bool = False


def change_marks(
    library: Library, before: Mapping[str, Mark], after: Mapping[str, Mark], back: Mapping[Path, Before | None] | None = None
) -> Marked:
    """Change marks of clips, as `marks.change_marks` does, in all libraries that they are from or in none. Raises FileProblem."""
    steps: dict[Path, Before | None] = {}
    others = False
    try:
        for part, wanted in _by_part(library, after):
            root = part.library.root
            done = marks.change_marks(root, _of(part, before), wanted, (back or {}).get(root))
            steps[root], others = done.back, others or done.others
    except StudioError:
        for part, wanted in _by_part(library, after):
            if part.library.root in steps:
                marks.change_marks(part.library.root, wanted, _of(part, before), steps[part.library.root])
        raise
    return Marked(marks_of(library), steps, others)


def change_sheet(library: Library, values: Values, where: Values | None = None) -> dict[tuple[str, str], str]:
    """Write fields of takes, as `sheet.change_sheet` does, in all libraries that they are from or in none.

    Raises:
        StudioError: A field or value that cannot be kept.
        FileProblem: A sheet cannot be read or written.
    """
    for (_, field), value in values.items():
        sheet.check(field, value)
    written: dict[Path, dict[tuple[str, str], str]] = {}
    found: dict[tuple[str, str], str] = {}
    try:
        for part in library.sources:
            wanted = _fields_of(part, values)
            if wanted:
                root = part.library.root
                written[root] = sheet.change_sheet(root, wanted, None if where is None else _fields_of(part, where))
                found |= {(part.prefix + take, field): value for (take, field), value in written[root].items()}
    except StudioError:
        for part in library.sources:
            before = written.get(part.library.root, {})
            if before:
                mine = _fields_of(part, values)
                sheet.change_sheet(part.library.root, before, {place: mine[place] for place in before})
        raise
    return found


def save_captions(library: Library, wanted: Mapping[str, Lines], own: bool, before: Mapping[str, Lines] | None = None) -> Saved:
    """Keep the captions of takes, as `caption_store.save` does. Raises FileProblem."""
    shown = {take: lines_of(clips) for take, clips in clips_of(library, wanted).items()} | dict(before or {})
    return _saved(library, wanted, lambda part, mine: caption_store.save(part.library, mine, own, _of(part, shown)))


def take_back_captions(library: Library, saved: Saved, wanted: Mapping[str, Lines], before: Mapping[str, Lines]) -> Saved:
    """Undo what was saved, or redo what was undone, as `caption_store.take_back` does. Raises FileProblem."""

    def taken_back(part: Part, mine: Mapping[str, Lines]) -> Saved:
        back = {file: (one, _names(part, takes)) for file, (one, takes) in saved.back.items() if _names(part, takes)}
        return caption_store.take_back(part.library, replace(saved, back=back), mine, _of(part, before))

    return _saved(library, wanted, taken_back)


def caption_files(library: Library) -> frozenset[Path]:
    """The files of the user's data that edited captions of the library are kept in."""
    return frozenset(caption_store.sidecar_file(part.library.root) for part in library.sources)


def adopted(library: Library) -> Library:
    """Give each of several libraries what earlier versions kept for all of them together. Raises FileProblem."""
    root, now = library.root, library.moved
    if marks.marks_file(root).exists():
        change_marks(library, {}, {now.get(clip, clip): mark for clip, mark in marks.read_marks(root).items()})
        marks.marks_file(root).unlink(missing_ok=True)
    if caption_store.sidecar_file(root).exists():
        edited = {now.get(take, take): lines for take, lines in caption_store.read_sidecar(root).items()}
        save_captions(library, {take: lines for take, lines in edited.items() if take not in captions_of(library)}, False)
        caption_store.sidecar_file(root).unlink(missing_ok=True)
        library = with_captions(library)
    if sheet.own_file(root).exists():
        rows, there = sheet.read_sheet(root), sheet_of(library)
        values = {(now.get(take, take), field): value for take, row in rows.items() for field, value in row.items()}
        change_sheet(library, {(take, field): v for (take, field), v in values.items() if field not in there.get(take, {})})
        sheet.own_file(root).unlink(missing_ok=True)
    return library


def _joined(what: str, library: Library, read: Callable[[Path], Mapping[str, T]]) -> Mapping[str, T]:
    """What is kept of all parts; put together anew only where one of them has changed."""
    found = tuple(read(part.library.root) for part in library.sources)
    if not library.parts:
        return found[0]
    known = _together.get((what, library.root))
    if known is None or [*map(id, known[0])] != [*map(id, found)]:
        named = zip(library.parts, found, strict=True)
        known = found, {part.prefix + name: value for part, one in named for name, value in one.items()}
        if len(_together) >= TOGETHER:
            _together.clear()
        _together[what, library.root] = known
    return known[1]


def _by_part(library: Library, wanted: Mapping[str, T]) -> Iterable[tuple[Part, dict[str, T]]]:
    """Each part that something is wanted of, and that."""
    for part in library.sources:
        mine = _of(part, wanted)
        if mine:
            yield part, mine


def _of(part: Part, values: Mapping[str, T]) -> dict[str, T]:
    """Those of a part's clips or takes, by the ids that they have there."""
    return {name.removeprefix(part.prefix): value for name, value in values.items() if name.startswith(part.prefix)}


def _fields_of(part: Part, values: Values) -> dict[tuple[str, str], str]:
    return {(take.removeprefix(part.prefix), f): v for (take, f), v in values.items() if take.startswith(part.prefix)}


def _names(part: Part, takes: Iterable[str]) -> frozenset[str]:
    return frozenset(take.removeprefix(part.prefix) for take in takes if take.startswith(part.prefix))


def _saved(library: Library, wanted: Mapping[str, Lines], save: Callable[[Part, Mapping[str, Lines]], Saved]) -> Saved:
    """What came of saving each part's captions, under the ids of the open library."""
    found = Saved(frozenset())
    for part, mine in _by_part(library, wanted):
        one = save(part, mine)
        back = {file: (old, frozenset(part.prefix + take for take in takes)) for file, (old, takes) in one.back.items()}
        found = Saved(
            found.files | one.files,
            " ".join(dict.fromkeys(filter(None, (found.problem, one.problem)))),
            {**found.lines, **{part.prefix + take: lines for take, lines in one.lines.items()}},
            found.others | one.others,
            {**found.back, **back},
        )
    return found
