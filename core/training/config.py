"""What a training run is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.errors import FileProblem, StudioError, os_problem
from core.models.config import PRESETS


@dataclass(frozen=True)
class TrainingConfig:
    """A run: data, model, recipe.

    `start_from` is a model folder to go on from ('' for a new model of `preset`); with fields of
    `model`, its encoders go on under new heads. Learning rates are those of the
    text encoder (0 freezes it), the motion encoder and the heads. `same_caption_positives`: motions of the batch that
    carry the drawn caption too count as right answers instead of being pushed away. `align`: weight of 1 - cosine of each
    pair beside the contrastive loss: motions stay where their captions lie instead of where the others of a batch are
    farthest, so that words near those captions, though never seen, find them. `augment` (0 to 1): strength
    of speed, size, heading and noise variation. `ema`: the saved model is the moving average of the weights, with
    this decay a step (0: the weights themselves). `chunk`: motions encoded at a time (0: the whole batch); fewer need less
    memory for the same gradient. `train_share`: the share of the training clips that is used.
    """

    library: str = ""
    preset: str = "starter"
    start_from: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    epochs: int = 25
    batch: int = 64
    chunk: int = 0
    train_share: float = 1.0
    lr_text: float = 1e-4
    lr_motion: float = 7e-4
    lr_heads: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.06
    schedule_stretch: float = 1.0
    loss: str = "mean"
    same_caption_positives: bool = True
    align: float = 0.0
    mirror: bool = True
    augment: float = 0.3
    ema: float = 0.98
    precision: str = "auto"
    device: str = "auto"
    seed: int = 42
    compact: bool = False


# The recipe that goes with each model preset.
RECIPES: dict[str, dict[str, Any]] = {
    "paper": dict(batch=256, lr_text=1e-5, lr_motion=1e-4, lr_heads=1e-3, weight_decay=0.0, warmup=0.0, loss="sum",
                  epochs=50, same_caption_positives=False, mirror=False, augment=0.0, ema=0.0),
    "official": dict(batch=128, lr_text=1e-5, lr_motion=1e-4, lr_heads=1e-4, weight_decay=0.0, warmup=0.0,
                     epochs=50, schedule_stretch=2.0, same_caption_positives=False, mirror=False, augment=0.0, ema=0.0),
    "starter": {},
}


def recipe(preset: str, **changes: Any) -> TrainingConfig:
    """The preset's recipe with fields replaced."""
    if preset not in PRESETS:
        raise StudioError(f"There is no preset {preset!r}. Choose one of {', '.join(PRESETS)}.")
    return check(replace(TrainingConfig(preset=preset, **RECIPES[preset]), **changes))


def check(config: TrainingConfig) -> TrainingConfig:
    """Raises StudioError naming the field that cannot be."""
    problems = []
    if config.epochs < 1:
        problems.append("epochs must be at least 1")
    if config.batch < 2:
        problems.append("batch must be at least 2, a contrastive loss needs something to tell apart")
    for name in ("lr_text", "lr_motion", "lr_heads", "weight_decay", "augment", "align"):
        if getattr(config, name) < 0:
            problems.append(f"{name} must not be negative")
    if not isinstance(config.model, dict):
        problems.append("model is a table of fields of the model")
    if config.loss not in ("mean", "sum"):
        problems.append("loss must be mean or sum")
    if config.chunk < 0:
        problems.append("chunk must be 0 for the whole batch, or a number of motions")
    if not 0 < config.train_share <= 1:
        problems.append("train_share is a share, above 0 and at most 1")
    if not 0 <= config.warmup < 1:
        problems.append("warmup is a share of all steps, from 0 to below 1")
    if problems:
        raise StudioError("The training configuration cannot be used: " + "; ".join(problems) + ".")
    return config


def read(path: Path) -> TrainingConfig:
    """From a JSON file; unknown fields are an error, missing ones take the preset's value."""
    try:
        values = json.loads(Path(path).read_text())
    except OSError as error:
        raise os_problem(path, error) from error
    except ValueError as error:
        raise FileProblem(path, f"it is not JSON ({error})", "Correct it") from None
    known = {f.name for f in fields(TrainingConfig)}
    unknown = sorted(set(values) - known) if isinstance(values, dict) else ["(not an object)"]
    if unknown:
        raise FileProblem(path, f"unknown fields: {', '.join(unknown)}", f"Known are {', '.join(sorted(known))}")
    try:
        return recipe(values.pop("preset", "starter"), **values)
    except TypeError as error:
        raise FileProblem(path, f"a field has the wrong type ({error})", "Correct it") from None


def write(config: TrainingConfig, path: Path) -> None:
    Path(path).write_text(json.dumps(asdict(config), indent=1) + "\n")
