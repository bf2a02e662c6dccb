"""Embed sentences and the windows of takes with a model."""

from __future__ import annotations

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MAX_FRAMES, prepare, prepare_for, to_patches, window_starts

# Windows encoded at a time.
BATCH = 64


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


def windows_of(model: MotionTextModel, motion: Motion) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Cut a motion into overlapping windows and make their patch images.

    Returns:
        (W, 3, 224, C) pixels, for a model of two people (W, 2, 3, 224, C), and the start and end of each window in seconds.

    Raises:
        StudioError: one person, for a model of two.
    """
    prepared = prepare_for(motion, model.config.patches, model.config.people)
    fps, starts = model.config.patches.fps, window_starts(prepared.frame_count)
    pixels = np.stack([_window(model, prepared, start) for start in starts])
    return pixels, [(round(s / fps, 3), round(min((s + MAX_FRAMES) / fps, motion.duration_s), 3)) for s in starts]


def first_window_of(model: MotionTextModel, motion: Motion) -> np.ndarray:
    """Make the patch image of the first window alone: the first of `windows_of`."""
    return _window(model, prepare_for(motion, model.config.patches, model.config.people), 0)


def _window(model: MotionTextModel, prepared: Motion, start: int) -> np.ndarray:
    """Make the image of the window that begins at a frame of a prepared motion; a later one is placed as a motion of its own."""
    window = prepared.crop(start, start + MAX_FRAMES)
    return image_of(model, prepare(window, model.config.patches) if start else window)


def image_of(model: MotionTextModel, prepared: Motion) -> np.ndarray:
    """Make the patch image (3, 224, C) of a prepared window, or (2, 3, 224, C) of a pair."""
    images = [to_patches(one, model.statistics, recipe=model.config.patches).pixels for one in prepared.people]
    return images[0] if len(images) == 1 else np.stack(images)


@torch.inference_mode()
def encode_windows(model: MotionTextModel, pixels: np.ndarray, precision: str = "auto") -> np.ndarray:
    """Return the unit rows (W, D) of windows as `windows_of` returns them."""
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
    """Set all columns (the last axis) of pixels but those of one body part to the mean, 0 in z-scores; None keeps all."""
    if part is None:
        return pixels
    size = model.config.patches.points
    columns = slice(part * size, (part + 1) * size)
    alone = np.zeros_like(pixels)
    alone[..., columns] = pixels[..., columns]
    return alone
