"""The protocols of text-motion retrieval: all of them in one pass over the embeddings.

Row i of the texts belongs to row i of the motions. What counts as right, among what, and how ties rank, is the protocol;
docs/evaluation.md has the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from motionpatches.core import plug_ins
from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.metrics import (
    Figures,
    Scores,
    Ways,
    averaged_ranks,
    best_ranks,
    equal_captions,
    similarity,
    summarise,
)

BATCH = 32
THRESHOLD = 0.9
Ranks = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Material:
    """texts, motions (N, D) unit rows and their captions; `sentences` (N, S) unit rows of the judge, a sentence encoder other
    than the measured one (None: no threshold protocol, for the reason `no_judge`); `subset` rows of the fixed dissimilar list
    (empty: no such protocol)."""

    texts: np.ndarray
    motions: np.ndarray
    captions: tuple[str, ...]
    sentences: np.ndarray | None = None
    subset: tuple[int, ...] = ()
    seed: int = 0
    no_judge: str = "it needs a sentence encoder"

    @cached_property
    def scores(self) -> np.ndarray:
        """(N, N): row = text, column = motion."""
        return similarity(self.texts, self.motions)

    @cached_property
    def equal(self) -> np.ndarray:
        """(N, N) bool: equal captions."""
        return equal_captions(self.captions)


@dataclass(frozen=True)
class Protocol:
    """`meaning`: what counts as right, in a sentence. `missing` says in a sentence why it cannot be run on a material, '' where
    it can."""

    title: str
    run: Callable[[Material], Ways]
    meaning: str
    missing: Callable[[Material], str] = lambda material: ""


def _both(ranks: Ranks, scores: np.ndarray, right: np.ndarray, digits: int | None = 2) -> Ways:
    """Summaries of both directions; `right` is symmetric."""
    return {"t2m": summarise(ranks(scores, right), digits), "m2t": summarise(ranks(scores.T, right), digits)}


def exact_caption(material: Material) -> Ways:
    """Yu et al., 2024: every item whose first caption is the identical string is right; the best rank is taken."""
    return _both(best_ranks, material.scores, material.equal)


def strict(material: Material) -> Ways:
    """TMR (Petrovich et al., 2023): only the own pair is right; ties are averaged."""
    return _both(averaged_ranks, material.scores, np.eye(len(material.captions), dtype=bool))


def threshold(material: Material) -> Ways:
    """TMR: every item is right whose caption's sentence embedding has a cosine over 0.9 with the query's (their 0.95,
    which is of the cosine rescaled to 0..1); the best score is taken, its ties averaged."""
    assert material.sentences is not None  # run_protocols has looked
    alike = similarity(material.sentences, material.sentences) > THRESHOLD
    return _both(averaged_ranks, material.scores, alike | material.equal)


def dissimilar(material: Material) -> Ways:
    """TMR: the gallery is a fixed list of motions with unlike captions; only the own pair is right."""
    rows = np.array(material.subset)
    return _both(averaged_ranks, material.scores[np.ix_(rows, rows)], np.eye(len(rows), dtype=bool))


def small_batches(material: Material) -> Ways:
    """Guo et al., 2022: one shuffled pass in batches of 32, the remainder dropped; right is as in exact_caption within the
    batch; R@k and MedR are those of each batch, averaged."""
    count = len(material.captions) // BATCH
    order = np.random.default_rng(material.seed).permutation(len(material.captions))[: count * BATCH].reshape(count, BATCH)
    batches = [_both(best_ranks, material.scores[np.ix_(rows, rows)], material.equal[np.ix_(rows, rows)], None) for rows in order]

    def mean(way: str) -> Scores:
        return {name: round(float(np.mean([batch[way][name] for batch in batches])), 2) for name in batches[0][way]}

    return {"t2m": mean("t2m"), "m2t": mean("m2t")}


PROTOCOLS: dict[str, Protocol] = {
    "exact_caption": Protocol(
        "All, equal captions count",
        exact_caption,
        "Among all motions of the split; every motion with the very same first caption is a right answer.",
    ),
    "strict": Protocol(
        "All, only the own pair counts",
        strict,
        "Among all motions of the split; only the motion that the caption was written for is a right answer.",
    ),
    "small_batches": Protocol(
        "Small batches of 32",
        small_batches,
        f"Among {BATCH} motions at a time, drawn at random; the means of the batches. Easier than all at once.",
        lambda m: "" if len(m.captions) >= BATCH else f"{len(m.captions)} motions do not fill a batch of {BATCH}",
    ),
    "threshold": Protocol(
        "All, captions of like meaning count",
        threshold,
        f"Among all motions; one is right whose caption means nearly the same (cosine over {THRESHOLD} of another encoder).",
        lambda m: "" if m.sentences is not None else m.no_judge,
    ),
    "dissimilar": Protocol(
        "Dissimilar subset",
        dissimilar,
        "Among a fixed list of motions whose captions are unlike; only the own motion is a right answer.",
        lambda m: "" if len(m.subset) > 1 else "it needs the data set's list of dissimilar motions, nsim_test.txt, in its folder",
    ),
}


def protocols() -> dict[str, Protocol]:
    """PROTOCOLS with those of other packages (docs/plug-ins.md)."""

    def problem(one: Protocol) -> str:
        texts = isinstance(one.title, str) and isinstance(one.meaning, str)
        return (
            "" if texts and callable(one.run) and callable(one.missing) else "its title or meaning is no text, or it has no run"
        )

    def guarded(plug_in: plug_ins.PlugIn, one: Protocol) -> Protocol:
        def run(material: Material) -> Ways:
            try:
                ways = one.run(material)
                return {way: {name: float(value) for name, value in ways[way].items()} for way in ("t2m", "m2t")}
            except Exception as error:
                raise StudioError(plug_ins.fault(plug_in, error)) from error

        def missing(material: Material) -> str:
            try:
                return str(one.missing(material))
            except Exception as error:
                return plug_ins.fault(plug_in, error)

        return replace(one, run=run, missing=missing)

    return plug_ins.join(PROTOCOLS, "metrics", Protocol, problem, guarded)


def run_protocols(material: Material, names: Sequence[str] = ()) -> tuple[Figures, dict[str, str]]:
    """Figures by protocol, and by protocol the reason why it could not be run."""
    figures: Figures = {}
    missing: dict[str, str] = {}
    table = protocols()
    for name in names or table:
        reason = table[name].missing(material)
        if not reason:
            try:
                figures[name] = table[name].run(material)
            except StudioError as error:  # of a plug-in
                reason = str(error)
        if reason:
            missing[name] = reason
    return figures, missing
