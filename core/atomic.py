"""Files and folders written whole or not at all: the one way in which the program writes.

What is new is made beside its place under a name that nobody can guess, created exclusively (O_EXCL: no link is followed),
synchronised with the disk and renamed. A link that stands in the place is replaced; what it points to is never touched.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, os_problem

PREFIX, SUFFIX = ".motionpatches-", ".writing"
ASIDE, OLD = ".damaged", ".old"
# What a writer that was killed left behind is removed after a day.
ABANDONED_S = 24 * 3600.0
LOCK_S = 10.0
_PERMISSIONS = 0o777
_swept: set[Path] = set()


def write_atomically(file: Path, content: str | bytes) -> None:
    """Write a file, text in UTF-8. Raises FileProblem where the disk refuses; the old file is kept then."""
    with replacing(file) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(file: Path, durable: bool = True, private: bool = False) -> Iterator[BinaryIO]:
    """Give a stream to a new file beside `file`, which replaces it when the block ends. The mode of the old file is kept.

    Args:
        file: what is written.
        durable: wait for the disk; not for a cache, whose files are checked when they are read.
        private: only the user may read it, from its first byte on.

    Raises:
        FileProblem: the disk refuses, or `file` is no regular file; the old file is kept, as after any other exception.
    """
    with _beside(file, durable, private) as (_, descriptor), open(descriptor, "wb", closefd=False) as stream:
        yield stream


@contextmanager
def placing(file: Path) -> Iterator[Path]:
    """Give the path of a new empty file beside `file`, for writers that need a path; else as `replacing`."""
    with _beside(file) as (temporary, _):
        yield temporary


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give the path of a new empty folder beside `folder`, which replaces it when the block ends.

    Two renames are needed; between them the old folder is called `<name>.old`, where `whole_folder` finds it.

    Raises:
        FileProblem: the disk refuses; the old folder is kept, as after any other exception.
    """
    temporary, old = _temporary_name(folder), folder.with_name(folder.name + OLD)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        temporary.mkdir()
        yield temporary
        for made in temporary.rglob("*"):
            _synchronise(made)
        _synchronise(temporary)
        if os.path.lexists(folder):
            _remove(old)
            os.replace(folder, old)
        os.replace(temporary, folder)
        _synchronise(folder.parent)
        _remove(old)
    except OSError as error:
        raise os_problem(folder, error) from error
    finally:
        with suppress(OSError):
            if not os.path.lexists(folder) and old.is_dir():
                os.replace(old, folder)
        with suppress(OSError):
            _remove(temporary)


def whole_folder(folder: Path) -> Path:
    """The folder, or its predecessor where a writer was killed between the two renames of `replacing_folder`."""
    old = folder.with_name(folder.name + OLD)
    return old if not folder.exists() and old.is_dir() else folder


@contextmanager
def locked(file: Path, timeout_s: float = LOCK_S) -> Iterator[None]:
    """Keep other processes and threads out of the reading, changing and writing of a file, and of others in its folder.

    The lock is a file in the user's data folder, else in the temporary one: nothing is left beside `file`. Where neither can be
    written there is no lock. Threads and processes of one user exclude each other. A thread must not lock a folder twice.

    Raises:
        FileProblem: another process keeps the lock for longer than `timeout_s`.
    """
    name = hashlib.sha256(os.fsencode(file.parent.resolve())).hexdigest()[:16] + ".lock"
    user = f"motionpatches-{os.getuid()}" if hasattr(os, "getuid") else "motionpatches"
    with ExitStack() as held:
        for folder in (paths.data() / "locks", Path(tempfile.gettempdir()) / user):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                held.enter_context(FileLock(folder / name).acquire(timeout=timeout_s))
                break
            except Timeout:
                raise FileProblem(file, "another window or program is writing it", "Try again") from None
            except (OSError, NotImplementedError):
                continue
        yield


def put_aside(file: Path) -> Path | None:
    """Rename a damaged file, so that it is kept and a new one can be written. Returns its new path; None where that failed."""
    kept = file.with_name(file.name + ASIDE)
    if os.path.lexists(kept):
        kept = file.with_name(f"{file.name}.{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}{ASIDE}")
    try:
        os.replace(file, kept)
    except OSError:
        return None
    return kept


@contextmanager
def _beside(file: Path, durable: bool = True, private: bool = False) -> Iterator[tuple[Path, int]]:
    """Give the path of a new file beside `file` and its descriptor; put the new file in the place of `file` at the end."""
    temporary, descriptor = _temporary_name(file), -1
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _sweep(file.parent)
        mode = _mode_of(file)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
        mode = 0o600 if private else mode
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode) if mode is None else mode
        yield temporary, descriptor
        os.close(descriptor)
        descriptor = -1
        if durable:
            _synchronise(temporary)  # by its path: a library that was given it may have made the file anew
        os.chmod(temporary, mode)
        os.replace(temporary, file)
        if durable:
            _synchronise(file.parent)
    except OSError as error:
        raise os_problem(file, error) from error
    finally:
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _temporary_name(place: Path) -> Path:
    return place.with_name(f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")


def _mode_of(file: Path) -> int | None:
    """Permissions of the file that is to be replaced; None for no file and for a link. Raises OSError or FileProblem for what
    must not be replaced: folders, devices, pipes, and files that the user has made read-only."""
    try:
        seen = os.lstat(file)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(seen.st_mode):
        return None
    if stat.S_ISDIR(seen.st_mode):
        raise FileProblem(file, "it is a folder, not a file", "Choose another name")
    if not stat.S_ISREG(seen.st_mode):
        raise FileProblem(file, "it is no regular file", "Choose another place")
    if not os.access(file, os.W_OK):
        raise PermissionError(file)
    return stat.S_IMODE(seen.st_mode) & _PERMISSIONS


def _synchronise(place: Path) -> None:
    """Ask the disk to keep a file or a folder. Systems that cannot open a folder, and disks that cannot do it, are left alone."""
    if place.is_dir() and os.name == "nt":
        return
    descriptor = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError:
        if not place.is_dir():
            raise
    finally:
        os.close(descriptor)


def _remove(place: Path) -> None:
    """Remove a file, a link (not what it points to) or a folder with all in it, if there is one."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def is_leftover(entry: os.DirEntry[str]) -> bool:
    """Whether a writer that was killed left this behind more than a day ago. Raises OSError."""
    ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
    return ours and time.time() - entry.stat(follow_symlinks=False).st_mtime > ABANDONED_S


def _sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder; once for each folder in a process."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if is_leftover(entry):
                    _remove(Path(entry.path))
