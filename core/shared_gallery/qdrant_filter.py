"""Filters with Qdrant: what is equal, longer or shorter the engine looks for; parts of texts are looked for in what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from qdrant_client import models as q

from motionpatches.core.library.filters import Term, matches
from motionpatches.core.shared_gallery.records import CAPTION, CLIP, SHEET, TAG, ClipFacts, caption_line
from motionpatches.core.shared_gallery.store import Terms

_RANGES = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def equal(key: str, value: str | bool) -> q.FieldCondition:
    return q.FieldCondition(key=key, match=q.MatchValue(value=value))


def one_of(key: str, values: Sequence[str]) -> q.FieldCondition:
    return q.FieldCondition(key=key, match=q.MatchAny(any=list(values)))


def alive() -> q.FieldCondition:
    """What was not taken away."""
    return equal("alive", True)


class Filtered:
    """The clips that filters let through; `ask` gives the payloads of the records that meet conditions."""

    def __init__(self, ask: Callable[[q.Filter], Iterable[dict[str, Any]]]):
        self._ask = ask

    def clips(self, terms: Terms) -> dict[str, ClipFacts] | None:
        """Return clips by id; None for all."""
        if not terms:
            return None
        found: dict[str, ClipFacts] | None = None
        for wanted, term in sorted(terms, key=lambda one: not one[0]):
            these = self._of(term)
            if found is None:
                found = these if wanted else self._clips()
            found = {item: facts for item, facts in found.items() if (item in these) == wanted}
        return found

    def _of(self, term: Term) -> dict[str, ClipFacts]:
        if term.about == "length":
            limits = q.Range(**{_RANGES[term.sign]: float(term.value)})
            return self._clips(q.FieldCondition(key="duration_s", range=limits))
        if term.about == "split":
            return self._clips(equal("split", term.value))
        if term.about == "tag":
            return self._only({one["item"] for one in self._said(TAG) if matches(one["low"], term)})
        if term.about == "caption":
            return self._captioned(term)
        if term.about == "words":
            named = {item: facts for item, facts in self._clips().items() if matches(item.lower(), term)}
            return named | self._captioned(term)
        conditions = [equal("name", term.field), *([equal("low", term.value)] if term.sign == "=" else [])]
        takes = {one["item"] for one in self._said(SHEET, *conditions) if matches(one["low"], term)}
        return {item: facts for item, facts in self._clips().items() if facts.take in takes}

    def _captioned(self, term: Term) -> dict[str, ClipFacts]:
        found = (one for one in self._said(CAPTION) if term.about != "words" or matches(one["low"], term))
        lines = [(one["item"], caption_line(one["name"])) for one in found]
        ranges = {(take, line.start_s, line.end_s) for take, line in lines}
        return {item: one for item, one in self._clips().items() if (one.take, one.start_s, one.end_s) in ranges}

    def _only(self, items: set[str]) -> dict[str, ClipFacts]:
        return {item: facts for item, facts in self._clips().items() if item in items}

    def _clips(self, *conditions: q.FieldCondition) -> dict[str, ClipFacts]:
        return {one["item"]: ClipFacts.of(one["value"]) for one in self._said(CLIP, *conditions)}

    def _said(self, kind: str, *conditions: q.FieldCondition) -> Iterator[dict[str, Any]]:
        yield from self._ask(q.Filter(must=[equal("kind", kind), alive(), *conditions]))
