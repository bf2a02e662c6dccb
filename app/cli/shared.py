"""A shared gallery in the commands: --shared, and what is sent and received before and after the work."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import UsageError, answer, open_model, tell
from motionpatches.core.library.library import Library

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.gallery import Gallery
    from motionpatches.core.shared_gallery.address import Address


def add_shared(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Add --shared; `more` says what the command does with it."""
    parser.add_argument(
        "--shared",
        metavar="URL",
        help=f"a shared gallery: postgresql://user@host/database, qdrant://host:6333/name{more}; passwords come from the URL, "
        "PGPASSWORD or ~/.pgpass, QDRANT_API_KEY",
    )


def address(options: argparse.Namespace, library: Library | None = None) -> Address | None:
    """The address of --shared, with the password that is kept for it; None without. Raises StudioError."""
    if options.shared is None:
        return None
    from motionpatches.core.shared_gallery.address import address_of
    from motionpatches.core.shared_gallery.passwords import with_password

    if library is not None and library.parts:
        raise UsageError("A shared gallery is of one library: name one, not several.")
    return with_password(address_of(options.shared))


def received(options: argparse.Namespace, model: MotionTextModel, library: Library) -> Library:
    """Before a library is indexed: what others encoded and edited is taken from --shared, what was edited here is sent."""
    where = address(options, library)
    if where is None:
        return library
    from motionpatches.core.shared_gallery.exchange_vectors import receive_vectors
    from motionpatches.core.shared_gallery.store import opened
    from motionpatches.core.shared_gallery.sync import note_edits, synchronised

    note_edits(library, where)
    with _going_on(), opened(where) as store:
        library, done = synchronised(library, where, store)
        count = receive_vectors(model, library, store)
        vectors = f"vectors of {count:,} motion{'s' * (count != 1)} received" if count else ""
        tell(f"{where}: {', '.join(filter(None, (str(done), vectors))) or 'nothing is new'}.")
    return library


def sent(options: argparse.Namespace, library: Library, gallery: Gallery) -> None:
    """After a library was indexed: the vectors that --shared lacks are sent."""
    where = address(options, library)
    if where is None:
        return
    from motionpatches.core.shared_gallery.exchange_vectors import send_vectors
    from motionpatches.core.shared_gallery.store import opened

    with _going_on(), opened(where) as store:
        count = send_vectors(library, gallery, store)
        if count:
            tell(f"{where}: {count:,} vector{'s' * (count != 1)} sent.")


def ask_it(options: argparse.Namespace) -> int:
    """Answer a query from --shared alone, by motion; the server filters and compares."""
    from motionpatches.core.shared_gallery.ask import ask
    from motionpatches.core.shared_gallery.store import opened

    where = address(options)
    assert where is not None
    if options.this is not None:
        raise UsageError("--this is a motion of a library or a file: name the library as well (--library).")
    model = open_model(options)
    with opened(where) as store:
        found = ask(store, model, options.query, options.k)
    rows: list[dict[str, Any]] = [
        {
            "rank": one.hit.rank,
            "id": one.hit.clip_id,
            "score": round(one.hit.score, 4),
            "caption": one.captions[0] if one.captions else one.hit.clip_id,
            "start_s": one.hit.start_s,
            "end_s": one.hit.end_s,
        }
        for one in found
    ]
    lines = [f"{row['rank']:3d}  {row['score']:.3f}  {row['id']:40s}  {row['caption']}" for row in rows]
    answer(options, {"query": options.query, "model": model.name, "shared": str(where), "hits": rows}, "\n".join(lines))
    return 0


@contextmanager
def _going_on() -> Iterator[None]:
    """A server that is away is reported; the copy on this computer does the work."""
    from motionpatches.core.shared_gallery.store import Unreachable
    from motionpatches.core.shared_gallery.sync import AWAY

    try:
        yield
    except Unreachable as error:
        tell(f"{error} {AWAY}")
