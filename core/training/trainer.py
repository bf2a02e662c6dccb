"""The training loop."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training import resume
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.batch_workers import BatchMaker, batches_of, worker_count
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import FalseNegatives, TextFeatures
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import GO, PAUSE, STOP, Control
from motionpatches.core.training.dataset import Prepared
from motionpatches.core.training.distributed import World
from motionpatches.core.training.ema import WeightAverage
from motionpatches.core.training.events import (
    Ended,
    Epoch,
    Measured,
    Paused,
    Resumed,
    Started,
    Step,
    Steps,
    Warned,
)
from motionpatches.core.training.notes import notes
from motionpatches.core.training.optimizer import learning_rate_factor, make_optimizer
from motionpatches.core.training.saving import Saving
from motionpatches.core.training.step import backward
from motionpatches.core.training.validation import (
    NotFinite,
    evaluate_prepared,
    found_for,
    selection_score,
    watched_clips,
)

# What is asked beside GO, PAUSE and STOP of the control: patience has run out.
ENOUGH = 1 + max(GO, PAUSE, STOP)
# Gradient caching with fewer motions at a time than this is no way out of too little memory.
LEAST_CHUNK = 4


def train(config: TrainingConfig, run: Path, control: Control | None = None) -> Steps[None]:
    """Train a model and yield an event for all that happens.

    Writes run/best (the model with the best validation scores) and run/last. A run that was stopped, killed or failed resumes
    from its last saved state and ends with the same weights as an uninterrupted one. With several processes the main process
    alone measures, writes and reports; the process group is destroyed at the end.

    Args:
        config: what to train, on what, and how.
        run: the run folder. `runs.events_of` also locks it and keeps the events.
        control: asked for pause and stop at every step.

    Raises:
        StudioError: unusable data or configuration, too little memory, or a loss that is not finite.
    """
    world = World.join(config.device)
    try:
        started = time.perf_counter()
        torch.manual_seed(config.seed)
        model, data = yield from model_and_data(config, run, world)
        runner = _Run(config, run, control or Control(), world, model, data, started)
        yield from runner.begin()
        yield from runner.epochs()
        yield from runner.end()
    finally:
        world.destroy()


@dataclass
class _Run:
    """The state of a run in training.

    `started`: time of the start, for the wall clock without pauses. `stopped`: on request, before the last step. `early`: since
    patience has run out.
    """

    config: TrainingConfig
    folder: Path
    control: Control
    world: World
    model: MotionTextModel
    data: Prepared
    started: float
    progress: resume.Progress = field(default_factory=resume.Progress)
    stopped: bool = False
    early: bool = False

    def __post_init__(self) -> None:
        self.optimizer = make_optimizer(self.model, self.config)
        self.trained = [p for group in self.optimizer.param_groups for p in group["params"]]
        self.average = WeightAverage(self.model, self.config.ema)
        self.texts = TextFeatures(self.model, self.config.lr_text <= 0)
        self.false_negatives = FalseNegatives(self.model, self.config.mask_above)
        self.base_rates = [group["lr"] for group in self.optimizer.param_groups]
        self.make = BatchMaker(self.data.train, self.model.statistics, self.config, self.world)
        self.per_epoch = self.make.steps_an_epoch
        self.steps = self.per_epoch * self.config.epochs
        self.size = min(self.config.batch, len(self.data.train))
        self.watched = watched_clips(self.data, self.config.seed) if self.config.sentences else []
        self.saving = Saving(self.folder, self.config, self.data, self.model, self.optimizer, self.average)
        self.settled = self.config
        # Where the loop of this start began, for its speed.
        self.loop_start, self.first_step = time.perf_counter(), 0

    def begin(self) -> Steps[None]:
        """Restore the saved state, or measure the untrained model."""
        self.world.shard(self.size)  # raises StudioError before any work where the batch cannot be shared
        resumed = resume.has_state(self.folder)
        if resumed:
            self.progress = resume.load_state(
                self.folder, self.config, self.model, self.optimizer, self.average, self.world.device
            )
        self.settled = replace(self.config, precision=self._settle_precision())
        skipped = self.data.skipped
        yield Started(
            device=device.device_label(self.world.device),
            processes=self.world.size,
            train=len(self.data.train),
            val=len(self.data.val),
            steps=self.steps,
            steps_an_epoch=self.per_epoch,
            epochs=self.config.epochs,
            skipped=len(skipped),
            skipped_first=tuple(skipped[:3]),
            resumed_at=self.progress.step if resumed else None,
            before=self._measure() if self.world.is_main and not resumed else None,
            precision=self.settled.precision,
            phrases=self.data.val.phrases,
        )
        if self.world.is_main and not resumed:
            for note in notes(self.config, self.model, (c for captions in self.data.train.captions for c in captions)):
                yield Warned(note)
        self.loop_start, self.first_step = time.perf_counter(), self.progress.step

    def _settle_precision(self) -> str:
        """Return the precision of the run so far, else the main process's choice: 'auto' may be decided by a measurement."""
        if not self.progress.precision:
            own = device.training_kind(self.world.device, self.config.precision)
            fast = self.world.all_max(int(self.world.is_main and own == "bf16"))
            self.progress.precision = "bf16" if fast else "fp32"
        return self.progress.precision

    def epochs(self) -> Steps[None]:
        """Run all steps that are left, until the control asks to stop or patience runs out."""
        p = self.progress
        if self.world.all_max(self._asked()) == ENOUGH:  # a resumed run whose end was not reached
            self.early = True
            return
        workers = worker_count(self.config, self.world)
        with closing(batches_of(self.make, self.folder, range(p.step, self.steps), workers)) as batches:
            for batch in batches:
                loss = yield from self._step(batch)
                p.step += 1
                self.average.update(p.step)
                p.losses.append(loss)
                if not np.isfinite(loss):
                    raise self._diverged(f"The loss became {loss}")
                yield self._step_event(loss)
                if p.step % self.per_epoch == 0:
                    if self.world.is_main:
                        yield from self._epoch_ends()
                    p.losses = []
                yield from self._save_if_due()
                asked = self.world.all_max(self._asked())
                if asked == PAUSE:
                    asked = yield from self._pause()
                if asked in (STOP, ENOUGH):
                    self.early = asked == ENOUGH
                    self.stopped = asked == STOP and p.step < self.steps
                    break

    def _asked(self) -> int:
        """What the control asks, or ENOUGH where patience has run out and steps are left."""
        p, patience = self.progress, self.config.patience
        waited = p.step // self.per_epoch - p.improved_epoch
        enough = self.world.is_main and 0 < patience <= waited and p.step < self.steps
        return ENOUGH if enough else self.control.asked

    def _step(self, batch: Batch) -> Steps[float]:
        """Take one optimizer step and return its loss. Where memory runs out, repeat it by gradient caching."""
        step, config = self.progress.step, self.config
        factor = learning_rate_factor(step, self.steps, config.warmup, config.schedule_stretch)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        ignored = self.false_negatives.among(batch.captions)
        while True:
            self._ready()
            resume.seed_step(config.seed, step, self.world.rank)
            chunk = self.progress.chunk or config.chunk
            try:
                loss = backward(self.model, self.texts, batch, self.settled, self.world, chunk, ignored)
                break
            except (RuntimeError, MemoryError) as error:
                if not device.out_of_memory(error):
                    raise
                if self.world.size > 1:  # the other processes wait in this step's collectives: it cannot be repeated
                    raise StudioError(_memory_advice(config, chunk)) from None
            yield self._smaller_chunk(chunk, len(batch.pixels))
        self.world.add_gradients(self.trained)
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.trained, config.clip_norm)
        self.optimizer.step()
        return loss

    def _ready(self) -> None:
        """Training mode, frozen encoders without dropout."""
        self.model.train()
        for encoder, rate in ((self.model.text_encoder, self.config.lr_text), (self.model.motion_encoder, self.config.lr_motion)):
            encoder.train(rate > 0)
        self.optimizer.zero_grad(set_to_none=True)

    def _smaller_chunk(self, chunk: int, size: int) -> Warned:
        """Halve the number of motions that are encoded at a time. Raises StudioError where that is no way out."""
        self.optimizer.zero_grad(set_to_none=True)
        device.free_memory()
        smaller = (chunk or size) // 2
        if smaller < LEAST_CHUNK:
            raise StudioError(_memory_advice(self.config, chunk))
        self.progress.chunk = smaller
        return Warned(
            f"{chunk or size} motions at a time did not fit into memory. Training continues with {smaller} at a time by "
            "gradient caching: the same gradient, slower."
        )

    def _step_event(self, loss: float) -> Step:
        step = self.progress.step
        rate = (step - self.first_step) / (time.perf_counter() - self.loop_start)
        rates = {group["name"]: group["lr"] for group in self.optimizer.param_groups}
        return Step(
            step=step,
            epoch=(step - 1) // self.per_epoch + 1,
            loss=round(loss, 4),
            lr=rates,
            motions_per_s=round(rate * self.size, 1),
            remaining_s=round((self.steps - step) / rate, 1),
        )

    def _measure(self) -> Measured:
        """Measure the model on the validation clips and search for the watched sentences."""
        found, where = None, (self.world.device, self._measured_in)
        if self.watched:
            found = found_for(self.model, self.config.sentences, self.watched, *where)
        return Measured(evaluate_prepared(self.model, self.data.val, *where), found)

    @property
    def _measured_in(self) -> str:
        return "fp32" if self.settled.precision == "fp32" else "auto"

    def _epoch_ends(self) -> Steps[None]:
        """Measure the averaged weights. Scores above the best so far count as soon as the model is on disk."""
        p, epoch = self.progress, self.progress.step // self.per_epoch
        with self.average.applied():
            try:
                measured = self._measure()
            except NotFinite:
                raise self._diverged("The embeddings became NaN or infinite") from None
            score = selection_score(measured.val)
            is_best = np.isfinite(score) and score >= p.best_score
            if is_best:
                try:
                    self.saving.best(p, measured.val, epoch)
                    p.improved_epoch = epoch if score > p.best_score else p.improved_epoch
                    p.best_score, p.best_epoch, p.best_metrics = score, epoch, measured.val
                except StudioError as error:
                    is_best = False
                    yield Warned(f"The best model so far, of epoch {epoch}, could not be saved. {error}")
        yield Epoch(
            epoch=epoch,
            loss=round(float(np.mean(p.losses)), 4),
            val=measured.val,
            sentences=measured.sentences,
            best=bool(is_best),
            wall_s=round(self._wall(), 1),
        )

    def _diverged(self, what: str) -> StudioError:
        """The error that ends a run whose weights are of no use any more."""
        p, name = self.progress, self.folder.name
        kept = f"The best model, of epoch {p.best_epoch}, is kept in {name}; start from it" if p.best_epoch else "Start"
        return StudioError(f"{what} in step {p.step}. {kept} with a lower learning rate, or fp32.")

    def _wall(self) -> float:
        return self.progress.wall_s + time.perf_counter() - self.started

    def _pause(self) -> Steps[int]:
        """Save the state, wait, and return what the control asks then."""
        yield from self._save()
        yield Paused(self.progress.step)
        paused = time.perf_counter()
        if self.world.is_main:
            self.control.wait()
        self.world.barrier()
        away = time.perf_counter() - paused
        self.loop_start, self.started = self.loop_start + away, self.started + away
        yield Resumed(self.progress.step)
        return self.world.all_max(self.control.asked)

    def _save_if_due(self) -> Steps[None]:
        if self.saving.is_due():
            yield from self._save()

    def _save(self) -> Steps[None]:
        """Save the state. A failing disk is a warning; the run goes on."""
        if not self.world.is_main:
            return
        try:
            self.saving.state(self.progress, self._wall())
        except StudioError as error:
            yield Warned(f"Step {self.progress.step} could not be saved, what was saved before is kept. {error}")

    def end(self) -> Steps[None]:
        """Write the last model, and measure the best on the test split of a run that was not stopped. The state goes last, so
        that a run which is killed here ends alike when it is resumed."""
        if not self.world.is_main:
            self.world.barrier()
            return
        p = self.progress
        if self.stopped:
            yield from self._save()
        self.saving.last(p, p.step / self.per_epoch)
        tested = None
        if not self.stopped:
            if self.data.test is not None:
                best = self.saving.best_model(self.world.device)
                tested = evaluate_prepared(best, self.data.test, self.world.device, self._measured_in)
                self.saving.tested(best, p, tested)
            self.saving.finished()
        yield Ended(p.best_metrics, p.best_epoch, self.stopped, round(self._wall(), 1), p.step, tested, self.early)
        self.world.barrier()


def _memory_advice(config: TrainingConfig, chunk: int) -> str:
    seen = chunk or config.batch
    return (
        f"Out of memory with {seen} motions at a time. The best model is kept. Resume with chunk {max(seen // 2, 1)} (gradient "
        "caching: the same gradient in less memory), a smaller batch, or a smaller model."
    )
