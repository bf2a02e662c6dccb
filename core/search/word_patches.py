"""Which word met which patch: the cosines that late interaction takes the best of, for one sentence and one motion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import PARTS
from motionpatches.core.search.explain import hit_window


@dataclass(frozen=True, eq=False)
class WordPatches:
    """The words of a sentence against the patches of a window of a motion; W windows of patches hold motion.

    Attributes:
        words: of the sentence, between blanks.
        cosines: (words, 5, W) the mean cosine of a word's tokens with each patch; NaN for a word without tokens.
        points: frames per patch.
        start_s: where the first window starts in the motion.
        fps: rate of the frames.
    """

    words: tuple[str, ...]
    cosines: np.ndarray
    points: int
    start_s: float
    fps: float

    @cached_property
    def weights(self) -> np.ndarray:
        """(words, 5, W) from 0 at a word's mean cosine or below to 1 at its best patch; zeros for a word without tokens."""
        mean = self.cosines.mean(axis=(1, 2), keepdims=True)
        best = self.cosines.max(axis=(1, 2), keepdims=True)
        shares = (self.cosines - mean) / np.maximum(best - mean, 1e-9)
        return np.nan_to_num(np.clip(shares, 0, 1))

    def best_word(self, part: int, time_s: float) -> int:
        """The word that is nearest to the patch of a body part at a time of the motion; -1 outside of the window."""
        at = self.window_at(time_s)
        found = self.cosines[:, part, at] if at >= 0 else np.full(len(self.words), np.nan)
        return -1 if np.isnan(found).all() else int(np.nanargmax(found))

    def window_at(self, time_s: float) -> int:
        """The window of patches at a time of the motion; -1 for none."""
        at = int((time_s - self.start_s) * self.fps // self.points)
        return at if 0 <= at < self.cosines.shape[2] else -1


@torch.inference_mode()
def sentence_rows(model: MotionTextModel, sentence: str) -> tuple[np.ndarray, np.ndarray]:
    """Embed a sentence and its tokens by a model with token heads, in one pass.

    Returns:
        (D,) the unit row, as `encode_text` returns it, and (L, D') those of all tokens, zeros for what is no word.
    """
    with device.one_thread():
        ids, mask = model.text_encoder.tokenize([sentence])
        row, tokens = model.encode_words(ids.to(model.device), mask.to(model.device))
    return row[0].cpu().numpy(), tokens[0].float().cpu().numpy()


def word_rows(model: MotionTextModel, sentence: str) -> tuple[np.ndarray, np.ndarray]:
    """Embed the words of a sentence by a model with token heads.

    Returns:
        (L, D) unit rows of the tokens that are words, and (L,) where each begins in the sentence.
    """
    rows = sentence_rows(model, sentence)[1]
    kept = np.abs(rows).max(axis=1) > 0
    return rows[kept], np.array(model.text_encoder.beginnings(sentence), np.int64)[kept]


@torch.inference_mode()
def link(model: MotionTextModel, motion: Motion, sentence: str, start_s: float = 0.0, end_s: float = 0.0) -> WordPatches | None:
    """Compare the words of a sentence with the patches of a motion, from `start_s` to `end_s` as `explain.occlude` takes them.

    Returns:
        The cosines; None for a model without tokens.
    """
    if model.token_heads is None:
        return None
    patches, first = hit_window(model, motion, start_s, end_s)
    with device.autocast(str(model.device), "fp32"):
        _, found = model.encode_patches(torch.from_numpy(patches.pixels[None]).to(model.device))
    rows = found[0].float().cpu().numpy()
    size = model.config.patches.points
    count = -(-patches.frames // size)
    tokens, begins = word_rows(model, sentence)
    cosines = (tokens @ rows[: count * PARTS].T).reshape(len(tokens), count, PARTS).swapaxes(1, 2)
    spans = [match.span() for match in re.finditer(r"\S+", sentence)]
    of_words = np.full((len(spans), PARTS, count), np.nan, np.float32)
    for at, (start, end) in enumerate(spans):
        own = (begins >= start) & (begins < end)
        if own.any():
            of_words[at] = cosines[own].mean(axis=0)
    return WordPatches(tuple(sentence.split()), of_words, size, first / model.config.patches.fps, model.config.patches.fps)
