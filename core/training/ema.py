"""Copies of the trained weights: the best so far, and the moving average, steadier than the last step's weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class Weights:
    """A copy of a model's trained parameters."""

    def __init__(self, model: nn.Module):
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.values = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def take(self) -> None:
        """The copy becomes what the model has now."""
        for value, own in zip(self.values, self.parameters, strict=True):
            value.copy_(own)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model holds the copy inside, its own weights again after."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for own, value in zip(self.parameters, self.values, strict=True):
            kept = own.detach().clone()
            own.copy_(value)
            value.copy_(kept)


class WeightAverage(Weights):
    """Keeps average <- decay * average + (1 - decay) * weights; decay 0 keeps nothing and applies nothing."""

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        super().__init__(model)
        if decay <= 0:
            self.parameters, self.values = [], []

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After optimiser step `step` (from 1); early steps weigh more, so that the start is forgotten."""
        decay = min(self.decay, step / (step + 9))
        if self.values:
            torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], 1 - decay)
