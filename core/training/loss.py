"""The symmetric contrastive loss."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def contrastive_loss(
    motions: Tensor,
    texts: Tensor,
    temperature: float,
    targets: Tensor,
    reduction: str,
    ignored: Tensor | None = None,
    wrong: Tensor | None = None,
) -> Tensor:
    """Compute the loss of `loss_of_scores` for the cosines of unit rows (B, D). `wrong` (B, D): a text that motion i is compared
    with beside those of the batch; zero for none."""
    worse = None
    if wrong is not None:
        worse = (motions * wrong).sum(dim=1).masked_fill(wrong.detach().abs().amax(dim=1) == 0, -1e4)
    return loss_of_scores(motions @ texts.T, temperature, targets, reduction, ignored, worse)


def loss_of_scores(
    scores: Tensor,
    temperature: float,
    targets: Tensor,
    reduction: str,
    ignored: Tensor | None = None,
    worse: Tensor | None = None,
) -> Tensor:
    """Compute equations 2 to 4 of Yu et al., CVPR 2024, with any number of right answers in a row.

    Args:
        scores: (B, B) of motion i and text j.
        temperature: divides the scores.
        targets: (B, B) bool or weights, with at least the diagonal. Each row's target is spread over its right answers by
            weight; with one it is the plain cross-entropy.
        reduction: 'sum' or 'mean' of the two directions.
        ignored: (B, B) bool, pairs that are left out, as if the batch did not hold them, unless they are right answers.
        worse: (B,) of motion i and one more text, which is no right answer.
    """
    logits = scores / temperature
    target = targets.to(logits.dtype)
    if ignored is not None:
        logits = logits.masked_fill(ignored & (target == 0), -1e4)

    def cross_entropy(scores: Tensor, right: Tensor) -> Tensor:
        share = right / right.sum(dim=1, keepdim=True)
        return -(share * functional.log_softmax(scores, dim=1)).sum(dim=1).mean()

    of_motions, right = logits, target
    if worse is not None:
        of_motions, right = torch.cat([logits, worse[:, None] / temperature], dim=1), functional.pad(target, (0, 1))
    total = cross_entropy(of_motions, right) + cross_entropy(logits.T, target.T)
    return total if reduction == "sum" else total / 2
