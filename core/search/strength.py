"""How well a result answers a sentence, in three words: its score against the scores that sentences about nothing reach.

A cosine alone says little: what counts as high differs between models and grows with a library, since the best of many scores is
taken. So about 150 ordinary sentences (`background.OFF_TOPIC`) are searched for in the same gallery, and the best score of each
is kept. The share of them that reach a score estimates the probability p of that score by chance; with one added to both
counts it is never 0 (Phipson and Smyth, Permutation p-values should never be zero, 2010).

The words assume that what a library does not show is found as an ordinary sentence is. A sentence that names an action the
library lacks, but one like it, is found better than that. A hit after the first is compared with best scores, too: its word is
cautious. Scores are ranked by the cosine; the words change no order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motionpatches.core.search.gallery import Hit

# The greatest p of each word, from the best on.
WORDS = {"strong": 0.025, "likely": 0.1, "weak": 1.0}
# Of a hit that is there for the words of its captions or its name.
EXACT = "exact"
NOTHING = (
    "Nothing matches well. Describe the movement itself in other words, such as 'a person waves', or search for motions like one "
    "that is shown."
)


def p_value(score: float, chance: np.ndarray) -> float:
    """Return the probability that a sentence about nothing reaches a score, from the best scores (N,) of N of them."""
    return float((1 + (chance >= score).sum()) / (1 + len(chance)))


def strength(score: float, chance: np.ndarray) -> str:
    """Return the word of WORDS for a score, '' where `chance` is empty."""
    if not len(chance):
        return ""
    p = p_value(score, chance)
    return next(word for word, most in WORDS.items() if p <= most)


def judged(hits: Sequence[Hit], chance: np.ndarray) -> list[Hit]:
    """Return hits of a sentence with their strength."""
    return [replace(hit, strength=strength(hit.score, chance)) for hit in hits]


def score_text(hit: Hit, digits: int = 2) -> str:
    """Write a score with its strength, where it has one: '0.62 likely'; the word alone for a clip that is in no gallery."""
    return hit.strength if math.isnan(hit.score) else f"{hit.score:.{digits}f} {hit.strength}".rstrip()


def weak_note(hits: Sequence[Hit]) -> str:
    """Return a sentence for hits of which the best is weak, '' for others, and for those of exact words."""
    return NOTHING if hits and hits[0].strength == "weak" else ""
