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
    """Encodes captions for training; a frozen encoder is asked once for each caption, but for words, which take much memory."""

    def __init__(self, model: MotionTextModel, frozen: bool):
        self.model = model
        self.cached = CaptionFeatures(model.text_encoder, model.device) if frozen and model.token_heads is None else None

    def encode(self, captions: list[str]) -> tuple[Tensor, Tensor | None]:
        """Embed captions: (B, dim) unit rows, and those of their words, (B, the longest text, token_dim), for models with tokens:
        of one length, so that parts of a batch can be joined."""
        model = self.model
        if self.cached is not None:
            return model.place_text(self.cached.of(captions)), None
        if model.token_heads is None:
            return model.encode_text(captions), None
        ids, mask = (tokens.to(model.device) for tokens in model.text_encoder.tokenize(captions))
        rows, words = model.encode_words(ids, mask)
        return rows, functional.pad(words, (0, 0, 0, model.text_encoder.limit - words.shape[1]))


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
