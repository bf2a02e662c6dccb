"""Validate a model during a run: scores, and the results of a few sentences."""

from __future__ import annotations

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.metrics import Figures, equal_captions, found_first, retrieval, similarity
from motionpatches.core.models import device as devices
from motionpatches.core.models.catalogue import FIRST
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training.batches import first_window
from motionpatches.core.training.dataset import Prepared, PreparedClips
from motionpatches.core.training.events import FoundClip, WatchedSentence
from motionpatches.core.training.resume import seeded

WATCHED = 256
FOUND = 3
CHUNK = 64

Watched = list[tuple[PreparedClips, int]]


class NotFinite(StudioError):
    """A model whose embeddings hold NaN or infinity: it has no scores."""


def evaluate_prepared(model: MotionTextModel, clips: PreparedClips, device: str, precision: str = "auto") -> Figures:
    """Measure both definitions of *All* on first captions and first windows, and the share of clips that stand among the first
    of their own caption (FIRST, in percent, exact-caption, text to motion).

    Args:
        model: on `device`.
        clips: N motions with captions.
        device: where they are encoded.
        precision: 'fp32', or 'auto' for bf16 where it is faster without gradients.

    Raises:
        NotFinite: the embeddings hold NaN or infinity.
    """
    captions = [c[0] for c in clips.captions]
    motions = _motions(model, [(clips, i) for i in range(len(clips))], device, precision)
    texts = _texts(model, captions, device, precision)
    if not (np.isfinite(texts).all() and np.isfinite(motions).all()):
        raise NotFinite("The model's embeddings are NaN or infinite, so that it has no scores. Use another model.")
    figures = retrieval(texts, motions, captions)
    found = found_first(similarity(texts, motions), equal_captions(captions))
    figures["exact_caption"]["t2m"][FIRST] = round(100 * found / len(captions), 4)
    return figures


def selection_score(metrics: Figures) -> float:
    """Compute the score that the best epoch has the highest of: mean of R@1, R@5 and R@10 of both ways, exact-caption."""
    exact = metrics["exact_caption"]
    return float(np.mean([exact[way][r] for way in ("t2m", "m2t") for r in ("R@1", "R@5", "R@10")]))


def watched_clips(data: Prepared, seed: int) -> Watched:
    """Choose the clips that watched sentences are searched among: of validation first, then of training, drawn once."""
    found: Watched = []
    for clips in (data.val, data.train):
        order = seeded(seed, 4, len(found)).permutation(len(clips))[: WATCHED - len(found)]
        found += [(clips, int(i)) for i in order]
    return found


def found_for(
    model: MotionTextModel, sentences: list[str], watched: Watched, device: str, precision: str = "auto"
) -> tuple[WatchedSentence, ...]:
    """Search the watched clips for each sentence; the FOUND nearest."""
    scores = _texts(model, sentences, device, precision) @ _motions(model, watched, device, precision).T

    def found(place: int, score: float) -> FoundClip:
        clips, index = watched[place]
        return FoundClip(clips.ids[index], clips.captions[index][0], round(score, 3))

    return tuple(
        WatchedSentence(text, tuple(found(i, float(row[i])) for i in np.argsort(-row, kind="stable")[:FOUND]))
        for text, row in zip(sentences, scores, strict=True)
    )


@torch.inference_mode()
def _motions(model: MotionTextModel, rows: Watched, device: str, precision: str) -> np.ndarray:
    """(N, dim) of first windows."""
    model.eval()
    found = []
    for at in range(0, len(rows), CHUNK):
        pixels = np.stack([first_window(clips, i, model.statistics) for clips, i in rows[at : at + CHUNK]])
        with devices.autocast(device, precision):
            found.append(model.encode_motion(torch.from_numpy(pixels).to(device)).cpu().numpy())
    return np.concatenate(found)


@torch.inference_mode()
def _texts(model: MotionTextModel, sentences: list[str], device: str, precision: str) -> np.ndarray:
    """(N, dim); each different sentence is encoded once."""
    model.eval()
    different = list(dict.fromkeys(sentences))
    found: list[np.ndarray] = []
    for at in range(0, len(different), CHUNK):
        with devices.autocast(device, precision):
            found.append(model.encode_text(different[at : at + CHUNK]).cpu().numpy())
    row_of = {text: row for row, text in enumerate(different)}
    return np.concatenate(found)[[row_of[text] for text in sentences]]
