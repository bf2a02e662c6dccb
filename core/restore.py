"""What a file held before it was written, so that the write can be taken back byte for byte.

A file that something else has written since is left alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import os_problem
from motionpatches.core.regular_file import read_regular


@dataclass(frozen=True)
class Before:
    """A file before a write. `digest`: of what was written ('': the file was removed). `old` stood in the place of the bytes
    `start` to `end` of it; None: there was no file."""

    file: Path
    digest: str
    start: int
    end: int
    old: bytes | None


def content_of(file: Path) -> bytes | None:
    """The bytes of a file; None where there is none. Raises FileProblem."""
    try:
        return read_regular(file) if os.path.lexists(file) else None
    except OSError as error:
        raise os_problem(file, error) from error


def write(file: Path, new: bytes | None, now: bytes | None) -> Before:
    """Write a file that holds `now` (None: there is none), or remove it for None. Raises FileProblem."""
    if new is not None:
        write_atomically(file, new)
    else:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise os_problem(file, error) from error
    if now is None or new is None:
        return Before(file, _digest(new), 0, len(new or b""), now)
    shorter = min(len(now), len(new))
    start = _alike(shorter, lambda count: now[:count] == new[:count])
    end = _alike(shorter - start, lambda count: now[len(now) - count :] == new[len(new) - count :])
    return Before(file, _digest(new), start, len(new) - end, now[start : len(now) - end])


def take_back(before: Before) -> Before | None:
    """Write what stood there before.

    Returns:
        What takes this back in turn; None, and nothing is written, where the file was changed since.

    Raises:
        FileProblem: it cannot be read or written.
    """
    now = content_of(before.file)
    if _digest(now) != before.digest:
        return None
    held = now or b""
    return write(before.file, None if before.old is None else held[: before.start] + before.old + held[before.end :], now)


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _alike(most: int, same: Callable[[int], bool]) -> int:
    """The highest count up to `most` for which `same` holds; it holds for all lower ones too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low
