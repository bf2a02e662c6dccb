"""A library on this computer and a shared gallery: what was edited here is sent, what others edited is written here.

The stores of the library are what window, command line and served library read and write; they work on where the server is away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.search.gallery import Entry, Gallery
from motionpatches.core.search.indexing import add_known, find_gallery, gallery_fingerprint
from motionpatches.core.shared_gallery.address import Address
from motionpatches.core.shared_gallery.in_library import applied, content_key, names_of, records_of
from motionpatches.core.shared_gallery.journal import journal_file, opened_journal
from motionpatches.core.shared_gallery.records import Vectors, Window, can_be_kept, chunks
from motionpatches.core.shared_gallery.store import Store

# Records that are sent together, and contents whose vectors are.
TOGETHER = 20_000
CONTENTS = 5_000


@dataclass(frozen=True)
class Exchanged:
    """How many edits were sent and received, and how many wait."""

    sent: int = 0
    received: int = 0
    waiting: int = 0

    def __str__(self) -> str:
        """'3 edits sent, 2 received'; '' for nothing."""
        said = [
            f"{count:,} edit{'s' * (count != 1)} {what}"
            for count, what in ((self.sent, "sent"), (self.received, "received"))
            if count
        ]
        return ", ".join(said)


def note_edits(library: Library, address: Address) -> int:
    """Note what was edited here since, with the time; no server is asked. Return how many edits wait to be sent.

    Raises:
        FileProblem: A store or the journal cannot be read or written.
    """
    with opened_journal(journal_file(library.root, address)) as journal:
        journal.note(records_of(library), names_of(library), library.moved)
        return journal.waiting


def exchange(root: Path, address: Address, store: Store) -> Exchanged:
    """Send what waits, and receive what others wrote, into the journal of a library.

    Raises:
        Unreachable: The server is away; what it has not taken waits on.
        StudioError: It refuses, or the journal cannot be written.
    """
    with opened_journal(journal_file(root, address)) as journal:
        records, revision = store.since(journal.revision)
        if journal.meet(store.identity(), revision):
            records, revision = store.since(0)
        received = journal.received(records, revision)
        sent = 0
        for part in chunks(journal.pending(), TOGETHER):
            store.put(part)
            journal.sent(part)
            sent += len(part)
        if sent:
            received += journal.received(*store.since(journal.revision))
        return Exchanged(sent, received, journal.waiting)


def take_over(library: Library, address: Address, own: bool = False) -> tuple[Library, int]:
    """Write what others wrote into the stores of a library.

    Args:
        library: With the captions that are shown.
        address: Of the shared gallery.
        own: Write captions into the library's own files where they can be.

    Returns:
        The library with its captions, and how many records were written.

    Raises:
        StudioError: A store or the journal cannot be written.
    """
    names = names_of(library)
    with opened_journal(journal_file(library.root, address)) as journal:
        here = records_of(library)
        journal.note(here, names, library.moved)
        library, done = applied(library, journal.to_apply(names), here, own)
        journal.applied(done)
        return library, len(done)


def synchronised(library: Library, address: Address, store: Store, own: bool = False) -> tuple[Library, Exchanged]:
    """Send and receive once; see `exchange` and `take_over`. Raises StudioError."""
    note_edits(library, address)
    found = exchange(library.root, address, store)
    return take_over(library, address, own)[0], found


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
