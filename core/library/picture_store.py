"""Pictures on disk by key (SQLite), within a limit: the least recently used are removed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

# A row says when it was last used, to this precision; the limit is looked at after so many new pictures.
TOUCH_S, CHECK_EVERY = 3600.0, 64
# Trimming goes this far below the limit, so that it is rare.
LOW_WATER = 0.9
BUSY_S = 2.0
T = TypeVar("T")
# What the disk or another process refuses for now; any other error is a file that this class did not write.
_REFUSED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
}
_TABLE = "CREATE TABLE IF NOT EXISTS pictures (key TEXT PRIMARY KEY, used REAL, size INTEGER, data BLOB)"
# The pictures beyond the limit, counted from the one that was used last.
_TRIM = """
DELETE FROM pictures WHERE key IN (
    SELECT key FROM (SELECT key, SUM(size) OVER (ORDER BY used DESC, key) AS total FROM pictures) WHERE total > ?)
"""


class PictureStore:
    """Bytes by key in the file `file()`, together at most `limit`. A disk that refuses, or a damaged file, costs time only.
    Safe beside other threads and processes with the same file."""

    def __init__(self, file: Callable[[], Path], limit: int):
        self.file, self.limit = file, limit
        self._new = 0

    def load(self, key: str) -> bytes | None:
        """Return the picture of a key; None where it is not stored."""

        def work(base: sqlite3.Connection) -> bytes | None:
            row = base.execute("SELECT data, used FROM pictures WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            if time.time() - float(row[1]) > TOUCH_S:
                base.execute("UPDATE pictures SET used = ? WHERE key = ?", (time.time(), key))
            return bytes(row[0])

        return self._with(work, None)

    def save(self, key: str, data: bytes) -> None:
        """Store a picture."""

        def work(base: sqlite3.Connection) -> None:
            base.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?)", (key, time.time(), len(data), data))
            self._new += 1
            if self._new % CHECK_EVERY == 1:
                self._trim(base)

        self._with(work, None)

    def size(self) -> int:
        """Return the bytes stored."""
        return self._with(self._total, 0)

    def trim(self) -> None:
        """Remove the least recently used pictures, where there are more than the limit allows."""
        self._with(self._trim, None)

    def _trim(self, base: sqlite3.Connection) -> None:
        if self._total(base) > self.limit:
            base.execute(_TRIM, (int(self.limit * LOW_WATER),))

    @staticmethod
    def _total(base: sqlite3.Connection) -> int:
        return int(base.execute("SELECT COALESCE(SUM(size), 0) FROM pictures").fetchone()[0])

    def _with(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Return what work gives with the open file, else `otherwise`; a damaged file is removed: all in it can be made again."""
        file = self.file()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as base:
                base.execute("PRAGMA synchronous = OFF")
                base.execute(_TABLE)
                return work(base)
        except OSError:
            return otherwise
        except (sqlite3.Error, TypeError, ValueError) as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _REFUSED:
                return otherwise
            with suppress(OSError):
                file.unlink(missing_ok=True)
            return otherwise
