"""Retrieval ranks and what is computed from them.

Two definitions of the protocol *All*, never to share a column. `exact_caption` (the authors'): every item whose first
caption is the identical string counts, the best rank is taken. `strict` (TMR): only the own pair counts, ties are
averaged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RECALLS = (1, 2, 3, 5, 10)


def exact_caption_ranks(scores: np.ndarray, captions: Sequence[str]) -> np.ndarray:
    """(N,) 1-based ranks. scores (N, N): row = query, column = item; both in the order of `captions`.

    The rank is 1 + the number of items scored above the best item with the query's caption.
    """
    ids = np.unique(np.asarray(captions, dtype=object).astype(str), return_inverse=True)[1]
    same = ids[:, None] == ids[None, :]
    best = np.where(same, scores, -np.inf).max(axis=1, keepdims=True)
    return 1.0 + (scores > best).sum(axis=1)


def strict_ranks(scores: np.ndarray) -> np.ndarray:
    """(N,) 1-based ranks of the diagonal: 1 + items above it + half of the others equal to it."""
    own = np.diagonal(scores)[:, None]
    return 1.0 + (scores > own).sum(axis=1) + 0.5 * ((scores == own).sum(axis=1) - 1)


def summarise(ranks: np.ndarray) -> dict[str, float]:
    """R@1, 2, 3, 5, 10 in percent and the median rank."""
    summary = {f"R@{k}": round(float((ranks <= k).mean() * 100), 2) for k in RECALLS}
    return {**summary, "MedR": round(float(np.median(ranks)), 2)}


def retrieval(texts: np.ndarray, motions: np.ndarray, captions: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """{protocol: {"t2m": summary, "m2t": summary}} of unit rows (N, D); text i belongs to motion i."""
    scores = texts @ motions.T
    return {
        "exact_caption": {"t2m": summarise(exact_caption_ranks(scores, captions)),
                          "m2t": summarise(exact_caption_ranks(scores.T, captions))},
        "strict": {"t2m": summarise(strict_ranks(scores)), "m2t": summarise(strict_ranks(scores.T))},
    }
