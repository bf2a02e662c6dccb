"""Watch the folders of a library: which files are new, changed or gone since they were read. A look costs no read of a file.

Network drives send no events, so that folders are looked through at intervals (`pause_s`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.library import index
from motionpatches.core.library.library import Library
from motionpatches.core.library.walk import files_below

# Seconds between two looks, and while files are being written; at most one part in ten of the time is spent on them.
PAUSE_S, SETTLING_S, SHARE = 10.0, 5.0, 10
# Files beside motions that captions may stand in.
CAPTIONS = (".txt", ".csv")


@dataclass(frozen=True)
class Change:
    """What to read again: files that are new or changed and have stopped growing, and files that are gone. `waiting`: files that
    are being written."""

    ready: frozenset[str]
    gone: frozenset[str]
    waiting: frozenset[Path]


def roots_of(library: Library, paths: Iterable[Path]) -> tuple[Path, ...]:
    """The folders of a library that were opened by these paths; () where it is made of files."""
    parts, opened = [part.library for part in library.sources], {path.expanduser().resolve() for path in paths}
    return tuple(part.root for part in parts if part.root in opened and part.root.is_dir())


class Watch:
    """What files were when they were read, and at the last look."""

    def __init__(self, library: Library, paths: Iterable[Path]):
        """`paths`: those by which the library was opened."""
        self.roots = roots_of(library, paths)
        # '' for a file that was read, but of which no stamp is known.
        self._read = {str(skipped.path): "" for skipped in library.skipped}
        self._read |= {str(clip.path): "" for clip in library.clips}
        stamps = {str(file.path): file.stamp for file in library.files}
        if not stamps:  # it comes from its index
            stamps = {file: stamp for root in self.roots for file, (stamp, _) in index.load_stamps(root).items()}
        self._read |= {file: stamp.partition(";")[0].removesuffix("?") for file, stamp in stamps.items()}
        self._all = any(stamps.values())
        self._before: Mapping[str, str] | None = None
        self._took_s = 0.0

    @property
    def pause_s(self) -> float:
        """Seconds until the next look."""
        least = SETTLING_S if self._before is None or self._unsettled else PAUSE_S
        return max(least, SHARE * self._took_s)

    _unsettled: frozenset[str] = frozenset()

    def step(self) -> Change | None:
        """Look at the folders; None where there is nothing to read yet. What is returned counts as read from then on."""
        start = time.perf_counter()
        seen = _look(self.roots, self._before or self._read)
        self._took_s = time.perf_counter() - start
        before, self._before = self._before, seen
        if before is None:
            self._begin(seen)
            before = {}
        changed = {file for file, stamp in seen.items() if self._read.get(file) != stamp}
        missing = self._read.keys() - seen.keys()
        self._unsettled = frozenset(file for file in changed if before.get(file) != seen[file])
        gone = frozenset(file for file in missing if before and file not in before)
        ready = frozenset(changed - self._unsettled)
        if not ready and not gone:
            return None
        self._read |= {file: seen[file] for file in ready}
        for file in gone:
            del self._read[file]
        return Change(ready, gone, frozenset(map(Path, self._unsettled)))

    def _begin(self, seen: Mapping[str, str]) -> None:
        """What no scan has a stamp of is taken as it is: captions, and motions in layouts that keep none."""
        for file, stamp in seen.items():
            unknown = not self._read.get(file, "") if self._all else True
            if unknown and (file in self._read or not self._all or file.lower().endswith(CAPTIONS)):
                self._read[file] = stamp
        inside = tuple(f"{root}{os.sep}" for root in self.roots)
        self._read = {file: stamp for file, stamp in self._read.items() if file.startswith(inside) and stamp}


def _look(roots: Iterable[Path], before: Mapping[str, str]) -> dict[str, str]:
    """'size:nanoseconds' of each file that may matter. A folder that cannot be read now is as it was `before`."""
    from motionpatches.core.io.load import suffixes

    found: dict[str, str] = {}

    def failed(folder: str, _: OSError) -> None:
        inside = folder + os.sep
        found.update((file, stamp) for file, stamp in before.items() if file.startswith(inside))

    for entry in files_below(map(str, roots), suffixes() | set(CAPTIONS), failed):
        with suppress(OSError):  # gone since the folder was read
            stat = entry.stat()
            found[entry.path] = f"{stat.st_size}:{stat.st_mtime_ns}"
    return found
