"""Tables of captions: the columns file and caption, start and end in seconds for a range, and split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.captions import CaptionLine, caption_line, seconds_of
from motionpatches.core.library.changes import changes
from motionpatches.core.library.splits import SPLITS, split_named
from motionpatches.core.library.table import DELIMITERS, Cell, OpenQuote, Row, quoted, rows_of
from motionpatches.core.library.text_file import Splice, TextFile, read_text_file

MOST_CELLS = 2_000_000
FILE, CAPTION, START, END = COLUMNS = ("file", "caption", "start", "end")
SPLIT = "split"


Form = Callable[[str, CaptionLine], str | None]


class CaptionRow(NamedTuple):
    """A row that names a file; `line`: its caption, None where it is empty."""

    file: str
    line: CaptionLine | None
    row: Row


@dataclass(frozen=True)
class CaptionTable:
    """A table as its text has it: `columns` in the order of the `header`."""

    source: TextFile
    delimiter: str
    header: Row
    rows: tuple[Row, ...]

    @cached_property
    def columns(self) -> dict[str, int]:
        return {_name(cell): at for at, cell in reversed(tuple(enumerate(self.header.cells)))}

    @cached_property
    def by_file(self) -> dict[str, list[CaptionRow]]:
        found: dict[str, list[CaptionRow]] = {}
        for row in self.rows:
            name = self._value(row, FILE).strip()
            if name:
                line = caption_line(*(self._value(row, column) for column in (CAPTION, START, END)))
                found.setdefault(name, []).append(CaptionRow(name, line if line.text else None, row))
        return found

    def lines(self) -> dict[str, list[CaptionLine]]:
        """Captions by file; a file whose caption is empty has none."""
        return {name: [r.line for r in rows if r.line is not None] for name, rows in self.by_file.items()}

    @cached_property
    def splits(self) -> dict[str, str]:
        """The split of each file that has one: that of the first row that names one."""
        found: dict[str, str] = {}
        for name, rows in self.by_file.items():
            named = next(filter(None, (split_named(self._value(r.row, SPLIT)) for r in rows)), "")
            if named:
                found[name] = named
        return found

    @cached_property
    def too_long(self) -> list[Row]:
        """Rows with more cells than the header names."""
        return [row for row in self.rows if len(row.cells) > len(self.header.cells)]

    def note(self) -> str:
        """What is not read, in sentences; '' where all is."""
        return " ".join(filter(None, (self._note_of_cells(), self._note_of_splits())))

    def _note_of_cells(self) -> str:
        rows = self.too_long
        if not rows:
            return ""
        named = ", ".join(repr(self._value(row, FILE).strip()[:40]) for row in rows[:3])
        return (
            f"{self.source.path.name}: {len(rows):,} row{'s have' if len(rows) > 1 else ' has'} more cells than the first line "
            f"names ({named}{' …' if len(rows) > 3 else ''}); those are not read. "
            "Put quotation marks around a caption with a comma."
        )

    def _note_of_splits(self) -> str:
        unlike = []
        for name, rows in self.by_file.items():
            cells = {cell for r in rows if (cell := self._value(r.row, SPLIT).strip())}
            if {split_named(cell) for cell in cells} - {self.splits.get(name)}:
                unlike.append(f"{name[:40]!r}: {', '.join(sorted(cells))[:60]}")
        if not unlike:
            return ""
        return (
            f"{self.source.path.name}: the split of {len(unlike):,} file{'s' * (len(unlike) > 1)} is none of "
            f"{', '.join(SPLITS)}, or another in each row ({'; '.join(unlike[:3])}{' …' if len(unlike) > 3 else ''}). "
            "The first one of these counts."
        )

    def forms(self, name: str) -> Iterator[tuple[CaptionLine, str]]:
        """Each caption of a file with its whole row."""
        for row in self.by_file.get(name, ()):
            if row.line is not None:
                yield row.line, self.source.text[row.row.start : self._body_end(row.row)]

    def splices(self, wanted: Mapping[str, Iterable[CaptionLine]], form: Form = lambda *_: None) -> list[Splice]:
        """What changes in the text for other captions of some files: the cells and rows that differ. `form`: the whole row of a
        caption of a file, if known. Raises FileProblem."""
        columns, edits = dict(self.columns), []
        if any(line.start_s or line.end_s for lines in wanted.values() for line in lines):
            missing = [column for column in (START, END) if column not in columns]
            if missing and self.too_long:
                raise FileProblem(
                    self.source.path,
                    f"the columns {' and '.join(missing)} cannot be added, since {len(self.too_long):,} rows have more cells "
                    "than the first line names",
                    "Add them yourself",
                )
            for column in missing:
                columns[column] = max(columns.values()) + 1
            if missing:
                edits.append(Splice(at := self._body_end(self.header), at, "".join(self.delimiter + c for c in missing)))
        for name, lines in wanted.items():
            edits += self._edits(name, list(lines), columns, form)
        return edits

    def _edits(self, name: str, lines: list[CaptionLine], columns: Mapping[str, int], form: Form) -> list[Splice]:
        rows = self.by_file.get(name, [])
        wanted: list[CaptionLine | None] = [*lines] or [None]
        edits = []
        for at, before, after in changes([row.line for row in rows], wanted):
            replaced = min(len(before), len(after))
            for row, line in zip(rows[at : at + replaced], after[:replaced], strict=True):
                edits += self._changed(row.row, line, columns)
            edits += [Splice(row.row.start, row.row.end, "") for row in rows[at + replaced : at + len(before)]]
            if len(after) > replaced:
                last = at + len(before) - 1
                place = rows[last].row.end if rows and last >= 0 else rows[0].row.start if rows else len(self.source.text)
                known = [form(name, line) if line is not None else None for line in after[replaced:]]
                new = [row or self._row(name, line, columns) for row, line in zip(known, after[replaced:], strict=True)]
                edits.append(self._inserted(place, new))
        return edits

    def _changed(self, row: Row, line: CaptionLine | None, columns: Mapping[str, int]) -> list[Splice]:
        """The cells of a row that become others; cells that it lacks are added behind its last."""
        edits, added = [], {}
        for column, value in _values(line).items():
            at = columns.get(column)
            if at is None or self._same(column, self._cell(row, at), value):
                continue
            if at < len(row.cells):
                cell = row.cells[at]
                edits.append(Splice(cell.start, cell.end, self._quoted(value, self.source.text.startswith('"', cell.start))))
            elif value:
                added[at] = self._quoted(value)
        if added:
            more = "".join(self.delimiter + added.get(at, "") for at in range(len(row.cells), max(added) + 1))
            edits.append(Splice(end := self._body_end(row), end, more))
        return edits

    def _same(self, column: str, cell: str, value: str) -> bool:
        return cell.strip() == value if column == CAPTION else seconds_of(cell) == seconds_of(value)

    def _row(self, name: str, line: CaptionLine | None, columns: Mapping[str, int]) -> str:
        values = {FILE: name, **_values(line)}
        cells = {at: values.get(column, "") for column, at in columns.items()}
        return self.delimiter.join(self._quoted(cells.get(at, "")) for at in range(max(columns.values()) + 1))

    def _inserted(self, place: int, rows: list[str]) -> Splice:
        end, text = self.source.line_end, self.source.text
        ended = not place or text[place - 1] in "\r\n"
        return Splice(place, place, "".join(row + end if ended else end + row for row in rows))

    def _quoted(self, value: str, always: bool = False) -> str:
        return quoted(value, self.delimiter, always)

    def _value(self, row: Row, column: str) -> str:
        return self._cell(row, self.columns.get(column, len(row.cells)))

    @staticmethod
    def _cell(row: Row, at: int) -> str:
        return row.cells[at].value if at < len(row.cells) else ""

    @staticmethod
    def _body_end(row: Row) -> int:
        return row.cells[-1].end


def caption_table(source: TextFile) -> CaptionTable:
    """Raises FileProblem for what is no table of captions. The delimiter is the one by which the first line names the columns."""
    if sum(map(source.text.count, (*DELIMITERS, "\n", "\r"))) > MOST_CELLS:
        raise FileProblem(source.path, f"it has more than {MOST_CELLS:,} cells", "Divide it")
    try:
        for delimiter in DELIMITERS:
            rows = (row for row in rows_of(source.text, delimiter) if not row.blank)
            header = next((row for row in rows if not row.cells[0].value.startswith("#")), None)
            if header and {FILE, CAPTION} <= set(map(_name, header.cells)):
                return CaptionTable(source, delimiter, header, tuple(rows))
    except OpenQuote as error:
        raise FileProblem(source.path, f"it is no whole table: {error}", "Close or remove it", f"line {error.line}") from None
    raise FileProblem(source.path, "its first line does not name the columns file and caption", "Add that line")


def _name(cell: Cell) -> str:
    return cell.value.strip().lower()


def read_captions_csv(path: Path) -> CaptionTable:
    """Raises FileProblem."""
    return caption_table(read_text_file(path))


def seconds(value: float) -> str:
    """A time as a cell, exact; '' for 0."""
    short = f"{value:g}" if value else ""
    return short if float(short or 0) == value else repr(value)


def _values(line: CaptionLine | None) -> dict[str, str]:
    if line is None:
        return {CAPTION: "", START: "", END: ""}
    return {CAPTION: line.text, START: seconds(line.start_s), END: seconds(line.end_s)}
