"""Models of two people: one motion encoder reads each, one head reads both (Yu et al., CVPR 2024, section 5.3)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.tmr import Tmr


class InteractionModel(MotionTextModel):
    """As MotionTextModel, for pairs: the features of both people side by side go through the head."""

    def encode_motion(self, pixels: Tensor) -> Tensor:
        """(B, 2, 3, 224, C) -> (B, dim)."""
        features = self.motion_encoder(pixels.flatten(0, 1)).unflatten(0, (-1, 2)).flatten(1)
        return functional.normalize(self.motion_head(features).float(), dim=-1)


def model_class(config: ModelConfig) -> type[MotionTextModel]:
    """Return the class for the heads and the number of people in the configuration."""
    if config.head == "sequence":
        return Tmr
    return InteractionModel if config.people == 2 else MotionTextModel
