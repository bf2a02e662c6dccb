"""Search a gallery with a model: text or motion in, hits out."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, encode_first_window, encode_text, encode_texts, not_finite
from motionpatches.core.search.gallery import Gallery, Hit
from motionpatches.core.search.indexing import chance_in, known_gallery, update_gallery
from motionpatches.core.search.patch_tokens import PatchTokens
from motionpatches.core.search.query import THIS, Query, terms_of
from motionpatches.core.search.strength import judged
from motionpatches.core.search.token_indexing import update_tokens
from motionpatches.core.search.word_patches import sentence_rows

# Clips that the embeddings find for late interaction to order.
CANDIDATES = 200


@dataclass(frozen=True, eq=False)
class Retriever:
    """Search one gallery with one model; `known_captions` keeps the unit rows of captions that were encoded.

    `patches`: what orders the clips that are nearest to a sentence anew, by a model with late interaction; None for none.
    """

    model: MotionTextModel
    gallery: Gallery
    patches: PatchTokens | None = None
    known_captions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    _last: dict[str, tuple[str, np.ndarray, np.ndarray]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.gallery.prepare(str(self.model.device))

    def search_motion(self, motion: Motion, k: int, only: Collection[str] | None = None) -> list[Hit]:
        """Return the k clips (of `only`, where it is given) nearest to the first window of a motion."""
        return self.gallery.nearest(encode_first_window(self.model, motion), k, only)

    def search_terms(self, query: str, shown: Motion | None, k: int, only: Collection[str] | None = None) -> list[Hit]:
        """Return the k clips nearest to a sentence or to a signed sum of terms, "this + running - walking", by motion alone.

        Args:
            query: A sentence, or terms with " + " or " - " between them; the term "this" is the shown motion.
            shown: The shown motion, if any.
            k: Number of clips.
            only: Ids of clips to choose from; None for all.

        Raises:
            StudioError: for an empty query, "this" without a shown motion, or terms that cancel each other.
        """
        asked = Query(tuple(terms_of(query)))
        return self.judged(asked, self.nearest(asked, self.row_of(asked, shown), k, only))

    def nearest(self, query: Query, row: np.ndarray, k: int, only: Collection[str] | np.ndarray | None = None) -> list[Hit]:
        """Return the k clips nearest to the row (D,) of a query; `only` as of `Gallery.nearest`.

        Where it is a sentence and there are patches, the first CANDIDATES are ordered by MaxSim; their scores stay the cosines.
        """
        if self.patches is None or not query.sentence or k < 1:
            return self.gallery.nearest(row, k, only)
        hits = self.gallery.nearest(row, max(k, CANDIDATES), only)
        first = hits[:CANDIDATES]
        tokens = self._read(query.sentence)[1]
        words = tokens[np.abs(tokens).max(axis=1) > 0]
        scores = self.patches.scores(words, [hit.clip_id for hit in first])
        ordered = [first[at] for at in np.argsort(-scores, kind="stable")] + hits[CANDIDATES:]
        return [replace(hit, rank=rank) for rank, hit in enumerate(ordered[:k], 1)]

    def row_of(self, query: Query, shown: Motion | None) -> np.ndarray:
        """Return the unit row (D,) that the terms of a query add up to.

        Motions are nearer to motions than to sentences: a term is weighted by one over the standard deviation of its scores.

        Raises:
            StudioError: for an empty query, "this" without a shown motion, or terms that cancel each other.
        """
        if not query.terms:
            raise StudioError("Type what the motion should show.")
        known: dict[str, np.ndarray] = {}  # a term said twice is one row, however it is encoded
        for term in dict.fromkeys(term for _, term in query.terms):
            if term.lower() != THIS:
                staged = self.patches is not None and term == query.sentence
                known[term] = self._read(term)[0] if staged else encode_text(self.model, term)
            elif shown is None:
                raise StudioError("Show the motion that 'this' means first.")
            else:
                known[term] = encode_first_window(self.model, shown)
        rows = [(weight, known[term]) for weight, term in query.terms]
        if len(rows) > 1:
            rows = [(weight / max(float(self.gallery.scores(row).std()), 1e-6), row) for weight, row in rows]
        return sum_of(rows)

    def _read(self, sentence: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the unit rows of a sentence and of its tokens, which both stages need; those of the last one are kept.

        Raises:
            StudioError: for an embedding that is not finite.
        """
        before = self._last.get("sentence")
        if before is None or before[0] != sentence:
            row, tokens = sentence_rows(self.model, sentence)
            if not np.isfinite(row).all():
                raise not_finite(self.model, f"the sentence {sentence[:60]!r}")
            before = self._last["sentence"] = sentence, row, tokens
        return before[1], before[2]

    def judged(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return hits with their strength where the query is one sentence: what a sum scores by chance is not known."""
        return judged(hits, self.chance) if query.sentence else hits

    @cached_property
    def chance(self) -> np.ndarray:
        """Return the best scores of sentences about nothing, which the strength of a hit is measured by."""
        return chance_in(self.model, self.gallery) if self.gallery.chance is None else self.gallery.chance

    def unread_note(self, query: Query) -> str:
        """Return a sentence on the words of a query that the text encoder does not read; '' where it reads all of them."""
        unread = self.model.text_encoder.unread([term for _, term in query.terms if term.lower() != THIS])
        found = [f"the text encoder does not know {', '.join(map(repr, unread.words))}"] if unread.words else []
        found += ["it is longer than the text encoder reads"] if unread.cut else []
        return f"A part of the query is not searched for: {'; '.join(found)}." if found else ""

    def captions_near(self, motion: Motion, library: Library, k: int) -> Job[list[tuple[str, float]]]:
        """Return the k captions of a library nearest to the first window of a motion, with their cosines.

        Captions are encoded the first time, short ones first.
        """
        captions = list(dict.fromkeys(caption for clip in library.clips for caption in clip.captions))
        new = sorted((c for c in captions if c not in self.known_captions), key=len)
        meter = Meter("Reading captions for the first time", len(new))
        for at in range(0, len(new), BATCH):
            yield meter.at(at)
            part = new[at : at + BATCH]
            self.known_captions.update(zip(part, encode_texts(self.model, part), strict=True))
        if not captions:
            return []
        rows = np.stack([self.known_captions[c] for c in captions])
        scores = rows @ encode_first_window(self.model, motion)
        return [(captions[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def retriever_of(model: MotionTextModel, library: Library) -> Job[Retriever]:
    """Index a library, as `update_gallery` does; `found` of some of the progress is a retriever of what is encoded so far."""
    with closing(update_gallery(model, library)) as steps:
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                whole = Retriever(model, end.value)
                break
            found = progress.found
            yield replace(progress, found=Retriever(model, found)) if isinstance(found, Gallery) else progress
    return (yield from with_patches(whole, library))


def known_retriever(model: MotionTextModel, library: Library) -> Retriever | None:
    """Return a retriever of those clips of a library that are indexed already; None where none is."""
    gallery = known_gallery(model, library)
    return Retriever(model, gallery) if gallery is not None else None


def with_patches(retriever: Retriever, library: Library) -> Job[Retriever]:
    """Return the retriever with the patches of the library, where its model has late interaction."""
    patches = yield from update_tokens(retriever.model, library)
    return retriever if patches is None else replace(retriever, patches=patches)


def sum_of(rows: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Return the unit vector (D,) of a weighted sum of unit rows (D,).

    Raises:
        StudioError: where they cancel each other.
    """
    total = np.sum([weight * row for weight, row in rows], axis=0)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise StudioError("These terms cancel each other. Leave one out.")
    return (total / length).astype(np.float32)
