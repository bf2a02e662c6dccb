"""Answer a query, for the window, the command line and `motionpatches.search`: exact words of captions and names come first, then
what the model finds by motion."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.filters import NO_SHEET
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.words import ALL, PHRASE, WHOLE, WordIndex
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.query import Query, parse
from motionpatches.core.search.strength import EXACT, weak_note

if TYPE_CHECKING:
    from motionpatches.core.search.retriever import Retriever

NO_MARKS: Mapping[str, Mark] = {}
NOTHING_LEFT = "The filters leave no motion to search among. Remove one of them."


@dataclass(frozen=True)
class Found:
    """The answer to a query.

    `hits`: those by exact words first, with the strength 'exact'; ranks count through. `exact`: how many clips hold the words,
    shown or not. `note`: words that are not searched for, and whether nothing matches well; '' for neither.
    """

    hits: tuple[Hit, ...] = ()
    exact: int = 0
    note: str = ""

    def without(self, ids: Collection[str], k: int) -> Found:
        """Return the answer without some clips, with at most k hits, ranked anew."""
        hits = [hit for hit in self.hits if hit.clip_id not in ids][:k]
        return replace(self, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1)))


def find(
    retriever: Retriever | None,
    words: WordIndex,
    text: str,
    k: int,
    shown: Motion | None = None,
    only: Collection[str] | None = None,
    marks: Mapping[str, Mark] | None = None,
    most_exact: int | None = None,
    sheet: Mapping[str, Row] | None = None,
) -> Found:
    """Return the k clips that answer a query best.

    Args:
        retriever: Ranks by motion; None before a model and a gallery are there: exact words alone are found then.
        words: The words of the library.
        text: The query; see `core/search/query.py`.
        k: Number of hits.
        shown: The motion that 'this' means.
        only: Ids of the clips to choose from; None for all.
        marks: Favourites and tags, for filters of them.
        most_exact: How many of the k may be there for their words alone; None for half of them.
        sheet: The take sheet, for filters of it.

    Raises:
        StudioError: for an empty query, "this" without a shown motion, or terms that cancel each other.
    """
    query = parse(text)
    if not query.terms:
        raise StudioError("Type what the motion should show.")
    among = None if only is None else words.among(only)
    if query.filters:
        passed = words.passing(" ".join(query.filters), marks or NO_MARKS, sheet or NO_SHEET)
        among = passed if among is None else passed & among
    levels = list(_levels(words, query, among))
    total, row = sum(map(len, levels)), retriever.row_of(query, shown) if retriever is not None else None
    most = min(k, (k + 1) // 2 if most_exact is None else most_exact)
    if retriever is None or row is None:
        return Found(tuple(_ranked(words, levels, most, lambda numbers, left: [])), total)
    gallery, places = retriever.gallery, retriever.gallery.numbers_of(words.clips)
    exact = _ranked(words, levels, most, lambda numbers, left: gallery.nearest(row, left, _known(places[numbers])))
    taken = {hit.clip_id for hit in exact}
    chosen = only if among is None or not query.filters else _known(places[among])
    hits = [hit for hit in retriever.judged(query, retriever.nearest(query, row, k, chosen)) if hit.clip_id not in taken]
    ranked = tuple(replace(hit, rank=rank) for rank, hit in enumerate([*exact, *hits[: k - len(exact)]], 1))
    left = NOTHING_LEFT if among is not None and not ranked else ""
    return Found(ranked, total, " ".join(filter(None, (left, retriever.unread_note(query), weak_note(ranked)))))


def _levels(words: WordIndex, query: Query, among: np.ndarray | None) -> Iterator[np.ndarray]:
    """Yield the numbers of the clips that hold the words of a sentence, the closest first; a sum of terms has no exact words.

    Args:
        words: The words of the library.
        query: The query.
        among: (C,) which clips to choose from; None for all.
    """
    numbers, closeness = words.find(query.sentence)
    for level in (WHOLE, PHRASE, ALL):
        found = numbers[closeness == level]
        if len(found):
            yield found if among is None else found[among[found]]


def _ranked(words: WordIndex, levels: list[np.ndarray], k: int, nearest: Callable[[np.ndarray, int], list[Hit]]) -> list[Hit]:
    """Return k hits of the first levels, those of a level by their score; without one where they are in no gallery.

    Args:
        words: The words of the library.
        levels: Numbers of clips.
        k: Number of hits.
        nearest: Returns so many hits among some of these.
    """
    hits: list[Hit] = []
    for numbers in levels:
        left = k - len(hits)
        scored = nearest(numbers, left)
        known = {hit.clip_id for hit in scored}
        first = (words.clips[at].id for at in numbers[:k].tolist())
        bare = [Hit(0, clip_id, math.nan, 0.0, 0.0) for clip_id in first if clip_id not in known]
        hits += [*scored, *bare][:left]
        if len(hits) >= k:
            break
    return [replace(hit, rank=rank, strength=EXACT) for rank, hit in enumerate(hits, 1)]


def _known(places: np.ndarray) -> np.ndarray:
    """Return the numbers of clips that are in the gallery."""
    return places[places >= 0]
