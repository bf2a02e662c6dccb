"""The head of a masked language model (Devlin et al., NAACL 2019). It serves training alone and is not saved with a model."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.text_encoder import TextEncoder


class WordHead(nn.Module):
    """States (N, width) -> scores (N, vocabulary) of the words that belong there, by the encoder's own word vectors."""

    def __init__(self, encoder: TextEncoder):
        super().__init__()
        self.dense, self.norm = nn.Linear(encoder.width, encoder.width), nn.LayerNorm(encoder.width)
        self.bias = nn.Parameter(encoder.word_vectors.new_zeros(len(encoder.word_vectors)))

    def forward(self, states: Tensor, word_vectors: Tensor) -> Tensor:
        return functional.linear(self.norm(functional.gelu(self.dense(states))), word_vectors, self.bias)


def can_fill(encoder: TextEncoder) -> bool:
    """Tell whether the encoder has a token for a hidden word, and word vectors as wide as its states."""
    return encoder.mask_id is not None and encoder.word_vectors.shape[1] == encoder.width
