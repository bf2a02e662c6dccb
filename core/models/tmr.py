"""TMR (Petrovich, Black and Varol, ICCV 2023): a sequence encoder for a motion's features, and one for the tokens of a text.

The features are HumanML3D's (core/motion/features.py); the tokens are the states of a text encoder that was not trained with it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.sequence_encoder import FeatureEncoder, sequence_encoder
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchStatistics


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
