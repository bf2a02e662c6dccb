"""The protocols of text-motion retrieval: all of them in one pass over the embeddings.

Row i of the texts belongs to row i of the motions. A rank is 1-based: 1 + the number of items scored above the (best) right
one. What counts as right, and among what, is the protocol. R@k is the share of ranks <= k in percent, MedR their median.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionpatches.core.evaluation.metrics import best_ranks, caption_numbers, strict_ranks, summarise

BATCH = 32
THRESHOLD = 0.9
Ways = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Material:
    """texts, motions (N, D) unit rows and their captions; `sentences` (N, S) unit rows of an independent sentence encoder
    (None: no threshold protocol); `subset` rows of the fixed dissimilar list (empty: no such protocol)."""

    texts: np.ndarray
    motions: np.ndarray
    captions: tuple[str, ...]
    sentences: np.ndarray | None = None
    subset: tuple[int, ...] = ()
    seed: int = 0

    @cached_property
    def scores(self) -> np.ndarray:
        """(N, N): row = text, column = motion."""
        return self.texts @ self.motions.T

    @cached_property
    def numbers(self) -> np.ndarray:
        """(N,) the same number for the same caption."""
        return caption_numbers(self.captions)


@dataclass(frozen=True)
class Protocol:
    """`missing` says in a sentence why it cannot be run on a material, '' where it can."""

    title: str
    run: Callable[[Material], Ways]
    missing: Callable[[Material], str] = lambda material: ""


def _both(rank: Callable[[np.ndarray], np.ndarray], scores: np.ndarray) -> Ways:
    return {"t2m": summarise(rank(scores)), "m2t": summarise(rank(scores.T))}


def exact_caption(material: Material) -> Ways:
    """Yu et al., 2024: every item whose first caption is the identical string is right; the best rank is taken."""
    numbers = material.numbers
    right = numbers[:, None] == numbers[None, :]
    return _both(lambda scores: best_ranks(scores, right), material.scores)


def strict(material: Material) -> Ways:
    """TMR (Petrovich et al., 2023): only the own pair is right; ties are averaged."""
    return _both(strict_ranks, material.scores)


def threshold(material: Material) -> Ways:
    """TMR: every item is right whose caption's sentence embedding has a cosine over 0.9 with the query's (their 0.95,
    which is of the cosine rescaled to 0..1); the best rank is taken."""
    assert material.sentences is not None  # run_protocols has looked
    right = material.sentences @ material.sentences.T > THRESHOLD
    right |= material.numbers[:, None] == material.numbers[None, :]
    return _both(lambda scores: best_ranks(scores, right), material.scores)


def dissimilar(material: Material) -> Ways:
    """TMR: the gallery is a fixed list of motions with unlike captions; only the own pair is right."""
    rows = np.array(material.subset)
    return _both(strict_ranks, material.scores[np.ix_(rows, rows)])


def small_batches(material: Material) -> Ways:
    """Guo et al., 2022: one shuffled pass in batches of 32, the remainder dropped; right is as in exact_caption within the
    batch; R@k and MedR are those of each batch, averaged."""
    count = len(material.captions) // BATCH
    order = np.random.default_rng(material.seed).permutation(len(material.captions))[: count * BATCH].reshape(count, BATCH)
    found: dict[str, list[dict[str, float]]] = {"t2m": [], "m2t": []}
    for rows in order:
        right = material.numbers[rows][:, None] == material.numbers[rows][None, :]
        scores = material.scores[np.ix_(rows, rows)]
        for way, oriented in (("t2m", scores), ("m2t", scores.T)):
            found[way].append(summarise(best_ranks(oriented, right), digits=None))
    return {
        way: {name: round(float(np.mean([s[name] for s in summaries])), 2) for name in summaries[0]}
        for way, summaries in found.items()
    }


PROTOCOLS: dict[str, Protocol] = {
    "exact_caption": Protocol("All, equal captions count", exact_caption),
    "strict": Protocol("All, only the own pair counts", strict),
    "small_batches": Protocol(
        "Small batches of 32",
        small_batches,
        lambda m: "" if len(m.captions) >= BATCH else f"{len(m.captions)} motions do not fill a batch of {BATCH}",
    ),
    "threshold": Protocol(
        "All, captions of like meaning count",
        threshold,
        lambda m: "" if m.sentences is not None else "it needs a sentence encoder",
    ),
    "dissimilar": Protocol(
        "Dissimilar subset",
        dissimilar,
        lambda m: "" if m.subset else "it needs the data set's list of dissimilar motions, nsim_test.txt, in its folder",
    ),
}


def run_protocols(material: Material, names: Sequence[str] = ()) -> tuple[dict[str, Ways], dict[str, str]]:
    """Figures by protocol, and by protocol the reason why it could not be run."""
    figures, missing = {}, {}
    for name in names or PROTOCOLS:
        reason = PROTOCOLS[name].missing(material)
        if reason:
            missing[name] = reason
        else:
            figures[name] = PROTOCOLS[name].run(material)
    return figures, missing
