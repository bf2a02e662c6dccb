"""Features of a frozen text encoder, computed once a caption."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from core.models.motion_text_model import MotionTextModel


class TextFeatures:
    """Encodes captions for training; a frozen encoder is asked once for each caption."""

    def __init__(self, model: MotionTextModel, frozen: bool):
        self.model, self.frozen = model, frozen
        self.known: dict[str, Tensor] = {}

    def encode(self, captions: list[str]) -> Tensor:
        """(B, dim) unit rows."""
        if not self.frozen:
            return self.model.encode_text(captions)
        new = list(dict.fromkeys(c for c in captions if c not in self.known))
        if new:
            encoder = self.model.text_encoder.eval()
            with torch.no_grad():
                ids, mask = encoder.tokenize(new)
                features = encoder(ids.to(self.model.device), mask.to(self.model.device)).float()
            self.known.update(zip(new, features, strict=True))
        features = torch.stack([self.known[c] for c in captions])
        return functional.normalize(self.model.text_head(features).float(), dim=-1)
