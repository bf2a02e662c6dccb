"""A run trains in a process of its own: who trains it, what it is told, and what it said beside its events.

A studio that began a run may end and be started again meanwhile. So nothing but files of the run folder joins the two: a lock,
which the system releases when the process dies, a word that the process obeys, and what it printed.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from motionpatches.core import paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.hashing import place_digest
from motionpatches.core.training.events import Failed, Preparing, TrainingEvent, from_line

LOCK, TOLD, OUTPUT = ".lock", "told.txt", "output.txt"
# In the folder of a packed run: who packed it, and what the process on another computer writes at intervals.
ELSEWHERE, BEAT = "packed.json", "beat.txt"
# Seconds between two beats, and after which a process that is silent is taken for dead; clocks may differ that much.
BEAT_S, SILENT_S = 5.0, 120.0
PAUSE, RESUME, STOP = "pause", "resume", "stop"
# Seconds that a process waits for the lock, which others hold for a moment to see whether it is free; bytes of output read.
PATIENCE_S, TAIL = 0.5, 16_384


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the lock of the run folder; the system releases it if the process dies."""
    if other := beats_elsewhere(folder):
        raise StudioError(f"{folder.name} is under way on {other}, or was less than {SILENT_S:.0f} s ago.")
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
    """Tell whether a process is training the run, here or on another computer."""
    if beats_elsewhere(folder):
        return True
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def mark_elsewhere(folder: Path, file: str) -> None:
    """Note that the run of a folder was packed here into a file of this name. Raises FileProblem where the disk refuses."""
    write_atomically(folder / ELSEWHERE, json.dumps({"by": _computer(), "file": file}) + "\n")


def packed_as(folder: Path) -> str:
    """Return the name of the file into which this computer packed the run; '' where it did not, or the run has come back."""
    try:
        values = json.loads((folder / ELSEWHERE).read_bytes()[:4096])
        return str(values["file"]) if values["by"] == _computer() else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def is_to_follow(folder: Path) -> bool:
    """Whether the run of a folder is under way, or may be trained on another computer."""
    return is_held(folder) or bool(packed_as(folder))


def packed_command(file: str) -> str:
    """Return the line that trains the packed run of a file of this name."""
    return f'motionpatches train --packed "{file}"' if " " in file else f"motionpatches train --packed {file}"


def come_back(folder: Path) -> None:
    """The packed run is finished, and that was reported."""
    with suppress(OSError):
        (folder / ELSEWHERE).unlink(missing_ok=True)


def beat(folder: Path) -> None:
    """Say that this computer trains the run of a folder, where it is a packed one: others see no lock of its process."""
    if (folder / ELSEWHERE).exists():
        with suppress(StudioError):
            write_atomically(folder / BEAT, _computer())


def rest(folder: Path) -> None:
    """Take back what `beat` said."""
    with suppress(OSError):
        (folder / BEAT).unlink(missing_ok=True)


def beats_elsewhere(folder: Path) -> str:
    """Return the name of another computer that trains the run; '' where none does."""
    try:
        name = (folder / BEAT).read_bytes()[:300].decode("utf-8", "replace")
        silent = abs(time.time() - (folder / BEAT).stat().st_mtime)
    except OSError:
        return ""
    return name.rpartition(" ")[0] or name if name != _computer() and silent < SILENT_S else ""


def _computer() -> str:
    """Name this computer and the user's folder on it: two may have one name, or share one folder."""
    return f"{platform.node() or 'a computer'} {place_digest(str(paths.data()), 8)}"


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
