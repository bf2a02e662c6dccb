"""Search by one body part: all other parts are set to the mean, in the query and in the library."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import require_patches
from motionpatches.core.progress import Job
from motionpatches.core.search.encode import encode_first_window
from motionpatches.core.search.gallery import Gallery, Hit
from motionpatches.core.search.indexing import update_gallery


@dataclass(frozen=True, eq=False)
class PartRetriever:
    """Search by one body part.

    Images of which four parts are masked are very similar, so embeddings are measured from their `mean` (D,) over the library;
    `gallery` holds these differences as unit rows.
    """

    model: MotionTextModel
    part: int
    gallery: Gallery
    mean: np.ndarray

    def search_motion(self, motion: Motion, k: int, only: Collection[str] | None = None) -> list[Hit]:
        """Return the k clips whose part moves most like that of (the first window of) a motion."""
        row = encode_first_window(self.model, motion, self.part) - self.mean
        return self.gallery.nearest(_unit(row), k, only)


def part_retriever(model: MotionTextModel, library: Library, part: int) -> Job[PartRetriever]:
    """Build or update the gallery in which only one part (0 to 4, in the order of Skeleton.chains) counts.

    Raises:
        StudioError: a model without patches.
    """
    require_patches(model.config.patches)
    gallery = yield from update_gallery(model, library, part=part)
    mean = gallery.embeddings.mean(axis=0)
    return PartRetriever(model, part, replace(gallery, embeddings=_unit(gallery.embeddings - mean)), mean)


def _unit(rows: np.ndarray) -> np.ndarray:
    """Scale vectors (…, D) to length 1; zero vectors stay."""
    lengths: np.ndarray = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
