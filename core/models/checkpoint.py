"""A model on disk: a folder that carries all that rebuilds it.

model.safetensors (weights and patch statistics), config.json (model, text architecture, metrics, provenance),
tokenizer.json, README.md (the card).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from motionpatches.core import paths
from motionpatches.core.atomic import replacing_folder, whole_folder
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.hashing import content_digest
from motionpatches.core.io.limits import MAX_JOINTS
from motionpatches.core.io.text import read_json
from motionpatches.core.models import config as model_config
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.interaction import model_class
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.sequence_encoder import sequence_shapes
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.vit import vit_shapes
from motionpatches.core.models.weights import check_finite
from motionpatches.core.motion import features
from motionpatches.core.patches import PARTS, PatchStatistics

FORMAT = 1
SCALE, STATISTICS = ".row_scale", ("statistics.mean", "statistics.std")
# The parts of config.json beside `format`, and what each is.
DESCRIBED: dict[str, type] = {"model": dict, "text_architecture": dict, "normalisation": str, "metrics": dict, "provenance": dict}


@dataclass(frozen=True)
class CheckpointInfo:
    """Scores, origin and model card (Markdown), saved with the weights."""

    metrics: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    card: str = ""


def save_model(model: MotionTextModel, folder: Path, info: CheckpointInfo, compact: bool = False) -> None:
    """Write a model so that `folder` never holds half of one.

    `compact` stores every matrix as int8 rows with one scale each: a quarter of the size, cosine > 0.999. Saving what was
    loaded from such a folder gives the same numbers again.
    """
    kept = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("word_head.")}
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in kept.items()}
    tensors = compact_rows(weights) if compact else weights
    tensors["statistics.mean"] = torch.from_numpy(model.statistics.mean.copy())
    tensors["statistics.std"] = torch.from_numpy(model.statistics.std.copy())
    described = {
        "format": FORMAT,
        "model": model_config.to_dict(model.config),
        "text_architecture": model.text_encoder.architecture,
        "normalisation": model.statistics.normalisation,
        "metrics": info.metrics,
        "provenance": info.provenance,
    }
    try:
        with replacing_folder(Path(folder)) as made:
            save_file(tensors, made / "model.safetensors")
            model.text_encoder.tokenizer.save(str(made / "tokenizer.json"))
            (made / "config.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
            shutil.copymode(made / "config.json", made / "model.safetensors")  # safetensors lets only the owner read
            if info.card:
                (made / "README.md").write_text(info.card, encoding="utf-8")
    except SafetensorError as error:
        raise os_problem(folder, OSError(str(error))) from error


def load_model(folder: str | Path, device: str = "cpu") -> MotionTextModel:
    """Rebuild a model, in eval mode. What the folder states is checked against the sizes of its weights before memory is
    taken. Raises FileProblem for a missing or broken part."""
    name, whole = paths.model_name(Path(folder)), whole_folder(Path(folder))
    values = read_config(whole)
    weights_file = whole / "model.safetensors"
    shapes = _shapes(weights_file)
    config = model_config.from_dict(values["model"])
    text = TextEncoder.from_parts(values["text_architecture"], whole / "tokenizer.json", config.text_pooling)
    _check_fit(weights_file, _sizes(text.backbone), shapes, "text_encoder.backbone.")
    if config.head == "sequence":
        for prefix, inputs in (("motion_encoder.sequence.", features.WIDTH), ("text_head.", text.width)):
            _check_fit(weights_file, sequence_shapes(config, inputs), shapes, prefix)
    if config.patches.form == "patches" and (vit := vit_shapes(config)) is not None:
        _check_fit(weights_file, vit, shapes, "motion_encoder.vit.")
    width = text.width if config.head == "text_space" else config.dim
    kept = (config.memory_keys, width), (config.memory_meanings, width), (config.memory_keys,)
    memory = dict(zip(("keys", "meanings", "meaning"), map(torch.Size, kept), strict=True)) if config.memory_keys else {}
    _check_fit(weights_file, memory, shapes, "text_memory.")
    tensors = _tensors(weights_file)
    statistics = _statistics(weights_file, tensors, values["normalisation"], config)
    model = model_class(config)(config, text.materialised(), statistics, pretrained=False)
    _check_fit(weights_file, _sizes(model), shapes, "")
    weights = expand_rows(tensors)
    check_finite(weights_file, weights)
    model.load_state_dict(weights, assign=True)  # the tensors themselves: no copy of them
    model.name = name
    model.fingerprint = content_digest(weights_file)
    epoch = values["metrics"].get("epoch")
    model.provenance = {**values["provenance"], **({} if epoch is None else {"epoch": epoch})}
    return _checked(weights_file, model.eval()).to(device)


def read_config(folder: Path) -> dict[str, Any]:
    """Read config.json of a model folder; its parts have the types of DESCRIBED. Raises FileProblem."""
    folder = whole_folder(Path(folder))
    if not folder.is_dir():
        raise StudioError(f"There is no model folder {folder.name!r}.")
    file = folder / "config.json"
    values = read_json(file)
    if not isinstance(values, dict) or values.get("format") != FORMAT or "model" not in values:
        raise FileProblem(file, "it is no model of this program's format", "Choose a folder written by `train`")
    for name, kind in DESCRIBED.items():
        if not isinstance(values.setdefault(name, kind()), kind):
            raise FileProblem(file, f"{name} is no {kind.__name__}", "Copy the model again")
    return values


def _shapes(file: Path) -> dict[str, torch.Size]:
    """The sizes of the model's tensors by name, from the file's header. Raises FileProblem."""
    if not file.is_file():
        raise FileProblem(file, "it is not there, or no regular file", "Copy or train the model again")
    try:
        with safe_open(file, "pt") as stored:
            names = [n for n in stored.keys() if not n.endswith(SCALE) and n not in STATISTICS]  # noqa: SIM118
            return {name: torch.Size(stored.get_slice(name).get_shape()) for name in names}
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:  # SafetensorError, or whatever a broken header leads to
        raise _broken(file, error) from None


def _tensors(file: Path) -> dict[str, Tensor]:
    try:
        return load_file(file)
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:
        raise _broken(file, error) from None


def _broken(file: Path, error: Exception) -> FileProblem:
    return FileProblem(file, f"the weights are broken ({str(error)[:120]})", "Copy or train the model again")


def _sizes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}


def _check_fit(file: Path, wanted: Mapping[str, torch.Size], stored: Mapping[str, torch.Size], prefix: str) -> None:
    """Compare the tensors that a module needs with those of the file under a prefix. Raises FileProblem."""
    there = {
        n.removeprefix(prefix): size for n, size in stored.items() if n.startswith(prefix) and not n.startswith("statistics.")
    }
    missing = [name for name in wanted if name not in there]
    unexpected = [name for name in there if name not in wanted]
    other = [name for name in wanted if name in there and wanted[name] != there[name]]
    if missing or unexpected or other:
        raise FileProblem(
            file,
            f"tensors do not fit: missing {missing[:3]}, unexpected {[n[:60] for n in unexpected[:3]]}, of another size "
            f"{other[:3]}",
            "Use the version of the program that wrote it",
        )


def _statistics(file: Path, tensors: dict[str, Tensor], normalisation: str, config: ModelConfig) -> PatchStatistics:
    """Take mean and deviation out of the tensors. Raises FileProblem where no patches can be made with them."""
    found = [tensors.pop(name, None) for name in STATISTICS]
    if normalisation not in ("sample_point", "joint") or any(t is None or t.dtype != torch.float32 for t in found):
        raise FileProblem(file, "it holds no mean and deviation of the model's input", "Copy or train the model again")
    mean, std = (t.numpy() for t in found if t is not None)
    per_joint = normalisation == "joint" or config.patches.form == "joints"
    rows = len(mean) if per_joint and mean.ndim == 2 and 0 < len(mean) <= MAX_JOINTS else PARTS * config.patches.points
    shape = (features.WIDTH, 1) if config.patches.form == "features" else (rows, 3)
    if not mean.shape == std.shape == shape or not np.isfinite(mean).all() or not (np.isfinite(std) & (std > 0)).all():
        raise FileProblem(file, "mean and deviation of the model's input cannot be used", "Copy or train the model again")
    return PatchStatistics(mean, std, "joint" if normalisation == "joint" else "sample_point")


@torch.no_grad()
def _checked(file: Path, model: MotionTextModel) -> MotionTextModel:
    """The model, where it reads a text of two tokens. Raises FileProblem."""
    memory = model.text_memory
    try:
        if memory is not None and not 0 <= int(memory.meaning.min()) <= int(memory.meaning.max()) < len(memory.meanings):
            raise IndexError("its memory names meanings that are not there")
        row = model.encode_tokens(torch.zeros(2, 2, dtype=torch.int64), torch.ones(2, 2, dtype=torch.int64))
        if not bool(torch.isfinite(row).all()):
            raise ValueError("its embeddings are not finite")
    except Exception as error:  # sizes that fit the file and not each other
        raise FileProblem(file, f"the model cannot be used ({str(error)[:120]})", "Copy or train the model again") from None
    return model


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
    """The float32 weights of compact_rows' (or plain) tensors: copies, since those of a file change with it."""
    result = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            continue
        scale = tensors.get(name + SCALE)
        if scale is not None and scale.shape == value.shape[:1]:
            result[name] = value.to(torch.float32, copy=True).mul_(scale.float().reshape(-1, *[1] * (value.dim() - 1)))
        else:
            result[name] = value.to(torch.float32 if value.is_floating_point() else value.dtype, copy=True)
    return result
