"""Zero-shot classification: a motion gets the label with the nearest sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.metrics import best_ranks, similarity


@dataclass(frozen=True, eq=False)
class Classification:
    """`top1`, `top5` in percent over motions, `balanced1`, `balanced5` as the mean over labels (as BABEL-60 reports);
    `confusion[i, j]`: motions of label i that were given label j; `predicted` (N,) label of each motion."""

    labels: tuple[str, ...]
    top1: float
    top5: float
    balanced1: float
    balanced5: float
    confusion: np.ndarray
    predicted: np.ndarray


def classify(
    motions: np.ndarray, sentences: np.ndarray, truth: Sequence[frozenset[int]], labels: Sequence[str]
) -> Classification:
    """motions (N, D) and sentences (L, D) unit rows, one sentence a label; `truth` holds the right labels of each motion
    (one, or several where a dataset gives several: any of them counts). A wrong label of the same score comes first. A motion
    with several labels counts for each of them in the balanced means, and for its first in the confusion."""
    if len(truth) != len(motions) or len(sentences) != len(labels):
        raise ValueError("motions and truth, sentences and labels go in pairs")
    if not len(motions) or any(not t for t in truth):
        raise StudioError("There is no motion with one of the labels to classify.")
    scores = similarity(motions, sentences)
    right = np.zeros((len(motions), len(labels)), bool)
    for row, owned in enumerate(truth):
        right[row, list(owned)] = True
    ranks = best_ranks(scores, right)
    first, five = ranks <= 1, ranks <= 5
    # The answer is a wrong label where that has the right one's score.
    predicted = np.where(first, np.where(right, scores, -np.inf).argmax(axis=1), np.where(right, -np.inf, scores).argmax(axis=1))
    counts = right.sum(axis=0)
    present = counts > 0
    hits: list[np.ndarray] = [(right * found[:, None]).sum(axis=0) for found in (first, five)]
    balanced = [float(100 * (by_label[present] / counts[present]).mean()) for by_label in hits]
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (right.argmax(axis=1), predicted), 1)
    shares = 100 * float(first.mean()), 100 * float(five.mean())
    return Classification(tuple(labels), *shares, balanced[0], balanced[1], confusion, predicted)
