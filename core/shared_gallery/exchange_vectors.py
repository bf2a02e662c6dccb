"""Vectors of a library and of a shared gallery: what one computer has encoded, the others take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.search.gallery import Entry, Gallery
from motionpatches.core.search.indexing import add_known, find_gallery, gallery_fingerprint
from motionpatches.core.shared_gallery.in_library import content_key
from motionpatches.core.shared_gallery.records import Vectors, Window, can_be_kept, chunks
from motionpatches.core.shared_gallery.store import Store

# Contents whose vectors are asked for or sent together.
CONTENTS = 5_000


def receive_vectors(model: MotionTextModel, library: Library, store: Store) -> int:
    """Take the vectors of takes that are not encoded here from a shared gallery. Return how many clips they are of.

    Raises:
        Unreachable: The server is away; what has come is kept.
        StudioError: It refuses.
    """
    gallery = find_gallery(model, library)
    there = {(entry.clip_id, entry.key) for entry in gallery.entries} if gallery is not None else set()
    wanted = [clip for clip in library.clips if (clip.id, clip.key) not in there and can_be_kept(content_key(clip))]
    fingerprint, count = gallery_fingerprint(model), 0
    for clips in chunks(wanted, CONTENTS):
        found = store.vectors(fingerprint, {content_key(clip) for clip in clips})
        if not found.windows or found.rows.shape[1] != model.config.dim:
            continue
        rows_of, entries, rows = found.by_content(), list[Entry](), list[int]()
        for clip in clips:
            for row in rows_of.get(content_key(clip), []):
                entries.append(Entry(clip.id, clip.key, found.windows[row].start_s, found.windows[row].end_s))
                rows.append(row)
            count += content_key(clip) in rows_of
        add_known(model, library, Gallery(found.rows[rows], tuple(entries), fingerprint))
    return count


def send_vectors(library: Library, gallery: Gallery, store: Store) -> int:
    """Give the vectors of a library that a shared gallery lacks to it. Return how many there are.

    Raises:
        Unreachable: The server is away; what it took is kept.
        StudioError: It refuses.
    """
    whole = _vectors_of(library, gallery)
    by_content, count = whole.by_content(), 0
    for contents in chunks(by_content, CONTENTS):
        lacking = store.lacking(gallery.fingerprint, contents)
        rows = [row for content in contents if content in lacking for row in by_content[content]]
        if rows:
            store.put_vectors(gallery.fingerprint, Vectors(tuple(whole.windows[row] for row in rows), whole.rows[rows]))
            count += len(rows)
    return count


def _vectors_of(library: Library, gallery: Gallery) -> Vectors:
    """The vectors of a library's clips, one clip of each content."""
    clip_of: dict[str, str] = {}

    def kept() -> Iterator[tuple[int, Window]]:
        for row, entry in enumerate(gallery.entries):
            clip = library.by_id.get(entry.clip_id)
            if clip is None or clip.key != entry.key or not can_be_kept(content_key(clip)):
                continue
            content = content_key(clip)
            if clip_of.setdefault(content, clip.id) == clip.id:
                yield row, Window(content, entry.start_s, entry.end_s)

    found = list(kept())
    rows = np.array([row for row, _ in found], np.int64)
    return Vectors(tuple(window for _, window in found), gallery.embeddings[rows])
