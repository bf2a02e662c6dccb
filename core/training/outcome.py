"""What a run has changed, as counts of held-out clips before its first step and with its best model."""

from __future__ import annotations

from dataclasses import dataclass

from motionpatches.core.evaluation.metrics import Figures
from motionpatches.core.models.catalogue import COUNT, FIRST
from motionpatches.core.training.history import History
from motionpatches.core.training.holdout import states_percentage


@dataclass(frozen=True)
class Outcome:
    """Held-out clips that stand among the first results of their own caption: for a caption of m held-out clips, among the m
    first held-out clips.

    Attributes:
        clips: number of held-out clips; both counts are of the same ones.
        before: with the model that the run began from; None where that was not measured.
        after: with the best model; None where nothing was measured yet.
        epoch: of the best model.
        percentages: there are enough clips and captions to state percentages.
    """

    clips: int
    before: int | None
    after: int | None
    epoch: int
    percentages: bool

    @property
    def counts(self) -> bool:
        """Tell whether there are enough clips to state the counts."""
        return self.clips >= COUNT and self.before is not None and self.after is not None


def outcome(history: History) -> Outcome | None:
    """Return what a run has changed so far; None before its data are prepared."""
    start = history.start
    if start is None:
        return None
    best = max((e for e in history.epochs.values() if e.best), key=lambda e: e.epoch, default=None)
    before = _found(history.before.val, start.val) if history.before else None
    after = _found(best.val, start.val) if best else None
    return Outcome(start.val, before, after, best.epoch if best else 0, states_percentage(start.val, start.phrases))


def _found(figures: Figures, clips: int) -> int | None:
    share = figures.get("exact_caption", {}).get("t2m", {}).get(FIRST)
    return None if share is None else round(share * clips / 100)
