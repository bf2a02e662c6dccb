"""Differences of two lists of captions, and three-way merging of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")
# Comparing every item with every other takes time: some milliseconds for so many pairs.
MOST_PAIRS = 250_000


def changes(before: Sequence[T], after: Sequence[T]) -> Iterator[tuple[int, Sequence[T], Sequence[T]]]:
    """Where two lists differ: the place in `before`, what stands there, and what is to stand there. Long lists that differ at
    many places differ from the first of these to the last."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    end = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) * len(new) > MOST_PAIRS:
        yield start, old, new
        return
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield start + a, old[a:b], new[c:d]


def merged(base: Sequence[T], wanted: Sequence[T], current: Sequence[T]) -> tuple[T, ...]:
    """`current` with what was changed from `base` to `wanted`, so that no other change to it is lost.

    A new item stands where the one that it replaces stood, else behind its neighbour, else at the end; none is added twice. The
    order is that of `current`.
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
                if item not in wanted:  # else it was moved
                    found.remove(item)
        found[place:place] = [item for item in new if item not in found and item not in base]
    return tuple(found)
