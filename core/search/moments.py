"""Find the moments of a long take that match a query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import prepare_for, window_starts
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import encode_windows, images_of, not_finite

# Seconds of a moment and from one to the next: about as long as one action of a caption. The short windows of a gallery, 4 s and
# 2 s apart, place a moment worse: of 125 captions of clips in takes of five, 88 % of the best moments had their middle in the
# right clip, against 97 %.
LONG_S, HOP_S = 3.0, 0.75
BATCH = 64


@dataclass(frozen=True, eq=False)
class Moments:
    """Embeddings of a take: unit rows (W, D) of windows that start at `starts_s` (W,) and last `long_s` seconds."""

    rows: np.ndarray
    starts_s: np.ndarray
    long_s: float
    duration_s: float

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Return the cosines (W,) with a unit query (D,)."""
        return self.rows @ query.astype(np.float32)

    def best(self, query: np.ndarray, k: int = 5) -> list[tuple[float, float, float]]:
        """Return (start, end, score) of the k best moments, in seconds; none overlaps another by half or more."""
        scores, found = self.scores(query), list[tuple[float, float, float]]()
        for at in np.argsort(-scores, kind="stable"):
            start = float(self.starts_s[at])
            if all(abs(start - other) > self.long_s / 2 for other, _, _ in found):
                found.append((start, min(start + self.long_s, self.duration_s), float(scores[at])))
            if len(found) == k:
                break
        return found


def moments_of(model: MotionTextModel, motion: Motion, long_s: float = LONG_S, hop_s: float = HOP_S) -> Job[Moments]:
    """Encode overlapping windows of a take, each placed as a motion of its own.

    The take is converted to the model's rate and size once.

    Args:
        model: The model.
        motion: The take.
        long_s: Duration of a window in seconds.
        hop_s: From the start of a window to that of the next, in seconds.

    Raises:
        StudioError: an embedding is not finite.
    """
    recipe = model.config.patches
    prepared = prepare_for(motion, recipe, model.config.people)
    length, hop = int(long_s * recipe.fps), max(int(hop_s * recipe.fps), 1)
    starts = window_starts(prepared.frame_count, length, hop)
    meter = Meter("Reading moments", len(starts))
    rows = []
    for at in range(0, len(starts), BATCH):
        yield meter.at(at)
        rows.append(encode_windows(model, images_of(model, prepared, [(s, s + length) for s in starts[at : at + BATCH]])))
    yield meter.at(len(starts))
    if not all(np.isfinite(some).all() for some in rows):
        raise not_finite(model, motion.name)
    return Moments(np.concatenate(rows), np.array(starts) / recipe.fps, long_s, motion.duration_s)
