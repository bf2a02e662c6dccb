"""A shared gallery on an engine: what every engine has to do, and the table of engines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.filters import Term
from motionpatches.core.search.gallery import Hit
from motionpatches.core.shared_gallery.address import LOCAL_QDRANT, POSTGRES, QDRANT, SECURE_QDRANT, Address
from motionpatches.core.shared_gallery.records import Record, Vectors

# Terms of a filter; each has to hold or must not.
Terms = Sequence[tuple[bool, Term]]


class Unreachable(StudioError):
    """The server does not answer: what waits to be sent is kept, and it may answer later."""


class Store(Protocol):
    """A shared gallery. Any method raises Unreachable where the server is away, and StudioError for what it refuses."""

    def identity(self) -> str:
        """Name this gallery; another one, or one that was made anew, has another name."""

    def now_us(self) -> int | None:
        """Return the server's time in µs since 1970; None where the engine tells none, and the clocks of those who edit count."""

    def put(self, records: Sequence[Record]) -> None:
        """Keep records, all or none; where a later one of the same place is there, that one stays."""

    def since(self, revision: int) -> tuple[list[Record], int]:
        """Return what was kept after a revision (0: everything), and the revision now."""

    def about(self, items: Collection[str]) -> list[Record]:
        """Return the records of some clips or takes."""

    def put_vectors(self, fingerprint: str, vectors: Vectors) -> None:
        """Keep the vectors of a model; those of a content are kept together. What is there stays."""

    def lacking(self, fingerprint: str, contents: Collection[str]) -> set[str]:
        """Return those of some contents whose vectors are not there."""

    def vectors(self, fingerprint: str, contents: Collection[str]) -> Vectors:
        """Return the vectors of some contents, in any order."""

    def count(self, fingerprint: str) -> int:
        """Return the number of vectors of a model."""

    def nearest(self, fingerprint: str, row: np.ndarray, k: int, terms: Terms = (), exact: bool = False) -> list[Hit]:
        """Return the k nearest clips that a filter lets through, each by its best window; the engine filters.

        Args:
            fingerprint: Names the model.
            row: Unit row (D,).
            k: Number of clips.
            terms: The filter, without favourites, which are each user's own.
            exact: Compare every vector; else the engine may use an index that leaves some out.
        """

    def close(self) -> None:
        """Leave the server."""


def _postgres(address: Address) -> Store:
    from motionpatches.core.shared_gallery.postgres import PostgresStore

    return PostgresStore(address)


def _qdrant(address: Address) -> Store:
    from motionpatches.core.shared_gallery.qdrant import QdrantStore

    return QdrantStore(address)


# The one table of engines: by the kind of their addresses, what opens them.
ENGINES: dict[str, Callable[[Address], Store]] = {
    POSTGRES: _postgres,
    QDRANT: _qdrant,
    SECURE_QDRANT: _qdrant,
    LOCAL_QDRANT: _qdrant,
}
EXTRAS = {POSTGRES: "postgresql", QDRANT: "qdrant", SECURE_QDRANT: "qdrant", LOCAL_QDRANT: "qdrant"}


@contextmanager
def opened(address: Address) -> Iterator[Store]:
    """Open a shared gallery, made where there is none, and leave it at the end.

    Raises:
        Unreachable: The server does not answer.
        StudioError: The extra of its engine is not installed, or the server refuses.
    """
    try:
        store = ENGINES[address.kind](address)
    except ImportError as error:
        extra = EXTRAS.get(address.kind, address.kind)
        raise StudioError(f"The extra '{extra}' is not installed: pip install 'motionpatches-studio[{extra}]'.") from error
    try:
        yield store
    finally:
        store.close()
