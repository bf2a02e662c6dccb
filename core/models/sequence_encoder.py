"""A transformer that reads a sequence of any length into one vector (Petrovich, Black and Varol: ACTOR, ICCV 2021; TMR, 2023).

A linear map of each step, two learned tokens before them, sinusoidal positions, and blocks that norm after each residual. The
first token's state is the mean of a normal distribution in the common space, the second one's the logarithm of its variance;
search needs the mean alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import ModelConfig, sequence_sizes
from motionpatches.core.models.motion_encoder import used_windows

MEAN_AND_VARIANCE = 2
# Motions are read together whose frames, rounded up to a multiple of this, are as many.
BUCKET = 32


class SequenceEncoder(nn.Module):
    """(B, L, inputs) under a mask (B, L), False after the end, -> (B, width)."""

    def __init__(self, inputs: int, layers: int, width: int, heads: int, hidden: int, dropout: float):
        super().__init__()
        self.width = width
        self.projection = nn.Linear(inputs, width)
        self.tokens = nn.Parameter(torch.randn(MEAN_AND_VARIANCE, width))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(_Layer(width, heads, hidden, dropout) for _ in range(layers))

    def forward(self, steps: Tensor, mask: Tensor) -> Tensor:
        x = self.projection(steps)
        x = torch.cat([self.tokens.to(x.dtype).expand(x.shape[0], -1, -1), x], dim=1)
        x = self.dropout(x + positions(x.shape[1], self.width, x))
        visible = functional.pad(mask.bool(), (MEAN_AND_VARIANCE, 0), value=True)[:, None, None]
        for layer in self.layers:
            x = layer(x, visible)
        return x[:, 0]


class _Layer(nn.Module):
    """Attention and feed-forward of GELU units, each followed by residual and norm."""

    def __init__(self, width: int, heads: int, hidden: int, dropout: float):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.attention_in, self.attention_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.hidden, self.out = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm_attention, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor, visible: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.attention_in(x).chunk(3, dim=-1)
        )
        dropped = self.dropout.p if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(query, key, value, visible, dropped).transpose(1, 2).flatten(2)
        x = self.norm_attention(x + self.dropout(self.attention_out(mixed)))
        return self.norm_out(x + self.dropout(self.out(self.dropout(functional.gelu(self.hidden(x))))))


def positions(length: int, width: int, like: Tensor) -> Tensor:
    """Return (length, width): sines and cosines in turn (Vaswani et al., 2017), with the dtype and device of `like`."""
    rates = torch.exp(torch.arange(0, width, 2, device=like.device) * (-math.log(10000.0) / width))
    angles = torch.arange(length, device=like.device)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(like.dtype)


class FeatureEncoder(nn.Module):
    """(B, 1, 224, C) z-scored features a frame -> (B, width); frames after a motion's end are not attended to."""

    def __init__(self, encoder: SequenceEncoder):
        super().__init__()
        self.sequence, self.width = encoder, encoder.width

    def forward(self, pixels: Tensor) -> Tensor:
        return by_length(pixels, used_windows(pixels, 1), BUCKET, 1, self._read)

    def _read(self, pixels: Tensor, used: Tensor) -> Tensor:
        frames = pixels[:, 0]
        found: Tensor = self.sequence(frames, torch.arange(frames.shape[1], device=frames.device) < used[:, None])
        return found


def sequence_encoder(config: ModelConfig, inputs: int) -> SequenceEncoder:
    """Make an encoder of the sizes that the configuration names."""
    sizes = sequence_sizes(config.motion)
    assert sizes is not None  # the configuration was checked
    return SequenceEncoder(inputs, *sizes, config.dropout)


def sequence_shapes(config: ModelConfig, inputs: int) -> Mapping[str, torch.Size]:
    """Return the tensors of such an encoder, without memory for them."""
    with torch.device("meta"):
        return {name: tensor.shape for name, tensor in sequence_encoder(config, inputs).state_dict().items()}
