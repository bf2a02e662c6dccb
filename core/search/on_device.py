"""Which rows of a large gallery can be among the best for a query, from rows of 16 bits on a CUDA device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from motionpatches.core.models.device import out_of_memory

BLOCK = 65_536
# What a sum of products of unit rows, and its result in 16 bits, may be off by.
ROUNDING = 1e-3


@dataclass(frozen=True, eq=False)
class DeviceRows:
    """Rows r (N, D) of about unit length, rounded to r' in 16 bits.

    The score of a query q differs from that of r' and the rounded q' by at most |q| |r - r'| + |r'| |q - q'|.

    Attributes:
        rows: (N, D) float16, zeros for a row that is not finite.
        errors: (N,) |r - r'|; infinite for such a row.
        lengths: (N,) |r'|.
        clip_of: (N,) the clip of each row.
    """

    rows: torch.Tensor
    errors: torch.Tensor
    lengths: torch.Tensor
    clip_of: torch.Tensor

    def reaching(self, query: np.ndarray, k: int, clips: np.ndarray | None, order: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Return, in ascending order, the rows whose score can be as high as that of the k-th best of some clips.

        Args:
            query: (D,), finite.
            k: Fewer than there are clips.
            clips: Numbers of the clips; None for all.
            order: (N,) rows, clip after clip; not needed here.
            starts: (C,) where each clip begins in them.
        """
        length = float(np.linalg.norm(query)) or 1.0
        unit = torch.from_numpy(query / length)
        near = unit.half()
        middle = (self.rows @ near.to(self.rows.device)).float()
        off = self.errors + self.lengths * float(torch.linalg.vector_norm(unit - near.float())) + ROUNDING
        reached = torch.full((len(starts),), -torch.inf, device=middle.device)
        reached.scatter_reduce_(0, self.clip_of, middle - off, "amax")
        if clips is not None:
            reached = reached[torch.from_numpy(clips).to(middle.device)]
        least = reached.topk(k, sorted=False).values.min()
        return torch.nonzero(middle + off >= least)[:, 0].cpu().numpy()


def rows_on(device: str, rows: np.ndarray, order: np.ndarray, starts: np.ndarray) -> DeviceRows | None:
    """Put rows (N, D) on a device; None where it has no room for them.

    Args:
        device: Name of the device.
        rows: (N, D) float32.
        order: (N,) rows, clip after clip.
        starts: (C,) where each clip begins in them.
    """
    clip_of = np.empty(len(order), np.int64)
    clip_of[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(order))))
    try:
        held = torch.empty(rows.shape, dtype=torch.float16, device=device)
        errors, lengths = torch.empty((2, len(rows)), device=device)
        for at in range(0, len(rows), BLOCK):
            block, part = torch.from_numpy(rows[at : at + BLOCK]).to(device), slice(at, at + BLOCK)
            known = torch.isfinite(block).all(dim=1)
            block = torch.where(known[:, None], block, 0)
            held[part] = block.half()
            lengths[part] = torch.linalg.vector_norm(held[part].float(), dim=1)
            errors[part] = torch.where(known, torch.linalg.vector_norm(block - held[part].float(), dim=1), torch.inf)
        return DeviceRows(held, errors, lengths, torch.from_numpy(clip_of).to(device))
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        return None
