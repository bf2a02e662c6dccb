"""The moving average of the trained weights, steadier than those of the last step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class WeightAverage:
    """Keeps average <- decay * average + (1 - decay) * weights; decay 0 keeps nothing and applies nothing.

    Args:
        model: whose trained parameters are averaged, in place of which `applied` puts the average.
        decay: per step, from 0 to below 1.
    """

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.parameters = [p for p in model.parameters() if p.requires_grad] if decay > 0 else []
        self.values = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after optimizer step `step` (from 1); early steps weigh more, so that the start is forgotten."""
        decay = min(self.decay, step / (step + 9))
        if self.values:
            torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the average into the model inside, and the model's own weights back after."""
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
