"""Pictures of takes: the most telling pose, and poses along time; made in the background, kept on disk."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRect, QTimer, Signal

from motionpatches.app.viewmodels.playback import REST_WHEN_BUSY
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.picture_store import PictureStore
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.telling import telling_frame
from motionpatches.core.progress import Progress

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

# Pixels of a picture's side, poses along time, bytes on disk, bytes in memory, takes that wait for a picture.
SIZE, POSES, LIMIT, HELD, WAITING = 128, 12, 128 * 2**20, 24 * 2**20, 200
# Pictures left to make from which it is listed as work.
MANY = 24
# Pictures that are taken from disk at once; the rest after one, in units of what it took, and milliseconds to wait while a user
# waits for something else.
AT_ONCE, REST, PATIENCE_MS = 12, 1.0, 60


class Draw(Protocol):
    """Draws frames of a motion beside each other, each SIZE x SIZE, on nothing. `version` changes with the look."""

    version: str

    def __call__(self, motion: Motion, frames: Sequence[int], size: int) -> QImage:
        """Called off the window's thread. Raises StudioError."""

    def close(self) -> None:
        """Called in the same thread, at the end."""


@dataclass(frozen=True)
class _Wanted:
    """What is to be made: the pictures of a clip, one or along time. `turn`: the later, the sooner it is made."""

    library: Library
    clip: Clip
    along: bool
    turn: int


class Thumbnails(QObject):
    """`ready(str)`: another picture of the clip of that id is there.

    Nothing is made before `draw` is set. What was asked for last comes first, as far as it can still be seen; one picture at a
    time is drawn, and none while a query or the stage is waited for.
    """

    ready = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.draw: Draw | None = None
        self.store = PictureStore(lambda: paths.cache() / "pictures.sqlite", LIMIT)
        self._held: OrderedDict[str, QImage | None] = OrderedDict()
        self._bytes = 0
        self._wanted: OrderedDict[str, _Wanted] = OrderedDict()
        self._turn, self._working, self._made = 0, False, 0
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._begin)
        workspace.library_changed.connect(self._wanted.clear)

    @property
    def waiting(self) -> int:
        """How many pictures are still to be made."""
        return len(self._wanted)

    def picture(self, clip: Clip) -> QImage | None:
        """Return the most telling pose of a clip, SIZE x SIZE on nothing; None where it is not there yet, and is made now."""
        return self._get(clip, False)

    def strip(self, clip: Clip) -> QImage | None:
        """Return POSES pictures of a clip along its time, beside each other; None as for `picture`."""
        return self._get(clip, True)

    def pose(self, clip: Clip, share: float) -> QImage | None:
        """Return the picture at a share (0 to 1) of a clip's length; the most telling one until that is there."""
        strip = self.strip(clip)
        if strip is None:
            return self.picture(clip)
        at = min(max(int(share * POSES), 0), POSES - 1)
        return strip.copy(QRect(at * SIZE, 0, SIZE, SIZE))

    def close(self) -> None:
        """Release what pictures are drawn with."""
        draw, self.draw = self.draw, None
        if draw is not None:
            self.workspace.lanes.pictures.submit("close", draw.close, lambda _: None, lambda _: None, kept=True)

    def _key(self, clip: Clip, along: bool) -> str:
        """The same for clips that look alike: of one content, read alike, with the same range."""
        version = self.draw.version if self.draw is not None else ""
        parts = clip.id, clip.key, clip.take, clip.start_s, clip.end_s, SIZE, POSES if along else 1, version
        return hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]

    def _get(self, clip: Clip, along: bool) -> QImage | None:
        library = self.workspace.library
        if self.draw is None or library is None:
            return None
        key = self._key(clip, along)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        self._wanted.pop(key, None)
        self._wanted[key] = _Wanted(library, clip, along, self._turn)
        if len(self._wanted) > WAITING:
            self._wanted.popitem(last=False)
        if not self._working and not self._next.isActive():
            self._next.start(0)
        return None

    def _hold(self, key: str, image: QImage | None) -> None:
        """Keep a picture, None for one that cannot be made, and let go of those that were not used for longest."""
        self._held[key] = image
        self._bytes += image.sizeInBytes() if image is not None else 0
        while self._bytes > HELD:
            old = self._held.popitem(last=False)[1]
            self._bytes -= old.sizeInBytes() if old is not None else 0

    def _begin(self) -> None:
        """Make the next pictures: those that are stored, up to one that has to be drawn."""
        self._turn += 1
        lanes, draw = self.workspace.lanes, self.draw
        if draw is None or not self._wanted or self._working:
            return
        if lanes.models.has_urgent_work or lanes.files.busy:
            self._next.start(PATIENCE_MS)
            return
        # Those asked for in one turn of the event loop come in their order, later turns before earlier ones.
        ordered = sorted(self._wanted.items(), key=lambda item: -item[1].turn)[:AT_ONCE]
        self._working = True

        def work() -> tuple[dict[str, QImage | None], float]:
            return _make(ordered, self.store, draw)

        def done(found: tuple[dict[str, QImage | None], float]) -> None:
            self._working = False
            pictures, cost_s = found
            for key, image in pictures.items():
                wanted = self._wanted.pop(key, None)
                self._hold(key, image)
                if wanted is not None:
                    self.ready.emit(wanted.clip.id)
            self._made += len(pictures)
            self._list()
            if self._wanted:
                self._next.start(int(1000 * cost_s * (REST_WHEN_BUSY if lanes.busy else REST)))

        def failed(_: str) -> None:
            self._working = False
            self._list()
            for key, _wanted in ordered:
                self._wanted.pop(key, None)
                self._hold(key, None)
            self._next.start(PATIENCE_MS)

        lanes.pictures.submit("picture", work, done, failed)

    def _list(self) -> None:
        """List it with the work under way where there is much to make; a few pictures are there before they are read about."""
        jobs, left = self.workspace.jobs, len(self._wanted)
        if left < MANY:
            self._made = 0
            jobs.ended("pictures")
        else:
            jobs.report("pictures", Progress("Pictures of takes", self._made, self._made + left), self._wanted.clear)


def _make(wanted: Sequence[tuple[str, _Wanted]], store: PictureStore, draw: Draw) -> tuple[dict[str, QImage | None], float]:
    """Return pictures by key, None for what cannot be read, as far as the first that had to be drawn; and the seconds it took."""
    from PySide6.QtGui import QImage

    found: dict[str, QImage | None] = {}
    begun = time.perf_counter()
    for key, one in wanted:
        stored = store.load(key)
        image = QImage.fromData(stored) if stored else QImage()
        if not image.isNull():
            found[key] = image
            continue
        found[key] = None
        with suppress(StudioError):
            motion = canonical(one.library.load(one.clip.id))
            frames = _along(motion.frame_count) if one.along else [telling_frame(motion)]
            found[key] = image = draw(motion, frames, SIZE)
            store.save(key, _png(image))
        break
    return found, time.perf_counter() - begun


def _along(count: int) -> list[int]:
    """Return POSES frames of `count`, each in the middle of its part."""
    return [int((i + 0.5) * count / POSES) for i in range(POSES)]


def _png(image: QImage) -> bytes:
    from PySide6.QtGui import QImageWriter

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(data.data())
