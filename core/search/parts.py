"""Search by one body part: all other parts are set to the mean, in the query and in the library."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.retriever import Retriever, encode_windows, update_gallery, windows_of


@dataclass(frozen=True, eq=False)
class PartModel:
    """A model that sees one body part; the gallery of each part is kept like any other."""

    model: MotionTextModel
    part: int

    @property
    def fingerprint(self) -> str:
        return f"{self.model.fingerprint}p{self.part}"

    def encode_motion(self, pixels: Tensor) -> Tensor:
        size = self.model.config.patches.points
        alone = pixels.new_zeros(pixels.shape)
        columns = slice(self.part * size, (self.part + 1) * size)
        alone[..., columns] = pixels[..., columns]
        return self.model.encode_motion(alone)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


def part_retriever(model: MotionTextModel, library: Library, part: int) -> Job[Retriever]:
    """Builds, or brings up to date, the gallery in which only one part counts."""
    seen = PartModel(model, part)
    gallery = yield from update_gallery(seen, library)
    rows = gallery.embeddings - gallery.embeddings.mean(axis=0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return Retriever(seen, replace(gallery, embeddings=rows), {"": gallery.embeddings.mean(axis=0)})


def search_part(retriever: Retriever, motion: Motion, k: int, only: Container[str] | None = None) -> list[Hit]:
    """The k clips whose part moves most like the motion's; measured from the mean, since covered images are much alike."""
    row = encode_windows(retriever.model, windows_of(retriever.model, motion)[0][:1])[0] - retriever.known_captions[""]
    return retriever.gallery.nearest(row / max(float(np.linalg.norm(row)), 1e-9), k, only)
