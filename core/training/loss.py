"""The symmetric contrastive loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import log_softmax


def contrastive_loss(motions: Tensor, texts: Tensor, temperature: float, positives: Tensor, reduction: str) -> Tensor:
    """Equations 2 to 4 of Yu et al., CVPR 2024, with any number of right answers a row.

    motions, texts: (B, D) unit rows. positives (B, B) bool holds at least the diagonal; each row's target is spread
    evenly over its right answers (the plain cross-entropy where there is one). reduction: 'sum' or 'mean' of the
    two directions.
    """
    logits = motions @ texts.T / temperature
    target = positives.to(logits.dtype)

    def cross_entropy(scores: Tensor, right: Tensor) -> Tensor:
        share = right / right.sum(dim=1, keepdim=True)
        return -(share * log_softmax(scores, dim=1)).sum(dim=1).mean()

    total = cross_entropy(logits, target) + cross_entropy(logits.T, target.T)
    return total if reduction == "sum" else total / 2
