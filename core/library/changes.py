"""Differences of two lists of captions, and three-way merging of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")


def changes(before: Sequence[T], after: Sequence[T]) -> Iterator[tuple[int, Sequence[T], Sequence[T]]]:
    """Where two lists differ: the place in `before`, what stands there, and what is to stand there."""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield a, before[a:b], after[c:d]


def merged(base: Sequence[T], wanted: Sequence[T], current: Sequence[T]) -> tuple[T, ...]:
    """`current` with what was changed from `base` to `wanted`, so that no other change to it is lost.

    A new item stands where the one that it replaces stood, else behind its neighbour, else at the end; none is added twice.
    """
    if tuple(current) == tuple(base):
        return tuple(wanted)
    found = list(current)
    for at, gone, new in changes(base, wanted):
        place = len(found)
        if at and base[at - 1] in found:
            place = found.index(base[at - 1]) + 1
        for item in gone:
            if item in found:
                place = found.index(item)
                found.remove(item)
        found[place:place] = [item for item in new if item not in found]
    return tuple(found)
