"""The gallery of a library in the user's cache: brought up to date while it is made, and not needed by any search."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from motionpatches.core import notices
from motionpatches.core.atomic import locked, put_aside
from motionpatches.core.errors import FileProblem
from motionpatches.core.library.library import Clip
from motionpatches.core.search.gallery import DamagedGallery, Gallery, load_gallery, save_gallery

# What is encoded is kept after this time, but no more than a twentieth of the time goes into it.
EVERY_S = 1.0
SHARE = 20
LOCK_S = 60.0


class KeptGallery:
    """A file of the cache. What the disk refuses is reported, and the gallery is in memory alone then."""

    def __init__(self, file: Path):
        self.file = file
        self._seen: tuple[int, ...] = ()
        self._saved: Gallery | None = None
        self._next = time.monotonic() + EVERY_S

    def load(self) -> Gallery | None:
        """The gallery; None where there is none, one of another version, or a damaged one, which is put aside."""
        try:
            stamp = self._stamp()
            gallery = load_gallery(self.file) if stamp else None
            self._seen = stamp
            return gallery
        except DamagedGallery:
            kept = put_aside(self.file)
            if kept is not None:
                notices.tell(f"A gallery could not be read and is made again. The damaged file was put aside as {kept}.")
        except FileProblem:
            pass
        return None

    def is_due(self) -> bool:
        """Whether it is time to save what was encoded since."""
        return time.monotonic() >= self._next

    def save(self, gallery: Gallery, clips: Iterable[Clip]) -> Gallery:
        """Save a gallery of clips, with what another process has encoded of them meanwhile.

        Returns:
            What was saved.
        """
        start = time.monotonic()
        try:
            with locked(self.file, LOCK_S):
                other = self._saved if self._stamp() == self._seen else self.load()
                gallery = _with_rows_of(gallery, other, clips)
                save_gallery(gallery, self.file)
                self._seen, self._saved = self._stamp(), gallery
        except FileProblem as problem:
            notices.tell(f"{problem} What was encoded is not kept, so it is encoded again the next time.")
        now = time.monotonic()
        self._next = now + max(EVERY_S, SHARE * (now - start))
        return gallery

    def _stamp(self) -> tuple[int, ...]:
        """Changes with the file; () where there is none."""
        try:
            seen = os.stat(self.file)
        except (OSError, ValueError):
            return ()
        return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _with_rows_of(gallery: Gallery, other: Gallery | None, clips: Iterable[Clip]) -> Gallery:
    """A gallery, and the rows of another of the same model for clips that it lacks."""
    if other is None or other.fingerprint != gallery.fingerprint or other.embeddings.shape[1] != gallery.embeddings.shape[1]:
        return gallery
    missing = {(clip.id, clip.key) for clip in clips} - {(entry.clip_id, entry.key) for entry in gallery.entries}
    rows = [row for row, entry in enumerate(other.entries) if (entry.clip_id, entry.key) in missing]
    if not rows:
        return gallery
    return Gallery(
        np.concatenate([gallery.embeddings, other.embeddings[rows]]),
        (*gallery.entries, *(other.entries[row] for row in rows)),
        gallery.fingerprint,
        gallery.skipped,
    )
