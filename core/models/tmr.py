"""TMR (Petrovich, Black and Varol, ICCV 2023): a sequence encoder for a motion's features, and one for the tokens of a text.

The features are HumanML3D's (core/motion/features.py); the tokens are the states of a text encoder that was not trained with it.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import ModelConfig, sequence_sizes
from motionpatches.core.models.motion_encoder import used_windows
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.sequence_encoder import SequenceEncoder
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchStatistics

# Motions are read together whose frames, rounded up to a multiple of this, are as many.
BUCKET = 32


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


class Tmr(MotionTextModel):
    """As MotionTextModel, without heads: both sequence encoders end in the common space. It is read, not trained."""

    def _parts(self, config: ModelConfig, text: TextEncoder, statistics: PatchStatistics, pretrained: bool) -> None:
        self.motion_encoder = FeatureEncoder(sequence_encoder(config, len(statistics.mean)))
        self.motion_head = nn.Identity()
        self.text_head = sequence_encoder(config, text.width)

    def encode_tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Embed token ids (B, L) under their mask (B, L): (B, dim) unit rows."""
        _, states = self.text_encoder.with_tokens(ids, mask)
        return functional.normalize(self.text_head(states, mask).float(), dim=-1)

    def place_text(self, features: Tensor) -> Tensor:
        """Raise StudioError: the text side reads all tokens, not one vector of a sentence."""
        raise StudioError(f"{self.name or 'A model of sequences'} is searched with, not trained. Train a preset instead.")
