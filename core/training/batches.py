"""Batches: caption, crop, mirror, variation and part-CutMix, each drawn by the place in the run that it belongs to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from motionpatches.core.library.captions import mirror_caption
from motionpatches.core.patches import MAX_FRAMES, PARTS, PatchStatistics, pixels_of
from motionpatches.core.training.augment import vary
from motionpatches.core.training.caption_forms import swapped_events, without_stop_words
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.dataset import PreparedClips
from motionpatches.core.training.resume import seeded

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Batch:
    """The batch of an optimizer step, with the motions of one process's part.

    Attributes:
        pixels: (b, 3, 224, C), or (b, 2, 3, 224, C) of pairs: the motions of the part.
        captions: all B of the batch.
        targets: (B, B) how far motion i shows what caption j says.
        wrong: of each caption of several events the same with these in reverse, '' for others; none at all where not asked for.
        step: the optimizer step from 0, whose random numbers the batch is made of.
    """

    pixels: np.ndarray
    captions: list[str]
    targets: np.ndarray
    step: int = 0
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Draw:
    """What chance decided for one motion: captions that it answers to, the one drawn, and the random generator for the rest."""

    row: int
    flip: bool
    owned: frozenset[str]
    caption: str
    rng: np.random.Generator


def make_batch(
    clips: PreparedClips,
    rows: np.ndarray,
    statistics: PatchStatistics,
    config: TrainingConfig,
    step: int,
    part: slice = slice(None),
) -> Batch:
    """Make the batch of an optimizer step, the same however many processes share it.

    Args:
        clips: the training clips.
        rows: (B,) the clips of the batch.
        statistics: of the model.
        config: caption, crop, mirror, variation, part-CutMix and seed.
        step: from 0; all random numbers belong to (seed, stream, step, place in the batch).
        part: the places whose pixels are made.
    """
    draws = [_draw(clips, int(row), config, seeded(config.seed, 1, step, place)) for place, row in enumerate(rows)]
    targets = np.eye(len(rows), dtype=np.float32)
    if config.same_caption_positives:
        drawn = [draw.caption for draw in draws]
        for i, draw in enumerate(draws):
            targets[i] = np.maximum(targets[i], np.fromiter((c in draw.owned for c in drawn), np.float32, len(drawn)))
        targets = np.maximum(targets, targets.T)
    mixes = _mixes(len(rows), config, step) if clips.recipe.form == "patches" else {}
    mixed = targets.copy()
    for i, (other, parts) in mixes.items():
        share = len(parts) / PARTS
        mixed[i] = (1 - share) * targets[i] + share * targets[other]
    images: dict[int, np.ndarray] = {}

    def image(i: int) -> np.ndarray:
        if i not in images:
            images[i] = _image(clips, draws[i], statistics, config)
        return images[i]

    pixels = [
        _mix(image(i), image(mixes[i][0]), mixes[i][1], clips.recipe.points) if i in mixes else image(i)
        for i in range(len(rows))[part]
    ]
    wrong = tuple(_wrong(draw) for draw in draws) if config.order_negatives else ()
    return Batch(np.stack(pixels), _read(draws, config, step), mixed, step, wrong)


def _read(draws: list[_Draw], config: TrainingConfig, step: int) -> list[str]:
    """The captions as the text encoder reads them, some without stop words."""
    bare = seeded(config.seed, 6, step).random(len(draws)) < config.stop_words
    return [without_stop_words(draw.caption) if one else draw.caption for draw, one in zip(draws, bare, strict=True)]


def _wrong(draw: _Draw) -> str:
    """The caption with its events in reverse; '' where it has one event, or where that is a caption of the motion too."""
    turned = swapped_events(draw.caption)
    return "" if turned in draw.owned else turned


def _draw(clips: PreparedClips, row: int, config: TrainingConfig, rng: np.random.Generator) -> _Draw:
    flip = config.mirror and not clips.normalised and bool(rng.random() < 0.5)
    own = [mirror_caption(c) for c in clips.captions[row]] if flip else list(clips.captions[row])
    caption = own[int(rng.integers(len(own)))] if config.caption_choice == "random" else own[0]
    return _Draw(row, flip, frozenset(own), caption, rng)


def _image(clips: PreparedClips, draw: _Draw, statistics: PatchStatistics, config: TrainingConfig) -> np.ndarray:
    """The varied motion as pixels; both people of a pair vary alike. It uses up the draw's generator, since a copy takes as long
    as the rest of a motion that is not varied."""
    everybody, rng = clips.clip_points(draw.row), draw.rng
    if not clips.normalised:
        if draw.flip:
            everybody = everybody[:, :, clips.mirror] * np.array([-1, 1, 1], np.float32)
        states = [rng, *(copy.deepcopy(rng) for _ in everybody[1:])]
        varied = [
            (vary(points, clips.recipe, config.augment, state, config.crop) - statistics.mean) / statistics.std
            for points, state in zip(everybody, states, strict=True)
        ]
    else:
        varied = list(everybody)
    spare = max(len(varied[0]) - MAX_FRAMES, 0)
    start = int(rng.integers(spare + 1)) if config.crop else 0
    return _images([points[start : start + MAX_FRAMES] for points in varied])


def _mixes(size: int, config: TrainingConfig, step: int) -> dict[int, tuple[int, list[int]]]:
    """Part-CutMix: motion -> (the motion that it takes two or three parts from, the parts)."""
    if config.cutmix <= 0 or size < 2:
        return {}
    rng = seeded(config.seed, 2, step)
    chosen = np.nonzero(rng.random(size) < config.cutmix)[0]
    return {
        int(i): (int((i + rng.integers(1, size)) % size), sorted(rng.permutation(PARTS)[: rng.integers(2, 4)].tolist()))
        for i in chosen
    }


def _mix(own: np.ndarray, other: np.ndarray, parts: list[int], width: int) -> np.ndarray:
    """`own` (..., T, C) with the columns of some parts from `other`."""
    result = own.copy()
    for part in parts:
        columns = slice(part * width, (part + 1) * width)
        result[..., columns] = other[..., columns]
    return result


def first_window(clips: PreparedClips, index: int, statistics: PatchStatistics) -> np.ndarray:
    """Make pixels of the first 224 frames, as at test time: (3, 224, C), or (2, 3, 224, C) of pairs."""
    everybody = clips.clip_points(index)[:, :MAX_FRAMES]
    if not clips.normalised:
        everybody = (everybody - statistics.mean) / statistics.std
    return _images(list(everybody))


def _images(people: list[np.ndarray]) -> np.ndarray:
    images = [pixels_of(points) for points in people]
    return images[0] if len(images) == 1 else np.stack(images)


def one_ahead(make: Callable[[int], T], steps: Iterable[int]) -> Generator[T, None, None]:
    """Yield make(step) of every step, each made in a thread while the one before is used."""
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as pool:
        waiting = None
        for step in steps:
            following = pool.submit(make, step)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
