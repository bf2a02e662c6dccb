"""Cache of takes: each motion file is read once, then served by content from memory or disk."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.io.takes_file import MAP_FROM, READERS
from motionpatches.core.library.content import Content, Contents, unchanged
from motionpatches.core.library.take_store import TakeStore, nbytes
from motionpatches.core.motion.raw import RawTake

LIMIT = 4 * 2**30
HELD = 128 * 2**20
# What takes mapped from a file count as: they hold no memory of their own, but a file descriptor.
MAPPED = 2 * 2**20
PROBLEMS = 1000
# Suffixes of files that may hold poses of a body model.
POSES = {".npz", ".npy", ".pkl", ".pickle", ".joblib", ".pt", ".pth"}


class TakeCache:
    """Takes by the content of their file, so that a moved or copied file is found again.

    `read` gives a file's takes or raises FileProblem; `files` every file they depend on, the file itself first; `context` what
    else they depend on, as a setting. Takes are shared, hence read-only. Thread-safe: of two threads that want the same
    content one reads it and the other waits.
    """

    def __init__(
        self,
        read: Callable[[Path], list[RawTake]],
        files: Callable[[Path], Sequence[Path]] = lambda path: [path],
        context: Callable[[Path], str] = lambda path: "",
        folder: Callable[[], Path] | None = None,
        limit: int = LIMIT,
    ):
        self.read, self.files, self.context = read, files, context
        self.store = TakeStore(folder or (lambda: paths.cache() / "motions"), limit)
        self._contents = Contents()
        self._recent = _Recent()
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Event] = {}
        self._problems: OrderedDict[tuple[str, str], StudioError] = OrderedDict()
        self._told = ""

    @property
    def problem(self) -> str:
        """Return the latest disk error as a sentence for the window, or ''."""
        return self.store.problem

    def news(self) -> str:
        """The problem, the first time that it is asked for."""
        told, self._told = self._told, self.problem
        return "" if self.problem == told else self.problem

    def content(self, path: Path, stamp: str = "", digest: str = "") -> Content:
        """Stamp and digest of a file and those it depends on; hashed only where `stamp` no longer holds. Raises FileProblem."""
        return self._contents.of(self.files(path), stamp, digest)

    def takes(self, path: Path, stamp: str = "", digest: str = "") -> list[RawTake]:
        """The takes of a file. `stamp` and `digest`: its content as known from before. Raises FileProblem."""
        content = self.content(path, stamp, digest)
        key = self.key(path, content)
        while True:
            with self._lock:
                found = self._recent.get(key)
                if found is not None:
                    return list(found)
                problem = self._problems.get((str(path), key))
                if problem is not None:
                    raise problem.with_traceback(None)
                others = self._reading.get(key)
                if others is None:
                    mine = self._reading[key] = threading.Event()
                    break
            others.wait()
        try:
            return list(self._found(path, content, key))
        finally:
            with self._lock:
                del self._reading[key]
            mine.set()

    def clear(self) -> None:
        """Forget everything, on disk too."""
        with self._lock:
            self._recent.clear()
            self._problems.clear()
        self.store.clear()

    def key(self, path: Path, content: Content) -> str:
        """The same for files that are read alike: of one content and format, with the same settings."""
        parts = (path.suffix.lower(), content.digest, self.context(path))
        return f"{hashlib.sha256(repr(parts).encode(errors='surrogatepass')).hexdigest()[:32]}-{READERS}"

    def _found(self, path: Path, content: Content, key: str) -> list[RawTake]:
        """From the store, else read and stored; not stored where the file was changed while it was read."""
        takes = self.store.load(key)
        if takes is not None:
            size = sum(map(nbytes, takes))
            self._hold(key, takes, MAPPED if size >= MAP_FROM else size)
            return takes
        try:
            takes = self.read(path)
        except StudioError as error:
            if not _passing(error):
                self._remember(path, key, error)
            raise
        for take in takes:
            _seal(take)
        if unchanged(self.files(path), content):
            self.store.save(key, takes)
            self._hold(key, takes, sum(map(nbytes, takes)))
        return takes

    def _hold(self, key: str, takes: list[RawTake], size: int) -> None:
        with self._lock:
            self._recent.put(key, takes, size)

    def _remember(self, path: Path, key: str, error: StudioError) -> None:
        with self._lock:
            self._problems[str(path), key] = error
            if len(self._problems) > PROBLEMS:
                self._problems.popitem(last=False)


class _Recent:
    """The takes used last, up to HELD bytes."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[list[RawTake], int]] = OrderedDict()
        self._total = 0

    def get(self, key: str) -> list[RawTake] | None:
        if key not in self._held:
            return None
        self._held.move_to_end(key)
        return self._held[key][0]

    def put(self, key: str, takes: list[RawTake], size: int) -> None:
        if size > HELD or key in self._held:
            return
        self._held[key] = takes, size
        self._total += size
        while self._total > HELD:
            self._total -= self._held.popitem(last=False)[1][1]

    def clear(self) -> None:
        self._held.clear()
        self._total = 0


def _seal(take: RawTake) -> None:
    """Takes from a file and takes from the store are alike: not writable."""
    for array in (take.positions, take.rest, take.root_offset):
        if array is not None:
            array.flags.writeable = False
    if take.partner is not None:
        _seal(take.partner)


def _passing(error: BaseException | None) -> bool:
    """Whether a problem comes of the system, not of what the file holds: it may be gone the next time."""
    while error is not None:
        if isinstance(error, (OSError, MemoryError)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read(path: Path) -> list[RawTake]:
    from motionpatches.core.io.load import read_takes_of

    return read_takes_of(path)


def _files(path: Path) -> Sequence[Path]:
    from motionpatches.core.io.load import files_of

    return files_of(path)


def _context(path: Path) -> str:
    """What the takes of a file depend on beside its content: the plug-ins that may read it; the folder of body models, by which
    poses become places."""
    from motionpatches.core.io.load import read_by
    from motionpatches.core.io.smpl.poses import BODY_MODELS

    suffix = path.suffix.lower()
    return read_by(suffix) + (os.environ.get(BODY_MODELS, "") if suffix in POSES else "")


_CACHE = TakeCache(_read, _files, _context)


def take_cache() -> TakeCache:
    """The one of this process."""
    return _CACHE
