"""Which rows of a large gallery can be among the best for a query, from rows of 8 bits: a quarter of the memory is read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from motionpatches.core.models.device import one_thread
from motionpatches.core.search.mapped_rows import release

BLOCK = 8_192
# What 32-bit sums of products may be off by.
ROUNDING = 1e-5
# An error that no score reaches, and that is finite, so that it can be multiplied by 0.
UNKNOWN = 1e30


@dataclass(frozen=True, eq=False)
class EightBitRows:
    """Rows r (N, D) as whole numbers c with a scale s each, r = s c + e.

    The score of a query q, which is rounded to q' alike, differs from that of the rounded ones by at most
    |q| |e| + |q - q'| |s c| (Cauchy and Schwarz).

    Attributes:
        codes: (N, D) int8.
        scales: (N,) s.
        lengths: (N,) |s c|.
        errors: (N,) |e|; UNKNOWN for a row that is not finite.
    """

    codes: torch.Tensor
    scales: np.ndarray
    lengths: np.ndarray
    errors: np.ndarray
    _kept: dict[str, tuple[bytes, tuple[np.ndarray, np.ndarray]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, rows: np.ndarray) -> EightBitRows | None:
        """Convert rows (N, D); None where this build of torch does not multiply them."""
        codes = np.empty(rows.shape, np.int8)
        scales, lengths, errors = np.empty((3, len(rows)), np.float32)
        for at in range(0, len(rows), BLOCK):
            block, part = rows[at : at + BLOCK], slice(at, at + BLOCK)
            known = np.isfinite(block).all(axis=1)
            block = np.where(known[:, None], block, 0)
            codes[part], scales[part] = _whole(block)
            near = codes[part] * scales[part, None]
            lengths[part] = np.linalg.norm(near, axis=1)
            errors[part] = np.where(known, np.linalg.norm(block - near, axis=1), UNKNOWN)
            release(rows)
        made = cls(torch.from_numpy(codes), scales, lengths, errors)
        try:
            made.bounds(np.zeros(rows.shape[1], np.float32))
        except (AttributeError, RuntimeError):
            return None
        return made

    def reaching(self, query: np.ndarray, k: int, clips: np.ndarray | None, order: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Return, in ascending order, the rows whose score can be as high as that of the k-th best of some clips.

        Args:
            query: (D,), finite.
            k: Fewer than there are clips.
            clips: Numbers of the clips; None for all.
            order: (N,) rows, clip after clip.
            starts: (C,) where each clip begins in them.
        """
        lower, upper = self.bounds(query)
        reached = np.maximum.reduceat(lower[order], starts)
        reached = reached if clips is None else reached[clips]
        return np.flatnonzero(upper >= np.partition(reached, len(reached) - k)[len(reached) - k])

    def bounds(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return two scores (N,) between which the score of each row lies, for a finite query (D,); those of the last one are
        kept: a query asks for its exact words, and for all."""
        key = query.tobytes()
        last = self._kept.get("last")
        if last is None or last[0] != key:
            last = self._kept["last"] = key, self._new_bounds(query)
        return last[1]

    def _new_bounds(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        whole, scale = _whole(query[None])
        with one_thread():
            products = torch._int_mm(torch.from_numpy(whole), self.codes.T).numpy()[0]
        middle = products * (self.scales * scale)
        off = self.errors * np.linalg.norm(query) + self.lengths * np.linalg.norm(query - whole * scale) + ROUNDING
        return middle - off, middle + off


def _whole(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (N, D) as int8, and what to multiply each with (N,)."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-30).astype(np.float32) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales
