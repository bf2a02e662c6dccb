"""Ask a shared gallery itself, without a library on this computer; and how much its approximate index finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.filters import terms_of
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.search.encode import encode_text, encode_texts
from motionpatches.core.search.find import NOTHING_LEFT
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.indexing import gallery_fingerprint
from motionpatches.core.search.query import parse
from motionpatches.core.search.retriever import sum_of
from motionpatches.core.shared_gallery.records import CAPTION, CLIP, ClipFacts, caption_line
from motionpatches.core.shared_gallery.store import Store

# Sentences that an index is asked, and clips that each asks for.
ASKED, FIRST = 50, 10


@dataclass(frozen=True)
class Answer:
    """A hit with the captions of its clip."""

    hit: Hit
    captions: tuple[str, ...]


def ask(store: Store, model: MotionTextModel, text: str, k: int) -> list[Answer]:
    """Return the k clips nearest to a sentence or a sum of sentences, by motion alone; the engine filters and compares.

    Raises:
        StudioError: An empty query, "this", a filter of favourites, or a gallery without vectors of this model.
    """
    query = parse(text)
    if not query.terms:
        raise StudioError("Type what the motion should show.")
    if query.has_this:
        raise StudioError("'this' is a motion of a library: name the library as well.")
    terms = terms_of(" ".join(query.filters))
    if any(term.about == "favourite" for _, term in terms):
        raise StudioError("Favourites are your own, and in no shared gallery: leave is:favourite out, or name the library.")
    row = sum_of([(weight, encode_text(model, term)) for weight, term in query.terms])
    fingerprint = gallery_fingerprint(model)
    hits = store.nearest(fingerprint, row, k, terms)
    if not hits and not store.count(fingerprint):
        raise StudioError(
            f"The shared gallery has no vectors of {model.name}. Send them: motionpatches index LIBRARY --shared URL."
        )
    if not hits:
        raise StudioError(NOTHING_LEFT)
    return _with_captions(store, hits)


def _with_captions(store: Store, hits: Sequence[Hit]) -> list[Answer]:
    facts = {}
    for place, value, _ in store.about([hit.clip_id for hit in hits]):
        if place.kind == CLIP and value:
            facts[place.item] = ClipFacts.of(value)
    captions: dict[tuple[str, float, float], list[str]] = {}
    records = store.about(sorted({one.take for one in facts.values()}))
    for place, value, _ in sorted(records, key=lambda record: (len(record.value), record.value)):  # as they stand in the take
        if place.kind == CAPTION and value:
            line = caption_line(place.name)
            captions.setdefault((place.item, line.start_s, line.end_s), []).append(line.text)
    found = []
    for hit in hits:
        one = facts.get(hit.clip_id)  # None where it was taken away meanwhile
        said = captions.get((one.take, one.start_s, one.end_s), []) if one is not None else []
        found.append(Answer(hit, tuple(said)))
    return found


@dataclass(frozen=True)
class Recall:
    """The share of the first k clips that an engine's own way finds, of those that are nearest by comparing every vector."""

    share: float
    sentences: int
    vectors: int

    def __str__(self) -> str:
        return (
            f"{self.share:.1%} of the {FIRST} nearest clips are found, on average of {self.sentences} sentences; "
            f"{self.vectors:,} vectors are there."
        )


def recall(store: Store, fingerprint: str, rows: np.ndarray) -> Recall:
    """Compare an engine's first clips with those of an exact search.

    Args:
        store: The gallery.
        fingerprint: Names the model.
        rows: Unit rows (N, D) of what is asked.

    Raises:
        StudioError: There are no vectors of this model.
    """
    vectors = store.count(fingerprint)
    if not vectors or not len(rows):
        raise StudioError("The shared gallery has no vectors of this model yet.")
    shares = []
    for row in rows:
        exact = store.nearest(fingerprint, row, FIRST, exact=True)
        # Of clips that score the same any may be found.
        least = exact[-1].score - 1e-6 if exact else 0.0
        found = [hit for hit in store.nearest(fingerprint, row, FIRST) if hit.score >= least]
        shares.append(len(found) / max(1, len(exact)))
    return Recall(float(np.mean(shares)), len(rows), vectors)


def asked_rows(model: MotionTextModel, captions: Sequence[str]) -> np.ndarray:
    """Return the rows of captions spread over a list, as somebody could ask for them."""
    some = list(dict.fromkeys(captions))
    return encode_texts(model, some[:: max(1, len(some) // ASKED)][:ASKED])
