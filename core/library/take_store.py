"""Takes on disk by key, within a limit: the least recently used are removed."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from motionpatches.core.atomic import is_leftover, replacing
from motionpatches.core.errors import FileProblem
from motionpatches.core.io.takes_file import read_takes, write_takes
from motionpatches.core.motion.raw import RawTake

SUFFIX = ".takes"
# A file's time of change says when it was last used, to this precision.
TOUCH_S = 3600.0
# After a write that failed, the next one is tried this much later.
PAUSE_S = 30.0
ATTEMPTS = 4
# Trimming goes this far below the limit, so that it is rare.
LOW_WATER = 0.9


class TakeStore:
    """Files below `folder()`, together at most `limit` bytes; 0: nothing is stored. Thread-safe, and safe beside other
    processes with the same folder. Nothing is raised for the disk's sake: `problem` says what it refused, '' if nothing."""

    def __init__(self, folder: Callable[[], Path], limit: int):
        self.folder, self.limit, self.problem = folder, limit, ""
        self._lock = threading.Lock()
        self._total: int | None = None
        self._paused_until = 0.0

    def load(self, key: str) -> list[RawTake] | None:
        """The takes of a key, read-only; None where they are not stored, or damaged."""
        if not self.limit:
            return None
        file = self._file(key)
        try:
            takes = read_takes(file)
        except (OSError, ValueError, MemoryError, FileProblem):
            return None
        with suppress(OSError):
            if time.time() - os.stat(file).st_mtime > TOUCH_S:
                os.utime(file)
        return takes

    def save(self, key: str, takes: Sequence[RawTake]) -> None:
        """Store takes, written beside and renamed. Those of more than a quarter of the limit are not stored."""
        if not self.limit or sum(map(nbytes, takes)) > self.limit // 4 or time.monotonic() < self._paused_until:
            return
        file = self._file(key)
        try:
            self._grown(self._written(file, takes))
        except FileProblem as problem:
            cause = problem.__cause__
            if isinstance(cause, PermissionError) and file.exists() and os.access(file.parent, os.W_OK):
                return  # Another process has just written the same, and holds it open.
            reason = cause.strerror or cause if isinstance(cause, OSError) else problem.problem
            self._paused_until = time.monotonic() + PAUSE_S
            self.problem = (
                f"Motions that were read cannot be stored in {self.folder()} ({reason}), so they "
                "are read from their files each time."
            )

    def size(self) -> int:
        """Bytes stored."""
        return sum(size for _, size, _ in self._files())

    def clear(self) -> None:
        shutil.rmtree(self.folder(), ignore_errors=True)
        with self._lock:
            self._total, self._paused_until, self.problem = None, 0.0, ""

    def limit_to(self, limit: int) -> None:
        """Another limit from now on; what lies over it is removed."""
        self.limit = limit
        with self._lock:
            self.trim()

    def trim(self) -> None:
        """Remove the least recently used files, where there are more than the limit allows."""
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        if total > self.limit:
            for _, size, path in files:
                if total <= self.limit * LOW_WATER:
                    break
                with suppress(OSError):  # A file that is mapped cannot be removed on Windows.
                    os.unlink(path)
                    total -= size
        self._total = total

    def _file(self, key: str) -> Path:
        return self.folder() / key[:2] / f"{key}{SUFFIX}"

    def _written(self, file: Path, takes: Sequence[RawTake]) -> int:
        """Write, and again where another process has just emptied the cache. Returns the bytes."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._write(file, takes)
            except FileProblem as problem:
                if not isinstance(problem.__cause__, FileNotFoundError | FileExistsError):
                    raise
        return self._write(file, takes)

    def _write(self, file: Path, takes: Sequence[RawTake]) -> int:
        with replacing(file, durable=False) as stream:
            write_takes(stream, takes)
            return stream.tell()

    def _grown(self, size: int) -> None:
        with self._lock:
            if self._total is not None:
                self._total += size
            if self._total is None or self._total > self.limit:
                self.trim()

    def _files(self) -> list[tuple[float, int, str]]:
        """(last use, bytes, path) of every file; what a killed writer left is removed."""
        found = []
        for folder in _entries(self.folder()):
            for entry in _entries(folder.path) if folder.is_dir(follow_symlinks=False) else ():
                with suppress(OSError):
                    seen = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(SUFFIX):
                        found.append((seen.st_mtime, seen.st_size, entry.path))
                    elif is_leftover(entry):
                        os.unlink(entry.path)
        return found


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def nbytes(take: RawTake) -> int:
    """Bytes of a take's arrays, its partner's too."""
    own = sum(array.nbytes for array in (take.positions, take.rest, take.root_offset) if array is not None)
    return own + (nbytes(take.partner) if take.partner else 0)
