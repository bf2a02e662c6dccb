"""Targets of the text distillation: embeddings of a large sentence encoder, transformed toward the generator's actions and
rotated into the student's space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

TEMPERATURE, STEPS, BATCH, RATE, ROW_RATE, WEIGHT, NOISE = 0.05, 600, 512, 1e-3, 5e-3, 0.02, 1.0
# How sharply the phrases near to a sentence are chosen, and how much they count.
NEAR, RECALL = 0.03, 0.3


@contextmanager
def quick() -> Iterator[None]:
    """Use bf16 where the processor has it, and plain attention: three times as fast for short sentences."""
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()), sdpa_kernel(SDPBackend.MATH):
        yield


@torch.no_grad()
def rows_of(encode: Callable[[list[str]], Tensor], texts: list[str], batch: int = 64) -> Tensor:
    """Return the (N, D) embeddings of N sentences, in batches of similar length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [encode([texts[i] for i in order[at : at + batch]]) for at in range(0, len(order), batch)]
    rows = torch.empty(len(texts), parts[0].shape[1])
    rows[order] = torch.cat(parts)
    return rows


def bent(spoken: Tensor, right: Tensor, rate: float = RATE) -> tuple[Tensor, Tensor]:
    """Learn a linear change of embeddings with which phrases find their action by the softmax of cosines.

    Weight decay keeps the change small and noise is added to the phrases, so that it holds for other words too.

    Args:
        spoken: (N, D) embeddings of phrases.
        right: (N, A) which actions each phrase may mean.
        rate: Learning rate of the change; 0 for no change.

    Returns:
        The change (D, D) for `moved`, and the unit rows (A, D) of the actions.
    """
    size = spoken.shape[1]
    actions = torch.nn.Parameter(functional.normalize((right / right.sum(0)).T @ spoken, dim=1))
    change = torch.nn.Parameter(torch.zeros(size, size))
    optimizer = torch.optim.Adam([{"params": [actions], "lr": ROW_RATE}, {"params": [change], "lr": rate}])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        chosen = torch.randint(len(spoken), (BATCH,))
        rows = spoken[chosen] + NOISE * torch.randn(BATCH, size) / size**0.5
        loss = missed(moved(rows, change), functional.normalize(actions, dim=1), right[chosen]) + WEIGHT * change.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return change.detach(), functional.normalize(actions.detach(), dim=1)


def moved(rows: Tensor, change: Tensor) -> Tensor:
    """Apply a change (D, D) to rows (N, D); unit rows."""
    return functional.normalize(rows + rows @ change, dim=1)


def recalled(rows: Tensor, phrases: Tensor, right: Tensor, actions: Tensor) -> Tensor:
    """Draw rows (N, D) toward the actions of the nearest phrases, since one row cannot stand for all names of an action.

    Args:
        rows: (N, D) unit rows.
        phrases: (P, D) unit rows of phrases.
        right: (P, A) which actions each phrase may mean.
        actions: (A, D) unit rows of actions.

    Returns:
        Unit rows (N, D).
    """
    means = right @ actions / right.sum(1, keepdim=True)
    return torch.cat(
        [
            functional.normalize(part + RECALL * torch.softmax(part @ phrases.T / NEAR, dim=1) @ means, dim=1)
            for part in rows.split(BATCH)
        ]
    )


def missed(rows: Tensor, actions: Tensor, right: Tensor) -> Tensor:
    """Return the mean cross entropy of rows (B, D) over actions (A, D), where any action that is `right` (B, A) counts."""
    chance = torch.log_softmax(rows @ actions.T / TEMPERATURE, dim=1)
    return -torch.logsumexp(chance.masked_fill(right == 0, -torch.inf), dim=1).mean()


def turned(teacher: Tensor, student: Tensor, rows: Tensor) -> Tensor:
    """Rotate rows of the teacher into the student's space: leading directions, then orthogonal Procrustes.

    Args:
        teacher: (N, E) rows of N sentences by the teacher.
        student: (N, D) rows of the same sentences by the student.
        rows: (M, E) rows to rotate.

    Returns:
        (M, D) unit rows.
    """
    _, _, directions = torch.linalg.svd(teacher.T @ teacher)
    kept, all_kept = (functional.normalize(part @ directions[: student.shape[1]].T, dim=1) for part in (teacher, rows))
    left, _, right = torch.linalg.svd(kept.T @ student)
    return all_kept @ (left @ right)
