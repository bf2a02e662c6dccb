"""A library on this computer and a shared gallery: what was edited here is sent, what others edited is written here.

The stores of the library are what window, command line and served library read and write; they work on where the server is away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.library.library import Library
from motionpatches.core.library.takes import Lines, with_lines
from motionpatches.core.shared_gallery.address import Address
from motionpatches.core.shared_gallery.in_library import applied, names_of, records_of
from motionpatches.core.shared_gallery.journal import journal_file, now_us, opened_journal
from motionpatches.core.shared_gallery.last_noted import LastNoted, state_of
from motionpatches.core.shared_gallery.records import CLIP, chunks
from motionpatches.core.shared_gallery.store import Store

# What goes on while a server is away.
AWAY = "The copy on this computer answers, and what is edited is sent when the server is back."
# Records that are sent together.
TOGETHER = 20_000


@dataclass(frozen=True)
class Exchanged:
    """How many edits were sent and received, and how many wait, without the facts of clips."""

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


def note_edits(library: Library, address: Address, last: LastNoted | None = None) -> int:
    """Note what was edited here since, with the time; no server is asked. Return how many edits wait to be sent.

    Args:
        library: With the captions that are shown.
        address: Of the shared gallery.
        last: Of the same library, kept by who calls this again and again: what has not changed since is not compared then.

    Raises:
        FileProblem: A store or the journal cannot be read or written.
    """
    last = last or LastNoted()
    with opened_journal(journal_file(library.root, address)) as journal:
        state = state_of(library)
        about = last.since(state, journal.name)
        if about is None or about:
            here, names = records_of(library, state, about)
            journal.note(here, names, library.moved, about=about)
        last.state, last.journal = state, journal.name
        return journal.waiting


def exchange(root: Path, address: Address, store: Store) -> Exchanged:
    """Send what waits, and receive what others wrote, into the journal of a library.

    Raises:
        Unreachable: The server is away; what it has not taken waits on.
        StudioError: It refuses, or the journal cannot be written.
    """
    with opened_journal(journal_file(root, address)) as journal:
        journal.set_clock(_later(store))
        records, revision = store.since(journal.revision)
        if journal.meet(store.identity(), revision):
            records, revision = store.since(0)
        received = journal.received(records, revision)
        sent, pending = 0, journal.pending()
        for part in chunks(pending, TOGETHER):
            store.put(part)
            journal.sent(part)
            sent += sum(record.place.kind != CLIP for record in part)
        if pending:
            received += journal.received(*store.since(journal.revision))
        return Exchanged(sent, received, journal.waiting)


def _later(store: Store) -> int:
    """Return how much later the clock of a server is than this computer's, in µs; 0 where it tells no time."""
    begun, there = now_us(), store.now_us()
    return there - (begun + now_us()) // 2 if there is not None else 0


@dataclass(frozen=True)
class Taken:
    """What came into the stores of a library: the captions of takes, and how many records there were of all kinds."""

    captions: Mapping[str, Lines]
    count: int


def take_over(library: Library, address: Address, own: bool = False) -> Taken:
    """Write what others wrote into the stores of a library. What is edited after the last `note_edits` stays.

    Args:
        library: With the captions that are shown.
        address: Of the shared gallery.
        own: Write captions into the library's own files where they can be.

    Raises:
        StudioError: A store or the journal cannot be written.
    """
    with opened_journal(journal_file(library.root, address)) as journal:
        captions, done = applied(library, journal.to_apply(names_of(library, journal.differing)), own)
        journal.applied(done)
        return Taken(captions, len(done))


def synchronised(
    library: Library, address: Address, store: Store, own: bool = False, last: LastNoted | None = None
) -> tuple[Library, Exchanged]:
    """Send and receive once; see the three functions above. Return the library with its captions. Raises StudioError."""
    note_edits(library, address, last)
    found = exchange(library.root, address, store)
    taken = take_over(library, address, own)
    return with_lines(library, taken.captions) if taken.captions else library, found
