"""Devices and precision."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from threading import Lock

from motionpatches.core.errors import StudioError

# What a person can choose; auto: the best that is present.
DEVICES = ("auto", "cuda", "mps", "cpu")
# How many threads torch began with: one number, once it is asked.
_THREADS: list[int] = []
_COUNTING = Lock()


def pick_device(name: str = "auto") -> str:
    """Return 'cuda', 'mps' or 'cpu': the best present for 'auto'. Raises StudioError for one that is not there."""
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, there in present.items() if there)
    if not present.get(name.split(":")[0], False):
        raise StudioError(f"There is no {name} device here. Present: {', '.join(d for d, p in present.items() if p)}.")
    return name


def device_label(device: str) -> str:
    """Return the name of a device for people: 'CUDA: NVIDIA H100', 'Apple GPU', 'CPU, 2 threads, bf16'."""
    import torch

    if device.startswith("cuda"):
        return f"CUDA: {torch.cuda.get_device_name(device)}"
    if device == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' * (threads > 1)}" + (", bf16" if cpu_has_bf16() else "")


def device_reason(device: str) -> str:
    """Return the reason for this device, in a sentence."""
    import torch

    if device.startswith("cuda"):
        return (
            f"torch {torch.__version__} found a CUDA device, compute capability "
            + ".".join(map(str, torch.cuda.get_device_capability(device)))
            + "."
        )
    if device == "mps":
        return f"torch {torch.__version__} found Apple's Metal."
    if torch.version.cuda is None and not torch.backends.mps.is_built():
        return f"torch {torch.__version__} is a build for the CPU alone; a CUDA build of torch would use an NVIDIA GPU."
    return f"torch {torch.__version__} found no GPU that it can use."


@lru_cache(maxsize=1)
def cpu_has_bf16() -> bool:
    """Whether bf16 pays on this CPU: with tiles (AMX). With AVX-512's bf16 instructions alone it is slower than fp32 (measured:
    starter, two cores: 43 against 77 motions/s through the motion encoder and back)."""
    import torch

    return bool(torch.cpu._is_amx_tile_supported())


@lru_cache(maxsize=1)
def cpu_trains_in_bf16() -> bool:
    """Whether training in bf16 pays on this CPU: with tiles, or where a product in it is measured to be much faster. With
    AVX-512's instructions and plain attention the starter's motion encoder trains thrice as fast (135 against 45 motions/s on
    one core of a fifth-generation EPYC); another CPU was slower with them."""
    import torch

    if cpu_has_bf16() or not getattr(torch.cpu, "_is_avx512_bf16_supported", bool)():
        return cpu_has_bf16()

    def seconds(kind: torch.dtype) -> float:
        left, right = torch.ones(512, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        found = []
        for _ in range(5):
            start = time.perf_counter()
            left @ right
            found.append(time.perf_counter() - start)
        return min(found)

    with one_thread():
        return seconds(torch.bfloat16) < 0.5 * seconds(torch.float32)


def training_kind(device: str, precision: str) -> str:
    """Return 'bf16' or 'fp32': what a precision of 'auto' means for training on a device; others as they are."""
    if precision != "auto":
        return precision
    fast = cpu_trains_in_bf16() if device.startswith("cpu") else _casts_fast(device)
    return "bf16" if fast else "fp32"


@contextmanager
def training_precision(device: str, precision: str) -> Iterator[None]:
    """Make a context for a step of training. On a CPU in bf16, attention is made of plain products, whose gradient is quicker."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    precision = training_kind(device, precision)
    plain = device.startswith("cpu") and precision == "bf16"
    with autocast(device, precision), sdpa_kernel(SDPBackend.MATH) if plain else nullcontext():
        yield


def _casts_fast(device: str) -> bool:
    """Tell whether bf16 is faster than fp32 without gradients."""
    import torch

    kind = device.split(":")[0]
    return kind == "cuda" and torch.cuda.is_bf16_supported() or kind == "cpu" and cpu_has_bf16()


def autocast(device: str, precision: str = "auto") -> AbstractContextManager[object]:
    """Make a context of bf16 autocast where it is faster ('auto'), or as told: 'bf16' or 'fp32'."""
    import torch

    if precision == "fp32" or (precision == "auto" and not _casts_fast(device)):
        return exact_convolutions(device)
    return torch.autocast(device.split(":")[0], dtype=torch.bfloat16)


@contextmanager
def exact_convolutions(device: str) -> Iterator[None]:
    """Inside, convolutions on CUDA round as matrix products do: by torch's default products in fp32 are made in fp32, but cuDNN's
    convolutions, such as the patch embedding, in TF32, whose mantissa has 10 bits."""
    import torch

    if not device.startswith("cuda"):
        yield
        return
    cudnn, tf32 = torch.backends.cudnn, torch.get_float32_matmul_precision() != "highest"
    with cudnn.flags(enabled=cudnn.enabled, benchmark=cudnn.benchmark, deterministic=cudnn.deterministic, allow_tf32=tf32):
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one thread: for a few rows on a CPU, sharing the work costs more than it saves.

    torch keeps the number of each of our threads, but gives one that is new to it the number that any of them set last: a thread
    that first used torch while another one was in here would stay at one for good. Hence `all_threads`."""
    import torch

    _remember_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        all_threads()


def all_threads() -> None:
    """Use as many threads as torch had before the first query, whatever was set since; for work of many rows, in any thread."""
    import torch

    torch.set_num_threads(_remember_threads())


def _remember_threads() -> int:
    """Return how many threads torch had when this was first asked, before any part of the program changed that."""
    import torch

    with _COUNTING:
        if not _THREADS:
            _THREADS.append(torch.get_num_threads())
    return _THREADS[0]


def one_numpy_thread() -> None:
    """Let numpy use one thread from now on: its others look for more work in a loop, for 20 ms after each product, on cores that
    draw, or answer others."""
    import numpy  # noqa: F401  (what is limited has to be there)
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")


def out_of_memory(error: Exception) -> bool:
    """Tell whether an error means that the device or the machine ran out of memory."""
    import torch

    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def free_memory() -> None:
    """Release the memory that the device keeps in reserve."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
