"""What a training run is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.models.config import PRESETS


@dataclass(frozen=True)
class TrainingConfig:
    """A run: data, model, recipe.

    `layout`: what the library is, where it was said and not recognised. `start_from` is a model folder to go on from ('' for a
    new model of `preset`); with fields of `model`, its encoders go on under new heads. Learning rates are those of the text
    encoder, the motion encoder (0 freezes either) and the heads;
    `frozen_text_layers` and `frozen_motion_layers` keep the embeddings and so many of the lowest layers as they are;
    `keep_text_head` the last layer of the words.
    `same_caption_positives`: motions of the batch that carry the drawn caption too count as right answers instead of being
    pushed away; `mask_above`: other captions whose sentence embeddings have a cosine above this count neither as right nor as
    wrong (0: none). `align`: weight of 1 - cosine of each pair beside the contrastive loss: motions stay where their captions lie
    instead of where the others of a batch are farthest, so that words near those captions, though never seen, find them.
    `mirror` (left and right, in motion and words), `crop` (where a motion starts), `augment` (0 to 1: strength of speed, size,
    heading, limb and noise variation), `caption_choice` (a random caption of each motion, or the first), `cutmix` (share of
    motions that take two or three body parts from another): variation of the training clips. `ema`: the saved model is
    the moving average of the weights, with this decay a step (0: the weights themselves). `chunk`: motions encoded at a time
    (0: the whole batch); fewer need less memory for the same gradient. `train_share`: the share of the training clips that
    is used. `sentences` are searched for among the clips after every epoch, to watch the model learn. `save_every_s`: what a
    kill may cost, in seconds (0: nothing, at the price of writing after every step).
    """

    library: str = ""
    layout: str = ""
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
    keep_text_head: bool = False
    weight_decay: float = 0.05
    warmup: float = 0.06
    schedule_stretch: float = 1.0
    loss: str = "mean"
    same_caption_positives: bool = True
    align: float = 0.0
    mask_above: float = 0.0
    frozen_text_layers: int = 0
    frozen_motion_layers: int = 0
    mirror: bool = True
    crop: bool = True
    augment: float = 0.3
    caption_choice: str = "random"
    cutmix: float = 0.0
    ema: float = 0.98
    precision: str = "auto"
    device: str = "auto"
    seed: int = 42
    compact: bool = False
    sentences: list[str] = field(default_factory=list)
    save_every_s: float = 60.0


# The recipe that goes with each model preset.
RECIPES: dict[str, dict[str, Any]] = {
    "paper": dict(
        batch=256,
        lr_text=1e-5,
        lr_motion=1e-4,
        lr_heads=1e-3,
        weight_decay=0.0,
        warmup=0.0,
        loss="sum",
        epochs=50,
        same_caption_positives=False,
        mirror=False,
        augment=0.0,
        ema=0.0,
    ),
    "official": dict(
        batch=128,
        lr_text=1e-5,
        lr_motion=1e-4,
        lr_heads=1e-4,
        weight_decay=0.0,
        warmup=0.0,
        epochs=50,
        schedule_stretch=2.0,
        same_caption_positives=False,
        mirror=False,
        augment=0.0,
        ema=0.0,
    ),
    "starter": {},
}


def recipe(preset: str, **changes: Any) -> TrainingConfig:
    """The preset's recipe with fields replaced."""
    if preset not in PRESETS:
        raise StudioError(f"There is no preset {preset!r}. Choose one of {', '.join(PRESETS)}.")
    return check(replace(TrainingConfig(preset=preset, **RECIPES[preset]), **changes))


def check(config: TrainingConfig) -> TrainingConfig:
    """Raises StudioError naming the fields that cannot be."""
    found = problems(config)
    if found:
        raise StudioError("The training configuration cannot be used: " + "; ".join(found.values()) + ".")
    return config


def problems(config: TrainingConfig) -> dict[str, str]:
    """By field, what cannot be."""
    found = {}
    for name, least in (
        ("epochs", 1),
        ("batch", 2),
        ("chunk", 0),
        ("seed", 0),
        ("frozen_text_layers", 0),
        ("save_every_s", 0),
        ("frozen_motion_layers", 0),
        ("lr_text", 0),
        ("lr_motion", 0),
        ("lr_heads", 0),
        ("weight_decay", 0),
        ("augment", 0),
        ("align", 0),
    ):
        value = getattr(config, name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            found[name] = f"{name} is a number, not {value!r}"
        elif not value >= least:
            why = ", a contrastive loss needs something to tell apart" if name == "batch" else ""
            found[name] = f"{name} must be at least {least}{why}" if least else f"{name} must not be negative"
    if not found and config.lr_heads == 0:
        found["lr_heads"] = "lr_heads must be above 0, the heads are always trained"
    for name in ("epochs", "batch", "chunk", "seed", "frozen_text_layers", "frozen_motion_layers"):
        if not isinstance(getattr(config, name), int):
            found[name] = f"{name} must be a whole number"
    for name, known in (
        ("loss", ("mean", "sum")),
        ("caption_choice", ("random", "first")),
        ("precision", ("auto", "bf16", "fp32")),
    ):
        if getattr(config, name) not in known:
            found[name] = f"{name} must be {' or '.join(known)}"
    for name, below in (("warmup", 1.0), ("mask_above", 1.0), ("ema", 1.0), ("cutmix", 1.01)):
        if not 0 <= getattr(config, name) < below:
            found[name] = f"{name} is a share, from 0 to {'below 1' if below == 1 else '1'}"
    if not 0 < config.train_share <= 1:
        found["train_share"] = "train_share is a share, above 0 and at most 1"
    if not isinstance(config.model, dict):
        found["model"] = "model is a table of fields of the model"
    if not isinstance(config.sentences, list) or not all(isinstance(s, str) and s.strip() for s in config.sentences):
        found["sentences"] = "sentences is a list of texts"
    return found


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
