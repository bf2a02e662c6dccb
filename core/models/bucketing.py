"""Bucketing: a batch of sequences is read in groups of similar length, so that little padding is computed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from motionpatches.core.models import item_dropout


def is_traced() -> bool:
    """Tell whether a graph of all that is computed is made, for a program elsewhere: it has no branches of its own."""
    return bool(torch.jit.is_tracing())  # type: ignore[attr-defined]  # documented, but not declared


def by_length(values: Tensor, used: Tensor, bucket: int, window: int, read: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Read a batch in groups of similar length.

    Args:
        values: (B, C, L, …) sequences along the third axis, padded at the end.
        used: (B,) windows of each sequence before the padding, at least 1.
        bucket: sequences are one group whose `used`, rounded up to a multiple of this, is the same.
        window: steps of the third axis per window.
        read: makes (b, width) features of a group's values, cut after its longest bucket, and its `used`.

    Returns:
        (B, width) features in the order of the batch.

    What is traced reads all together.
    """
    if is_traced():
        return read(values, used)
    groups = (used + bucket - 1) // bucket * bucket
    counts: list[int] = torch.unique(groups).tolist()
    if len(counts) == 1:
        return read(values[:, :, : counts[0] * window], used)
    members = [(groups == count).nonzero()[:, 0] for count in counts]

    def read_group(place: int) -> Tensor:
        rows = members[place]
        return read(values[rows, :, : counts[place] * window], used[rows])

    dropout = item_dropout.active()
    if dropout is None:
        found = [read_group(place) for place in range(len(counts))]
    else:
        found = dropout.in_groups(members, len(values), read_group)
    # Row i of the joined groups belongs to place joined[i] of the batch; argsort inverts that.
    return torch.cat(found)[torch.cat(members).argsort()]
