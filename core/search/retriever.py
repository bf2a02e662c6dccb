"""Search a gallery with a model: text or motion in, hits out."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, encode_first_window, encode_text
from motionpatches.core.search.gallery import Gallery, Hit


@dataclass(frozen=True, eq=False)
class Retriever:
    """Searches one gallery with one model."""

    model: MotionTextModel
    gallery: Gallery
    known_captions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def search_motion(self, motion: Motion, k: int, only: Container[str] | None = None) -> list[Hit]:
        """The k clips nearest to (the first window of) a motion."""
        return self.gallery.nearest(encode_first_window(self.model, motion), k, only)

    def search_terms(self, query: str, shown: Motion | None, k: int, only: Container[str] | None = None) -> list[Hit]:
        """The k clips nearest to a sentence, or to a signed sum of terms between blanks, 'this + running - walking', where
        `this` is the shown motion. Motions lie nearer to motions than to words: each term counts by how far it tells the
        library's clips apart (one over the spread of its scores). Raises StudioError."""
        rows = []
        for weight, term in terms_of(query):
            if term.lower() == "this":
                if shown is None:
                    raise StudioError("Show the motion that 'this' means first.")
                rows.append((weight, encode_first_window(self.model, shown)))
            else:
                rows.append((weight, encode_text(self.model, term)))
        if not rows:
            raise StudioError("Type what the motion should show.")
        if len(rows) > 1:
            rows = [(weight / max(float(self.gallery.scores(row).std()), 1e-6), row) for weight, row in rows]
        return self.gallery.nearest(sum_of(rows), k, only)

    def captions_near(self, motion: Motion, library: Library, k: int) -> Job[list[tuple[str, float]]]:
        """The k captions of a library nearest to (the first window of) a motion, with their cosines. Captions are encoded the
        first time, the short ones first."""
        captions = list(dict.fromkeys(caption for clip in library.clips for caption in clip.captions))
        new = sorted((c for c in captions if c not in self.known_captions), key=len)
        meter = Meter("Reading captions", len(new))
        for at in range(0, len(new), BATCH):
            yield meter.at(at)
            part = new[at : at + BATCH]
            with torch.inference_mode(), device.autocast(str(self.model.device)):
                self.known_captions.update(zip(part, self.model.encode_text(part).cpu().numpy(), strict=True))
        if not captions:
            return []
        rows = np.stack([self.known_captions[c] for c in captions])
        scores = rows @ encode_first_window(self.model, motion)
        return [(captions[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


_TERM = re.compile(r"\s+([+-])\s+")


def terms_of(query: str) -> list[tuple[float, str]]:
    """'this + running - walking' -> [(1, 'this'), (1, 'running'), (-1, 'walking')]: signs stand between blanks."""
    parts = _TERM.split(query.strip())
    signs = ["+", *parts[1::2]]
    return [(1.0 if sign == "+" else -1.0, term.strip()) for sign, term in zip(signs, parts[::2], strict=True) if term.strip()]


def sum_of(rows: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """The unit vector of a signed sum of unit rows. Raises StudioError where they cancel each other."""
    total = np.sum([weight * row for weight, row in rows], axis=0)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise StudioError("These terms cancel each other. Leave one out.")
    return (total / length).astype(np.float32)
