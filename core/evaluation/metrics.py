"""Retrieval ranks and what is computed from them.

Rows of a score matrix are queries, columns are items; `right` (N, M) says which items are right answers of a query. Ranks are
1-based. Two rules for them, never to share a column:

`best_ranks` (Yu et al.): the best right item counts; a wrong item of the same score comes before it.
`averaged_ranks` (TMR): the columns of the sorted row at which the score of the best right item stands are averaged.

A score that is not finite counts as lower than any other; a query whose right items have none that is finite ranks last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RECALLS = (1, 2, 3, 5, 10)

# {"R@1": percent, …, "MedR": rank}; one for each way, "t2m" and "m2t"; one of those for each protocol.
Scores = dict[str, float]
Ways = dict[str, Scores]
Figures = dict[str, Ways]


def similarity(texts: np.ndarray, motions: np.ndarray) -> np.ndarray:
    """(N, M) products of rows (N, D) and (M, D). Equal rows have equal products to the last bit, so that ties are ties: a matrix
    product alone rounds the same sum differently from place to place."""
    (one, row_of), (two, column_of) = _different(texts), _different(motions)
    with np.errstate(invalid="ignore", over="ignore"):
        return (one @ two.T)[np.ix_(row_of, column_of)]


def _different(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows, and the index of each row among them; compared byte by byte."""
    rows = np.ascontiguousarray(rows)
    whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, index = np.unique(whole, return_index=True, return_inverse=True)
    return rows[first], index


def caption_numbers(captions: Sequence[str]) -> np.ndarray:
    """(N,) the same number for the same caption."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(caption, len(numbers)) for caption in captions])


def equal_captions(captions: Sequence[str]) -> np.ndarray:
    """(N, N) bool: the captions are the same string."""
    numbers = caption_numbers(captions)
    return np.asarray(numbers[:, None] == numbers[None, :])


def best_ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N,) ranks of the best right item of each row: 1 + the number of wrong items that score as high or higher. Every row has a
    right item."""
    scores, best = _with_best(scores, right)
    return _last_without_score(1.0 + (~right & (scores >= best)).sum(axis=1), best, scores.shape[1])


def averaged_ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N,) ranks, 1 + the mean of the 0-based columns at which the score of the best right item stands in the sorted row, whether
    the items there are right or wrong (TMR, Petrovich et al., ICCV 2023). Every row has a right item."""
    scores, best = _with_best(scores, right)
    above, tied = (scores > best).sum(axis=1), (scores == best).sum(axis=1)
    return _last_without_score(1.0 + above + (tied - 1) / 2, best, scores.shape[1])


def _with_best(scores: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores with -inf for what is not finite, and (N, 1) the best score of the right items."""
    scores = np.where(np.isfinite(scores), scores, -np.inf)
    return scores, np.where(right, scores, -np.inf).max(axis=1, keepdims=True)


def _last_without_score(ranks: np.ndarray, best: np.ndarray, items: int) -> np.ndarray:
    return np.where(np.isneginf(best[:, 0]), float(items), ranks)


def found_first(scores: np.ndarray, equal: np.ndarray) -> int:
    """Count the items that stand among the first of their own query: the first m of a query with m right items (R-precision,
    not divided by the number of items). Equal queries count once.

    Args:
        scores: (N, N), row i is the query that belongs to item i; a wrong item comes before a right one of the same score.
        equal: (N, N) bool, queries are the same; their items are the right ones.
    """
    rows = np.flatnonzero(equal.argmax(axis=1) == np.arange(len(equal)))
    right, scores = equal[rows], np.where(np.isfinite(scores), scores, -np.inf)[rows]
    order = np.lexsort((right, -scores), axis=1)
    among = np.arange(right.shape[1]) < right.sum(axis=1, keepdims=True)
    return int((np.take_along_axis(right, order, axis=1) & among).sum())


def summarise(ranks: np.ndarray, digits: int | None = 2) -> Scores:
    """R@1, 2, 3, 5, 10 in percent and the median rank; rounded to `digits`, None for not at all.

    A query counts for R@k where its rank is below k + 1, as in TMR: an averaged rank of 1.5, two items tied in front, counts for
    R@1.
    """
    summary = {f"R@{k}": float((ranks < k + 1).mean() * 100) for k in RECALLS} | {"MedR": float(np.median(ranks))}
    return summary if digits is None else {name: round(value, digits) for name, value in summary.items()}


def retrieval(texts: np.ndarray, motions: np.ndarray, captions: Sequence[str]) -> Figures:
    """{protocol: {"t2m": summary, "m2t": summary}} of the protocols exact_caption and strict; rows (N, D), text i belongs to
    motion i."""
    scores, own, equal = similarity(texts, motions), np.eye(len(captions), dtype=bool), equal_captions(captions)
    return {
        "exact_caption": {
            "t2m": summarise(best_ranks(scores, equal)),
            "m2t": summarise(best_ranks(scores.T, equal)),
        },
        "strict": {"t2m": summarise(averaged_ranks(scores, own)), "m2t": summarise(averaged_ranks(scores.T, own))},
    }
