"""What files hold, read again only where they were written since."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
Stamp = tuple[tuple[int, int, int] | None, ...]
# Contents that are kept, the latest.
KEPT = 16
# A file may be written twice in one tick of the clock of its drive: one that is younger than this (ns) is read the next time too.
TICK_NS = 100_000_000


def stamp_of(files: Iterable[Path]) -> Stamp:
    """Changes when one of the files is written; None for one that cannot be seen."""
    return tuple(map(_seen, files))


def _seen(file: Path) -> tuple[int, int, int] | None:
    try:
        seen = os.stat(file)
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


class Known(Generic[T]):
    """What `read` makes of the `files` of a root, for any thread."""

    def __init__(self, read: Callable[[Path], T], files: Callable[[Path], Iterable[Path]]):
        self._read, self._files = read, files
        self._known: dict[Path, tuple[Stamp, T]] = {}
        self._turn = threading.Lock()

    def of(self, root: Path) -> T:
        """The content now. Raises what `read` raises."""
        stamp, begun = stamp_of(self._files(root)), time.time_ns()
        known = self._known.get(root)
        if known is not None and known[0] == stamp:
            return known[1]
        found = self._read(root)
        if all(one is None or abs(begun - one[0]) > TICK_NS for one in stamp):
            with self._turn:
                self._known[root] = stamp, found
                if len(self._known) > KEPT:
                    self._known.pop(next(iter(self._known)))
        return found
