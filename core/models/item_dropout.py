"""Dropout and stochastic depth whose masks belong to an item of the batch, not to the process or chunk that reads it.

torch draws one mask for a whole tensor, so that what an item loses depends on its company: another number of processes, another
chunk or another grouping by length makes another run. Inside ItemDropout a mask is computed instead: a hash of the item's key,
the number of the call and the coordinates in the item's part of the tensor. Padding and company leave it as it is.

Covered is what draws by rows: functional.dropout (and nn.Dropout), scaled_dot_product_attention, Tensor.bernoulli_ (timm's
stochastic depth). Other draws, such as one number for a whole batch, come from torch's generator as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

T = TypeVar("T")

_ACTIVE: ContextVar[ItemDropout | None] = ContextVar("item dropout", default=None)
# Odd number near 2^32 / golden ratio, as a signed integer: consecutive multiples of it are spread evenly.
STRIDE = 0x9E3779B9 - (1 << 32)


def item_keys(*numbers: int, places: Sequence[int]) -> Tensor:
    """Make the keys of a batch's places, (len(places),) int32; `numbers` say whose: seed, stream, step, side."""
    states = [np.random.SeedSequence((*numbers, place)).generate_state(1)[0] for place in places]
    return torch.from_numpy(np.array(states, np.uint32).view(np.int32))


def active() -> ItemDropout | None:
    """Return the ItemDropout that this thread is in."""
    return _ACTIVE.get()


class ItemDropout(TorchFunctionMode):
    """Inside, row i of every tensor is dropped by `keys[i]` (B,) int32. A tensor of k B rows holds k parts of each item, next to
    each other, as pairs of people do."""

    def __init__(self, keys: Tensor):
        super().__init__()
        self.keys, self.calls = keys, 0
        self._token: Token[ItemDropout | None] | None = None

    def __enter__(self) -> ItemDropout:
        self._token = _ACTIVE.set(self)
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        if self._token is not None:
            _ACTIVE.reset(self._token)

    def in_groups(self, groups: Sequence[Tensor], rows: int, read: Callable[[int], T]) -> list[T]:
        """Read groups of the rows of a batch one after another, each as if it were the only one."""
        whole, start = self.keys, self.calls
        keys = self._keys_of(rows)
        found = []
        for place, group in enumerate(groups):
            self.keys, self.calls = whole[:0] if keys is None else keys[group.to(keys.device)], start
            found.append(read(place))
        self.keys = whole
        return found

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        replacement = _REPLACEMENTS.get(func)
        result = None if replacement is None else replacement(self, *args, **kwargs)
        return func(*args, **kwargs) if result is None else result

    def kept(self, shape: Sequence[int], share: float, device: torch.device) -> Tensor | None:
        """Return a boolean mask of this shape, True for `share` of it; None where the rows are not those of the items."""
        keys = self._keys_of(shape[0]) if shape else None
        if keys is None:
            return None
        self.calls += 1
        call = _mixed(keys.to(device) + _signed(STRIDE * self.calls))
        drawn = _mixed(_places(tuple(shape[1:]), str(device)) + call.view(-1, *[1] * (len(shape) - 1)))
        return drawn >= _signed(round((1 - share) * 2**32) - 2**31) if share > 0 else torch.zeros_like(drawn, dtype=torch.bool)

    def _keys_of(self, rows: int) -> Tensor | None:
        if not len(self.keys) or rows % len(self.keys):
            return None
        parts = rows // len(self.keys)
        if parts == 1:
            return self.keys
        part = torch.arange(parts, dtype=torch.int32, device=self.keys.device)
        return _mixed(self.keys[:, None] + part * STRIDE).flatten()


def _signed(number: int) -> int:
    """The number's lowest 32 bits as a signed integer."""
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def _mixed(x: Tensor) -> Tensor:
    """Hash 32-bit integers in place: each bit of the input changes half of those of the output (the constants of Wellons'
    hash-prospector, "lowbias32")."""
    x ^= (x >> 16) & 0xFFFF
    x *= 0x7FEB352D
    x ^= (x >> 15) & 0x1FFFF
    x *= 0x846CA68B - (1 << 32)
    x ^= (x >> 16) & 0xFFFF
    return x


@lru_cache(maxsize=256)
def _places(shape: tuple[int, ...], device: str) -> Tensor:
    """Hashes of the coordinates of a tensor of this shape, (1, *shape) int32; the same for a coordinate of any larger shape."""
    found = torch.zeros(1, dtype=torch.int32, device=device)
    for size in shape:
        found = _mixed(found[..., None] + _mixed(torch.arange(1, size + 1, dtype=torch.int32, device=device) * STRIDE))
    return found


def _dropout(mode: ItemDropout, x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor | None:
    if not training or p == 0:
        return None
    kept = mode.kept(x.shape, 1 - p, x.device)
    if kept is None:
        return None
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x.masked_fill_(~kept, 0).mul_(scale) if inplace else x.masked_fill(~kept, 0) * scale


def _bernoulli(mode: ItemDropout, x: Tensor, p: float = 0.5, *, generator: object = None) -> Tensor | None:
    kept = mode.kept(x.shape, p, x.device) if isinstance(p, float | int) and generator is None else None
    return None if kept is None else x.copy_(kept)


def _attention(
    mode: ItemDropout,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor | None:
    """Attention by its definition, since the fused kernels draw their own masks."""
    if dropout_p == 0:
        return None
    if enable_gqa:
        key, value = (x.repeat_interleave(query.shape[-3] // x.shape[-3], dim=-3) for x in (key, value))
    scores = query @ key.mT * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, torch.finfo(scores.dtype).min)
    elif attn_mask is not None:
        scores = scores + attn_mask
    weights = _dropout(mode, scores.softmax(dim=-1), dropout_p)
    return None if weights is None else weights.to(value.dtype) @ value


_REPLACEMENTS: dict[Any, Callable[..., Tensor | None]] = {
    functional.dropout: _dropout,
    torch.dropout: _dropout,
    functional.scaled_dot_product_attention: _attention,
    torch.Tensor.bernoulli_: _bernoulli,
}
