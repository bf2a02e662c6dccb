"""The symmetric contrastive loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import log_softmax


def contrastive_loss(
    motions: Tensor, texts: Tensor, temperature: float, targets: Tensor, reduction: str, ignored: Tensor | None = None
) -> Tensor:
    """Compute equations 2 to 4 of Yu et al., CVPR 2024, with any number of right answers in a row.

    Args:
        motions: (B, D) unit rows.
        texts: (B, D) unit rows.
        temperature: divides the cosines.
        targets: (B, B) bool or weights, with at least the diagonal. Each row's target is spread over its right answers by
            weight; with one it is the plain cross-entropy.
        reduction: 'sum' or 'mean' of the two directions.
        ignored: (B, B) bool, pairs that are left out, as if the batch did not hold them, unless they are right answers.
    """
    logits = motions @ texts.T / temperature
    target = targets.to(logits.dtype)
    if ignored is not None:
        logits = logits.masked_fill(ignored & (target == 0), -1e4)

    def cross_entropy(scores: Tensor, right: Tensor) -> Tensor:
        share = right / right.sum(dim=1, keepdim=True)
        return -(share * log_softmax(scores, dim=1)).sum(dim=1).mean()

    total = cross_entropy(logits, target) + cross_entropy(logits.T, target.T)
    return total if reduction == "sum" else total / 2
