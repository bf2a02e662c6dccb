"""Columns of a data set's table, in CSV or Parquet, as texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library.text_file import read_text

# Bytes of a table of 142,220 takes, several times over.
MOST = 1 << 30
MISSING = "Install it with: pip install 'motionpatches-studio[parquet]'. Or put the same table as CSV beside it"


def read_columns(file: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """Read columns of a table. Cells without a value are ''; columns that it does not have are missing in the result.

    Raises:
        FileProblem: it cannot be read, or its rows are of different lengths.
    """
    return _of_parquet(file, names) if file.suffix == ".parquet" else _of_csv(file, names)


def _of_csv(file: Path, names: Sequence[str]) -> dict[str, list[str]]:
    try:
        rows = csv.reader(io.StringIO(read_text(file, MOST), newline=""), strict=True)
        header = [name.strip() for name in next(rows, [])]
        at = {name: header.index(name) for name in names if name in header}
        found: dict[str, list[str]] = {name: [] for name in at}
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                raise FileProblem(
                    file, f"it has {len(row)} cells, the head has {len(header)}", "Copy it again", f"line {rows.line_num}"
                )
            for name, place in at.items():
                found[name].append(row[place].strip())
        return found
    except csv.Error as error:
        raise FileProblem(file, f"it is no whole table ({str(error)[:80]})", "Copy it again") from None


def _of_parquet(file: Path, names: Sequence[str]) -> dict[str, list[str]]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise FileProblem(file, "Parquet needs the package pyarrow, which is not installed", MISSING) from None
    try:
        table = parquet.ParquetFile(file)
        there = [name for name in names if name in table.schema_arrow.names]
        columns = table.read(columns=there).to_pydict()
    except OSError as error:
        if isinstance(error, ArrowException):
            raise _damaged(file, error) from None
        raise os_problem(file, error) from error
    except (ArrowException, ValueError) as error:
        raise _damaged(file, error) from None
    return {name: [_text(value) for value in columns[name]] for name in there}


def _damaged(file: Path, error: Exception) -> StudioError:
    return FileProblem(file, f"it is no whole Parquet table ({str(error)[:80]})", "Copy it again")


def _text(value: Any) -> str:
    """A cell as text; NaN is none, as tables made with pandas have it."""
    return "" if value is None or value != value else str(value).strip()
