"""Embed the clips of a library as at test time: first window, first caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models import device
from motionpatches.core.models.build import with_statistics
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, encode_windows, first_window_of
from motionpatches.core.search.gallery import Gallery


@dataclass(frozen=True, eq=False)
class Embedded:
    """`motions` (N, D) unit rows of `clips`; `skipped` could not be read."""

    clips: tuple[Clip, ...]
    motions: np.ndarray
    skipped: tuple[Skipped, ...]


def embed_clips(model: MotionTextModel, library: Library, clips: Sequence[Clip], precision: str = "fp32") -> Job[Embedded]:
    """The first window of each clip."""
    kept, rows, waiting, skipped = [], [np.zeros((0, model.config.dim), np.float32)], [], []
    meter = Meter(f"Encoding {library.name}", len(clips))
    for count, clip in enumerate(clips, 1):
        try:
            waiting.append(first_window_of(model, library.load(clip.id)))
            kept.append(clip)
        except StudioError as error:
            skipped.append(Skipped(clip.path, str(error)))
        if waiting and (len(waiting) == BATCH or count == len(clips)):
            rows.append(encode_windows(model, np.stack(waiting), precision))
            waiting = []
            yield meter.at(count)
    if waiting:
        rows.append(encode_windows(model, np.stack(waiting), precision))
    if not kept:
        raise StudioError(f"No motion of {library.name} could be encoded. {skipped[0].reason if skipped else 'There is none.'}")
    return Embedded(tuple(kept), np.concatenate(rows), tuple(skipped))


def from_gallery(gallery: Gallery, clips: Sequence[Clip]) -> Embedded | None:
    """The first windows as a gallery holds them (rounded to half precision on disk); None where one of the clips is not in
    it."""
    rows: dict[str, int] = {}
    for row, entry in enumerate(gallery.entries):
        rows.setdefault(entry.clip_id, row)
    if not clips or any(clip.id not in rows for clip in clips):
        return None
    return Embedded(tuple(clips), gallery.embeddings[[rows[clip.id] for clip in clips]], ())


@torch.inference_mode()
def embed_texts(model: MotionTextModel, sentences: Sequence[str], precision: str = "fp32") -> np.ndarray:
    """(N, D) unit rows; each different sentence is encoded once."""
    unique = list(dict.fromkeys(sentences))
    with device.autocast(str(model.device), precision):
        rows = torch.cat([model.encode_text(unique[at : at + BATCH]) for at in range(0, len(unique), BATCH)]).cpu().numpy()
    number = {sentence: row for row, sentence in enumerate(unique)}
    return rows[[number[s] for s in sentences]]


@torch.inference_mode()
def sentence_rows(captions: Sequence[str], encoder: str = "") -> np.ndarray:
    """(N, S) unit rows of a sentence encoder that was not trained on motion: the starter model's text encoder (all-MiniLM-L6-v2,
    tuned a little), or a transformers encoder by name or folder (TMR takes all-mpnet-base-v2)."""
    if encoder:
        text = TextEncoder.pretrained(preset("starter", text=encoder, text_weights="hub")).eval()
    else:
        text = load_model(paths.starter_model()).text_encoder
    unique = list(dict.fromkeys(captions))
    found = [functional.normalize(text(*text.tokenize(unique[at : at + BATCH])), dim=-1) for at in range(0, len(unique), BATCH)]
    rows, number = torch.cat(found).numpy(), {caption: row for row, caption in enumerate(unique)}
    return rows[[number[c] for c in captions]]


def fitted(model: MotionTextModel, library: Library) -> tuple[MotionTextModel, str]:
    """Give a model that is normalised per joint the statistics of a library of another skeleton.

    Returns:
        The model and a sentence that says so; other models unchanged and ''.
    """
    if model.statistics.normalisation != "joint" or model.config.patches.form == "joints":
        return model, ""
    joints = library.load(library.clips[0].id).skeleton.joint_count
    if joints == len(model.statistics.mean):
        return model, ""
    clips = library.in_split("train") or library.clips
    found = library_statistics(library, clips, model.config.patches)
    note = f"Mean and deviation per joint are those of {library.name}, whose skeleton has {joints} joints."
    return with_statistics(model, found.values), f"{note} {found.note}".strip()
