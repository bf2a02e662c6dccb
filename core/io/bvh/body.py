"""The values of a BVH file, line by line: text in pieces, so that a take of hours needs no more memory than its places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import short
from motionpatches.core.io.text import bad_number, last_number_may_be_cut, parse_numbers

CUT = "Copy or export the file again"


@dataclass(frozen=True)
class NumberStyle:
    """What a comma is: a decimal sign between `pairs` of digits that commas also part, a `decimal` sign, or a blank; and how
    many numbers the first line holds. `trailing`: lines end with a comma."""

    comma: Literal["pairs", "decimal", "blank"]
    per_line: int
    trailing: bool = False

    def plain(self, text: str) -> str:
        """The text with points as decimal signs and blanks between the numbers."""
        text = _without_comments(text)
        if "," not in text:
            return text
        if self.comma == "pairs":
            return re.sub(r"(?<!\d)(\d{0,30}),(\d+),?", r"\1.\2 ", text)
        if self.comma == "decimal":
            return (re.sub(r",(?=\s|\Z)", " ", text) if self.trailing else text).replace(",", ".")
        return text.replace(",", " ")


def number_style(body: str, width: int) -> NumberStyle:
    """Commas are decimal signs or separators: what gives `width` numbers in the first line is right."""
    found = re.search(r"\S[^\n]*", _without_comments(body))
    line = found[0] if found else ""
    decimal = [w for w in line.split() if w.strip(",")]
    parted = line.replace(",", " ").split()
    if "," not in line:
        return NumberStyle("blank", len(parted))
    if len(parted) == 2 * width != len(decimal) and "." not in line:
        return NumberStyle("pairs", width)
    if len(decimal) == width != len(parted) or (len(parted) != width and "." not in line and re.search(r"\d,\d", line)):
        return NumberStyle("decimal", len(decimal), bool(re.search(r",(?:\s|\Z)", line)))
    return NumberStyle("blank", len(parted))


def _without_comments(text: str) -> str:
    if "#" in text or "/" in text:
        text = re.sub(r"(?m)(?:^|[ \t])(?:#|//)[^\n]*", "", text)
    return text.replace(";", " ") if ";" in text else text


class Body:
    """Iterates the values in blocks (n, `width`) float64. At the end `frames` and `cut`, whether the last number may be cut off,
    are known. Raises FileProblem with the line of a word that is no number, or where the file breaks off."""

    def __init__(self, path: Path, pieces: Iterable[str], style: NumberStyle, width: int, claimed: int, first_line: int):
        self.path, self.pieces, self.style, self.width, self.claimed = path, pieces, style, width, claimed
        self.line = first_line
        self.frames, self.cut = 0, False

    def __iter__(self) -> Iterator[np.ndarray]:
        rest, count, end = np.zeros(0), 0, ""
        for piece in self.pieces:
            values = self._numbers(self.style.plain(piece))
            count += len(values)
            values = np.concatenate([rest, values]) if len(rest) else values
            whole = len(values) // self.width * self.width
            rest = values[whole:].copy()
            self.frames += whole // self.width
            self.line += piece.count("\n")
            end = piece or end
            if whole:
                yield values[:whole].reshape(-1, self.width)
        self._check_end(count, len(rest), end)
        self.cut = last_number_may_be_cut(end)

    def _numbers(self, text: str) -> np.ndarray:
        try:
            return parse_numbers(text)
        except ValueError:
            line, word = bad_number(text)
            raise FileProblem(
                self.path, f"a value is not a number ({short(word)!r})", "Export it again", f"line {self.line + line}"
            ) from None

    def _check_end(self, count: int, rest: int, end: str) -> None:
        path, frames, width, per_line, claimed = self.path, self.frames, self.width, self.style.per_line, self.claimed
        if not count:
            raise FileProblem(path, "it has no frames", "Export it with animation")
        in_lines = per_line != width and per_line > 1 and count % per_line == 0
        if in_lines and (rest or count // per_line == claimed != frames):
            raise FileProblem(
                path, f"its lines hold {per_line:,} values, its hierarchy has {width:,} channels", "Export it again"
            )
        if rest:
            raise FileProblem(
                path, f"it is cut off: {count:,} values are no whole number of frames of {width}", CUT, f"frame {frames}"
            )
        if frames < claimed and not end.rstrip(" \t").endswith("\n"):
            raise FileProblem(
                path, f"it is cut off: {claimed:,} frames are announced, {frames:,} are there", CUT, f"frame {frames}"
            )
