"""Retrieval ranks and what is computed from them.

Two definitions of the protocol *All*, never to share a column. `exact_caption` (the authors'): every item whose first
caption is the identical string counts, the best rank is taken. `strict` (TMR): only the own pair counts, ties are
averaged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RECALLS = (1, 2, 3, 5, 10)

# {"R@1": percent, …, "MedR": rank}; one for each way, "t2m" and "m2t"; one of those for each protocol.
Scores = dict[str, float]
Ways = dict[str, Scores]
Figures = dict[str, Ways]


def caption_numbers(captions: Sequence[str]) -> np.ndarray:
    """(N,) the same number for the same caption."""
    return np.unique(np.asarray(captions, dtype=object).astype(str), return_inverse=True)[1]


def best_ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N,) 1-based ranks of the best right item of each row: 1 + the number of items scored above it. scores and right (N, M):
    row = query, column = item; every row has a right item."""
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    return 1.0 + (scores > best).sum(axis=1)


def exact_caption_ranks(scores: np.ndarray, captions: Sequence[str]) -> np.ndarray:
    """(N,) 1-based ranks; every item with the query's caption is right. scores (N, N) in the order of `captions`."""
    numbers = caption_numbers(captions)
    return best_ranks(scores, numbers[:, None] == numbers[None, :])


def strict_ranks(scores: np.ndarray) -> np.ndarray:
    """(N,) 1-based ranks of the diagonal: 1 + items above it + half of the others equal to it."""
    own = np.diagonal(scores)[:, None]
    return 1.0 + (scores > own).sum(axis=1) + 0.5 * ((scores == own).sum(axis=1) - 1)


def summarise(ranks: np.ndarray, digits: int | None = 2) -> Scores:
    """R@1, 2, 3, 5, 10 in percent and the median rank; rounded to `digits`, None for not at all."""
    summary = {f"R@{k}": float((ranks <= k).mean() * 100) for k in RECALLS} | {"MedR": float(np.median(ranks))}
    return summary if digits is None else {name: round(value, digits) for name, value in summary.items()}


def retrieval(texts: np.ndarray, motions: np.ndarray, captions: Sequence[str]) -> Figures:
    """{protocol: {"t2m": summary, "m2t": summary}} of unit rows (N, D); text i belongs to motion i."""
    scores = texts @ motions.T
    return {
        "exact_caption": {
            "t2m": summarise(exact_caption_ranks(scores, captions)),
            "m2t": summarise(exact_caption_ranks(scores.T, captions)),
        },
        "strict": {"t2m": summarise(strict_ranks(scores)), "m2t": summarise(strict_ranks(scores.T))},
    }
