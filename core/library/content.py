"""Identify the content of files by digest, so that a copied or moved file is recognised."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import FileProblem, os_problem

# A file changed within this time may change again and keep its time stamp, which some disks keep to two seconds only.
UNSETTLED_S = 2.0
RECENT = "?"
REMEMBERED = 100_000


@dataclass(frozen=True)
class Content:
    """`stamp`: sizes and times of change of the files, marked where they were so recent that they prove nothing later; `digest`:
    32 hex digits of the SHA-256 of what the files hold."""

    stamp: str
    digest: str


def unchanged(files: Sequence[Path], content: Content) -> bool:
    """Whether the files still are as when they were hashed. Raises FileProblem."""
    return _stamp(files)[0] == content.stamp.removesuffix(RECENT)


class Contents:
    """Contents by stamp, so that a file that has not changed is hashed once in a process."""

    def __init__(self) -> None:
        self._known: dict[str, Content] = {}

    def of(self, files: Sequence[Path], stamp: str = "", digest: str = "") -> Content:
        """The content of files that belong together, the first of them the take's own. `digest` is taken over where they still
        have `stamp`. Raises FileProblem."""
        now, settled = _stamp(files)
        if digest and stamp == now:
            return Content(now, digest)
        name = str(files[0])
        known = self._known.get(name)
        if known is not None and known.stamp == now:
            return known
        found = Content(now if settled else now + RECENT, _digest(files))
        if settled:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[name] = found
        return found


def _stamp(files: Sequence[Path]) -> tuple[str, bool]:
    """'size:nanoseconds' of every file, and whether each was last changed long enough ago. Raises FileProblem for one that is
    missing or no regular file."""
    parts, now, settled = [], time.time(), True
    for file in files:
        try:
            seen = os.stat(file)
        except (OSError, ValueError) as error:
            raise _problem(file, error) from error
        if not stat.S_ISREG(seen.st_mode):
            raise FileProblem(file, "it is no regular file", "Choose a motion file")
        parts.append(f"{seen.st_size}:{seen.st_mtime_ns}")
        settled = settled and not 0 <= now - seen.st_mtime < UNSETTLED_S
    return ";".join(parts), settled


def _digest(files: Sequence[Path]) -> str:
    digests = []
    for file in files:
        try:
            with open(file, "rb") as stream:
                digests.append(hashlib.file_digest(stream, "sha256"))
        except OSError as error:
            raise os_problem(file, error) from error
    if len(digests) == 1:
        return digests[0].hexdigest()[:32]
    return hashlib.sha256(b"".join(d.digest() for d in digests)).hexdigest()[:32]


def _problem(file: Path, error: OSError | ValueError) -> FileProblem:
    if isinstance(error, OSError):
        return os_problem(file, error)
    return FileProblem(file, "its name cannot be used", "Rename it")
