"""What a run keeps on disk: the best and the last model, and the state from which it resumes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from motionpatches.core.evaluation.metrics import Figures
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training import resume
from motionpatches.core.training.assemble import checkpoint_info
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.dataset import Prepared, remove_prepared
from motionpatches.core.training.ema import WeightAverage
from motionpatches.core.training.resume import Progress
from motionpatches.core.training.vocabulary import learned_words, with_learned

# The models in a run folder.
BEST, LAST = "best", "last"
# Saving the state may take this share of a run's time.
SHARE = 0.05


@dataclass
class Saving:
    """Writes into a run's folder. Every method raises StudioError where the disk refuses."""

    folder: Path
    config: TrainingConfig
    data: Prepared
    model: MotionTextModel
    optimizer: torch.optim.Optimizer
    average: WeightAverage

    def __post_init__(self) -> None:
        self.saved_at, self.took_s = time.perf_counter(), 0.0
        captions = (caption for captions in self.data.train.captions for caption in captions)
        self.learned = with_learned(learned_words(self.model.provenance), captions, self.model.text_encoder)

    def is_due(self) -> bool:
        """Tell whether the configuration asks for the state now; a slow disk is asked less often."""
        every = self.config.save_every_s
        return time.perf_counter() - self.saved_at >= (max(every, self.took_s / SHARE) if every else 0.0)

    def state(self, progress: Progress, wall_s: float) -> None:
        """Save what the run resumes from."""
        began = time.perf_counter()
        try:
            resume.save_state(
                self.folder, self.config, replace(progress, wall_s=wall_s), self.model, self.optimizer, self.average
            )
        finally:
            self.saved_at = time.perf_counter()
            self.took_s = self.saved_at - began

    def best(self, progress: Progress, val: Figures, epoch: int) -> None:
        """Save the model, as it is, as the best one."""
        save_model(self.model, self.folder / BEST, self._info(progress, {"val": val, "epoch": epoch}), self.config.compact)

    def last(self, progress: Progress, epochs: float) -> None:
        """Save the averaged weights as the last model, and as the best one where no epoch has ended."""
        with self.average.applied():
            info = self._info(progress, {"epoch": epochs})
            save_model(self.model, self.folder / LAST, info)
            if not progress.best_epoch:
                save_model(self.model, self.folder / BEST, info, self.config.compact)

    def best_model(self, device: str) -> MotionTextModel:
        """Read the best model."""
        return load_model(self.folder / BEST, device)

    def tested(self, best: MotionTextModel, progress: Progress, test: Figures) -> None:
        """Save the best model again, with its scores on the test split."""
        metrics = {"val": progress.best_metrics, "epoch": progress.best_epoch, "test": test}
        save_model(best, self.folder / BEST, self._info(progress, metrics), self.config.compact)

    def finished(self) -> None:
        """Remove what only an unfinished run needs. The state goes first: a run without it is not resumed."""
        resume.remove_state(self.folder)
        remove_prepared(self.folder)

    def _info(self, progress: Progress, metrics: dict[str, Any]) -> CheckpointInfo:
        return checkpoint_info(self.config, self.data, metrics, progress.precision, self.learned)
