"""The bf16 peak of a device, and the floating-point operations of a training step, whose quotient is the share of the peak."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Peak(NamedTuple):
    """Dense bf16 TFLOP/s of the tensor cores with fp32 accumulation, and where the figure stands."""

    tflops: float
    source: str


# By a word or two of torch.cuda.get_device_name, the more exact name first. Where a data sheet gives the figure with 2:4 sparsity
# alone, half of it is the dense one.
PEAKS: dict[str, Peak] = {
    "B200": Peak(2250.0, "NVIDIA Blackwell architecture brief, HGX B200, a GPU"),
    "H200 NVL": Peak(835.5, "NVIDIA H200 data sheet, NVL: 1,671 with sparsity"),
    "H200": Peak(989.5, "NVIDIA H200 data sheet, SXM: 1,979 with sparsity"),
    "H100 NVL": Peak(835.5, "NVIDIA H100 data sheet, NVL: 1,671 with sparsity"),
    "H100 PCIe": Peak(756.5, "NVIDIA H100 data sheet, PCIe: 1,513 with sparsity"),
    "H100": Peak(989.5, "NVIDIA H100 data sheet, SXM: 1,979 with sparsity"),
    "A100": Peak(312.0, "NVIDIA A100 data sheet"),
    "A10": Peak(125.0, "NVIDIA A10 data sheet"),
    "L40S": Peak(362.0, "NVIDIA L40S data sheet"),
    "L4": Peak(121.0, "NVIDIA L4 data sheet: 242 with sparsity"),
    "RTX 4090": Peak(165.2, "NVIDIA Ada architecture white paper, appendix A"),
    "RTX 3090": Peak(71.0, "NVIDIA Ampere GA102 white paper, appendix A"),
}


def peak_of(device_name: str) -> Peak | None:
    """Return the peak of a device by its name; None for one that is not in the table."""
    for name, peak in PEAKS.items():
        if re.search(rf"\b{re.escape(name)}\b", device_name):
            return peak
    return None


def peak_share(operations: float, seconds: float, device_name: str) -> float | None:
    """Compute the share of the device's bf16 peak in percent that `operations` in `seconds` are; None without a known peak."""
    peak = peak_of(device_name)
    return None if peak is None else 100 * operations / seconds / (peak.tflops * 1e12)


def counted(work: Callable[[], object]) -> float:
    """Count the floating-point operations (a multiplication and an addition are two) of the products in a piece of work."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())
