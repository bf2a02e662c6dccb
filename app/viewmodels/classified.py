"""What a zero-shot classification gave: labels of clips, and where they are right."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.core.library.library import Clip

if TYPE_CHECKING:
    from motionpatches.core.evaluation.zero_shot import Classification


@dataclass(frozen=True)
class Labelled:
    """A clip with the label it was given, its score, and its true labels, '' where none is known."""

    clip: Clip
    label: str
    score: float
    truth: str


@dataclass(frozen=True, eq=False)
class Classified:
    """Clips with their scores (N, L); `known` are the rows whose true label is known, `result` what is counted on them.
    `source`: where the true labels are from, in words."""

    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    scores: np.ndarray
    known: tuple[int, ...]
    truth: tuple[frozenset[int], ...]
    result: Classification | None
    source: str = ""

    def rows(self) -> list[Labelled]:
        """Each clip with its nearest label."""
        return [self._labelled(i, int(label)) for i, label in enumerate(self.scores.argmax(axis=1))]

    def _labelled(self, row: int, label: int) -> Labelled:
        truth = ", ".join(self.labels[one] for one in sorted(self.truth[row]))
        return Labelled(self.clips[row], self.labels[label], float(self.scores[row, label]), truth)

    def cell(self, row: int, column: int) -> list[Labelled]:
        """Clips of label `row` that were given label `column`, as the confusion matrix counts them."""
        if self.result is None:
            return []
        given = zip(self.known, self.result.predicted, strict=True)
        return [self._labelled(i, column) for i, label in given if (min(self.truth[i]), label) == (row, column)]


def as_csv(rows: Sequence[Labelled]) -> str:
    """Write clips and labels as a table, which `motionpatches classify --truth` reads."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("id", "label", "score", "true label", "caption"))
    table.writerows((one.clip.id, one.label, f"{one.score:.4f}", one.truth, one.clip.caption) for one in rows)
    return out.getvalue()
