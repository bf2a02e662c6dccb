"""Explain a result: how much the score falls without a patch, and without a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion, frame_at
from motionpatches.core.patches import MAX_FRAMES, PARTS, prepare, prepare_for, to_patches
from motionpatches.core.progress import Job, Progress

BATCH = 35


@dataclass(frozen=True, eq=False)
class Occlusion:
    """`score` is the cosine of the whole window; `by_part` (5,) by how much it falls when a body part is set to the mean in all
    of the W windows of `points` frames that hold motion; `falls` (5, W) what one of them gives: the mean of the fall without it
    and of the rise by it where the rest of the part is covered (what repeats itself, as a wave does, is not missed in one).
    `start_s`: where the first begins in the motion; `fps` of the frames."""

    score: float
    falls: np.ndarray
    by_part: np.ndarray
    points: int
    start_s: float
    fps: float

    def at(self, time_s: float) -> np.ndarray:
        """(5,) at a time of the motion; zeros outside."""
        window = int((time_s - self.start_s) * self.fps // self.points)
        return self.falls[:, window] if 0 <= window < self.falls.shape[1] else np.zeros(PARTS)


@dataclass(frozen=True)
class Word:
    """A word of the query, and how much the score falls without it."""

    text: str
    fall: float


def occlude(model: MotionTextModel, motion: Motion, query: np.ndarray, start_s: float = 0.0) -> Job[Occlusion]:
    """Occlusion (Zeiler and Fergus, 2014) part by window, and each part throughout: the patches are set to the mean, which is 0
    in z-scores, and the cosine with a unit query (D,) is measured again."""
    recipe = model.config.patches
    if recipe.form != "patches" or model.config.people != 1:
        raise StudioError("This model reads no single person's patches, so that they cannot be covered one by one.")
    prepared = prepare_for(motion, recipe, 1)
    first = frame_at(start_s, recipe.fps, prepared.frame_count)
    window = prepared.crop(first, first + MAX_FRAMES)
    patches = to_patches(prepare(window, recipe) if first else window, model.statistics, recipe=recipe)
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


@torch.inference_mode()
def _scores(model: MotionTextModel, pixels: np.ndarray, query: np.ndarray) -> np.ndarray:
    # What a patch takes away may be less than what 16 bits hold.
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


def deletion_curve(model: MotionTextModel, pixels: np.ndarray, query: np.ndarray, order: np.ndarray, size: int) -> np.ndarray:
    """(N + 1,) scores of an image (3, 224, 5 size) while its patches, given as rows (part, window), are set to the mean one
    after the other (Petsiuk, Das and Saenko, 2018)."""
    images, image = [pixels], pixels
    for part, at in order:
        image = image.copy()
        image[:, at * size : (at + 1) * size, part * size : (part + 1) * size] = 0
        images.append(image)
    return np.concatenate([_scores(model, np.stack(images[i : i + BATCH]), query) for i in range(0, len(images), BATCH)])
