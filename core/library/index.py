"""The index of a library in the user's cache (SQLite): reopening needs no scan, and captions are searched as full text."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.core import notices, paths
from motionpatches.core.atomic import placing, put_aside
from motionpatches.core.errors import FileProblem
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.library.scan import FoundFile, takes_from, takes_values
from motionpatches.core.recognition import corrections

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition

FORMAT = 5
_LIST = json.JSONDecoder().decode
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
    return paths.cache() / "libraries" / f"{place_digest(root)}.sqlite"


def save(library: Library, opened_as: str = "folder", complete: bool = True, file: Path | None = None) -> None:
    """Write the index anew. A full disk or a read-only cache leaves the library without one."""
    meta = {
        "format": str(FORMAT),
        "root": str(library.root),
        "name": library.name,
        "layout": library.layout,
        "notes": json.dumps(library.notes),
        "complete": str(int(complete)),
        "opened_as": opened_as,
        "said": corrections.version(),
    }
    with (
        suppress(FileProblem, sqlite3.Error),
        placing(file or index_file(library.root)) as temporary,
        closing(sqlite3.connect(temporary)) as base,
        base,
    ):
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        base.executemany("INSERT INTO meta VALUES (?, ?)", map(_stored, meta.items()))
        _save_clips(base, library)
        base.executemany("INSERT INTO skipped VALUES (?, ?)", (_stored((str(s.path), s.reason)) for s in library.skipped))
        base.executemany(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
            (_stored((str(f.path), f.stamp, f.digest, json.dumps(takes_values(f.takes)))) for f in library.files),
        )
        _save_readings(base, library)


def _save_clips(base: sqlite3.Connection, library: Library) -> None:
    rows = ((row, *_clip_values(clip)) for row, clip in enumerate(library.clips))
    base.executemany("INSERT INTO clips VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)
    texts = (" ".join((clip.id, *clip.captions)).encode(errors="replace").decode() for clip in library.clips)
    base.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", enumerate(texts))


def _clip_values(clip: Clip) -> tuple[str | bytes | float, ...]:
    head = _stored((clip.id, str(clip.path), json.dumps(clip.captions), clip.split))
    return (*head, clip.duration_s, clip.start_s, clip.end_s, *_stored((clip.key, json.dumps(clip.labels), clip.take)))


def _clip_of(values: tuple[Any, ...]) -> Clip:
    """Raises TypeError or ValueError for what no clip has."""
    i, path, captions, split, duration, start, end, key, labels, take = values
    texts, kinds = _LIST(captions), () if labels == "[]" else _LIST(labels)
    "".join((i, split, key, take, *texts, *kinds))  # raises TypeError for anything but text
    return Clip(i, Path(path), tuple(texts), split, float(duration), float(start), float(end), key, tuple(kinds), take)


def _stored(values: Iterable[str]) -> tuple[str | bytes, ...]:
    """Texts as SQLite takes them: one of a file name that is no UTF-8 as bytes."""
    return tuple(text if _is_utf8(text) else text.encode("utf-8", "surrogatepass") for text in values)


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
        return True
    except UnicodeEncodeError:
        return False


def _texts(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inverse of `_stored`."""
    if bytes not in map(type, row):
        return row
    return tuple(value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value for value in row)


def _save_readings(base: sqlite3.Connection, library: Library) -> None:
    """Takes of one rig share a recognition, so each is written once."""
    from motionpatches.core.recognition.stored import recognition_values

    kept = {id(found): found for found in library.readings.values()}
    numbers = {name: number for number, name in enumerate(kept)}
    contents = (json.dumps(recognition_values(found)) for found in kept.values())
    base.executemany("INSERT INTO recognitions VALUES (?, ?)", enumerate(contents))
    rows = ((*_stored(key), numbers[id(found)]) for key, found in library.readings.items())
    base.executemany("INSERT INTO readings VALUES (?, ?, ?)", rows)


def load(root: Path, file: Path | None = None) -> Indexed | None:
    """None where there is no index, one of another version or a damaged one, which is put aside, or where corrections changed
    since: the library is then scanned again."""
    file = file or index_file(root)
    if not os.path.exists(file):
        return None
    try:
        with _opened(file) as base:
            meta = dict(map(_texts, base.execute("SELECT name, value FROM meta")))
            if meta.get("format") != str(FORMAT) or meta.get("root") != str(root) or meta.get("said") != corrections.version():
                return None
            rows = base.execute(
                "SELECT id, path, captions, split, duration, start, end, key, labels, take FROM clips ORDER BY row"
            )
            with _no_garbage_collection():
                clips = tuple(map(_clip_of, map(_texts, rows)))
            skipped = tuple(Skipped(Path(p), r) for p, r in map(_texts, base.execute("SELECT path, reason FROM skipped")))
            notes = tuple(map(str, json.loads(meta["notes"])))
            return Indexed(meta["name"], meta["layout"], clips, skipped, notes, meta["complete"] == "1", meta["opened_as"])
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            return None  # locked, or not to be read
        _damaged(file)
    except (sqlite3.Error, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        _damaged(file)
    return None


def _damaged(file: Path) -> None:
    kept = put_aside(file)
    if kept is not None:
        notices.tell(f"The index of this library could not be read and is made again. The damaged file was put aside as {kept}.")


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """An index for reading; its name may hold what means something in an address. Raises sqlite3.Error for a pipe or device
    too."""
    if not os.path.isfile(file):  # SQLite would wait for a pipe
        raise sqlite3.DatabaseError("it is no regular file")
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as base:
        yield base


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


def load_paths(root: Path, file: Path | None = None) -> frozenset[str]:
    """The files of the clips that the last scan found; none without an index."""
    return frozenset(path for (path,) in _rows(root, "SELECT DISTINCT path FROM clips", (), file))


def load_files(root: Path, file: Path | None = None) -> dict[str, FoundFile]:
    """What the last scan found in each file, by its path; {} without an index."""
    rows = _rows(root, "SELECT path, stamp, digest, takes FROM files", (), file)
    try:
        return {path: FoundFile(Path(path), stamp, digest, takes_from(json.loads(takes))) for path, stamp, digest, takes in rows}
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, OverflowError):
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
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError):
        return None


def load_takes(root: Path, file: Path | None = None) -> dict[tuple[str, str], tuple[float, int, str, tuple[str, ...]]]:
    """Rate, joints, hierarchy and notes of each take, by path and name; {} without an index."""
    fields = ("name", "fps", "joints", "hierarchy", "notes")
    columns = ", ".join(f"json_extract(take.value, '$.{field}')" for field in fields)
    source = "json_each(CASE WHEN json_valid(files.takes) THEN files.takes ELSE '[]' END) AS take"
    rows = _rows(root, f"SELECT files.path, {columns} FROM files, {source}", (), file)
    try:
        return {
            (path, name): (float(fps), int(joints), hierarchy, tuple(json.loads(notes or "[]")))
            for path, name, fps, joints, hierarchy, notes in rows
        }
    except (TypeError, ValueError, RecursionError):
        return {}


def load_readings(root: Path, file: Path | None = None) -> dict[tuple[str, str], Recognition]:
    """How each take is read, by path and name; {} without an index."""
    from motionpatches.core.recognition.stored import recognition_from

    contents = _rows(root, "SELECT id, content FROM recognitions", (), file)
    readings = _rows(root, "SELECT path, take, recognition FROM readings", (), file)
    try:
        known = {number: recognition_from(json.loads(content)) for number, content in contents}
        return {(path, take): known[number] for path, take, number in readings}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError):
        return {}


def _rows(root: Path, query: str, values: tuple[str, ...], file: Path | None) -> list[tuple[Any, ...]]:
    """What a query of the index of this format gives; [] where there is none."""
    file = file or index_file(root)
    try:
        with _opened(file) as base:
            if base.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() != (str(FORMAT),):
                return []
            return list(map(_texts, base.execute(query, _stored(values))))
    except (sqlite3.Error, UnicodeDecodeError):  # a damaged page holds anything
        return []


def search(root: Path, words: str, file: Path | None = None) -> list[int] | None:
    """Rows of the clips whose captions or id hold every word (or a word that begins so); None without an index."""
    wanted = ["".join(ch for ch in w if ch.isalnum()) for w in words.split()]
    query = " ".join(f'"{w}"*' for w in wanted if w)
    file = file or index_file(root)
    if not query or not os.path.exists(file):
        return None
    try:
        with _opened(file) as base:
            return [row for (row,) in base.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (query,))]
    except (sqlite3.Error, UnicodeDecodeError):
        return None
