"""Rows of numbers with gaps, as tables of text have them, and what their columns of time and units say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import short
from motionpatches.core.io.text import parse_numbers

# Metres a unit.
METRES = {
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "cm": 0.01,
    "centimeter": 0.01,
    "centimeters": 0.01,
    "centimetre": 0.01,
    "centimetres": 0.01,
    "mm": 0.001,
    "millimeter": 0.001,
    "millimeters": 0.001,
    "millimetre": 0.001,
    "millimetres": 0.001,
    "in": 0.0254,
    "inch": 0.0254,
    "inches": 0.0254,
    "ft": 0.3048,
    "feet": 0.3048,
    "foot": 0.3048,
}
_SCALES = ((r"\bns\b|_ns\b|nano", 1e-9), (r"\bus\b|_us\b|µs|micro", 1e-6), (r"\bms\b|_ms\b|milli", 1e-3), (r"\(s\)|\bsec", 1.0))
EMPTY = frozenset({"", "nan", "null", "none", "na", "n/a", "-", "--", "inf", "-inf", "nan(ind)", "-nan(ind)", "missing"})


def number_table(
    path: Path, rows: Sequence[str], width: int, first_line: int, delimiter: str = "\t", columns: Sequence[int] | None = None
) -> np.ndarray:
    """The rows as (T, width) float64, NaN in blank cells and in cells that a row lacks; of `columns` only, where given.

    Numbers have a decimal point, or a comma where the delimiter is none. Raises FileProblem with the line of a word that is no
    number.
    """
    if not rows:
        return np.zeros((0, len(columns) if columns is not None else width))
    body = "\n".join(rows)
    if delimiter != "," and "," in body:
        body = body.replace(",", ".")
    plain = _plain(body, delimiter)
    try:
        values = parse_numbers(plain)
        # One count for every row: a cell too many in one and one too few in another must not pass.
        if len(values) == len(rows) * width and _widths(body, delimiter) == {width - 1}:
            table = values.reshape(len(rows), width)
            table[np.isinf(table)] = np.nan
            return table if columns is None else table[:, list(columns)]
    except ValueError:
        pass
    wanted = list(range(width) if columns is None else columns)
    table = np.full((len(rows), len(wanted)), np.nan)
    for t, line in enumerate(body.split("\n")):
        cells = line.split(delimiter) if delimiter.strip() or delimiter == "\t" else line.split()
        if len(cells) == 1 < width and delimiter == "\t":
            cells = line.split()
        for k, column in enumerate(wanted):
            if column < len(cells):
                table[t, k] = _cell(path, cells[column], first_line + t)
    table[np.isinf(table)] = np.nan
    return table


def _widths(body: str, delimiter: str) -> set[int]:
    return {line.count(delimiter) for line in body.split("\n")} if delimiter.strip() or delimiter == "\t" else {-1}


def _plain(body: str, delimiter: str) -> str:
    """Blank cells become nan, delimiters blanks."""
    if delimiter * 2 in body:
        for _ in range(2):
            body = body.replace(delimiter * 2, f"{delimiter}nan{delimiter}")
    if f"{delimiter}\n" in body or body.endswith(delimiter):
        body = f"{body}\n".replace(f"{delimiter}\n", f"{delimiter}nan\n")
    if f"\n{delimiter}" in body or body.startswith(delimiter):
        body = f"\n{body}".replace(f"\n{delimiter}", f"\nnan{delimiter}")
    return body.replace(delimiter, " ")


def _cell(path: Path, cell: str, line: int) -> float:
    word = cell.strip().strip('"').strip()
    try:
        return float(word)
    except ValueError:
        if word.lower() in EMPTY:
            return np.nan
        raise FileProblem(path, f"{short(word)!r} is no number", "Export it again", f"line {line}") from None


def rate_of_times(times: np.ndarray, label: str = "") -> float | None:
    """Frames per second of a column of times, None where it tells nothing. In seconds, or in what the label or the size of a
    step says: milliseconds, microseconds, nanoseconds."""
    steps = np.diff(times[np.isfinite(times)])
    steps = steps[steps > 0]
    if len(steps) < max(1, 0.5 * (len(times) - 1)):
        return None
    step = float(np.median(steps))
    # Times rounded to few decimals have steps of two lengths: the mean over the whole is then better.
    mean = float(steps.mean())
    if abs(mean / step - 1) < 0.2:
        step = mean
    if not 1e-12 < step < 1e15:
        return None
    label = label.lower()
    for pattern, scale in _SCALES:
        if re.search(pattern, label):
            return 1 / (step * scale)
    for scale in (1.0, 1e-3, 1e-6, 1e-9):
        if 1 <= 1 / (step * scale) <= 1000:
            return 1 / (step * scale)
    return None


def without_zeros(positions: np.ndarray) -> np.ndarray:
    """Points at exactly the origin in some frames and not in all are missing there: NaN."""
    zero = (positions == 0).all(axis=2)
    some = zero.any(axis=0) & ~zero.all(axis=0)
    return np.where((zero & some)[:, :, None], np.nan, positions) if some.any() else positions
