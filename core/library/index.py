"""The index of a library in the user's cache (SQLite): reopening needs no scan, and captions are searched as full text."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.core import paths
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.library.scan import FoundFile, takes_from, takes_values
from motionpatches.core.recognition import corrections

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition

FORMAT = 3
BREAK = "\x1f"
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE clips (row INTEGER PRIMARY KEY, id TEXT, path TEXT, captions TEXT, split TEXT, duration REAL, start REAL, end REAL,
                    key TEXT, labels TEXT, take TEXT);
CREATE TABLE files (path TEXT PRIMARY KEY, stamp TEXT, digest TEXT, takes TEXT);
CREATE TABLE recognitions (id INTEGER PRIMARY KEY, content TEXT);
CREATE TABLE readings (path TEXT, take TEXT, recognition INTEGER, PRIMARY KEY (path, take)) WITHOUT ROWID;
CREATE TABLE skipped (path TEXT, reason TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61', prefix='1 2 3');
"""


@dataclass(frozen=True, eq=False)
class Indexed:
    """What an index holds: a library without its reader. `complete` is False after a scan that was cancelled; `opened_as`
    names the layout it was opened as."""

    name: str
    layout: str
    clips: tuple[Clip, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    complete: bool
    opened_as: str


def index_file(root: Path) -> Path:
    return paths.cache() / "libraries" / f"{hashlib.sha256(str(root).encode()).hexdigest()[:16]}.sqlite"


def save(library: Library, opened_as: str = "folder", complete: bool = True, file: Path | None = None) -> None:
    """Writes the index anew, beside and renamed. A full disk or a read-only cache leaves the library without one."""
    file = file or index_file(library.root)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.writing")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary)) as base, base:
            base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
            base.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                {
                    "format": str(FORMAT),
                    "root": str(library.root),
                    "name": library.name,
                    "layout": library.layout,
                    "notes": BREAK.join(library.notes),
                    "complete": str(int(complete)),
                    "opened_as": opened_as,
                    "said": corrections.version(),
                }.items(),
            )
            base.executemany(
                "INSERT INTO clips VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (
                    (
                        i,
                        c.id,
                        str(c.path),
                        BREAK.join(c.captions),
                        c.split,
                        c.duration_s,
                        c.start_s,
                        c.end_s,
                        c.key,
                        BREAK.join(c.labels),
                        c.take,
                    )
                    for i, c in enumerate(library.clips)
                ),
            )
            base.executemany(
                "INSERT INTO words(rowid, text) VALUES (?, ?)",
                ((i, " ".join((c.id, *c.captions))) for i, c in enumerate(library.clips)),
            )
            base.executemany("INSERT INTO skipped VALUES (?, ?)", ((str(s.path), s.reason) for s in library.skipped))
            base.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                ((str(f.path), f.stamp, f.digest, json.dumps(takes_values(f.takes))) for f in library.files),
            )
            _save_readings(base, library)
        os.replace(temporary, file)
    except (OSError, sqlite3.Error):
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _save_readings(base: sqlite3.Connection, library: Library) -> None:
    """Takes of one rig share a recognition, so each is written once."""
    from motionpatches.core.recognition.stored import recognition_values

    recognition = library.reader.recognition
    if recognition is None:
        return
    numbers: dict[int, int] = {}
    kept: list[Recognition] = []
    rows: dict[tuple[str, str], int] = {}
    for clip in library.clips:
        found = recognition(clip)
        if id(found) not in numbers:
            numbers[id(found)] = len(kept)
            kept.append(found)
        rows[str(clip.path), clip.take] = numbers[id(found)]
    base.executemany(
        "INSERT INTO recognitions VALUES (?, ?)", ((i, json.dumps(recognition_values(found))) for i, found in enumerate(kept))
    )
    base.executemany("INSERT INTO readings VALUES (?, ?, ?)", ((*key, number) for key, number in rows.items()))


def load(root: Path, file: Path | None = None) -> Indexed | None:
    """None where there is no index, one of another version or broken, or where corrections changed since: the
    library is then scanned again."""
    file = file or index_file(root)
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
            meta = dict(base.execute("SELECT name, value FROM meta"))
            if meta.get("format") != str(FORMAT) or meta.get("root") != str(root) or meta.get("said") != corrections.version():
                return None
            rows = base.execute(
                "SELECT id, path, captions, split, duration, start, end, key, labels, take FROM clips ORDER BY row"
            )
            with _no_garbage_collection():
                clips = tuple(
                    Clip(i, Path(p), tuple(c.split(BREAK)) if c else (), s, d, a, e, k, tuple(n.split(BREAK)) if n else (), t)
                    for i, p, c, s, d, a, e, k, n, t in rows
                )
            skipped = tuple(Skipped(Path(p), r) for p, r in base.execute("SELECT path, reason FROM skipped"))
            return Indexed(
                meta["name"],
                meta["layout"],
                clips,
                skipped,
                tuple(t for t in meta["notes"].split(BREAK) if t),
                meta["complete"] == "1",
                meta["opened_as"],
            )
    except (sqlite3.Error, KeyError, TypeError, ValueError, AttributeError):
        file.unlink(missing_ok=True)
        return None


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A hundred thousand new objects, none of them garbage: the collector would look through them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def load_files(root: Path, file: Path | None = None) -> dict[str, FoundFile]:
    """What the last scan found in each file, by its path; {} without an index."""
    rows = _rows(root, "SELECT path, stamp, digest, takes FROM files", (), file)
    try:
        return {path: FoundFile(Path(path), stamp, digest, takes_from(json.loads(takes))) for path, stamp, digest, takes in rows}
    except (KeyError, TypeError, ValueError, IndexError):
        return {}


def load_stamps(root: Path, file: Path | None = None) -> dict[str, tuple[str, str]]:
    """(stamp, content digest) by path, as they were when the index was written."""
    return {path: (stamp, digest) for path, stamp, digest in _rows(root, "SELECT path, stamp, digest FROM files", (), file)}


def load_reading(root: Path, path: str, take: str, file: Path | None = None) -> Recognition | None:
    """How a take is read; None where the index does not know it."""
    from motionpatches.core.recognition.stored import recognition_from

    rows = _rows(
        root, "SELECT content FROM readings JOIN recognitions ON recognition = id WHERE path = ? AND take = ?", (path, take), file
    )
    try:
        return recognition_from(json.loads(rows[0][0])) if rows else None
    except (KeyError, TypeError, ValueError):
        return None


def _rows(root: Path, query: str, values: tuple[str, ...], file: Path | None) -> list[tuple[Any, ...]]:
    """What a query of the index of this format gives; [] where there is none."""
    file = file or index_file(root)
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
            if base.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() != (str(FORMAT),):
                return []
            return base.execute(query, values).fetchall()
    except sqlite3.Error:
        return []


def search(root: Path, words: str, file: Path | None = None) -> list[int] | None:
    """Rows of the clips whose captions or id hold every word (or a word that begins so); None without an index."""
    wanted = ["".join(ch for ch in w if ch.isalnum()) for w in words.split()]
    query = " ".join(f'"{w}"*' for w in wanted if w)
    file = file or index_file(root)
    if not query or not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
            return [row for (row,) in base.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (query,))]
    except sqlite3.Error:
        return None
