"""Explain a result: how much the score falls without a patch, and without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion, frame_at
from motionpatches.core.patches import PARTS, MotionPatches, prepare_for, require_patches, to_patches
from motionpatches.core.progress import Job, Progress
from motionpatches.core.search.encode import cut_window
from motionpatches.core.search.query import THIS, Query

BATCH = 35


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What each patch contributes to a score; W windows of patches hold motion.

    Attributes:
        score: The cosine with nothing masked.
        falls: (5, W) for each patch the mean of two changes of the score: the drop when the patch is masked, and the gain when it
            is the only visible patch of its part. The second credits repeated movements, where one patch alone is not missed.
        by_part: (5,) the drop when a body part is masked throughout.
        points: Frames per patch.
        start_s: Where the first window starts in the motion.
        fps: Rate of the frames.
    """

    score: float
    falls: np.ndarray
    by_part: np.ndarray
    points: int
    start_s: float
    fps: float

    def at(self, time_s: float) -> np.ndarray:
        """Return the falls (5,) at a time of the motion; zeros outside of it."""
        window = int((time_s - self.start_s) * self.fps // self.points)
        return self.falls[:, window] if 0 <= window < self.falls.shape[1] else np.zeros(PARTS)


@dataclass(frozen=True)
class Word:
    """A word of the query, and how much the score falls without it."""

    text: str
    fall: float


def occlude(
    model: MotionTextModel, motion: Motion, query: np.ndarray, start_s: float = 0.0, end_s: float = 0.0
) -> Job[Occlusion]:
    """Measure a score again with patches masked (occlusion; Zeiler and Fergus, 2014): one by one, and each part throughout.

    A masked patch is set to the mean, which is 0 in z-scores.

    Args:
        model: A model that reads patches of one person.
        motion: The motion; one window of it is scored.
        query: Unit row (D,).
        start_s: Start of the window in seconds.
        end_s: Its end, as a hit has it; at most 224 frames count. 0 for the end of the motion.

    Raises:
        StudioError: for a model of raw motion or of two people.
    """
    recipe = model.config.patches
    require_patches(recipe)
    if model.config.people != 1:
        raise StudioError("This model reads no single person's patches, so that they cannot be covered one by one.")
    patches, first = hit_window(model, motion, start_s, end_s)
    # The image as a grid of patches: (3, W windows, points, 5 parts, points); the last window may be padded with zeros.
    size, count = recipe.points, -(-patches.frames // recipe.points)
    patch = patches.pixels[:, : count * size].reshape(3, count, size, PARTS, size)
    # One mask (5 parts, W windows) for each image to score, 1 where a patch is shown. For each part 1 + 2 W of them: the part
    # masked throughout; the part masked in one window; the part masked in all windows but one.
    shown = np.ones((PARTS, 1 + 2 * count, PARTS, count), np.float32)
    for part in range(PARTS):
        shown[part, 0, part] = 0
        shown[part, 1 : 1 + count, part] -= np.eye(count, dtype=np.float32)
        shown[part, 1 + count :, part] = np.eye(count, dtype=np.float32)
    # Before them the image with nothing masked: N = 1 + 5 (1 + 2 W) masks in all.
    shown = np.concatenate([np.ones((1, PARTS, count), np.float32), shown.reshape(-1, PARTS, count)])
    # Each mask, transposed to (N, 1, W, 1, 5, 1), scales whole patches; frames after the last window are zeros in all images.
    covered = np.repeat(patches.pixels[None], len(shown), axis=0)
    covered[:, :, : count * size] = (patch * shown.transpose(0, 2, 1)[:, None, :, None, :, None]).reshape(
        len(shown), 3, count * size, PARTS * size
    )
    scores = []
    for at in range(0, len(covered), BATCH):
        yield Progress("Covering patches", at, len(covered))
        scores.append(_scores(model, covered[at : at + BATCH], query))
    found = np.concatenate(scores)
    # Back to the parts: (5, 1), (5, W) and (5, W). A patch gets the mean of the drop without it, found[0] - without, and of the
    # gain when it alone of its part is shown, alone - throughout.
    throughout, without, alone = np.split(found[1:].reshape(PARTS, -1), [1, 1 + count], axis=1)
    falls = (found[0] - without + alone - throughout) / 2
    return Occlusion(float(found[0]), falls, found[0] - throughout[:, 0], size, first / recipe.fps, recipe.fps)


def hit_window(model: MotionTextModel, motion: Motion, start_s: float, end_s: float) -> tuple[MotionPatches, int]:
    """Make the patches of one window of a motion, as `occlude` takes its ends, and return its first frame at the model's rate."""
    recipe = model.config.patches
    prepared = prepare_for(motion, recipe, 1)
    first = frame_at(start_s, recipe.fps, prepared.frame_count)
    # The first frame after the end; an end of a hit is rounded, and lies behind its last frame by less than one.
    end = ceil(end_s * recipe.fps - 0.05) if end_s else prepared.frame_count
    return to_patches(cut_window(model, prepared, first, max(end, first + 1)), model.statistics, recipe=recipe), first


@torch.inference_mode()
def _scores(model: MotionTextModel, pixels: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return the cosines (N,) of images (N, 3, 224, C) with a query; in 32 bits, since differences are small."""
    with device.autocast(str(model.device), "fp32"):
        rows = model.encode_motion(torch.from_numpy(pixels).to(model.device))
    return rows.cpu().numpy() @ query.astype(np.float32)


@torch.inference_mode()
def leave_words_out(model: MotionTextModel, query: str, motion_row: np.ndarray) -> list[Word]:
    """Return how much the cosine with a unit motion row (D,) falls without each word of the query."""
    words = query.split()
    if len(words) < 2:
        return [Word(w, 0.0) for w in words]
    without = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
    with device.autocast(str(model.device)):
        rows = model.encode_text([query, *without]).cpu().numpy()
    scores = rows @ motion_row.astype(np.float32)
    return [Word(word, float(scores[0] - score)) for word, score in zip(words, scores[1:], strict=True)]


def leave_terms_out(query: Query, row_of: Callable[[Query], np.ndarray], motion_row: np.ndarray) -> list[Word]:
    """Return how much the cosine with a unit motion row (D,) falls without each word of a sum of terms.

    Args:
        query: The terms; 'this' is a word, and the signs between terms are words without which nothing falls.
        row_of: Returns the unit row (D,) of a query.
        motion_row: Of the motion.
    """

    def score_of(terms: list[tuple[float, str]]) -> float:
        """Return the score; 0 where no term is left, or they cancel each other, so that all of it is lost."""
        try:
            return float(row_of(Query(tuple(terms))) @ motion_row) if terms else 0.0
        except StudioError:
            return 0.0

    terms, words = list(query.terms), list[Word]()
    whole = float(row_of(query) @ motion_row)
    for at, (sign, term) in enumerate(terms):
        if at or sign < 0:
            words.append(Word("+" if sign > 0 else "-", 0.0))
        parts = [term] if term.lower() == THIS else term.split()
        for i, word in enumerate(parts):
            rest = " ".join(parts[:i] + parts[i + 1 :])
            left = [*terms[:at], *([(sign, rest)] if rest else []), *terms[at + 1 :]]
            words.append(Word(word, whole - score_of(left)))
    return words


def deletion_curve(model: MotionTextModel, pixels: np.ndarray, query: np.ndarray, order: np.ndarray, size: int) -> np.ndarray:
    """Return the scores (N + 1,) of an image while its patches are masked one after the other (Petsiuk, Das and Saenko, 2018).

    Args:
        model: A model that reads patches.
        pixels: (3, 224, 5 size).
        query: Unit row (D,).
        order: (N, 2) rows (part, window) of patches, the first to mask first.
        size: Frames and points per patch.
    """
    images, image = [pixels], pixels
    for part, at in order:
        image = image.copy()
        image[:, at * size : (at + 1) * size, part * size : (part + 1) * size] = 0
        images.append(image)
    return np.concatenate([_scores(model, np.stack(images[i : i + BATCH]), query) for i in range(0, len(images), BATCH)])
