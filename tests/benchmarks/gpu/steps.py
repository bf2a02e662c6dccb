"""One optimizer step of core/training on a batch that stays: eager, in each precision, with variations to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.optimizer import make_optimizer
from motionpatches.core.training.step import backward
from tests.benchmarks.gpu.budget import Deadline
from tests.benchmarks.gpu.material import Bench, precision_of
from tests.benchmarks.gpu.peaks import counted, peak_share
from tests.benchmarks.gpu.report import Row
from tests.benchmarks.gpu.timing import timed


def step_on(
    model: MotionTextModel,
    config: TrainingConfig,
    batch: Batch,
    device: str,
    chunk: int = 0,
    optimizer: torch.optim.Optimizer | None = None,
) -> Callable[..., float]:
    """Return a function that takes a step on a batch (this one without an argument) as core/training/trainer.py does, and
    returns the loss."""
    own = make_optimizer(model, config) if optimizer is None else optimizer
    trained = [p for group in own.param_groups for p in group["params"]]
    texts, world = TextFeatures(model, False), World(device=device)

    def step(batch: Batch = batch) -> float:
        own.zero_grad(set_to_none=True)
        loss = backward(model, texts, batch, config, world, chunk)
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(trained, config.clip_norm)
        own.step()
        return loss

    return step


def row_of(
    bench: Bench, preset: str, size: int, precision: str, deadline: Deadline, chunk: int = 0, label: str = "", **more: Any
) -> Row:
    """Measure the steps of a preset: pairs/s, memory, share of the bf16 peak."""
    model, _, config = bench.start(preset)
    batch = bench.batch(preset, size)
    with precision_of(precision) as own:
        work = step_on(model, replace(config, precision=own), batch, bench.device, chunk, **more)
        found = timed(bench.device, work, deadline, bench.scale.seconds)
        share = peak_share(counted(work), found.seconds, bench.device_name) if bench.is_cuda else None
    figures = {
        "pairs/s": size / found.seconds,
        "ms per step": 1000 * found.seconds,
        "memory, GiB": found.gib,
        "bf16 peak, %": share,
        "steps": found.count,
    }
    return Row(label or f"{preset}, batch {size}, {precision}", figures)


@contextmanager
def texts_bucketed(model: MotionTextModel, bucket: int) -> Iterator[None]:
    """Inside, captions are read in groups of like length (multiples of `bucket` tokens) on any device; 0: all together."""
    encoder = model.text_encoder

    def grouped(ids: Tensor, mask: Tensor) -> Tensor:
        if not bucket:
            return encoder._read(ids, mask)
        both = torch.stack([ids, mask], dim=1)
        return by_length(both, mask.sum(dim=1), bucket, 1, lambda group, _: encoder._read(group[:, 0], group[:, 1]))

    encoder.forward = grouped  # type: ignore[method-assign]
    try:
        yield
    finally:
        del encoder.forward
