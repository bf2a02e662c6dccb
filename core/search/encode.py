"""Vectors of text and motion: what a model makes of a sentence and of the windows of a take."""

from __future__ import annotations

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MAX_FRAMES, prepare, to_patches, window_starts

# Windows encoded at a time.
BATCH = 64


@torch.inference_mode()
def encode_text(model: MotionTextModel, text: str) -> np.ndarray:
    """(D,) unit row. Raises StudioError for an empty sentence."""
    if not text.strip():
        raise StudioError("Type what the motion should show.")
    with device.one_thread():
        return model.encode_text([text.strip()])[0].cpu().numpy()


def windows_of(model: MotionTextModel, motion: Motion) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Cut a motion into overlapping windows and make their patch images.

    Returns:
        (W, 3, 224, C) pixels, for a model of two people (W, 2, 3, 224, C), and the start and end of each window in seconds.

    Raises:
        StudioError: one person, for a model of two.
    """
    people = [prepare(person, model.config.patches) for person in _read_people(model, motion)]
    fps, starts = model.config.patches.fps, window_starts(people[0].frame_count)
    pixels = np.stack([_window(model, people, start) for start in starts])
    return pixels, [(round(s / fps, 3), round(min((s + MAX_FRAMES) / fps, motion.duration_s), 3)) for s in starts]


def first_window_of(model: MotionTextModel, motion: Motion) -> np.ndarray:
    """Make the patch image of the first window alone: the first of `windows_of`."""
    return _window(model, [prepare(person, model.config.patches) for person in _read_people(model, motion)], 0)


def _window(model: MotionTextModel, people: list[Motion], start: int) -> np.ndarray:
    """Make the patch image (3, 224, C), or (2, 3, 224, C), of the window that begins at a frame of prepared motions."""
    recipe, images = model.config.patches, []
    for person in people:
        window = person.crop(start, start + MAX_FRAMES)
        if start:  # place the window as a motion of its own
            window = prepare(window, recipe)
        images.append(to_patches(window, model.statistics, recipe=recipe).pixels)
    return images[0] if len(images) == 1 else np.stack(images)


def _read_people(model: MotionTextModel, motion: Motion) -> tuple[Motion, ...]:
    """The people that a model reads: the first, or both of a pair."""
    return people_of(motion) if model.config.people == 2 else motion.people[:1]


def people_of(motion: Motion) -> tuple[Motion, ...]:
    """Return the people of a motion, each as a motion of one person."""
    if motion.partner is None:
        raise StudioError(f"{motion.name} shows one person; this model reads two.")
    return motion.people


@torch.inference_mode()
def encode_windows(model: MotionTextModel, pixels: np.ndarray, precision: str = "auto") -> np.ndarray:
    """What windows_of gives -> (W, D) unit rows."""
    with device.autocast(str(model.device), precision):
        return model.encode_motion(torch.from_numpy(pixels).to(model.device)).cpu().numpy()


def encode_first_window(model: MotionTextModel, motion: Motion, part: int | None = None) -> np.ndarray:
    """Return the (D,) unit row of the first window of a motion; with `part`, of that body part alone."""
    return encode_windows(model, only_part(model, first_window_of(model, motion)[None], part))[0]


def only_part(model: MotionTextModel, pixels: np.ndarray, part: int | None) -> np.ndarray:
    """Set all columns (the last axis) of pixels but those of one body part to the mean, 0 in z-scores; None keeps all."""
    if part is None:
        return pixels
    size = model.config.patches.points
    columns = slice(part * size, (part + 1) * size)
    alone = np.zeros_like(pixels)
    alone[..., columns] = pixels[..., columns]
    return alone
