"""Evaluate a model on a split of a library under the protocols, with the rank of every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import Embedded, embed_clips, embed_texts, fitted
from motionpatches.core.evaluation.judge import NO_JUDGE, find_judge
from motionpatches.core.evaluation.metrics import Figures, best_ranks, similarity
from motionpatches.core.evaluation.protocols import THRESHOLD, Material, run_protocols
from motionpatches.core.evaluation.protocols import protocols as all_protocols
from motionpatches.core.evaluation.published import dataset_of
from motionpatches.core.evaluation.training_facts import training_facts
from motionpatches.core.library.items import FIRST_LINES, ITEMS, RANGES, choose_items
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.text_file import read_text
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job

EMBEDDINGS_ALONE = "The model has late interaction: these are figures of its embeddings, the first stage of a search."
DISSIMILAR_LIST = "nsim_test.txt"
SEED = 0


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures by protocol, the reasons for those that could not be run, and what they were measured on.

    `items`: the choice of ITEMS; `training`: how the model was trained, in a sentence; `judge`: the sentence encoder of the
    threshold protocol, '' for none; `dataset`: whose published figures may stand beside, '' for none. `clips` and `material` are
    there for a look at single queries.
    """

    library: str
    split: str
    items: str
    model: str
    training: str
    dataset: str
    motions: int
    seed: int
    day: str
    judge: str
    figures: Figures
    missing: dict[str, str]
    notes: tuple[str, ...]
    clips: tuple[Clip, ...] = field(repr=False)
    material: Material = field(repr=False)


def evaluate(
    model: MotionTextModel,
    library: Library,
    split: str = "test",
    protocols: Sequence[str] = (),
    seed: int = SEED,
    dataset: str | None = None,
    judge: str = "",
    precision: str = "fp32",
    items: str = RANGES,
) -> Job[Evaluation]:
    """Measure retrieval in both directions.

    Args:
        model: what is measured.
        library: where the clips are.
        split: 'train', 'val', 'test' or '' for all.
        protocols: names of `protocols()`; none for all of them.
        seed: of the small batches.
        dataset: whose published figures stand beside; '' for none, None for the one that is recognised.
        judge: the sentence encoder of the threshold protocol, as `find_judge` takes it.
        precision: of the encoders.
        items: a choice of ITEMS.

    Raises:
        StudioError: an unknown protocol or choice of items, or a split without two captioned motions.
    """
    table = all_protocols()
    unknown = [p for p in protocols if p not in table]
    if unknown:
        raise StudioError(f"There is no protocol {unknown[0]!r}. Choose from {', '.join(table)}.")
    clips = choose_items(library.in_split(split), items)
    if len(clips) < 2:
        raise StudioError(
            f"{library.name} has {len(clips)} captioned motions in the split {split or 'all'!r}; two are needed "
            "to tell apart. Choose another split, or add captions."
        )
    fit, fitted_note = fitted(model, library)
    embedded = yield from embed_clips(fit, library, clips, precision)
    captions = tuple(c.caption for c in embedded.clips)
    judged_by = find_judge(judge, model) if "threshold" in (protocols or table) else None
    material = Material(
        embed_texts(fit, captions, precision),
        embedded.motions,
        captions,
        judged_by.rows(captions) if judged_by else None,
        _dissimilar(library, embedded.clips),
        seed,
        NO_JUDGE,
    )
    figures, missing = run_protocols(material, protocols)
    if dataset is None:
        dataset = dataset_of(library, len(captions)) if split == "test" else ""
    first_lines = choose_items(library.in_split(split), FIRST_LINES)
    comparable = [clip.id for clip in clips] == [clip.id for clip in first_lines]
    notes = [
        fitted_note,
        _skipped_note(embedded),
        f"Captions of like meaning by {judged_by.name}." if judged_by else "",
        f"Published figures are of {ITEMS[FIRST_LINES].title}: choose these items to compare."
        if dataset and not comparable
        else "",
        _seen_note(library, split, captions),
        _tied_note(material),
        EMBEDDINGS_ALONE if model.token_heads is not None else "",
    ]
    return Evaluation(
        library.name,
        split or "all",
        items,
        model.name,
        training_facts(model.provenance),
        dataset if comparable else "",
        len(captions),
        seed,
        date.today().isoformat(),
        judged_by.name if judged_by else "",
        figures,
        missing,
        tuple(filter(None, notes)),
        embedded.clips,
        material,
    )


def _skipped_note(embedded: Embedded) -> str:
    left_out = embedded.skipped
    return f"Motions left out: {len(left_out):,}. {left_out[0].reason}" if left_out else ""


def _seen_note(library: Library, split: str, captions: Sequence[str]) -> str:
    """Say how many of the sentences occur in training too: they measure recall of known captions, not of new wording."""
    trained_on = (
        {caption for clip in library.in_split("train") for caption in clip.captions} if split in ("val", "test") else set()
    )
    seen = sum(caption in trained_on for caption in captions)
    return f"{seen:,} of {len(captions):,} sentences also occur in the split train." if seen else ""


def _tied_note(material: Material) -> str:
    """Count the queries whose right item has the score of a wrong one; the protocols rank these ties by different rules."""
    counts = []
    for scores in (material.scores, material.scores.T):
        best = np.where(material.equal, scores, -np.inf).max(axis=1, keepdims=True)
        counts.append(int((~material.equal & (scores == best)).any(axis=1).sum()))
    if not any(counts):
        return ""
    return f"Ties with a wrong item: {counts[0]:,} queries text to motion, {counts[1]:,} motion to text."


def _dissimilar(library: Library, clips: Sequence[Clip]) -> tuple[int, ...]:
    """Rows of the clips that the data set's fixed list names."""
    for folder in (library.root, library.root / "splits"):
        file = Path(folder) / DISSIMILAR_LIST
        if file.is_file():
            rows = {clip.id: row for row, clip in enumerate(clips)}
            return tuple(rows[name] for name in read_text(file).split() if name in rows)
    return ()


@dataclass(frozen=True)
class Failure:
    """A query whose own motion did not come first: its rank under exact_caption, the clip that won, both scores, and whether
    the winner's caption says nearly the same (cosine of the judge's sentences over 0.9; False without a judge)."""

    row: int
    rank: int
    winner: int
    own_score: float
    winner_score: float
    near_duplicate: bool


def failures(evaluation: Evaluation) -> list[Failure]:
    """Queries by the rank of their truth, the worst first; right answers are left out."""
    material, scores = evaluation.material, evaluation.material.scores
    ranks = best_ranks(scores, material.equal).astype(int)
    own, wrong = np.where(material.equal, scores, -np.inf).max(axis=1), np.where(material.equal, -np.inf, scores)
    alike = None if material.sentences is None else similarity(material.sentences, material.sentences) > THRESHOLD
    found = []
    for row in np.argsort(-ranks, kind="stable"):
        if ranks[row] == 1:
            break
        winner = int(wrong[row].argmax())
        near = alike is not None and bool(alike[row, winner])
        found.append(Failure(int(row), int(ranks[row]), winner, float(own[row]), float(scores[row, winner]), near))
    return found
