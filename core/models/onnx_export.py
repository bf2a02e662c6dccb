"""Both encoders of a model as ONNX files, with what a program elsewhere needs to feed them."""

from __future__ import annotations

import importlib.util
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from motionpatches.core.atomic import replacing_folder
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models import config as model_config
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.onnx_card import card, layout
from motionpatches.core.patches import MAX_FRAMES, SHORT_FRAMES
from motionpatches.core.progress import Job, Progress

MOTION, TEXT = "motion_encoder.onnx", "text_encoder.onnx"
# All operators of both encoders are in this version of the operator set, and runtimes since 2022 know it.
OPSET = 17
# Sentences of several lengths, by which the files are compared with the model.
SENTENCES = ("walk", "a person walks forward and then turns around", "someone jumps twice, then sits down slowly on the floor")


@dataclass(frozen=True)
class Exported:
    """`difference`: the largest between any number of the files' and the model's, over batches of several sizes and lengths; None
    where onnxruntime is not installed, so that nothing was compared."""

    folder: Path
    difference: float | None


class _Motion(nn.Module):
    def __init__(self, model: MotionTextModel):
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Any:
        return self.model.encode_motion(pixels) if self.model.token_heads is None else self.model.encode_patches(pixels)


class _Text(nn.Module):
    def __init__(self, model: MotionTextModel):
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor) -> Any:
        return self.model.encode_tokens(ids, mask) if self.model.token_heads is None else self.model.encode_words(ids, mask)


def export_onnx(model: MotionTextModel, out: Path, licence: str = "") -> Job[Exported]:
    """Write motion_encoder.onnx, text_encoder.onnx, tokenizer.json, config.json and README.md into a new folder.

    Args:
        model: on the CPU, in eval mode.
        out: folder to write.
        licence: of the model, in words; kept with the files.

    Raises:
        FileProblem: `out` is there already.
        StudioError: the package onnx is not installed, or an encoder has an operator that ONNX lacks.
    """
    if out.exists():
        raise FileProblem(out, "it is there already", "Choose another place, or remove it")
    if importlib.util.find_spec("onnx") is None:
        raise StudioError("Writing ONNX needs the package onnx. Install the extra `onnx` of this program.")
    tokens = model.token_heads is not None
    pixels, (ids, mask) = _images(model), model.text_encoder.tokenize(list(SENTENCES))
    described = {
        "name": model.name,
        "model": model_config.to_dict(model.config),
        "licence": licence,
        **layout(model, tuple(pixels.shape[1:])),
        "statistics": {"mean": model.statistics.mean.tolist(), "std": model.statistics.std.tolist()},
    }
    with replacing_folder(out) as made:
        yield Progress("Writing the motion encoder", 0, 3)
        _write(_Motion(model), (pixels,), made / MOTION, {"pixels": ("batch",)}, tokens)
        yield Progress("Writing the text encoder", 1, 3)
        _write(_Text(model), (ids, mask), made / TEXT, {"ids": ("batch", "length"), "mask": ("batch", "length")}, tokens)
        model.text_encoder.tokenizer.save(str(made / "tokenizer.json"))
        yield Progress("Comparing the files with the model", 2, 3)
        difference = _difference(model, made) if importlib.util.find_spec("onnxruntime") else None
        (made / "config.json").write_text(json.dumps({**described, "difference": difference}, indent=1) + "\n", encoding="utf-8")
        (made / "README.md").write_text(card(described, difference), encoding="utf-8")
    return Exported(out, difference)


def _images(model: MotionTextModel) -> Tensor:
    """Images to trace with, of the lengths of both windows and of one frame: (3, …)."""
    people = (2,) if model.config.people == 2 else ()
    features = model.config.patches.form == "features"
    columns = len(model.statistics.mean) if model.config.patches.form != "patches" else 5 * model.config.patches.points
    draw = torch.Generator().manual_seed(0)
    pixels = torch.randn(3, *people, 1 if features else 3, MAX_FRAMES, columns, generator=draw)
    for image, frames in zip(pixels, (MAX_FRAMES, SHORT_FRAMES, 1), strict=True):
        image[..., frames:, :] = 0
    return pixels


def _write(module: nn.Module, inputs: tuple[Tensor, ...], file: Path, free: dict[str, tuple[str, ...]], tokens: bool) -> None:
    """Trace a module; `free`: names of the inputs, and of their first axes, which may have any size. Raises StudioError."""
    outputs = ["embedding", "tokens"] if tokens else ["embedding"]
    axes = {name: dict(enumerate(of)) for name, of in free.items()}
    axes |= {"embedding": {0: "batch"}, **({"tokens": {0: "batch", 1: "count"}} if tokens else {})}
    try:
        with torch.no_grad(), _quiet():
            torch.onnx.export(
                module.eval(),
                inputs,
                str(file),
                dynamo=False,
                opset_version=OPSET,
                input_names=list(free),
                output_names=outputs,
                dynamic_axes=axes,
            )
    except Exception as error:  # torch raises anything over an operator that it cannot write
        said = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise StudioError(f"{file.stem.replace('_', ' ')}: it cannot be written as ONNX ({said}).") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Tracing warns of each size that it takes as fixed, and of itself; the comparison says whether it was right."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@torch.no_grad()
def _difference(model: MotionTextModel, folder: Path) -> float:
    """The largest difference of any number from the model's: all together, each alone, and in another order."""
    found, pixels = [0.0], _images(model)
    motion, text = (OnnxEncoder(folder / name) for name in (MOTION, TEXT))
    for rows in (slice(None), slice(0, 1), slice(1, 2), slice(2, 3), [2, 0, 1, 2, 1]):
        part = pixels[rows]
        found += _apart(_Motion(model)(part), motion(pixels=part.numpy()))
        ids, mask = model.text_encoder.tokenize(list(np.array(SENTENCES)[rows]))
        found += _apart(_Text(model)(ids, mask), text(ids=ids.numpy(), mask=mask.numpy()))
    return max(found)


def _apart(own: Any, theirs: list[np.ndarray]) -> list[float]:
    tensors = own if isinstance(own, tuple) else (own,)
    return [float(np.abs(one.numpy() - other).max()) for one, other in zip(tensors, theirs, strict=True)]


class OnnxEncoder:
    """One of the files in onnxruntime, on the CPU. Raises ImportError where it is not installed."""

    def __init__(self, file: Path):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def __call__(self, **inputs: np.ndarray) -> list[np.ndarray]:
        found: list[np.ndarray] = self.session.run(None, inputs)
        return found
