"""The processes that train together, as `torchrun` or `accelerate launch` start them; one alone without."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device as devices

# A pause, or the leader's measuring, may keep the others waiting.
PATIENCE = timedelta(days=7)


@dataclass(frozen=True)
class World:
    """`rank` of `size` processes; each encodes its part of every batch, and all see the loss of the whole."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def join(cls, device: str) -> World:
        """By the environment (RANK, WORLD_SIZE, LOCAL_RANK and the address that the launcher sets): NCCL on CUDA, else gloo."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        device = devices.pick_device(device)
        if size == 1:
            return cls(device=device)
        rank = int(os.environ["RANK"])
        if device.startswith("cuda"):
            device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
            torch.cuda.set_device(device)
        if not distributed.is_initialized():
            distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo", timeout=PATIENCE)
        return cls(rank, size, device)

    def leave(self) -> None:
        if self.size > 1 and distributed.is_initialized():
            distributed.destroy_process_group()

    @property
    def leads(self) -> bool:
        """Whether this process measures, saves and reports."""
        return self.rank == 0

    def part(self, batch: int) -> slice:
        """This process's rows of a batch. Raises StudioError where they cannot be shared out evenly."""
        if batch % self.size:
            raise StudioError(f"A batch of {batch} cannot be shared by {self.size} processes; choose a multiple of {self.size}.")
        own = batch // self.size
        return slice(self.rank * own, (self.rank + 1) * own)

    def gather(self, rows: Tensor) -> Tensor:
        """(B, D) rows of all processes from this one's (B / size, D), which keep their graph. The gradients that the
        processes then find for their own rows add up to that of one process with the whole batch."""
        if self.size == 1:
            return rows
        pieces = [torch.empty_like(rows) for _ in range(self.size)]
        distributed.all_gather(pieces, rows.detach().contiguous())
        pieces[self.rank] = rows
        return torch.cat(pieces)

    def add_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Every process's gradients become their sum."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        whole = torch.cat([g.flatten() for g in gradients])
        distributed.all_reduce(whole)
        for gradient, piece in zip(gradients, whole.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(piece.view_as(gradient))

    def highest(self, value: int) -> int:
        """Of what all processes say."""
        if self.size == 1:
            return value
        seen = torch.tensor([value], device=self.device)
        distributed.all_reduce(seen, op=distributed.ReduceOp.MAX)
        return int(seen.item())

    def meet(self) -> None:
        """Waits for all."""
        if self.size > 1:
            distributed.barrier()
