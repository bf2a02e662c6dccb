"""A library prepared for training: columns once, in one memory-mapped file; captions and their kin."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import StudioError
from core.library.captions import mirror_caption
from core.library.library import Clip, Library, Skipped
from core.motion.motion import Motion
from core.patches import (
    MAX_FRAMES,
    PatchRecipe,
    PatchStatistics,
    columns_of,
    mirror_columns,
    normalise,
    pixels_of,
    prepare,
)
from core.progress import Job, Meter
from core.retriever import people_of
from core.training.augment import vary


@dataclass(frozen=True, eq=False)
class PreparedClips:
    """Columns of clip i: points[starts[i]:starts[i + 1]], (T, P, C, 3) float16 of P people in metres (z-scores where the
    recipe's statistics are per joint, since they come before interpolation). `mirror` (C,): the column that each takes its
    place from in a mirrored motion. `skipped` lists clips that could not be read."""

    points: np.ndarray
    starts: np.ndarray
    captions: tuple[tuple[str, ...], ...]
    recipe: PatchRecipe
    mirror: np.ndarray
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        return len(self.captions)

    @property
    def normalised(self) -> bool:
        """Whether the z-score is done already."""
        return self.recipe.normalisation == "joint" and self.recipe.form == "patches"

    def clip_points(self, index: int) -> np.ndarray:
        """(P, T, C, 3) float32."""
        return self.points[self.starts[index]:self.starts[index + 1]].swapaxes(0, 1).astype(np.float32)


def prepare_clips(library: Library, clips: Sequence[Clip], recipe: PatchRecipe, file: Path,
                  statistics: PatchStatistics, people: int = 1) -> Job[PreparedClips]:
    """Reads, prepares and samples every captioned clip once."""
    starts, captions, skipped, mirror, shape = [0], [], [], None, None
    meter = Meter("Preparing patches", len(clips))
    with open(file, "wb") as stream:
        for count, clip in enumerate(clips):
            if count % 50 == 0:
                yield meter.at(count)
            if not clip.captions:
                skipped.append(Skipped(clip.path, f"{clip.id} has no caption"))
                continue
            try:
                motion = library.load(clip.id)
                everybody = people_of(motion) if people == 2 else (motion,)
                points = np.stack([_columns(person, recipe, statistics) for person in everybody], axis=1)
                if shape not in (None, points.shape[1:]):
                    raise StudioError(f"{clip.id} has {points.shape[2]} joints, the others {shape[1]}; raw joints need one "
                                      "skeleton.")
            except StudioError as error:
                skipped.append(Skipped(clip.path, str(error)))
                continue
            shape = points.shape[1:]
            mirror = mirror_columns(motion.skeleton, recipe) if mirror is None else mirror
            stream.write(np.ascontiguousarray(points, np.float16).tobytes())
            starts.append(starts[-1] + len(points))
            captions.append(clip.captions)
    yield meter.at(len(clips))
    if shape is None:
        reason = f" {skipped[0].reason}" if skipped else ""
        raise StudioError(f"No clip of {library.name} can be trained on: captions are needed.{reason}")
    points = np.memmap(file, np.float16, "r", shape=(starts[-1], *shape))
    return PreparedClips(points, np.array(starts), tuple(captions), recipe, mirror, tuple(skipped))


def _columns(motion: Motion, recipe: PatchRecipe, statistics: PatchStatistics) -> np.ndarray:
    motion = prepare(motion, recipe)
    if recipe.normalisation == "joint" and recipe.form == "patches":
        return normalise(motion, statistics, recipe)
    return columns_of(motion, recipe)


@dataclass(frozen=True, eq=False)
class Batch:
    """pixels (B, 3, 224, C), or (B, 2, 3, 224, C) of pairs; a caption each; and positives (B, B): does motion i carry
    caption j?"""

    pixels: np.ndarray
    captions: list[str]
    positives: np.ndarray


def make_batch(clips: PreparedClips, rows: np.ndarray, statistics: PatchStatistics, rng: np.random.Generator, *,
               mirror: bool, augment: float, same_caption_positives: bool) -> Batch:
    """Draws caption, crop, mirror and variation for the given clips; both people of a pair vary alike."""
    pixels, drawn, owned = [], [], []
    for index in rows:
        flip = mirror and not clips.normalised and bool(rng.random() < 0.5)
        everybody = clips.clip_points(index)
        if not clips.normalised:
            if flip:
                everybody = everybody[:, :, clips.mirror] * np.array([-1, 1, 1], np.float32)
            states = [rng, *(copy.deepcopy(rng) for _ in everybody[1:])]
            everybody = [(vary(points, clips.recipe, augment, state) - statistics.mean) / statistics.std
                         for points, state in zip(everybody, states, strict=True)]
        start = int(rng.integers(max(len(everybody[0]) - MAX_FRAMES, 0) + 1))
        pixels.append(_images([points[start:start + MAX_FRAMES] for points in everybody]))
        own = [mirror_caption(c) for c in clips.captions[index]] if flip else list(clips.captions[index])
        drawn.append(own[int(rng.integers(len(own)))])
        owned.append(frozenset(own))
    positives = np.eye(len(rows), dtype=bool)
    if same_caption_positives:
        for i, own in enumerate(owned):
            positives[i] |= np.fromiter((caption in own for caption in drawn), bool, len(drawn))
        positives |= positives.T
    return Batch(np.stack(pixels), drawn, positives)


def first_window(clips: PreparedClips, index: int, statistics: PatchStatistics) -> np.ndarray:
    """Pixels of the first 224 frames, as at test time."""
    everybody = clips.clip_points(index)[:, :MAX_FRAMES]
    if not clips.normalised:
        everybody = (everybody - statistics.mean) / statistics.std
    return _images(list(everybody))


def _images(people: list[np.ndarray]) -> np.ndarray:
    images = [pixels_of(points) for points in people]
    return images[0] if len(images) == 1 else np.stack(images)
