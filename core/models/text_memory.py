"""Phrase memory: known phrases and their meanings, which a text embedding is drawn toward."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.bucketing import is_traced
from motionpatches.core.models.half_linear import HalfLinear

# How sharply the near ones are chosen; the cosine below which none is near; how much of what they mean is added.
TEMPERATURE, NEAR, SHARE = 0.03, 0.5, 0.1


class TextMemory(nn.Module):
    """Rows of sentences drawn toward what known sentences near to them mean: a key-value memory (Miller et al., Key-Value
    Memory Networks, EMNLP 2016), read by the softmax of cosines, in which a key of the cosine NEAR to every sentence means
    nothing. What an encoder's weights smooth over, words that few sentences use above all, stays known by it.

    `keys` (K, D): unit rows of the known sentences; `meanings` (M, D): where what they mean lies, unit rows or shorter;
    `meaning` (K,): which is whose. Nothing of it is trained."""

    keys: Tensor
    meanings: Tensor
    meaning: Tensor

    def __init__(self, dim: int, keys: int, meanings: int):
        super().__init__()
        self.register_buffer("keys", torch.zeros(keys, dim))
        self.register_buffer("meanings", torch.zeros(meanings, dim))
        self.register_buffer("meaning", torch.zeros(keys, dtype=torch.int64))
        self._half: tuple[int, HalfLinear | None] | None = None

    @classmethod
    def of(cls, keys: Tensor, meant: Tensor) -> TextMemory:
        """Make a memory from (K, D) keys and (K, D) what each means."""
        meanings, meaning = torch.unique(meant, dim=0, return_inverse=True)
        memory = cls(keys.shape[1], len(keys), len(meanings))
        memory.keys.copy_(keys)
        memory.meanings.copy_(meanings)
        memory.meaning.copy_(meaning)
        return memory

    def forward(self, rows: Tensor) -> Tensor:
        """(B, D) unit rows -> (B, D) unit rows."""
        with torch.autocast(rows.device.type, enabled=False):
            nearness = torch.exp((self._cosines(rows) - NEAR) / TEMPERATURE)
            weights = nearness / (1 + nearness.sum(dim=1, keepdim=True))
            if is_traced():  # the same with an operator that ONNX has
                return functional.normalize(rows + SHARE * weights @ self.meanings[self.meaning], dim=-1)
            of_each = rows.new_zeros(len(rows), len(self.meanings)).index_add(1, self.meaning, weights)
            return functional.normalize(rows + SHARE * of_each @ self.meanings, dim=-1)

    def _cosines(self, rows: Tensor) -> Tensor:
        """(B, K); of a single row on a CPU, but for the first one, by keys of 16 bits: most time goes into reading them."""
        if len(rows) == 1 and rows.device.type == "cpu" and not torch.is_grad_enabled() and not is_traced():
            try:
                version = self.keys._version
                if self._half is None or self._half[0] != version:
                    self._half = version, None
                    return rows @ self.keys.T
                half = self._half[1] or HalfLinear(self.keys, torch.zeros(len(self.keys)))
                self._half = version, half
                return half(rows)
            except (RuntimeError, AttributeError):  # not in this torch, or of tensors without versions
                pass
        return rows @ self.keys.T
