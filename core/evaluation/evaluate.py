"""Evaluate a model on a split of a library under the protocols, with the rank of every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import embed_clips, embed_texts, fitted, sentence_rows
from motionpatches.core.evaluation.metrics import best_ranks
from motionpatches.core.evaluation.protocols import PROTOCOLS, Material, Ways, run_protocols
from motionpatches.core.evaluation.published import dataset_of
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.text_file import read_text
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job

DISSIMILAR_LIST = "nsim_test.txt"
SEED = 0


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures by protocol, the reasons for those that could not be run, and what they were measured on. `clips` and
    `material` are there for a look at single queries."""

    library: str
    split: str
    model: str
    dataset: str
    motions: int
    seed: int
    day: str
    figures: dict[str, Ways]
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
    sentences: str = "",
    precision: str = "fp32",
) -> Job[Evaluation]:
    """Raises StudioError for an unknown protocol or a split without captioned motions. `dataset` names whose published figures
    stand beside ('' none, None recognised)."""
    unknown = [p for p in protocols if p not in PROTOCOLS]
    if unknown:
        raise StudioError(f"There is no protocol {unknown[0]!r}. Choose from {', '.join(PROTOCOLS)}.")
    clips = [c for c in library.in_split(split) if c.captions]
    if len(clips) < 2:
        raise StudioError(
            f"{library.name} has {len(clips)} captioned motions in the split {split or 'all'!r}; two are needed "
            "to tell apart. Choose another split, or add captions."
        )
    model, note = fitted(model, library)
    embedded = yield from embed_clips(model, library, clips, precision)
    captions = tuple(c.caption for c in embedded.clips)
    wanted = protocols or tuple(PROTOCOLS)
    meanings = sentence_rows(captions, sentences) if "threshold" in wanted else None
    material = Material(
        embed_texts(model, captions, precision), embedded.motions, captions, meanings, _dissimilar(library, embedded.clips), seed
    )
    figures, missing = run_protocols(material, wanted)
    notes = [note] if note else []
    if embedded.skipped:
        notes.append(f"{len(embedded.skipped)} motions were left out. {embedded.skipped[0].reason}")
    if "threshold" in figures:
        notes.append(f"Captions of like meaning by {sentences or 'the text encoder of the starter model'}.")
    if dataset is None:
        dataset = dataset_of(library, len(captions)) if split == "test" else ""
    return Evaluation(
        library.name,
        split or "all",
        model.name,
        dataset,
        len(captions),
        seed,
        date.today().isoformat(),
        figures,
        missing,
        tuple(notes),
        embedded.clips,
        material,
    )


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
    the winner's caption says nearly the same (cosine of the sentences over 0.9)."""

    row: int
    rank: int
    winner: int
    own_score: float
    winner_score: float
    near_duplicate: bool


def failures(evaluation: Evaluation) -> list[Failure]:
    """Queries by the rank of their truth, the worst first; right answers are left out."""
    material = evaluation.material
    scores, numbers = material.scores, material.numbers
    right = numbers[:, None] == numbers[None, :]
    ranks = best_ranks(scores, right).astype(int)
    own = np.where(right, scores, -np.inf).max(axis=1)
    found = []
    for row in np.argsort(-ranks, kind="stable"):
        if ranks[row] == 1:
            break
        winner = int(scores[row].argmax())
        alike = material.sentences is not None and float(material.sentences[row] @ material.sentences[winner]) > 0.9
        found.append(Failure(int(row), int(ranks[row]), winner, float(own[row]), float(scores[row, winner]), alike))
    return found
