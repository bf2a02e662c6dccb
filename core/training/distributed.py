"""The processes that train one model together, as `torchrun` or `accelerate launch` start them; otherwise one process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device as devices

# How long a process waits for the others: a pause, or validation by the main process, may take long.
PATIENCE = timedelta(days=7)
# What `torchrun` and `accelerate launch` tell a process that shall join a group.
LAUNCHER = {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"}


@dataclass(frozen=True)
class World:
    """One of `size` processes. Each encodes its shard of every batch; the loss is that of the whole batch.

    `grouped`: they share a process group, as a launcher starts it, also for one process.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"
    grouped: bool = False

    @classmethod
    def join(cls, device: str) -> World:
        """Join the process group that the environment names (RANK, WORLD_SIZE, LOCAL_RANK and the launcher's address).

        The backend is NCCL on CUDA and gloo elsewhere. Without a launcher there is one process and no group; one process that a
        launcher starts has a group of its own, so that a single GPU runs what several do.
        """
        size = int(os.environ.get("WORLD_SIZE", "1"))
        device = devices.pick_device(device)
        if size == 1 and not os.environ.keys() >= LAUNCHER:
            return cls(device=device)
        rank = int(os.environ["RANK"])
        if device.startswith("cuda"):
            device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
            torch.cuda.set_device(device)
        if not distributed.is_initialized():
            distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo", timeout=PATIENCE)
        return cls(rank, size, device, grouped=True)

    def destroy(self) -> None:
        """End the process group that `join` started."""
        if self.grouped and distributed.is_initialized():
            distributed.destroy_process_group()

    @property
    def is_main(self) -> bool:
        """Tell whether this process measures, saves and reports."""
        return self.rank == 0

    def shard(self, batch: int) -> slice:
        """Return this process's rows of a batch of `batch` rows.

        Raises:
            StudioError: the batch is no multiple of the number of processes.
        """
        if batch % self.size:
            raise StudioError(f"A batch of {batch} cannot be shared by {self.size} processes; choose a multiple of {self.size}.")
        own = batch // self.size
        return slice(self.rank * own, (self.rank + 1) * own)

    def gather(self, rows: Tensor) -> Tensor:
        """Collect the rows (B / size, D) of all processes to (B, D); only this process's rows keep their graph.

        The gradients that the processes compute for their own rows add up to that of one process with the whole batch.
        """
        if not self.grouped:
            return rows
        pieces = [torch.empty_like(rows) for _ in range(self.size)]
        distributed.all_gather(pieces, rows.detach().contiguous())
        pieces[self.rank] = rows
        return torch.cat(pieces)

    def add_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace the gradients by their sum over all processes."""
        if not self.grouped:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        whole = torch.cat([g.flatten() for g in gradients])
        distributed.all_reduce(whole)
        for gradient, piece in zip(gradients, whole.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(piece.view_as(gradient))

    def all_max(self, value: int) -> int:
        """Return the maximum of `value` over all processes."""
        if not self.grouped:
            return value
        seen = torch.tensor([value], device=self.device)
        distributed.all_reduce(seen, op=distributed.ReduceOp.MAX)
        return int(seen.item())

    def barrier(self) -> None:
        """Wait until all processes are here."""
        if self.grouped:
            distributed.barrier()
