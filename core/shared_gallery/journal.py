"""What is known of a shared gallery on this computer: what was sent and received, and what waits to be sent (SQLite).

For each place it has the value that stands, and `here`: the value that the library on this computer had when it was last looked
at. Where the library has another one now, the user has edited it; where the value that stands is another one, others have.
A writer that is killed leaves what was kept before.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem
from motionpatches.core.hashing import place_digest
from motionpatches.core.shared_gallery.address import Address
from motionpatches.core.shared_gallery.records import CLIP, KINDS, SETS, Place, Record

FORMAT, BUSY_S, OLDEST = "1", 20.0, 1
# Clocks that differ by less than this, in µs, do not differ.
SAME_CLOCK_US = 250_000
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS records (kind TEXT, item TEXT, name TEXT, value TEXT, written INTEGER, here TEXT, waits INTEGER,
 PRIMARY KEY (kind, item, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON records (waits) WHERE waits;
CREATE INDEX IF NOT EXISTS different ON records (kind) WHERE value IS NOT here AND kind <> 'clip';
"""
_PUT = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"
# By place: what the library has now, and when it was written in µs since 1970, 0 where that is not known.
Here = Mapping[Place, tuple[str, int]]


def now_us() -> int:
    """The time in µs since 1970: engines keep whole numbers of 53 bits."""
    return time.time_ns() // 1000


def journal_file(root: Path, address: Address) -> Path:
    """The journal of a library and a shared gallery."""
    return paths.data() / "shared" / f"{place_digest(root)}-{place_digest(address.url, 12)}.sqlite"


class Journal:
    """Open for as long as the block of `opened_journal`. Methods raise FileProblem."""

    def __init__(self, base: sqlite3.Connection):
        self._base = base

    @property
    def revision(self) -> int:
        """The revision up to which everything was received."""
        return int(self._meta("revision") or 0)

    @property
    def waiting(self) -> int:
        """How many edits wait to be sent, without the facts of clips."""
        return int(self._base.execute("SELECT count(*) FROM records WHERE waits AND kind <> 'clip'").fetchone()[0])

    @property
    def name(self) -> str:
        """Names this journal; one that was made anew has another name."""
        return self._meta("name")

    def note(
        self,
        here: Here,
        takes: Container[str],
        moved: Iterable[str] = (),
        now: Callable[[], int] = now_us,
        about: Iterable[str] | None = None,
    ) -> int:
        """Note what the user has edited since the library was last looked at.

        Args:
            here: What the library has now. The first time, what has no time of its own is older than any edit: a caption that
                others took away does not come back with one who has it still.
            takes: Clips and takes that it has: of others nothing was taken away.
            moved: Clips and takes that have another id now.
            now: The time in µs since 1970.
            about: The clips and takes that can have been edited, where `here` has no others; it has everything without it.

        Returns:
            How many edits are new.
        """
        known = self._known(about)
        gone, offset = set(moved), self._offset
        new, rows, at = 0, [], now() + offset if known or about is not None else OLDEST
        for place in dict.fromkeys((*here, *known)):
            value, written, was, waits = known.get(place, ("", 0, "", 0))
            found, when = here.get(place, ("", 0))
            absent = place not in here and place.item not in takes and place.item not in gone
            if absent or _same(place, found, was):
                continue
            if not _same(place, found, value):
                value, written, waits = found, max(when + offset if when else at, written + 1), 1
                new += 1
            rows.append((*place, value, written, found, waits))
        with self._writing():
            self._base.executemany(_PUT, rows)
        return new

    def _known(self, about: Iterable[str] | None) -> dict[Place, tuple[str, int, str, int]]:
        """What is known of some clips and takes, or of all."""
        if about is None:
            rows = self._base.execute("SELECT * FROM records").fetchall()
        else:
            command = "SELECT * FROM records WHERE kind = ? AND item = ?"
            rows = [row for item in about for kind in KINDS for row in self._base.execute(command, (kind, item))]
        return {Place(*row[:3]): row[3:] for row in rows}

    @property
    def _offset(self) -> int:
        """How much later the server's clock is than this computer's, in µs; 0 where that is not known."""
        return int(self._meta("offset") or 0)

    def set_clock(self, offset: int) -> None:
        """Note how much later the server's clock is than this computer's, in µs: times of edits are those of the server. What
        was edited before the server was ever asked waits with its time here until then."""
        known = self._meta("offset")
        if known and abs(offset - int(known)) < SAME_CLOCK_US:
            return
        with self._writing():
            if not known:
                self._base.execute(
                    "UPDATE records SET written = max(written + ?, ?) WHERE waits AND written > ?", (offset, OLDEST + 1, OLDEST)
                )
            self._keep("offset", str(offset))

    def pending(self) -> list[Record]:
        """What waits to be sent."""
        rows = self._base.execute("SELECT kind, item, name, value, written FROM records WHERE waits")
        return [Record(Place(kind, item, name), value, written) for kind, item, name, value, written in rows]

    def sent(self, records: Iterable[Record]) -> None:
        """Note that these were sent; what was edited again since waits on."""
        with self._writing():
            self._base.executemany(
                "UPDATE records SET waits = 0 WHERE kind = ? AND item = ? AND name = ? AND written = ?",
                ((*place, written) for place, _, written in records),
            )

    def received(self, records: Iterable[Record], revision: int) -> int:
        """Take what others wrote, up to a revision; where an edit that waits is later, it stays. Return how many edits were new,
        without the facts of clips."""
        new = 0
        with self._writing():
            for place, value, written in records:
                row = self._base.execute(
                    "SELECT value, written, waits FROM records WHERE kind = ? AND item = ? AND name = ?", place
                ).fetchone()
                if row is None:
                    self._base.execute(_PUT, (*place, value, written, "", 0))
                elif written >= row[1] or not row[2]:
                    self._base.execute(
                        "UPDATE records SET value = ?, written = ?, waits = 0 WHERE kind = ? AND item = ? AND name = ?",
                        (value, written, *place),
                    )
                else:
                    continue
                new += place.kind != CLIP and not _same(place, value, row[0] if row else "")
            self._keep("revision", str(revision))
        return new

    @property
    def differing(self) -> frozenset[str]:
        """The clips and takes of which the library may not have everything yet."""
        rows = self._base.execute("SELECT DISTINCT item FROM records WHERE value IS NOT here AND kind <> 'clip'")
        return frozenset(item for (item,) in rows)

    def to_apply(self, takes: Container[str]) -> dict[Record, str]:
        """What the library does not have yet of the clips and takes that it has, and what it had there when last looked at. Facts
        of clips are its own."""
        rows = self._base.execute(
            "SELECT kind, item, name, value, written, here FROM records WHERE value IS NOT here AND kind <> 'clip'"
        )
        found = ((Record(Place(kind, item, name), value, written), here) for kind, item, name, value, written, here in rows)
        return {one: here for one, here in found if one.place.item in takes and not _same(one.place, one.value, here)}

    def applied(self, records: Iterable[Record]) -> None:
        """Note what the library has now."""
        with self._writing():
            self._base.executemany(
                "UPDATE records SET here = ? WHERE kind = ? AND item = ? AND name = ?",
                ((value, *place) for place, value, _ in records),
            )

    def meet(self, identity: str, revision: int) -> bool:
        """Begin anew with a gallery that is another one than before, or was brought back from an older copy: everything that is
        known is sent again. Return whether it is so."""
        known = self._meta("identity")
        anew = bool(known) and (known != identity or revision < self.revision)
        if known != identity or anew:
            with self._writing():
                if anew:
                    self._base.execute("UPDATE records SET waits = 1")
                    self._keep("revision", "0")
                self._keep("identity", identity)
        return anew

    def _meta(self, name: str) -> str:
        found = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _keep(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")


def _same(place: Place, one: str, other: str) -> bool:
    """Whether two values say the same; captions and tags are there or not."""
    return bool(one) == bool(other) if place.kind in SETS else one == other


@contextmanager
def opened_journal(file: Path) -> Iterator[Journal]:
    """The journal in a file, made where there is none. Raises FileProblem for what the disk or the file refuses."""
    with suppress(OSError):  # it is reported when the file is opened
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous = FULL")
            base.executescript(_TABLES)
            found = base.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            if found is None:
                base.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (FORMAT,))
                base.execute("INSERT OR IGNORE INTO meta VALUES ('name', hex(randomblob(16)))")
            elif found[0] != FORMAT:
                raise FileProblem(file, "another version of the program wrote it", "Update the program")
            yield Journal(base)
    except sqlite3.Error as error:
        raise FileProblem(
            file, f"the journal of the shared gallery cannot be used ({error})", "Remove it: it is made again"
        ) from error
