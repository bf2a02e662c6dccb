"""The training loop, read from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.errors import StudioError
from core.evaluation.metrics import retrieval
from core.library.library import Clip, Library
from core.library.open import open_library
from core.models import backends
from core.models.build import new_model, rebuilt, with_statistics
from core.models.checkpoint import CheckpointInfo, load_model, save_model
from core.models.config import changed, preset
from core.models.motion_text_model import MotionTextModel
from core.progress import Job
from core.statistics import library_statistics
from core.training.average import WeightAverage
from core.training.config import TrainingConfig
from core.training.dataset import PreparedClips, first_window, make_batch, prepare_clips
from core.training.events import TrainingEvent
from core.training.optimizer import learning_rate_factor, make_optimizer
from core.training.step import backward
from core.training.text_cache import TextFeatures


@dataclass(frozen=True, eq=False)
class Splits:
    """Prepared clips by split; `test` is None where the library has no test split."""

    train: PreparedClips
    val: PreparedClips
    test: PreparedClips | None


def train(config: TrainingConfig, run: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[TrainingEvent]:
    """Trains and yields events. Writes run/best (chosen on validation) and run/last; `stop` is asked each step."""
    started = time.perf_counter()
    device = backends.pick_device(config.device)
    torch.manual_seed(config.seed)
    library = yield from _drive(open_library(config.library))
    train_clips, val_clips = split_clips(library, config.seed, config.train_share)
    model = _model(config, library, train_clips).to(device)
    splits = yield from _drive(_prepare(model, library, train_clips, val_clips, run))
    optimizer = make_optimizer(model, config)
    average = WeightAverage(model, config.ema)
    texts = TextFeatures(model, config.lr_text <= 0)
    base_rates = [group["lr"] for group in optimizer.param_groups]
    rng = np.random.default_rng(config.seed)
    per_epoch = max(len(splits.train) // config.batch, 1)
    steps = per_epoch * config.epochs
    skipped = [s.reason for part in (splits.train, splits.val) for s in part.skipped]
    yield TrainingEvent("start", {
        "device": backends.device_label(device), "train": len(splits.train), "val": len(splits.val), "steps": steps,
        "epochs": config.epochs, "skipped": len(skipped), "skipped_first": skipped[:3]})
    best_score, best_epoch, best_metrics, step, stopped = -1.0, 0, {}, 0, False
    loop_start = time.perf_counter()
    for epoch in range(1, config.epochs + 1):
        order = rng.permutation(len(splits.train))
        model.train()
        losses = []
        for b in range(per_epoch):
            rows = order[b * config.batch:(b + 1) * config.batch]
            for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
                group["lr"] = rate * learning_rate_factor(step, steps, config.warmup, config.schedule_stretch)
            loss = _step(model, texts, optimizer, splits.train, rows, rng, config, device)
            step += 1
            average.update(step)
            losses.append(loss)
            if not np.isfinite(loss):
                raise StudioError(f"The loss became {loss} in step {step}. The last good model is kept in {run.name}; "
                                  "start again from it with a lower learning rate or fp32.")
            rate = step / (time.perf_counter() - loop_start)
            yield TrainingEvent("step", {
                "step": step, "epoch": epoch, "loss": round(loss, 4), "lr_motion": _motion_rate(optimizer),
                "motions_per_s": round(rate * config.batch, 1), "remaining_s": round((steps - step) / rate, 1)})
            if stop():
                stopped = True
                break
        with average.applied():
            metrics = evaluate_prepared(model, splits.val, device)
            score = selection_score(metrics)
            is_best = score >= best_score
            if is_best:
                best_score, best_epoch, best_metrics = score, epoch, metrics
                save_model(model, run / "best", _info(config, library, {"val": metrics, "epoch": epoch}))
        yield TrainingEvent("epoch", {"epoch": epoch, "loss": round(float(np.mean(losses)), 4), "val": metrics,
                                      "best": is_best, "wall_s": round(time.perf_counter() - started, 1)})
        if stopped:
            break
    save_model(model, run / "last", _info(config, library, {"epoch": epoch}))
    result = {"val": best_metrics, "epoch": best_epoch}
    if splits.test is not None:
        best = load_model(run / "best", device)
        result["test"] = evaluate_prepared(best, splits.test, device)
        save_model(best, run / "best", _info(config, library, result), compact=config.compact)
    yield TrainingEvent("end", {**result, "stopped": stopped, "wall_s": round(time.perf_counter() - started, 1)})


def split_clips(library: Library, seed: int, share: float = 1.0) -> tuple[list[Clip], list[Clip]]:
    """Training (a seeded `share` of them) and validation clips. Without a val split, every twentieth captioned clip (at
    least 2) of a seeded shuffle validates."""
    captioned = [c for c in library.clips if c.captions]
    train_part = [c for c in captioned if c.split in ("train", "")]
    val_part = [c for c in captioned if c.split == "val"]
    if not train_part:
        raise StudioError(f"{library.name} has no captioned training clip. Add captions, then train.")
    if not val_part:
        order = np.random.default_rng(seed).permutation(len(train_part))
        held_out = set(order[:max(2, len(order) // 20)].tolist())
        val_part = [c for i, c in enumerate(train_part) if i in held_out]
        train_part = [c for i, c in enumerate(train_part) if i not in held_out]
    if share < 1:
        kept = np.random.default_rng([seed, 1]).permutation(len(train_part))[:max(round(len(train_part) * share), 2)]
        train_part = [train_part[i] for i in sorted(kept)]
    if len(train_part) < 2:
        raise StudioError(f"{library.name} has {len(train_part)} captioned clips to train on; at least 4 are needed.")
    return train_part, val_part


def _step(model: MotionTextModel, texts: TextFeatures, optimizer: torch.optim.Optimizer,
          clips: PreparedClips, rows: np.ndarray, rng: np.random.Generator, config: TrainingConfig, device: str) -> float:
    batch = make_batch(clips, rows, model.statistics, rng, mirror=config.mirror, augment=config.augment,
                       same_caption_positives=config.same_caption_positives)
    optimizer.zero_grad(set_to_none=True)
    loss = backward(model, texts, batch, config, device)
    torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], 1.0)
    optimizer.step()
    return loss


@torch.inference_mode()
def evaluate_prepared(model: MotionTextModel, clips: PreparedClips, device: str) -> dict[str, Any]:
    """Both definitions of *All* on first captions and first windows."""
    model.eval()
    captions = [c[0] for c in clips.captions]
    motions, texts = [], []
    for start in range(0, len(clips), 64):
        rows = range(start, min(start + 64, len(clips)))
        pixels = np.stack([first_window(clips, i, model.statistics) for i in rows])
        with backends.autocast(device):
            motions.append(model.encode_motion(torch.from_numpy(pixels).to(device)).cpu().numpy())
            texts.append(model.encode_text([captions[i] for i in rows]).cpu().numpy())
    return retrieval(np.concatenate(texts), np.concatenate(motions), captions)


def selection_score(metrics: dict[str, Any]) -> float:
    """Mean of R@1, R@5 and R@10 over both directions, exact-caption."""
    exact = metrics["exact_caption"]
    return float(np.mean([exact[way][r] for way in ("t2m", "m2t") for r in ("R@1", "R@5", "R@10")]))


def _model(config: TrainingConfig, library: Library, clips: list[Clip]) -> MotionTextModel:
    """The model to train. Statistics per joint belong to the data and are computed anew; others go on with a model."""
    if not config.start_from:
        model_config = preset(config.preset, **config.model)
        return new_model(model_config, lambda: library_statistics(library, clips, model_config.patches))
    model = load_model(config.start_from)
    if config.model:
        model = rebuilt(model, changed(model.config, **config.model))
    if model.statistics.normalisation == "joint":
        model = with_statistics(model, library_statistics(library, clips, model.config.patches))
    return model


def _prepare(model: MotionTextModel, library: Library, train_clips: list[Clip], val_clips: list[Clip],
             run: Path) -> Job[Splits]:
    run.mkdir(parents=True, exist_ok=True)
    recipe, statistics, people = model.config.patches, model.statistics, model.config.people
    train_part = yield from prepare_clips(library, train_clips, recipe, run / "train.points", statistics, people)
    val_part = yield from prepare_clips(library, val_clips, recipe, run / "val.points", statistics, people)
    test_clips = [c for c in library.in_split("test") if c.captions]
    test_part = None
    if test_clips:
        test_part = yield from prepare_clips(library, test_clips, recipe, run / "test.points", statistics, people)
    return Splits(train_part, val_part, test_part)


def _drive(job: Job) -> Iterator[TrainingEvent]:
    """A job's progress as events; its result is returned."""
    while True:
        try:
            progress = next(job)
        except StopIteration as end:
            return end.value
        yield TrainingEvent("prepare", {"what": progress.what, "done": progress.done, "total": progress.total})


def _info(config: TrainingConfig, library: Library, metrics: dict[str, Any]) -> CheckpointInfo:
    provenance = {"library": library.name, "clips": len(library.clips), "preset": config.preset,
                  "start_from": Path(config.start_from).name, "epochs": config.epochs, "batch": config.batch,
                  "train_share": config.train_share,
                  "seed": config.seed, "date": date.today().isoformat()}
    return CheckpointInfo(metrics, provenance)


def _motion_rate(optimizer: torch.optim.Optimizer) -> float:
    return float(max(group["lr"] for group in optimizer.param_groups))
