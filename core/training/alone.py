"""A run trains in a process of its own: who trains it, what it is told, and what it said beside its events.

A studio that began a run may end and be started again meanwhile. So nothing but files of the run folder joins the two: a lock,
which the system releases when the process dies, a word that the process obeys, and what it printed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.training.events import Failed, Preparing, TrainingEvent, from_line

LOCK, TOLD, OUTPUT = ".lock", "told.txt", "output.txt"
PAUSE, RESUME, STOP = "pause", "resume", "stop"
# Seconds that a process waits for the lock, which others hold for a moment to see whether it is free; bytes of output read.
PATIENCE_S, TAIL = 0.5, 16_384


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the lock of the run folder; the system releases it if the process dies."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=PATIENCE_S)
    except Timeout:
        raise StudioError(f"{folder.name} is under way in another process.") from None
    except OSError as error:
        raise os_problem(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Tell whether a process is training the run."""
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def tell(folder: Path, word: str) -> None:
    """Tell the process that trains a run to PAUSE, RESUME or STOP. Raises FileProblem where the disk refuses."""
    write_atomically(folder / TOLD, word)


def forget(folder: Path) -> None:
    """Remove what an earlier process of the run was told."""
    with suppress(OSError):
        (folder / TOLD).unlink(missing_ok=True)


def told(folder: Path) -> str:
    """Return what the process of a run is told, '' for nothing."""
    try:
        return (folder / TOLD).read_bytes()[:16].decode("ascii", "replace").strip()
    except OSError:
        return ""


def said(folder: Path) -> tuple[TrainingEvent | None, str]:
    """Return the last event that the process printed, and the last line after it that is none; of a library or an error."""
    event, words = None, ""
    for line in _tail(folder / OUTPUT):
        try:
            event, words = from_line(line), ""
        except ValueError:
            words = line.strip() or words
    return event, words


def has_died(folder: Path) -> bool:
    """Whether the process of a run that is not trained now ended while it prepared the data."""
    return isinstance(said(folder)[0], Preparing)


def why_it_ended(folder: Path) -> str:
    """Return why a process ended that reported no end."""
    event, words = said(folder)
    return event.message if isinstance(event, Failed) else f"The run ended unexpectedly; it can be resumed. {words}".strip()


def _tail(file: Path) -> list[str]:
    try:
        with open(file, "rb") as stream:
            stream.seek(max(stream.seek(0, os.SEEK_END) - TAIL, 0))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
