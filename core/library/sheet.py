"""The take sheet: status, performer, day, notes and free fields of takes, in one SQLite file that several people write at once.

It lies beside the library where its folder can be written, so that all who open the folder share it; else in the user's data.
Each field of a take has the time of its last write, and the later one stands. The journal is a file (no WAL, whose index is
shared memory), because folders of a studio lie on network drives; a writer that is killed leaves what was acknowledged before.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.library import collections
from motionpatches.core.library.known import Known

NAME = "take-sheet.sqlite"
STATUSES = ("select", "hold", "no good")
# The fields that every sheet has, in the order in which they are shown.
FIELDS = ("status", "performer", "day", "notes")
# Seconds that a writer waits for others.
BUSY_S = 20.0
LONGEST, FORMAT = 10_000, "1"
_FIELD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS fields (take TEXT, field TEXT, value TEXT, written INTEGER, PRIMARY KEY (take, field)) WITHOUT ROWID;
"""

# The fields of a take that have a value.
Row = Mapping[str, str]
NONE: Row = {}
# By take and field: what is written; '' takes the value away.
Values = Mapping[tuple[str, str], str]


def shared_file(root: Path) -> Path | None:
    """The sheet beside a library; None where the library is no folder."""
    return root / NAME if root.is_dir() else None


def own_file(root: Path) -> Path:
    """The sheet in the user's data, for a library whose folder cannot be written."""
    return paths.data() / "sheets" / f"{place_digest(root)}.sqlite"


def place_of(root: Path) -> Path:
    """The file that is written."""
    shared = shared_file(root)
    if shared is None or not os.access(shared if shared.exists() else root, os.W_OK) or not os.access(root, os.W_OK):
        return own_file(root)
    return shared


def read_sheet(root: Path) -> dict[str, dict[str, str]]:
    """The fields of each take: those beside the library and the user's own, the later value of each.

    Raises:
        FileProblem: a sheet cannot be read.
    """
    sheet: dict[str, dict[str, str]] = {}
    for (take, field), (_, value) in read_fields(root).items():
        if value:
            sheet.setdefault(take, {})[field] = value
    return sheet


def read_fields(root: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """When each field was last written, in ns since 1970, and its value, '' for one that was taken away. Raises FileProblem."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for file in files_of(root):
        for take, field, value, written in _read(file):
            if written > found.get((take, field), (-1, ""))[0]:
                found[take, field] = written, value
    return found


def change_sheet(root: Path, values: Values, where: Values | None = None) -> dict[tuple[str, str], str]:
    """Write fields, all or none; they are on the disk when this returns.

    Args:
        root: Of the library.
        values: What is wanted.
        where: Only fields that still have this value are written, as for an undo.

    Returns:
        What the fields had before, of those that were written.

    Raises:
        StudioError: A field or value that cannot be kept.
        FileProblem: The sheet cannot be read or written.
    """
    for (_, field), value in values.items():
        check(field, value)
    with writing(place_of(root)) as base:
        before = {}
        for (take, field), value in values.items():
            row = base.execute("SELECT value, written FROM fields WHERE take = ? AND field = ?", (take, field)).fetchone()
            now, written = row or ("", -1)
            if now == value or (where is not None and now != where[take, field]):
                continue
            before[take, field] = now
            _put(base, take, field, value, max(time.time_ns(), written + 1))
        return before


def carry(root: Path, names: Mapping[str, str]) -> None:
    """Give the fields of takes that were moved, new ids by old ones, to their new ids. Raises FileProblem."""
    for file in files_of(root):
        if not file.exists() or not os.access(file, os.W_OK):
            continue
        with writing(file) as base:
            for old, new in names.items():
                for field, value, written in base.execute(
                    "SELECT field, value, written FROM fields WHERE take = ?", (old,)
                ).fetchall():
                    _put(base, new, field, value, written)
                base.execute("DELETE FROM fields WHERE take = ?", (old,))


def _put(base: sqlite3.Connection, take: str, field: str, value: str, written: int) -> None:
    """Write a field, unless a later value is there."""
    base.execute(
        "INSERT INTO fields VALUES (?, ?, ?, ?) ON CONFLICT (take, field) DO UPDATE SET value = excluded.value, "
        "written = excluded.written WHERE excluded.written > fields.written",
        (take, field, value, written),
    )


def check(field: str, value: str) -> None:
    """Raise StudioError for a field or a value that no sheet keeps."""
    if collections.is_collection(field):
        collections.check(field, value)
    elif not _FIELD.fullmatch(field):
        raise StudioError(f"{field[:60]!r} is no name of a field: use small letters, digits, - and _, up to 40, a letter first.")
    if field == "status" and value and value not in STATUSES:
        raise StudioError(f"The status is {', '.join(STATUSES)} or nothing, not {value[:60]!r}.")
    if field == "day" and value and not is_day(value):
        raise StudioError(f"A day is written as 2026-11-26, not {value[:60]!r}.")
    if len(value) > LONGEST or "\0" in value:
        raise StudioError(f"The field {field} holds at most {LONGEST:,} characters of text.")


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as 2026-11-26."""
    try:
        return time.strftime("%Y-%m-%d", time.strptime(text, "%Y-%m-%d")) == text
    except ValueError:
        return False


def fields_of(sheet: Mapping[str, Row]) -> tuple[str, ...]:
    """The fields that every sheet has, and the free ones and the collections of this one."""
    return (*FIELDS, *sorted({field for row in sheet.values() for field in row} - set(FIELDS)))


def files_of(root: Path) -> tuple[Path, ...]:
    """The sheets of a library: the one beside it, where it is a folder, and the user's own."""
    return tuple(filter(None, (shared_file(root), own_file(root))))


_known, _known_fields = Known(read_sheet, files_of), Known(read_fields, files_of)


def known_sheet(root: Path) -> Mapping[str, Row]:
    """The sheet of a library; read again only where it was written since. Raises FileProblem."""
    return _known.of(root)


def known_fields(root: Path) -> Mapping[tuple[str, str], tuple[int, str]]:
    """What `read_fields` returns; read again only where the sheet was written since. Raises FileProblem."""
    return _known_fields.of(root)


def _read(file: Path) -> Sequence[tuple[str, str, str, int]]:
    if not os.path.lexists(file):
        return ()
    # What a killed writer left half done is taken back by whoever may write.
    mode = "rw" if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else "ro"
    with _opened(file, f"{file.absolute().as_uri()}?mode={mode}") as base:
        if base.execute("SELECT 1 FROM sqlite_master WHERE name = 'fields'").fetchone() is None:
            return ()  # the first writer was killed
        return base.execute("SELECT take, field, value, written FROM fields").fetchall()


@contextmanager
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction in a sheet, made where there is none. Raises FileProblem."""
    with suppress(OSError):  # it is reported when the file is opened
        file.parent.mkdir(parents=True, exist_ok=True)
    with _opened(file, f"{file.absolute().as_uri()}?mode=rwc") as base:
        base.execute("PRAGMA synchronous = FULL")
        base.execute("BEGIN IMMEDIATE")
        for table in _TABLES.strip().split("\n"):
            base.execute(table)
        found = base.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        if found is None:
            base.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
        elif found[0] != FORMAT:
            raise FileProblem(file, "another version of the program wrote it", "Update the program")
        try:
            yield base
        except BaseException:
            base.execute("ROLLBACK")
            raise
        base.execute("COMMIT")


@contextmanager
def _opened(file: Path, address: str) -> Iterator[sqlite3.Connection]:
    """A sheet; its transactions are begun and ended by hand. Raises FileProblem for what the system or the file refuses."""
    if os.path.lexists(file) and not os.path.isfile(file):
        raise FileProblem(file, "it is no regular file", "Rename it: the take sheet has this name")
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            yield base
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise FileProblem(file, "another window or program is writing it", "Try again") from error
        raise FileProblem(file, f"the take sheet cannot be used ({error})", "Check the permissions of its folder") from error
    except sqlite3.Error as error:
        raise FileProblem(file, f"it is no take sheet that can be read ({error})", "Bring back a copy, or rename it") from error
