"""Bucketing against reading one sequence at a time."""

import torch

from motionpatches.core.models.bucketing import by_length


def test_groups_give_what_single_reads_give_in_the_order_of_the_batch():
    used = torch.tensor([5, 1, 8, 2, 5, 7])
    values = torch.zeros(6, 3, 16)
    for row, windows in enumerate(used):
        values[row, :, : 2 * windows] = torch.randn(3, 2 * int(windows), generator=torch.Generator().manual_seed(row))
    seen = []

    def read(group, windows):
        seen.append((group.shape[2], sorted(windows.tolist())))
        return torch.stack([group.sum(dim=(1, 2)), windows.float()], dim=1)

    found = by_length(values, used, 4, 2, read)
    torch.testing.assert_close(found, torch.stack([values.sum(dim=(1, 2)), used.float()], dim=1))
    assert seen == [(8, [1, 2]), (16, [5, 5, 7, 8])]
