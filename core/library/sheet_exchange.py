"""The take sheet to a table and from one; what an import changes is planned before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.collections import PREFIX, field_of, is_collection
from motionpatches.core.library.library import Library
from motionpatches.core.library.sheet import Row, Values, check, fields_of
from motionpatches.core.library.table import DELIMITERS, OpenQuote, guarded, quoted, rows_of, unguarded
from motionpatches.core.library.takes import take_id
from motionpatches.core.library.text_file import read_text

MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class SheetPlan:
    """What an import changes: fields before and after, by take and field. `same`: cells that are so already; `unknown`: names
    that the library does not have; `problems`: cells that are not taken over, in words."""

    file: Path
    before: Values
    after: Values
    same: int = 0
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def takes(self) -> tuple[str, ...]:
        """The takes that change."""
        return tuple(dict.fromkeys(take for take, _ in self.after))


def export_sheet(library: Library, sheet: Mapping[str, Row]) -> str:
    """A table with a row for each take of the library and a column for each field. No cell begins as a formula does."""
    fields = fields_of(sheet)
    takes = dict.fromkeys(take_id(clip) for clip in library.clips)
    rows = [(take, *(sheet.get(take, {}).get(field, "") for field in fields)) for take in takes]
    return "".join(",".join(quoted(guarded(cell), ",") for cell in row) + "\n" for row in (("take", *fields), *rows))


def plan_import(library: Library, sheet: Mapping[str, Row], file: Path) -> SheetPlan:
    """Plan what a table changes. Its first column, or the one called take or file, names a take by its id or, where that is one
    alone, by the name of its file. An empty cell leaves the field as it is. Raises FileProblem."""
    header, *rows = _table(file)
    names = [_field(unguarded(cell).strip().lower()) for cell in header]
    at = next((names.index(name) for name in ("take", "file") if name in names), 0)
    known = _names(library)
    before: dict[tuple[str, str], str] = {}
    after: dict[tuple[str, str], str] = {}
    unknown: dict[str, None] = {}
    problems: list[str] = []
    same = 0
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        name = unguarded(row[at]).strip() if at < len(row) else ""
        take = known.get(name)
        if take is None:
            unknown[name] = None
            continue
        for field, cell in zip(names, row, strict=False):
            value = unguarded(cell).strip()
            if field == names[at] or not value:
                continue
            value = value.lower() if field == "status" else value
            try:
                check(field, value)
            except StudioError as error:
                problems.append(f"Row {number}, {name}: {error}")
                continue
            now = sheet.get(take, {}).get(field, "")
            if now == value:
                same += 1
            else:
                before[take, field], after[take, field] = now, value
    return SheetPlan(file, before, after, same, tuple(unknown), tuple(problems))


def _field(heading: str) -> str:
    """The field that a heading names; a collection may be named as it is written."""
    with suppress(StudioError):  # each of its cells is reported
        return field_of(heading.removeprefix(PREFIX)) if is_collection(heading) else heading
    return heading


def _table(file: Path) -> list[list[str]]:
    """The rows of a table by commas, semicolons or tabs, its header first. Raises FileProblem."""
    text = read_text(file, MOST_BYTES)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = [[cell.value for cell in row.cells] for row in rows_of(text, delimiter) if not row.blank]
    except OpenQuote as error:
        raise FileProblem(file, str(error), "Save the table again", f"line {error.line}") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise FileProblem(
            file, "it is no take sheet", "A take sheet has a header such as take,status,performer,day,notes, and rows"
        )
    return rows


def _names(library: Library) -> dict[str, str]:
    """The take of each name that a table may have for it."""
    takes: dict[str, set[str]] = {}
    for clip in library.clips:
        for name in (clip.path.stem, clip.path.name):
            takes.setdefault(name, set()).add(take_id(clip))
    names = {name: next(iter(found)) for name, found in takes.items() if len(found) == 1}
    return names | {take_id(clip): take_id(clip) for clip in library.clips}
