"""Embed sentences and the windows of takes with a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import (
    MAX_FRAMES,
    SHORT_FRAMES,
    prepare,
    prepare_for,
    require_patches,
    to_patches,
    window_starts,
)

# Windows encoded at a time.
BATCH = 64
# Frames of the windows of a gallery, those of evaluation first. A short action drowns in a long window.
INDEXED = (MAX_FRAMES, SHORT_FRAMES)


@torch.inference_mode()
def encode_text(model: MotionTextModel, text: str) -> np.ndarray:
    """Return the unit row (D,) of a sentence.

    Raises:
        StudioError: for an empty sentence, and for an embedding that is not finite.
    """
    if not text.strip():
        raise StudioError("Type what the motion should show.")
    with device.one_thread():
        row = model.encode_text([text.strip()])[0].cpu().numpy()
    if not np.isfinite(row).all():
        raise not_finite(model, f"the sentence {text.strip()[:60]!r}")
    return row


def prepare_texts(model: MotionTextModel) -> None:
    """Do now what a model does once for the sentences after its first one (core/models/half_linear.py)."""
    for _ in range(2):
        encode_text(model, "a")


@torch.inference_mode()
def encode_texts(model: MotionTextModel, texts: Sequence[str]) -> np.ndarray:
    """Return the rows (N, D) of sentences that are encoded together; best of similar length."""
    device.all_threads()
    with device.autocast(str(model.device)):
        return model.encode_text(list(texts)).cpu().numpy()


def windows_of(
    model: MotionTextModel, motion: Motion, lengths: Sequence[int] = (MAX_FRAMES,)
) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Cut a motion into windows that overlap by half, and make their patch images.

    Args:
        model: The model.
        motion: The motion.
        lengths: Frames of the windows, descending; a motion in which two shorter windows do not fit has none of that length.

    Returns:
        (W, 3, 224, C) pixels, for a model of two people (W, 2, 3, 224, C), and the start and end of each window in seconds; all
        windows of a length together, in the order of `lengths`.

    Raises:
        StudioError: one person, for a model of two.
    """
    prepared = prepare_for(motion, model.config.patches, model.config.people)
    fps, frames = model.config.patches.fps, prepared.frame_count
    ranges = [
        (start, start + length)
        for i, length in enumerate(lengths)
        if i == 0 or frames >= length + length // 2
        for start in window_starts(frames, length)
    ]
    return images_of(model, prepared, ranges), [
        (round(first / fps, 3), round(min(end / fps, motion.duration_s), 3)) for first, end in ranges
    ]


def first_window_of(model: MotionTextModel, motion: Motion) -> np.ndarray:
    """Make the patch image of the first window alone: the first of `windows_of`."""
    prepared = prepare_for(motion, model.config.patches, model.config.people)
    return image_of(model, cut_window(model, prepared, 0, MAX_FRAMES))


def images_of(model: MotionTextModel, prepared: Motion, ranges: Sequence[tuple[int, int]]) -> np.ndarray:
    """Make the images (W, …) of windows of a prepared motion: the first frame of each, and the one after its last."""
    return np.stack([image_of(model, cut_window(model, prepared, first, end)) for first, end in ranges])


def cut_window(model: MotionTextModel, prepared: Motion, first: int, end: int) -> Motion:
    """Cut frames `first` to `end` out of a prepared motion, at most 224.

    A window is placed as a motion of its own, but the first of 224 frames, which stays as it is evaluated.
    """
    end = min(end, first + MAX_FRAMES)
    cut = prepared.crop(first, end)
    is_first = first == 0 and end >= min(MAX_FRAMES, prepared.frame_count)
    return cut if is_first else prepare(cut, model.config.patches)


def image_of(model: MotionTextModel, prepared: Motion) -> np.ndarray:
    """Make the patch image (3, 224, C) of a prepared window, or (2, 3, 224, C) of a pair."""
    images = [to_patches(one, model.statistics, recipe=model.config.patches).pixels for one in prepared.people]
    return images[0] if len(images) == 1 else np.stack(images)


@torch.inference_mode()
def encode_windows(model: MotionTextModel, pixels: np.ndarray, precision: str = "auto") -> np.ndarray:
    """Return the unit rows (W, D) of windows as `windows_of` returns them."""
    device.all_threads()
    with device.autocast(str(model.device), precision):
        return model.encode_motion(torch.from_numpy(pixels).to(model.device)).cpu().numpy()


def encode_first_window(model: MotionTextModel, motion: Motion, part: int | None = None) -> np.ndarray:
    """Return the unit row (D,) of the first window of a motion; with `part`, of that body part alone.

    Raises:
        StudioError: for an embedding that is not finite.
    """
    row = encode_windows(model, only_part(model, first_window_of(model, motion)[None], part))[0]
    if not np.isfinite(row).all():
        raise not_finite(model, motion.name)
    return row


def not_finite(model: MotionTextModel, what: str) -> StudioError:
    """Make the error of a motion or sentence whose embedding has numbers that are not finite."""
    return StudioError(
        f"{what}: its embedding by {model.name or 'the model'} is not finite. Check its values; if this happens to all motions "
        "or sentences, the weights are damaged: train or download the model again."
    )


def only_part(model: MotionTextModel, pixels: np.ndarray, part: int | None) -> np.ndarray:
    """Set all columns (the last axis) of pixels but those of one body part to the mean, 0 in z-scores; None keeps all.

    Raises:
        StudioError: a part, for a model without patches.
    """
    if part is None:
        return pixels
    require_patches(model.config.patches)
    size = model.config.patches.points
    columns = slice(part * size, (part + 1) * size)
    alone = np.zeros_like(pixels)
    alone[..., columns] = pixels[..., columns]
    return alone
