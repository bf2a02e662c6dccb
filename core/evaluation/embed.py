"""Embed the clips of a library as at test time: first window, first caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models import device
from motionpatches.core.models.build import with_statistics
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, encode_windows, first_window_of, not_finite
from motionpatches.core.search.gallery import Gallery


@dataclass(frozen=True, eq=False)
class Embedded:
    """`motions` (N, D) unit rows of `clips`; `skipped` could not be read."""

    clips: tuple[Clip, ...]
    motions: np.ndarray
    skipped: tuple[Skipped, ...]


def embed_clips(model: MotionTextModel, library: Library, clips: Sequence[Clip], precision: str = "fp32") -> Job[Embedded]:
    """The first window of each clip. Clips that cannot be read, or whose embedding is not finite, are skipped."""
    done = _Rows(model, precision)
    meter = Meter(f"Encoding {library.name}", len(clips))
    for count, clip in enumerate(clips, 1):
        try:
            done.add(clip, first_window_of(model, library.load(clip.id)))
        except StudioError as error:
            done.skipped.append(Skipped(clip.path, str(error)))
        if len(done.waiting) == BATCH or count == len(clips):
            done.encode()
            yield meter.at(count)
    if not done.clips:
        reason = done.skipped[0].reason if done.skipped else "There is none."
        raise StudioError(f"No motion of {library.name} could be encoded. {reason}")
    return Embedded(tuple(done.clips), np.stack(done.rows), tuple(done.skipped))


@dataclass(eq=False)
class _Rows:
    """Embeddings so far, and the windows that wait to be encoded together."""

    model: MotionTextModel
    precision: str
    clips: list[Clip] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    waiting: list[tuple[Clip, np.ndarray]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, clip: Clip, window: np.ndarray) -> None:
        self.waiting.append((clip, window))

    def encode(self) -> None:
        if not self.waiting:
            return
        rows = encode_windows(self.model, np.stack([window for _, window in self.waiting]), self.precision)
        for (clip, _), row in zip(self.waiting, rows, strict=True):
            if np.isfinite(row).all():
                self.clips.append(clip)
                self.rows.append(row)
            else:
                self.skipped.append(Skipped(clip.path, str(not_finite(self.model, clip.id))))
        self.waiting = []


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
    """(N, D) unit rows; each different sentence is encoded once. Raises StudioError for an embedding that is not finite."""
    unique = list(dict.fromkeys(sentences))
    with device.autocast(str(model.device), precision):
        rows = torch.cat([model.encode_text(unique[at : at + BATCH]) for at in range(0, len(unique), BATCH)]).cpu().numpy()
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise not_finite(model, f"the sentence {unique[int(finite.argmin())][:60]!r}")
    number = {sentence: row for row, sentence in enumerate(unique)}
    return rows[[number[s] for s in sentences]]


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
