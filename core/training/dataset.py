"""A library prepared for training: sample points once, in one memory-mapped file; captions and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import StudioError
from core.library.captions import mirror_caption
from core.library.library import Clip, Library, Skipped
from core.patches import (
    COLUMNS,
    MAX_FRAMES,
    Normalisation,
    PatchRecipe,
    PatchStatistics,
    compute_statistics,
    pixels_of,
    prepare,
    sample_points,
)
from core.progress import Job, Meter
from core.training.augment import maybe_mirror, vary


@dataclass(frozen=True, eq=False)
class PreparedClips:
    """Points of clip i: points[starts[i]:starts[i + 1]], (T, 80, 3) float16 in metres (z-scores for statistics
    per joint). `skipped` lists clips that could not be read."""

    points: np.ndarray
    starts: np.ndarray
    captions: tuple[tuple[str, ...], ...]
    normalisation: Normalisation
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        return len(self.captions)

    def clip_points(self, index: int) -> np.ndarray:
        return self.points[self.starts[index]:self.starts[index + 1]].astype(np.float32)


def prepare_clips(library: Library, clips: Sequence[Clip], recipe: PatchRecipe, file: Path,
                  statistics: PatchStatistics | None = None) -> Job[PreparedClips]:
    """Reads, canonicalises and samples every captioned clip once. With statistics per joint the z-score is done
    here, since it comes before interpolation."""
    per_joint = recipe.normalisation == "joint"
    starts, captions, skipped = [0], [], []
    meter = Meter("Preparing patches", len(clips))
    with open(file, "wb") as stream:
        for count, clip in enumerate(clips):
            if count % 50 == 0:
                yield meter.at(count)
            if not clip.captions:
                skipped.append(Skipped(clip.path, f"{clip.id} has no caption"))
                continue
            try:
                motion = prepare(library.load(clip.id), recipe)
                if per_joint and statistics is not None:
                    motion = type(motion)((motion.positions - statistics.mean) / statistics.std, motion.fps,
                                          motion.skeleton)
                points = sample_points(motion)
            except StudioError as error:
                skipped.append(Skipped(clip.path, str(error)))
                continue
            stream.write(np.ascontiguousarray(points, np.float16).tobytes())
            starts.append(starts[-1] + len(points))
            captions.append(clip.captions)
    yield meter.at(len(clips))
    if not captions:
        reason = f" {skipped[0].reason}" if skipped else ""
        raise StudioError(f"No clip of {library.name} can be trained on: captions are needed.{reason}")
    points = np.memmap(file, np.float16, "r", shape=(starts[-1], COLUMNS, 3))
    return PreparedClips(points, np.array(starts), tuple(captions), recipe.normalisation, tuple(skipped))


def training_statistics(library: Library, clips: Sequence[Clip], recipe: PatchRecipe) -> PatchStatistics:
    """Mean and std over the given clips, prepared as the recipe asks."""
    def motions():
        for clip in clips:
            try:
                yield prepare(library.load(clip.id), recipe)
            except StudioError:
                continue
    return compute_statistics(motions(), recipe.normalisation)


@dataclass(frozen=True, eq=False)
class Batch:
    """pixels (B, 3, 224, 80), a caption each, and positives (B, B): does motion i carry caption j?"""

    pixels: np.ndarray
    captions: list[str]
    positives: np.ndarray


def make_batch(clips: PreparedClips, rows: np.ndarray, statistics: PatchStatistics, rng: np.random.Generator, *,
               mirror: bool, augment: float, same_caption_positives: bool) -> Batch:
    """Draws caption, crop, mirror and variation for the given clips."""
    pixels = np.zeros((len(rows), 3, MAX_FRAMES, COLUMNS), np.float32)
    drawn, owned = [], []
    for row, index in enumerate(rows):
        flip = mirror and clips.normalisation == "sample_point" and bool(rng.random() < 0.5)
        points = clips.clip_points(index)
        if clips.normalisation == "sample_point":
            points = (vary(maybe_mirror(points, flip), augment, rng) - statistics.mean) / statistics.std
        start = int(rng.integers(max(len(points) - MAX_FRAMES, 0) + 1))
        pixels[row] = pixels_of(points[start:start + MAX_FRAMES])
        own = [mirror_caption(c) for c in clips.captions[index]] if flip else list(clips.captions[index])
        drawn.append(own[int(rng.integers(len(own)))])
        owned.append(frozenset(own))
    positives = np.eye(len(rows), dtype=bool)
    if same_caption_positives:
        for i, own in enumerate(owned):
            positives[i] |= np.fromiter((caption in own for caption in drawn), bool, len(drawn))
        positives |= positives.T
    return Batch(pixels, drawn, positives)


def first_window(clips: PreparedClips, index: int, statistics: PatchStatistics) -> np.ndarray:
    """(3, 224, 80) pixels of the first 224 frames, as at test time."""
    points = clips.clip_points(index)[:MAX_FRAMES]
    if clips.normalisation == "sample_point":
        points = (points - statistics.mean) / statistics.std
    return pixels_of(points)
