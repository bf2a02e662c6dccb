"""The trainer against a plain loop from the same weights, on the same motions in the same order: pairs/s, and loss."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from motionpatches.core.library.open import open_library
from motionpatches.core.models import device as devices
from motionpatches.core.patches import prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.training import resume
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.events import Step
from motionpatches.core.training.trainer import train
from tests.benchmarks.gpu.budget import Deadline, Found
from tests.benchmarks.gpu.material import Bench, result_of
from tests.benchmarks.gpu.report import Goal, Row
from tests.benchmarks.gpu.timing import synchronize

# Steps before the clock starts.
WARM_UP = 2
# Steps at the end whose mean loss is compared, and the relative difference that counts as equal.
LAST, EQUAL = 5, 0.05


class Curve(NamedTuple):
    """Losses of the steps, and pairs/s without the first steps."""

    losses: list[float]
    rate: float


def plain_losses(bench: Bench, config: TrainingConfig) -> Iterator[float]:
    """Train in fp32: each step reads its motions, makes their patches, padded to 224 frames, and reads the texts padded to the
    longest. Adam at three rates and the sum of two cross-entropies: Yu et al., CVPR 2024, section 4.3."""
    torch.manual_seed(config.seed)
    model, data = result_of(model_and_data(config, bench.folder / "paper", World(device=bench.device)))
    library = run(open_library(bench.library))
    model.train()
    encoders = (model.text_encoder, config.lr_text), (model.motion_encoder, config.lr_motion)
    heads = [*model.motion_head.parameters(), *model.text_head.parameters()]
    groups = [{"params": list(part.parameters()), "lr": rate} for part, rate in encoders]
    optimizer = torch.optim.Adam([*groups, {"params": heads, "lr": config.lr_heads}])
    step = 0
    while True:
        epoch, place = divmod(step, len(data.train) // config.batch)
        order = resume.seeded(config.seed, 0, epoch).permutation(len(data.train))
        ids = [data.train.ids[i] for i in order[place * config.batch : (place + 1) * config.batch]]
        motions = [prepare(library.load(name), model.config.patches) for name in ids]
        pixels = np.stack([to_patches(motion, model.statistics).pixels for motion in motions])
        tokens, mask = model.text_encoder.tokenize([library.by_id[name].captions[0] for name in ids])
        rows = model.encode_motion(torch.from_numpy(pixels).to(bench.device))
        words = model.place_text(model.text_encoder._read(tokens.to(bench.device), mask.to(bench.device)))
        logits, right = rows @ words.T / model.config.temperature, torch.arange(len(ids), device=bench.device)
        loss = functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        yield loss.item()


def trainer_losses(bench: Bench, config: TrainingConfig) -> Iterator[float]:
    """Train as `motionpatches train` does, with the data that `bench` has prepared for the preset."""
    with closing(train(config, bench.folder / config.preset)) as events:
        for event in events:
            if isinstance(event, Step):
                yield event.loss


def curve_of(losses: Iterator[float], size: int, steps: int, device: str, deadline: Deadline) -> Curve:
    """Take steps and time those after the first ones."""
    found: list[float] = []
    start = time.perf_counter()
    for loss in losses:
        found.append(loss)
        if len(found) == WARM_UP:
            synchronize(device)
            start = time.perf_counter()
        if len(found) == steps or not deadline.left():
            break
    synchronize(device)
    seconds = time.perf_counter() - start
    close = getattr(losses, "close", None)
    if close is not None:
        close()
    return Curve(found, max(len(found) - WARM_UP, 0) * size / seconds)


def difference(one: list[float], other: list[float]) -> float:
    """Return how far the mean losses of the last common steps are apart, relative to the first curve's."""
    count = min(len(one), len(other))
    last = slice(max(count - LAST, 0), count)
    mean, other_mean = float(np.mean(one[last])), float(np.mean(other[last]))
    return abs(other_mean - mean) / abs(mean)


def against_plain(bench: Bench, deadline: Deadline) -> Found:
    """The trainer at bf16 beside the plain loop: goal 5 times its pairs/s at equal loss."""
    size = bench.scale.batches[0]
    bench.start("paper")  # prepares the data for both
    precision = "bf16" if bench.is_cuda else "fp32"
    config = bench.config("paper", batch=size, precision=precision, caption_choice="first")
    half = deadline.part(deadline.left() / 2)
    slow = curve_of(plain_losses(bench, config), size, bench.scale.steps, bench.device, half)
    yield _row(f"plain loop, fp32, batch {size}", slow)
    devices.free_memory()
    fast = curve_of(trainer_losses(bench, config), size, bench.scale.steps, bench.device, deadline)
    yield _row(f"trainer, {precision}, batch {size}", fast)
    yield Goal("trainer against the plain loop", fast.rate / slow.rate, 5.0, "times its pairs/s")
    apart = 100 * difference(slow.losses, fast.losses)
    yield Goal(f"mean loss of the last {LAST} common steps, trainer against plain", apart, 100 * EQUAL, "% apart", at_least=False)


def _row(what: str, curve: Curve) -> Row:
    steps = len(curve.losses)
    return Row(what, {"pairs/s": curve.rate, "steps": steps, "first loss": curve.losses[0], "last loss": curve.losses[-1]})
