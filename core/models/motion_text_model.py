"""The two encoders and their heads: text and motion in one space."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.joint_encoder import JointEncoder
from motionpatches.core.models.late_interaction import TokenHeads, unit_tokens
from motionpatches.core.models.motion_encoder import MotionEncoder
from motionpatches.core.models.sequence_encoder import FeatureEncoder
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.text_memory import TextMemory
from motionpatches.core.models.word_head import WordHead
from motionpatches.core.patches import PatchStatistics


class ResidualHead(nn.Module):
    """Linear, then GELU, Linear and dropout around a residual, then LayerNorm."""

    def __init__(self, width: int, dim: int, dropout: float):
        super().__init__()
        self.projection = nn.Linear(width, dim)
        self.fc = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)
        self.layer_norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        projected = self.projection(x)
        return self.layer_norm(projected + self.dropout(self.fc(functional.gelu(projected))))


class NearIdentity(nn.Module):
    """x + W x with W = 0 at the start: a residual head initialised to the identity."""

    def __init__(self, width: int):
        super().__init__()
        self.change = nn.Linear(width, width)
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.change(x)


class LinearAndHidden(nn.Linear):
    """A linear layer plus a hidden layer of GELU units whose output is zero at the start."""

    def __init__(self, width: int, dim: int, hidden: int):
        super().__init__(width, dim)
        self.hidden = nn.Linear(width, hidden)
        self.change = nn.Linear(hidden, dim, bias=False)
        nn.init.zeros_(self.change.weight)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + self.change(functional.gelu(self.hidden(x)))


def make_head(config: ModelConfig, width: int) -> nn.Module:
    if config.head == "residual":
        return ResidualHead(width, config.dim, config.dropout)
    return nn.Linear(width, config.dim)


class MotionTextModel(nn.Module):
    """encode_motion and encode_text give unit rows (B, dim) float32; their dot product is the score."""

    def __init__(self, config: ModelConfig, text_encoder: TextEncoder, statistics: PatchStatistics, pretrained: bool = True):
        super().__init__()
        if config.head == "text_space":
            config = replace(config, dim=text_encoder.width)
        self.config = config
        self.statistics = statistics
        self.token_heads: TokenHeads | None = None
        self.motion_encoder: MotionEncoder | JointEncoder | FeatureEncoder
        self.motion_head: nn.Module
        self.text_head: nn.Module
        self.text_encoder = text_encoder
        self._parts(config, text_encoder, statistics, pretrained)
        self.text_memory = TextMemory(config.dim, config.memory_keys, config.memory_meanings) if config.memory_keys else None
        # In training alone.
        self.word_head: WordHead | None = None
        self.name = ""
        self.fingerprint = ""
        # How it was made, as its folder records it, with the epoch of a run that it was saved after.
        self.provenance: dict[str, Any] = {}

    def _parts(self, config: ModelConfig, text: TextEncoder, statistics: PatchStatistics, pretrained: bool) -> None:
        """Make the motion encoder and the heads."""
        encoder = (
            JointEncoder(config, len(statistics.mean), pretrained)
            if config.patches.form == "joints"
            else MotionEncoder(config, pretrained)
        )
        self.motion_encoder, width = encoder, encoder.width * config.people
        self.motion_head = (
            LinearAndHidden(width, config.dim, config.head_hidden) if config.head_hidden else make_head(config, width)
        )
        self.text_head = NearIdentity(config.dim) if config.head == "text_space" else make_head(config, text.width)
        self.token_heads = TokenHeads(width, text.width, config.token_dim) if config.token_dim else None

    @property
    def device(self) -> torch.device:
        return next(self.motion_encoder.parameters()).device

    def encode_motion(self, pixels: Tensor) -> Tensor:
        """Embed motions: (B, 3, 224, C) pixels -> (B, dim) unit rows; C is 80 for patches of 16."""
        return functional.normalize(self.motion_head(self.motion_encoder(pixels)).float(), dim=-1)

    def encode_patches(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Embed motions as `encode_motion` does, (B, dim), and their patches, window after window: (B, 70, token_dim) unit rows,
        zero after the motion's end. For models with token heads."""
        assert self.token_heads is not None and isinstance(self.motion_encoder, MotionEncoder)
        features, patches, kept = self.motion_encoder.with_patches(pixels)
        rows = functional.normalize(self.motion_head(features).float(), dim=-1)
        return rows, unit_tokens(self.token_heads.motion(patches), kept)

    def encode_words(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Embed token ids as `encode_tokens` does, (B, dim), and the words: (B, L, token_dim) unit rows, zero for a token that is
        none. For models with token heads."""
        assert self.token_heads is not None
        features, states = self.text_encoder.with_tokens(ids, mask)
        return self.place_text(features), unit_tokens(self.token_heads.text(states), self.text_encoder.words(ids, mask))

    def encode_tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Embed token ids (B, L) under their mask (B, L): (B, dim) unit rows."""
        return self.place_text(self.text_encoder(ids, mask))

    def place_text(self, features: Tensor) -> Tensor:
        """Embed features of the text encoder: (B, width) -> (B, dim) unit rows."""
        rows = functional.normalize(self.text_head(features).float(), dim=-1)
        return rows if self.text_memory is None else self.text_memory(rows)

    def remember(self, memory: TextMemory) -> None:
        """Set the phrase memory. Its rows are those of encode_text without a memory."""
        self.text_memory = memory
        self.config = replace(self.config, memory_keys=len(memory.keys), memory_meanings=len(memory.meanings))

    def encode_text(self, sentences: list[str]) -> Tensor:
        """Embed B sentences: (B, dim) unit rows."""
        ids, mask = self.text_encoder.tokenize(sentences)
        return self.encode_tokens(ids.to(self.device), mask.to(self.device))
