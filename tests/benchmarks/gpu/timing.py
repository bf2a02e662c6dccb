"""Seconds and memory of repeated work on a device."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch

from tests.benchmarks.gpu.budget import Deadline


class Timing(NamedTuple):
    """Seconds for one piece of work, the number of pieces, and the most memory of the device in bytes (None on a CPU)."""

    seconds: float
    count: int
    peak_bytes: int | None

    @property
    def gib(self) -> float | None:
        return None if self.peak_bytes is None else self.peak_bytes / 2**30


def synchronize(device: str) -> None:
    """Wait until the device has done what was asked of it."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def timed(
    device: str, work: Callable[[], object], deadline: Deadline, seconds: float = 1.5, warm_up: int = 3, least: int = 3
) -> Timing:
    """Repeat a piece of work and time it as a whole, so that the device is never waited for in between.

    Args:
        device: where it runs.
        work: one piece.
        deadline: no piece begins after it.
        seconds: about how long it is repeated.
        warm_up: pieces before the clock starts; the last of them says how many fit into `seconds`.
        least: pieces at least.
    """
    one = 0.0
    for _ in range(max(warm_up, 1)):
        start = time.perf_counter()
        work()
        synchronize(device)
        one = time.perf_counter() - start
        if not deadline.left():
            break
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
    count = max(least, int(min(seconds, deadline.left()) / max(one, 1e-6)))
    start, done = time.perf_counter(), 0
    for _ in range(min(count, 100_000)):
        work()
        done += 1
        if done >= least and not deadline.left():
            break
    synchronize(device)
    spent = time.perf_counter() - start
    return Timing(spent / done, done, torch.cuda.max_memory_allocated(device) if device.startswith("cuda") else None)


@contextmanager
def products(tf32: bool) -> Iterator[None]:
    """Inside, fp32 products and convolutions on CUDA are made in TF32, or are not."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    try:
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=tf32):
            yield
    finally:
        torch.set_float32_matmul_precision(before)
