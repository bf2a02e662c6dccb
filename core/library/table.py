"""Tables of values between commas, with the place of each cell in the text, so that one can be edited and the rest kept.

The rules are those of Python's csv module (dialect excel): quotes around a cell may hold delimiters and line ends, two quotes
stand for one; rows end with LF, CR LF or CR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

DELIMITERS = (",", ";", "\t")
# What spreadsheets take for the start of a formula, in full width too; some leave out blanks before it.
_FORMULA = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r]")


class Cell(NamedTuple):
    """A cell's value, and where it stands in the text with its quotes."""

    value: str
    start: int
    end: int


class Row(NamedTuple):
    """A row's cells; `end` is behind its line end."""

    cells: tuple[Cell, ...]
    end: int

    @property
    def start(self) -> int:
        return self.cells[0].start

    @property
    def blank(self) -> bool:
        return len(self.cells) == 1 and self.cells[0].start == self.cells[0].end


class OpenQuote(ValueError):
    """A quotation mark that is never closed; `line` counts from 1."""

    def __init__(self, line: int):
        self.line = line
        super().__init__("a quotation mark is never closed")


def rows_of(text: str, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a table. Raises OpenQuote."""
    cell = _cell(delimiter).match
    at, length = 0, len(text)
    cells: list[Cell] = []
    while at < length or cells:
        found = cell(text, at)
        assert found is not None, "every text begins with a cell"
        quoted, plain, parted = found.groups()
        if quoted is None and text.startswith('"', at):
            raise OpenQuote(len(re.findall(r"\r\n|\r|\n", text[:at])) + 1)
        value = plain if quoted is None else quoted.replace('""', '"') + plain
        cells.append(Cell(value, at, found.start(3)))
        at = found.end()
        if parted != delimiter:
            yield Row(tuple(cells), at)
            cells = []


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    plain = rf"[^{delimiter}\r\n]*+"
    return re.compile(rf'(?:"((?:[^"]++|"")*+)")?+({plain})({delimiter}|\r\n|\r|\n|\Z)')


def quoted(value: str, delimiter: str, always: bool = False) -> str:
    """A value as a cell's text, in quotes where it needs them."""
    needed = always or any(mark in value for mark in (delimiter, '"', "\r", "\n"))
    return '"' + value.replace('"', '""') + '"' if needed else value


def guarded(value: str) -> str:
    """A value that a spreadsheet would take for a formula, behind an apostrophe."""
    return f"'{value}" if _FORMULA.match(value) else value


def unguarded(value: str) -> str:
    """The inverse of `guarded`."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value
