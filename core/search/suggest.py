"""What a line that is being typed may become: an earlier query, a filter, a word of the library."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from motionpatches.core.library.collections import PREFIX
from motionpatches.core.library.words import ARTICLES, WordIndex

Kind = Literal["query", "filter", "tag", "collection", "word"]
# Letters from which a word is completed, and those of a word that is worth it.
FROM, SHORTEST = 2, 3
# Filters with an example of a value; splits and tags are added as the library has them.
FILTERS = ("len>3", "len<3", "is:favourite", "has:caption")
# Suggestions of each kind.
QUERIES, OTHERS = 3, 4


@dataclass(frozen=True)
class Suggestion:
    """The whole line as it would be, and what kind of suggestion completes it."""

    text: str
    kind: Kind


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a library in their order, how often each stands there (V,), and the library's splits."""

    words: tuple[str, ...] = ()
    counts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    splits: tuple[str, ...] = ()

    @classmethod
    def of(cls, index: WordIndex) -> Words:
        """Count the words of captions and names that are worth completing: no articles, no numbers."""
        counts = np.bincount(index.words, minlength=len(index.vocabulary)).tolist()
        kept = sorted(
            word
            for word, number in index.vocabulary.items()
            if len(word) >= SHORTEST and counts[number] and word not in ARTICLES and word.isalpha()
        )
        splits = sorted({clip.split for clip in index.clips} - {""})
        return cls(tuple(kept), np.array([counts[index.vocabulary[word]] for word in kept], np.int64), tuple(splits))

    def beginning_with(self, start: str, most: int) -> list[str]:
        """Return the words that begin so and go on, the most frequent first."""
        first, last = bisect_left(self.words, start), bisect_left(self.words, start + "\U0010ffff")
        order = np.argsort(-self.counts[first:last], kind="stable")[: most + 1] + first
        return [self.words[at] for at in order if self.words[at] != start][:most]


NO_WORDS = Words()


def suggest(
    text: str, history: Sequence[str], words: Words = NO_WORDS, tags: Iterable[str] = (), collections: Iterable[str] = ()
) -> list[Suggestion]:
    """Return what a line may become: earlier queries first, then filters, then words in the place of the last one.

    Args:
        text: What was typed.
        history: Earlier queries, the latest first; an empty line is offered nothing else.
        words: Of the library.
        tags: Of the library, the most frequent first.
        collections: Their fields, as tags.
    """
    typed = text.casefold().strip()
    earlier = [query for query in history if typed in query.casefold() and query.casefold() != typed]
    earlier.sort(key=lambda query: not query.casefold().startswith(typed))
    if not typed:
        return [Suggestion(query, "query") for query in earlier[: QUERIES + OTHERS]]
    found = [Suggestion(query, "query") for query in earlier[:QUERIES]]
    before, last = text[: len(text) - len(text.split(" ")[-1])], text.split(" ")[-1]
    sign, start = ("-", last[1:]) if last.startswith("-") else ("", last)
    start = start.casefold()
    if len(start) >= FROM:
        fields = (*FILTERS, *(f"split:{name}" for name in words.splits))
        named = [Suggestion(name, "filter") for name in fields if name.startswith(start) and name != start]
        # A tag with a blank is no field: a field is one word.
        named += [Suggestion(f"tag:{tag}", "tag") for tag in tags if _begins("tag:", tag, start)]
        named += [Suggestion(one, "collection") for one in collections if _begins(PREFIX, one.removeprefix(PREFIX), start)]
        named += [Suggestion(word, "word") for word in words.beginning_with(start, OTHERS)] if not sign else []
        found += [Suggestion(f"{before}{sign}{one.text}", one.kind) for one in named[:OTHERS]]
    texts = [one.text.casefold() for one in found]
    return [one for at, one in enumerate(found) if texts.index(one.text.casefold()) == at]


def _begins(field: str, name: str, start: str) -> bool:
    """Whether a name, or the filter for it, begins so."""
    whole = field + name
    return " " not in name and (name.startswith(start) or (whole.startswith(start) and whole != start))
