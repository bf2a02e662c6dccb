"""Tensors by name from files that anybody may have written: nothing runs, and every number is finite."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from motionpatches.core.errors import FileProblem, os_problem

# Where programs that train put the tensors among other values, best first.
NESTED = ("state_dict_ema", "model_ema", "state_dict", "model")
# What a file may hold besides its tensors, and how often tensors may share their numbers.
SPARE, SHARED = 1 << 20, 2
# Weights of networks are a few thousand at most.
LARGEST = 1e8
AGAIN = "Download or copy it again"


def read_tensors(file: Path) -> dict[str, Tensor]:
    """The tensors by name of a .safetensors file, or of a file of torch.save, read with weights_only.

    Raises:
        FileProblem: the file cannot be read, holds something else, or numbers that are not finite.
    """
    file = Path(file)
    if file.exists() and not file.is_file():
        raise FileProblem(file, "it is no regular file", "Choose a file of weights")
    try:
        found = _read(file)
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:  # torch and safetensors raise anything over broken bytes
        raise FileProblem(file, f"it is not a state dict of tensors ({_reason(error)})", AGAIN) from None
    tensors = next((found[key] for key in NESTED if isinstance(found.get(key), dict)), found) if isinstance(found, dict) else {}
    if not tensors or not all(isinstance(n, str) and isinstance(t, Tensor) for n, t in tensors.items()):
        raise FileProblem(file, "it does not hold tensors by name alone", "Choose a bare state dict")
    _check_kinds(file, tensors)
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


def tensor_names(file: Path) -> set[str]:
    """The names of the tensors of such a file, without their numbers where it can be mapped into memory. Raises FileProblem."""
    try:
        found = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except Exception:  # another format, or a broken file: read_tensors says which
        return set(read_tensors(file))
    found = next((found[key] for key in NESTED if isinstance(found.get(key), dict)), found) if isinstance(found, dict) else {}
    return {str(name).removeprefix("module.") for name in found}


def _reason(error: Exception) -> str:
    """What a reader reports, on one line; of torch's, which explains itself at length, its last part."""
    lines = str(error).rpartition("WeightsUnpickler error: ")[2].strip().splitlines()
    return (lines or [type(error).__name__])[0][:120]


def _read(file: Path) -> Any:
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(file)
    return load_plain(file)


def load_plain(file: Path, device: str = "cpu") -> Any:
    """The plain values and tensors of a file of torch.save; nothing runs, and nothing is unpacked to more than it holds. Raises
    FileProblem, or anything that torch raises over broken bytes."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > file.stat().st_size + SPARE:
                raise FileProblem(file, "it would unpack to more than it holds", AGAIN)
    return torch.load(file, map_location=device, weights_only=True)


def _check_kinds(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Plain numbers that lie in the file, not views that repeat a few of them."""
    size = 0
    for name, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.device.type != "cpu":
            raise FileProblem(file, f"{name[:60]!r} is no plain tensor", "Choose a bare state dict")
        size += tensor.numel() * tensor.element_size()
    if size > SHARED * file.stat().st_size + SPARE:
        raise FileProblem(file, "its tensors are larger than the file", AGAIN)
    check_finite(file, tensors)


def require_fit(
    file: Path, wanted: Mapping[str, torch.Size], found: Mapping[str, Tensor], what: str, advice: str, most: int = 20
) -> None:
    """Compare the tensors that a released model must have with those of a file, by the names of the release.

    Raises:
        FileProblem: names each that is missing, unknown or of another shape, up to `most`.
    """
    problems = [f"missing {name}" for name in wanted if name not in found]
    problems += [f"unknown {name[:60]}" for name in found if name not in wanted]
    problems += [
        f"{name[:60]} is {tuple(tensor.shape)} instead of {tuple(wanted[name])}"
        for name, tensor in found.items()
        if name in wanted and tensor.shape != wanted[name]
    ]
    if problems:
        more = f"; and {len(problems) - most} more" if len(problems) > most else ""
        told = "; ".join(problems[:most]) + more
        raise FileProblem(file, f"{len(problems)} tensors do not fit {what}: {told}", advice)


def check_finite(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Raise FileProblem naming the first tensor that holds NaN, infinity, or numbers whose products become infinite."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.numel():
            least, most = torch.aminmax(tensor.float())
            if not (float(least) >= -LARGEST and float(most) <= LARGEST):
                what = f"{name[:60]!r} holds NaN or infinite values, or such above {LARGEST:g}"
                raise FileProblem(file, what, "Use another model, or train it again")
