"""Estimate the time and memory of a run from two trial steps and a formula."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from motionpatches.core.library.library import Library
from motionpatches.core.models import device as devices
from motionpatches.core.models.build import STARTER
from motionpatches.core.models.config import ModelConfig, preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.patches import PARTS, PatchRecipe, PatchStatistics
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training.assemble import split_clips, starting_model
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.notes import notes
from motionpatches.core.training.optimizer import blocks_of, make_optimizer
from motionpatches.core.training.step import backward

TRIAL = 16
TRIAL_FRAMES = 112
# Measuring costs a forward pass a motion, training about three.
MEASURING_SHARE = 1 / 3
WORDS = 12


@dataclass(frozen=True)
class Estimate:
    """What a run will take.

    Attributes:
        seconds: from the first step to the last.
        bytes: of memory at the same time.
        disk: bytes of the run folder while it goes on.
        trained: parameters that change.
        parameters: all of them.
        steps: optimizer steps.
        short: why it may not fit; '' where it does.
        notes: sentences on fields without effect and on what the text encoder does not read of the captions.
    """

    seconds: float
    bytes: int
    disk: int
    trained: int
    parameters: int
    steps: int
    short: str = ""
    notes: tuple[str, ...] = ()


def estimate(config: TrainingConfig, library: Library) -> Job[Estimate]:
    """Build the model, take two steps with noise on the chosen device and count.

    Raises:
        StudioError: what would stop the run as well: no captions, weights that cannot be had, frozen layers that are not there.
    """
    yield Progress("Estimating", 0, 3)
    world = World.join(config.device)
    config = replace(config, precision=devices.training_kind(world.device, config.precision))
    train_clips, val_clips = split_clips(library, config.seed, config.train_share)
    model = starting_model(_without_download(config), _noise_statistics).to(world.device)
    optimizer = make_optimizer(model, config)
    yield Progress("Estimating", 1, 3)
    size = max(min(config.batch, TRIAL, len(train_clips)), 2)
    _step(model, optimizer, config, size, world)
    yield Progress("Estimating", 2, 3)
    began = time.perf_counter()
    _step(model, optimizer, config, size, world)
    motion_s = (time.perf_counter() - began) / size
    per_epoch = max(len(train_clips) // config.batch, 1)
    batch = min(config.batch, len(train_clips))
    needed = memory_bytes(model, config, batch)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    parameters = sum(p.numel() for p in model.parameters())
    yield Progress("Estimating", 3, 3)
    return Estimate(
        seconds=config.epochs * (per_epoch * batch + len(val_clips) * MEASURING_SHARE) * motion_s,
        bytes=needed,
        disk=4 * (2 * parameters + 4 * trained),
        trained=trained,
        parameters=parameters,
        steps=per_epoch * config.epochs,
        short=_shortage(needed, world.device),
        notes=notes(config, model, (caption for clip in train_clips for caption in clip.captions)),
    )


def memory_bytes(model: MotionTextModel, config: TrainingConfig, batch: int) -> int:
    """Weights, gradients, Adam's two moments and the average, and the activations that the backward pass needs: about 34 bytes a
    token and channel of a layer in 16 bits and twice that in 32 (Korthikanti et al., 2022, without the attention maps, which are
    not kept).

    Args:
        model: with its frozen parameters marked.
        config: with a precision of 'bf16' or 'fp32'.
        batch: motions in a step.
    """
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    everything = sum(p.numel() for p in model.parameters())
    together = min(config.chunk or batch, batch)
    activations = 0.0
    for encoder, tokens, rate in (
        (model.motion_encoder, _motion_tokens(model.config), config.lr_motion),
        (model.text_encoder, 2 * WORDS, config.lr_text),
    ):
        layers = len(blocks_of(encoder)) if rate > 0 else 1
        activations += layers * tokens * encoder.width * (34 if config.precision == "bf16" else 68)
    return int(4 * everything + 4 * 4 * trained + together * activations)


def _motion_tokens(config: ModelConfig) -> int:
    return 224 if config.patches.form == "joints" else 224 // config.patches.points * PARTS


def _shortage(needed: int, device: str) -> str:
    free = _free_bytes(device)
    if free is None or needed < 0.9 * free:
        return ""
    return (
        f"About {needed / 2**30:.1f} GB are needed and {free / 2**30:.1f} GB are free: choose a smaller batch, or a chunk "
        "(gradient caching)."
    )


def _free_bytes(device: str) -> int | None:
    if device.startswith("cuda"):
        return torch.cuda.mem_get_info(device)[0]
    try:
        with open("/proc/meminfo") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def _step(model: MotionTextModel, optimizer: torch.optim.Optimizer, config: TrainingConfig, size: int, world: World) -> None:
    """A step on noise of common length, with captions as long as most are; the weights keep their values."""
    rng = np.random.default_rng(0)
    recipe = model.config.patches
    columns = len(model.statistics.mean) if recipe.form == "joints" else recipe.points * PARTS
    people = (2,) if model.config.people == 2 else ()
    pixels = np.zeros((size, *people, 3, 224, columns), np.float32)
    pixels[..., :TRIAL_FRAMES, :] = rng.normal(size=(size, *people, 3, TRIAL_FRAMES, columns))
    captions = [" ".join(["person"] * WORDS + [str(i)]) for i in range(size)]
    model.train()
    optimizer.zero_grad(set_to_none=True)
    backward(
        model,
        TextFeatures(model, config.lr_text <= 0),
        Batch(pixels, captions, np.eye(size, dtype=np.float32)),
        config,
        replace(world, rank=0, size=1),
        config.chunk,
    )
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    optimizer.step()


def _noise_statistics(recipe: PatchRecipe) -> PatchStatistics:
    columns = recipe.points * PARTS if recipe.normalisation == "sample_point" and recipe.form == "patches" else 22
    return PatchStatistics(np.zeros((columns, 3), np.float32), np.ones((columns, 3), np.float32), recipe.normalisation)


def _without_download(config: TrainingConfig) -> TrainingConfig:
    """The same architecture; weights of the motion encoder make no difference to the time, so none are fetched."""
    if config.start_from:
        return config
    weights = preset(config.preset, **config.model).motion_weights
    return config if weights in ("", STARTER) else replace(config, model={**config.model, "motion_weights": ""})
