"""Search a gallery with a model: text or motion in, hits out."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, encode_first_window, encode_text, encode_texts
from motionpatches.core.search.gallery import Gallery, Hit
from motionpatches.core.search.indexing import chance_in
from motionpatches.core.search.strength import judged


@dataclass(frozen=True, eq=False)
class Retriever:
    """Search one gallery with one model; `known_captions` keeps the unit rows of captions that were encoded."""

    model: MotionTextModel
    gallery: Gallery
    known_captions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.gallery.prepare()

    def search_motion(self, motion: Motion, k: int, only: Container[str] | None = None) -> list[Hit]:
        """Return the k clips (of `only`, where it is given) nearest to the first window of a motion."""
        return self.gallery.nearest(encode_first_window(self.model, motion), k, only)

    def search_terms(self, query: str, shown: Motion | None, k: int, only: Container[str] | None = None) -> list[Hit]:
        """Return the k clips nearest to a sentence or to a signed sum of terms, "this + running - walking".

        Those of a single sentence have a strength: a sum is no sentence, and what it scores by chance is not known.
        Motions are nearer to motions than to sentences: a term is weighted by one over the standard deviation of its scores.

        Args:
            query: A sentence, or terms with " + " or " - " between them; the term "this" is the shown motion.
            shown: The shown motion, if any.
            k: Number of clips.
            only: Ids of clips to choose from; None for all.

        Raises:
            StudioError: for an empty query, "this" without a shown motion, or terms that cancel each other.
        """
        rows, terms = [], terms_of(query)
        for weight, term in terms:
            if term.lower() == "this":
                if shown is None:
                    raise StudioError("Show the motion that 'this' means first.")
                rows.append((weight, encode_first_window(self.model, shown)))
            else:
                rows.append((weight, encode_text(self.model, term)))
        if not rows:
            raise StudioError("Type what the motion should show.")
        if len(rows) > 1:
            rows = [(weight / max(float(self.gallery.scores(row).std()), 1e-6), row) for weight, row in rows]
        hits = self.gallery.nearest(sum_of(rows), k, only)
        return judged(hits, self.chance) if len(terms) == 1 and terms[0][1].lower() != "this" else hits

    @cached_property
    def chance(self) -> np.ndarray:
        """Return the best scores of sentences about nothing, which the strength of a hit is measured by."""
        return chance_in(self.model, self.gallery) if self.gallery.chance is None else self.gallery.chance

    def unread_note(self, query: str) -> str:
        """Return a sentence on the words of a query that the text encoder does not read; '' where it reads all of them."""
        unread = self.model.text_encoder.unread([term for _, term in terms_of(query) if term.lower() != "this"])
        found = [f"the text encoder does not know {', '.join(map(repr, unread.words))}"] if unread.words else []
        found += ["it is longer than the text encoder reads"] if unread.cut else []
        return f"A part of the query is not searched for: {'; '.join(found)}." if found else ""

    def captions_near(self, motion: Motion, library: Library, k: int) -> Job[list[tuple[str, float]]]:
        """Return the k captions of a library nearest to the first window of a motion, with their cosines.

        Captions are encoded the first time, short ones first.
        """
        captions = list(dict.fromkeys(caption for clip in library.clips for caption in clip.captions))
        new = sorted((c for c in captions if c not in self.known_captions), key=len)
        meter = Meter("Reading captions", len(new))
        for at in range(0, len(new), BATCH):
            yield meter.at(at)
            part = new[at : at + BATCH]
            self.known_captions.update(zip(part, encode_texts(self.model, part), strict=True))
        if not captions:
            return []
        rows = np.stack([self.known_captions[c] for c in captions])
        scores = rows @ encode_first_window(self.model, motion)
        return [(captions[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


_TERM = re.compile(r"\s+([+-])\s+")


def terms_of(query: str) -> list[tuple[float, str]]:
    """Split a query: "this + running - walking" -> [(1, "this"), (1, "running"), (-1, "walking")]; blanks surround a sign."""
    parts = _TERM.split(query.strip())
    signs = ["+", *parts[1::2]]
    return [(1.0 if sign == "+" else -1.0, term.strip()) for sign, term in zip(signs, parts[::2], strict=True) if term.strip()]


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
