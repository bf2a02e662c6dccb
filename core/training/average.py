"""The exponential moving average of the weights: steadier than the last step's weights at any point of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class WeightAverage:
    """Keeps average <- decay * average + (1 - decay) * weights of the trained parameters; decay 0 keeps nothing."""

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.parameters = [p for p in model.parameters() if p.requires_grad] if decay > 0 else []
        self.average = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After optimiser step `step` (from 1); early steps weigh more, so that the start is forgotten."""
        decay = min(self.decay, step / (step + 9))
        if self.average:
            torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model holds the averaged weights inside, its own again after."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for own, mean in zip(self.parameters, self.average, strict=True):
            kept = own.detach().clone()
            own.copy_(mean)
            mean.copy_(kept)
