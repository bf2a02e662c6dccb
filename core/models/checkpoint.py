"""A model on disk: a folder that carries all that rebuilds it.

model.safetensors (weights and patch statistics), config.json (model, text architecture, metrics, provenance),
tokenizer.json, README.md (the card).
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.hashing import content_digest
from motionpatches.core.models import config as model_config
from motionpatches.core.models.interaction import model_class
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchStatistics

FORMAT = 1
SCALE = ".row_scale"


@dataclass(frozen=True)
class CheckpointInfo:
    """Scores, origin and model card (Markdown), saved with the weights."""

    metrics: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    card: str = ""


def save_model(model: MotionTextModel, folder: Path, info: CheckpointInfo, compact: bool = False) -> None:
    """Write a model to a temporary folder, then rename it, so that `folder` never holds half a model.

    `compact` stores every matrix as int8 rows with one scale each: a quarter of the size, cosine > 0.999.
    """
    folder = Path(folder)
    temporary = folder.with_name(folder.name + ".writing")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        weights = {name: t.detach().cpu().contiguous() for name, t in model.state_dict().items()}
        tensors = compact_rows(weights) if compact else weights
        tensors["statistics.mean"] = torch.from_numpy(model.statistics.mean.copy())
        tensors["statistics.std"] = torch.from_numpy(model.statistics.std.copy())
        save_file(tensors, temporary / "model.safetensors")
        model.text_encoder.tokenizer.save(str(temporary / "tokenizer.json"))
        (temporary / "config.json").write_text(
            json.dumps(
                {
                    "format": FORMAT,
                    "model": model_config.to_dict(model.config),
                    "text_architecture": model.text_encoder.architecture,
                    "normalisation": model.statistics.normalisation,
                    "metrics": info.metrics,
                    "provenance": info.provenance,
                },
                indent=1,
            )
            + "\n"
        )
        shutil.copymode(temporary / "config.json", temporary / "model.safetensors")  # safetensors lets only the owner read
        if info.card:
            (temporary / "README.md").write_text(info.card)
        if folder.exists():
            old = folder.with_name(folder.name + ".old")
            shutil.rmtree(old, ignore_errors=True)
            os.replace(folder, old)
            os.replace(temporary, folder)
            shutil.rmtree(old)
        else:
            os.replace(temporary, folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise os_problem(folder, error if isinstance(error, OSError) else OSError(str(error))) from error


def load_model(folder: str | Path, device: str = "cpu") -> MotionTextModel:
    """Rebuild a model, in eval mode. Raises FileProblem for a missing or broken part."""
    folder = Path(folder)
    values = read_config(folder)
    weights_file = folder / "model.safetensors"
    try:
        tensors = load_file(weights_file)
    except (SafetensorError, ValueError) as error:
        raise FileProblem(weights_file, f"the weights are broken ({error})", "Copy or train the model again") from None
    except OSError as error:
        raise os_problem(weights_file, error) from error
    statistics = PatchStatistics(
        tensors.pop("statistics.mean").numpy(), tensors.pop("statistics.std").numpy(), values["normalisation"]
    )
    config = model_config.from_dict(values["model"])
    text = TextEncoder.from_parts(values["text_architecture"], folder / "tokenizer.json", config.text_pooling).materialised()
    model = model_class(config)(config, text, statistics, pretrained=False)
    missing, unexpected = model.load_state_dict(expand_rows(tensors), strict=False)
    if missing or unexpected:
        raise FileProblem(
            weights_file,
            f"tensors do not fit: missing {missing[:3]}, unexpected {unexpected[:3]}",
            "Use the version of the program that wrote it",
        )
    model.name = paths.model_name(folder)
    model.fingerprint = content_digest(weights_file)
    return model.eval().to(device)


def read_config(folder: Path) -> dict[str, Any]:
    """Read config.json of a model folder. Raises FileProblem."""
    file = Path(folder) / "config.json"
    try:
        values = json.loads(file.read_text())
    except OSError as error:
        if not Path(folder).is_dir():
            raise StudioError(f"There is no model folder {Path(folder).name!r}.") from None
        raise os_problem(file, error) from error
    except ValueError as error:
        raise FileProblem(file, f"it is not JSON ({error})", "Copy the model again") from None
    if values.get("format") != FORMAT or "model" not in values:
        raise FileProblem(file, "it is no model of this program's format", "Choose a folder written by `train`")
    return values


def compact_rows(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as int8 with one float16 scale a row (symmetric, the row's maximum at 127); the rest as float16."""
    result: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.is_floating_point() and weight.dim() >= 2 and weight.shape[0] > 1:
            rows = weight.float().flatten(1)
            scale = (rows.abs().amax(dim=1, keepdim=True) / 127).clamp(min=6e-8).half()
            scale = torch.where(scale == 0, torch.tensor(6e-8).half(), scale)
            result[name] = (rows / scale.float()).round().clamp(-127, 127).to(torch.int8).reshape(weight.shape)
            result[name + SCALE] = scale[:, 0].contiguous()
        else:
            result[name] = weight.half() if weight.is_floating_point() else weight
    return result


def expand_rows(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The float32 weights of compact_rows' (or plain) tensors."""
    result = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            continue
        scale = tensors.get(name + SCALE)
        if scale is not None:
            value = value.float() * scale.float().reshape(-1, *[1] * (value.dim() - 1))
        result[name] = value.float() if value.is_floating_point() else value
    return result
