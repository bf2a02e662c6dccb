"""What is searched for in words as the row that scores are cosines with, for what looks at takes after a search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from motionpatches.app.viewmodels.asked import Example
from motionpatches.app.viewmodels.search import Search
from motionpatches.core.errors import StudioError
from motionpatches.core.search.query import Query, parse

if TYPE_CHECKING:
    import numpy as np

    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.explain import Word
    from motionpatches.core.search.retriever import Retriever


@dataclass(frozen=True, eq=False)
class AskedRow:
    """A query without its filters, which choose clips and mean no motion.

    Attributes:
        query: A sentence, or a sum of terms.
        this: What the term 'this' means.
        retriever: Weighs the terms of a sum; None where nothing is indexed yet.
    """

    query: Query
    this: Example | None
    retriever: Retriever | None

    @property
    def key(self) -> tuple[str, str]:
        """What the row depends on beside the model."""
        return str(self.query), f"{self.this.library.root} {self.this.clip.id} {self.this.name}" if self.this is not None else ""

    def row(self, model: MotionTextModel) -> np.ndarray:
        """Return the unit row (D,). Raises StudioError, as `Retriever.row_of`."""
        from motionpatches.core.search.encode import encode_text

        if self.query.sentence:
            return encode_text(model, self.query.sentence)
        shown = self.this.motion() if self.this is not None else None
        return self._weighing(model).row_of(self.query, shown)

    def without_words(self, model: MotionTextModel, motion_row: np.ndarray) -> list[Word]:
        """Return how much the score of a motion's unit row (D,) falls without each word."""
        from motionpatches.core.search.explain import leave_terms_out, leave_words_out

        if self.query.sentence:
            return leave_words_out(model, self.query.sentence, motion_row)
        weighing, shown = self._weighing(model), self.this.motion() if self.this is not None else None
        return leave_terms_out(self.query, lambda query: weighing.row_of(query, shown), motion_row)

    def _weighing(self, model: MotionTextModel) -> Retriever:
        if self.retriever is None or self.retriever.model is not model:
            raise StudioError("A sum of terms has a score once the library is indexed.")
        return self.retriever


def asked_row(search: Search) -> AskedRow | None:
    """Return what is searched for in words; None for nothing, filters alone, or a motion."""
    query = replace(parse(search.text), filters=())
    return AskedRow(query, search.asked.this, search.workspace.searchable) if query.terms else None
