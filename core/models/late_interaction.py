"""Late interaction: each word of a sentence against each patch of a motion (MaxSim; Khattab and Zaharia, SIGIR 2020).

Rows of tokens are unit vectors, and zero for what is none: padding, special tokens, punctuation, windows after a motion's end.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TokenHeads(nn.Module):
    """A projection for the patches and one for the words, into one space of `dim` numbers."""

    def __init__(self, motion_width: int, text_width: int, dim: int):
        super().__init__()
        self.motion, self.text = nn.Linear(motion_width, dim), nn.Linear(text_width, dim)


def unit_tokens(rows: Tensor, kept: Tensor) -> Tensor:
    """Normalise rows (B, N, D); those that `kept` (B, N) does not name become zero."""
    return functional.normalize(rows.float(), dim=-1) * kept.unsqueeze(-1)


def is_token(rows: Tensor) -> Tensor:
    """Tell which rows (…, D) are tokens: (…) bool."""
    return rows.detach().abs().amax(dim=-1) > 0


def max_sim(words: Tensor, patches: Tensor) -> Tensor:
    """Score sentences against motions: the mean over the words of the cosine with the best patch.

    Args:
        words: (T, L, D) unit rows, zero for no word.
        patches: (M, P, D) unit rows, zero for no patch; every motion has one.

    Returns:
        (T, M) from -1 to 1; 0 for a sentence without words.
    """
    spoken = is_token(words)
    words, spoken = words[:, spoken.any(dim=0)], spoken[:, spoken.any(dim=0)]
    cosines = torch.einsum("tld,mpd->tlmp", words, patches).masked_fill(~is_token(patches), -torch.inf)
    best = cosines.amax(dim=-1) * spoken.unsqueeze(-1)
    return best.sum(dim=1) / spoken.sum(dim=1, keepdim=True).clamp(min=1)
