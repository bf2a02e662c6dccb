"""From a configuration to a model and prepared data; from both to a model's card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from motionpatches.core import paths
from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import open_library
from motionpatches.core.library.splits import in_no_split, training_clips
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models.build import new_model, rebuilt, with_statistics
from motionpatches.core.models.catalogue import FEW_VALIDATED
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model
from motionpatches.core.models.config import ModelConfig, changed, preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.word_head import WordHead, can_fill
from motionpatches.core.patches import PatchRecipe, PatchStatistics
from motionpatches.core.progress import Job
from motionpatches.core.training.config import TrainingConfig, overrides, start_folder
from motionpatches.core.training.dataset import (
    Prepared,
    PreparedClips,
    is_prepared,
    load_prepared,
    points_file,
    prepare_clips,
    save_prepared,
)
from motionpatches.core.training.distributed import World
from motionpatches.core.training.events import Preparing, Steps, Warned
from motionpatches.core.training.holdout import held_out, states_percentage
from motionpatches.core.training.vocabulary import LEARNED

T = TypeVar("T")


def model_and_data(config: TrainingConfig, run: Path, world: World) -> Steps[tuple[MotionTextModel, Prepared]]:
    """Make the model to train, on the world's device, and the prepared clips.

    The library is read at the first start of a run only, by the main process; the others wait and read what it has prepared.
    """
    made_for = data_fields(config)
    config = replace(config, start_from=start_folder(config, run))
    if not world.is_main:
        world.barrier()
    if is_prepared(run, made_for):
        if world.is_main:
            world.barrier()
        data = load_prepared(run)
        return starting_model(config, lambda _: data.statistics).to(world.device), data
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_problem(run, error) from error
    library = yield from _drive(open_library(config.library, layout=config.layout))
    train_clips, val_clips = split_clips(library, config.seed, config.train_share)
    notes = [in_no_split([c for c in library.clips if c.captions])]

    def statistics(recipe: PatchRecipe) -> PatchStatistics:
        found = library_statistics(library, train_clips, recipe)
        notes.append(found.note)
        return found.values

    model = starting_model(config, statistics)
    for note in filter(None, notes):
        yield Warned(note)
    data = yield from _drive(_prepare(model, library, train_clips, val_clips, run))
    save_prepared(data, run, made_for)
    world.barrier()
    return model.to(world.device), data


def data_fields(config: TrainingConfig) -> dict[str, Any]:
    """What the prepared data depend on."""
    return {name: getattr(config, name) for name in ("library", "layout", "preset", "start_from", "model", "seed", "train_share")}


def starting_model(config: TrainingConfig, statistics: Callable[[PatchRecipe], PatchStatistics]) -> MotionTextModel:
    """Make the model as it is before the first step.

    Args:
        config: a preset and its weights, or a model to start from; with fields of the model, the latter is built anew (build.py).
        statistics: of the training data under a recipe. They replace those of the model that training starts from where they
            are per joint, and where it shall read motions in another way.
    """
    model = _with_encoders(config, statistics)
    if config.mlm and config.lr_text and can_fill(model.text_encoder):
        model.word_head = WordHead(model.text_encoder)
    return model


def _with_encoders(config: TrainingConfig, statistics: Callable[[PatchRecipe], PatchStatistics]) -> MotionTextModel:
    if not config.start_from:
        model_config = preset(config.preset, **config.model)
        _trainable(model_config)
        return new_model(model_config, lambda: statistics(model_config.patches))
    model = load_model(config.start_from)
    _trainable(model.config)
    read_before = model.config.patches
    if config.model:
        model = rebuilt(model, changed(model.config, **config.model))
    if model.statistics.normalisation == "joint" or model.config.patches != read_before:
        model = with_statistics(model, statistics(model.config.patches))
    return model


def _trainable(config: ModelConfig) -> None:
    """Raise StudioError for a model that is searched with alone."""
    if config.head == "sequence":
        raise StudioError(
            "A model of HumanML3D's features, as TMR, is not trained here. Train a preset, or from a model of patches."
        )


def split_clips(library: Library, seed: int, share: float = 1.0) -> tuple[list[Clip], list[Clip]]:
    """Choose training clips (a seeded `share` of them) and validation clips among the captioned ones.

    Without a val split, `holdout.held_out` chooses those that validate. Clips in no split are trained on only where no clip is
    in the split train.

    Raises:
        StudioError: too few captioned clips.
    """
    captioned = [c for c in library.clips if c.captions]
    train_part = training_clips(captioned)
    val_part = [c for c in captioned if c.split == "val"]
    if not train_part:
        raise StudioError(f"{library.name} has no captioned training clip. Add captions, then train.")
    if not val_part:
        chosen = held_out(train_part, seed)
        val_part = [c for i, c in enumerate(train_part) if i in chosen]
        train_part = [c for i, c in enumerate(train_part) if i not in chosen]
    if share < 1:
        kept = np.random.default_rng([seed, 1]).permutation(len(train_part))[: max(round(len(train_part) * share), 2)]
        train_part = [train_part[i] for i in sorted(kept)]
    if len(train_part) < 2:
        raise StudioError(f"{library.name} has {len(train_part)} captioned clips to train on; at least 4 are needed.")
    return train_part, val_part


def _prepare(
    model: MotionTextModel, library: Library, train_clips: list[Clip], val_clips: list[Clip], run: Path
) -> Job[Prepared]:
    recipe, statistics, people = model.config.patches, model.statistics, model.config.people
    parts: dict[str, PreparedClips | None] = {}
    for name, clips in (
        ("train", train_clips),
        ("val", val_clips),
        ("test", [c for c in library.in_split("test") if c.captions]),
    ):
        parts[name] = None
        if clips:
            parts[name] = yield from prepare_clips(library, clips, recipe, points_file(run, name), statistics, people)
    train, val = parts["train"], parts["val"]
    assert train is not None and val is not None  # split_clips leaves neither empty
    return Prepared(train, val, parts["test"], statistics, library.name, len(library.clips))


def _drive(job: Job[T]) -> Steps[T]:
    """Yield a job's progress as events and return its result."""
    while True:
        try:
            progress = next(job)
        except StopIteration as end:
            return end.value
        yield Preparing(progress.what, progress.done, progress.total)


def checkpoint_info(
    config: TrainingConfig, data: Prepared, metrics: dict[str, Any], precision: str, learned: str
) -> CheckpointInfo:
    """Describe a model of a run: its scores, and what it was trained on, how, and in which precision; `learned`: words."""
    provenance = {
        "library": data.library,
        "clips": data.clips,
        "preset": config.preset,
        "start_from": paths.model_name(Path(config.start_from)) if config.start_from else "",
        "epochs": config.epochs,
        "batch": config.batch,
        "train_share": config.train_share,
        "seed": config.seed,
        "precision": precision,
        "overrides": overrides(config),
        "chosen_on": f"validation ({len(data.val):,} clips)" if "val" in metrics else "none, the last epoch",
        "date": date.today().isoformat(),
    }
    if learned:
        provenance[LEARNED] = learned
    if not states_percentage(len(data.val), data.val.phrases):
        provenance[FEW_VALIDATED] = len(data.val)
    return CheckpointInfo(metrics, provenance)
