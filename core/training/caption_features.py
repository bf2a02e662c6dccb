"""Caption features, computed once each."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder


class CaptionFeatures:
    """Cache of the caption features of a text encoder that is not trained."""

    def __init__(self, encoder: TextEncoder, device: str | torch.device):
        self.encoder, self.device = encoder, device
        self.known: dict[str, Tensor] = {}

    def of(self, captions: list[str]) -> Tensor:
        """Return features (B, width) of captions; new ones are encoded."""
        new = list(dict.fromkeys(c for c in captions if c not in self.known))
        if new:
            with torch.no_grad():
                ids, mask = self.encoder.eval().tokenize(new)
                features = self.encoder(ids.to(self.device), mask.to(self.device)).float()
            self.known.update(zip(new, features, strict=True))
        return torch.stack([self.known[c] for c in captions])


class TextFeatures:
    """Encodes captions for training; a frozen encoder is asked once for each caption."""

    def __init__(self, model: MotionTextModel, frozen: bool):
        self.model = model
        self.cached = CaptionFeatures(model.text_encoder, model.device) if frozen else None

    def encode(self, captions: list[str]) -> Tensor:
        """Embed captions, (B, dim) unit rows."""
        if self.cached is None:
            return self.model.encode_text(captions)
        return self.model.place_text(self.cached.of(captions))


class FalseNegatives:
    """False negatives: captions of a batch with nearly the same meaning, by the text encoder at the start of the run."""

    def __init__(self, model: MotionTextModel, above: float):
        self.above = above
        self.start = CaptionFeatures(copy.deepcopy(model.text_encoder).requires_grad_(False), model.device) if above else None

    def among(self, captions: list[str]) -> np.ndarray | None:
        """Compare captions with each other.

        Returns:
            (B, B) bool, True where the cosine of the features is above the threshold; None where nothing is to be ignored.
        """
        if self.start is None:
            return None
        features = functional.normalize(self.start.of(captions), dim=-1)
        return (features @ features.T > self.above).cpu().numpy()
