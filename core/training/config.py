"""The configuration of a training run, its recipes and its checks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.text import read_json
from motionpatches.core.library.humanml3d import is_kit_ml
from motionpatches.core.models.config import ModelFields, field_problem, presets


@dataclass(frozen=True)
class TrainingConfig:
    """The configuration of a run: data, model and recipe (config.json of a run folder).

    Attributes:
        library: path of the library to train on.
        layout: layout of the library as the user named it; '' to recognise it.
        preset: the model to make; RECIPES holds the recipe of each preset.
        start_from: folder of a model to fine-tune; '' makes a new one.
        model: fields of ModelConfig that replace the preset's. With `start_from` those of its heads, and of what they read,
            make new heads over its encoders; others keep them.
        epochs: passes over the training clips.
        patience: epochs without a higher validation score after which the run ends; 0 for none. The learning rates fall as
            for all epochs.
        batch: motions per optimizer step.
        chunk: motions encoded at a time (gradient caching: the same gradient in less memory); 0 for the whole batch.
        train_share: share of the training clips to use, above 0 and up to 1.
        lr_text: learning rate of the text encoder; 0 freezes it.
        lr_motion: learning rate of the motion encoder; 0 freezes it.
        lr_heads: learning rate of the heads, above 0.
        layer_decay: what each layer of an encoder has of the learning rate of the layer above; 1 for the same rate in all.
        keep_text_head: freeze the text head, so that sentences keep their embeddings' projection.
        weight_decay: decoupled decay of weight matrices; biases, norms and embeddings have none.
        clip_norm: norm of all gradients together above which they are scaled down to it; 0 leaves them alone.
        warmup: share of the steps in which the learning rates rise from 0.
        schedule_stretch: the cosine schedule reaches 0 after this multiple of the steps.
        loss: 'mean' or 'sum' of the two directions of the contrastive loss.
        same_caption_positives: count motions of the batch that have the drawn caption too as positives.
        align: weight of 1 - cosine of each pair, added to the contrastive loss; it improves retrieval for unseen wording.
        mask_above: cosine of two captions' sentence embeddings above which their motions are neither positives nor
            negatives of each other; 0 masks none.
        order_negatives: captions of several events in reverse ("sits, then walks") are wrong answers to their motions.
        max_sim: weight of the contrastive loss of late interaction beside that of the embeddings; for models with a token_dim.
        mlm: weight of the masked-language-model loss of the text encoder, which is not frozen and has a token for hidden words.
        frozen_text_layers: freeze the embeddings and this many of the lowest layers of the text encoder.
        frozen_motion_layers: the same for the motion encoder.
        mirror: mirror half of the motions, with left and right exchanged in their captions; not with statistics per joint.
        crop: draw where the motion starts, instead of taking its first window.
        augment: strength from 0 to 1 of changes of speed, size, heading, limb lengths and noise; not with statistics per joint.
        caption_choice: train on a 'random' caption of a motion at each step, or on its 'first'.
        stop_words: share of the drawn captions that are read without their stop words (core/training/caption_forms.py).
        cutmix: share of motions in a batch that take two or three body parts from another one; not with raw joints.
        ema: decay per step of the moving average of the weights, which is saved; 0 saves the weights themselves.
        precision: of the products in the encoders: 'bf16', 'fp32', or 'auto' for the faster one on the device. The run's
            events, its state and its models say which one it was.
        device: 'auto', 'cpu', 'cuda', 'cuda:1', 'mps'.
        workers: processes that make batches; 0 for a thread of the run, -1 for several where a GPU would wait for them.
        seed: of all random numbers of the run.
        compact: save the best model as int8, a quarter of the size.
        sentences: watched sentences, searched for among some clips before the first step and after every epoch.
        save_every_s: seconds between saved states, what a killed run may lose; 0 saves after every step.
    """

    library: str = ""
    layout: str = ""
    preset: str = "starter"
    start_from: str = ""
    model: ModelFields = field(default_factory=ModelFields)
    epochs: int = 25
    patience: int = 0
    batch: int = 64
    chunk: int = 0
    train_share: float = 1.0
    lr_text: float = 1e-4
    lr_motion: float = 7e-4
    lr_heads: float = 1e-3
    layer_decay: float = 1.0
    keep_text_head: bool = False
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    warmup: float = 0.06
    schedule_stretch: float = 1.0
    loss: str = "mean"
    same_caption_positives: bool = True
    align: float = 0.0
    mask_above: float = 0.0
    order_negatives: bool = False
    max_sim: float = 1.0
    mlm: float = 0.0
    frozen_text_layers: int = 0
    frozen_motion_layers: int = 0
    mirror: bool = True
    crop: bool = True
    augment: float = 0.3
    caption_choice: str = "random"
    stop_words: float = 0.0
    cutmix: float = 0.0
    ema: float = 0.98
    precision: str = "auto"
    device: str = "auto"
    workers: int = -1
    seed: int = 42
    compact: bool = False
    sentences: list[str] = field(default_factory=list)
    save_every_s: float = 60.0


# The recipe that goes with each model preset; one of a plug-in has that of the starter.
RECIPES: dict[str, dict[str, Any]] = {
    "paper": dict(
        batch=256,
        lr_text=1e-5,
        lr_motion=1e-4,
        lr_heads=1e-3,
        weight_decay=0.0,
        clip_norm=0.0,
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
        clip_norm=0.0,
        warmup=0.0,
        epochs=50,
        schedule_stretch=2.0,
        same_caption_positives=False,
        mirror=False,
        augment=0.0,
        ema=0.0,
    ),
    "starter": {},
    "interaction": dict(mlm=0.2),
}
# What a recipe has otherwise on KIT-ML.
KIT_ML_RECIPES: dict[str, dict[str, Any]] = {
    "official": dict(lr_text=1e-5, lr_motion=1e-5, lr_heads=1e-5, model={"dropout": 0.0}),
}


# Fields that `overrides` leaves out.
NOT_OVERRIDES = (
    *("model", "library", "layout", "preset", "start_from", "epochs", "seed"),
    *("chunk", "device", "workers", "compact", "sentences", "save_every_s"),
)


def recipe(preset: str, **changes: Any) -> TrainingConfig:
    """Return the preset's recipe with fields replaced; where `library` is a folder of KIT-ML, its recipe for that.

    Raises:
        StudioError: an unknown preset or an unusable field.
    """
    if preset not in presets():
        raise StudioError(f"There is no preset {preset!r:.60}. Choose one of {', '.join(presets())}.")
    special = _on_kit_ml(preset, changes)
    values, model = {**RECIPES.get(preset, {}), **special, **changes}, changes.get("model", {})
    if isinstance(model, dict):
        values["model"] = {**special.get("model", {}), **model}
    return check(replace(TrainingConfig(preset=preset), **values))


def _on_kit_ml(preset: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The fields that the recipe has otherwise on the library in `changes`. Where all of them are given, the library is not
    looked at. A model that training starts from keeps its dropout."""
    special, library = KIT_ML_RECIPES.get(preset, {}), changes.get("library")
    if not library or changes.get("layout", "") not in ("", "HumanML3D folder") or special.keys() <= changes.keys():
        return {}
    if not is_kit_ml(Path(library).expanduser()):
        return {}
    return {name: value for name, value in special.items() if name != "model" or not changes.get("start_from")}


def check(config: TrainingConfig) -> TrainingConfig:
    """Return the configuration. Raises StudioError that names every unusable field."""
    found = problems(config)
    if found:
        raise StudioError("The training configuration cannot be used: " + "; ".join(found.values()) + ".")
    return config


def problems(config: TrainingConfig) -> dict[str, str]:
    """Find the unusable fields: {field: what is wrong with it}."""
    found: dict[str, str] = {}
    for name, least in (
        ("epochs", 1),
        ("batch", 2),
        ("chunk", 0),
        ("seed", 0),
        ("workers", -1),
        ("frozen_text_layers", 0),
        ("save_every_s", 0),
        ("frozen_motion_layers", 0),
        ("lr_text", 0),
        ("lr_motion", 0),
        ("lr_heads", 0),
        ("patience", 0),
        ("weight_decay", 0),
        ("clip_norm", 0),
        ("augment", 0),
        ("align", 0),
        ("max_sim", 0),
        ("mlm", 0),
    ):
        value = getattr(config, name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            found[name] = f"{name} is a number, not {value!r:.60}"
        elif not value >= least:
            why = ", a contrastive loss needs something to tell apart" if name == "batch" else ""
            found[name] = f"{name} must be at least {least}{why}" if least else f"{name} must not be negative"
    if not found and config.lr_heads == 0:
        found["lr_heads"] = "lr_heads must be above 0, the heads are always trained"
    for name in ("epochs", "patience", "batch", "chunk", "seed", "workers", "frozen_text_layers", "frozen_motion_layers"):
        if not isinstance(getattr(config, name), int):
            found[name] = f"{name} must be a whole number"
    for name, known in (
        ("loss", ("mean", "sum")),
        ("caption_choice", ("random", "first")),
        ("precision", ("auto", "bf16", "fp32")),
    ):
        if getattr(config, name) not in known:
            found[name] = f"{name} must be {' or '.join(known)}"
    for name, below in (("warmup", 1.0), ("mask_above", 1.0), ("ema", 1.0), ("cutmix", 1.01), ("stop_words", 1.01)):
        if not 0 <= getattr(config, name) < below:
            found[name] = f"{name} is a share, from 0 to {'below 1' if below == 1 else '1'}"
    for name in ("train_share", "layer_decay"):
        if not 0 < getattr(config, name) <= 1:
            found[name] = f"{name} is a share, above 0 and at most 1"
    if not isinstance(config.model, dict):
        found["model"] = "model is a table of fields of the model"
    elif problem := field_problem(config.model):
        found["model"] = f"model: {problem}"
    if not isinstance(config.sentences, list) or not all(isinstance(s, str) and s.strip() for s in config.sentences):
        found["sentences"] = "sentences is a list of texts"
    return found


def overrides(config: TrainingConfig) -> str:
    """Name what the configuration sets otherwise than its preset: 'lr_motion=1e-05, motion=test_vit', or 'none'.

    Data, epochs and seed, which reports name by themselves, and what does not change the weights are left out; of a path the
    name is given."""
    usual = TrainingConfig(preset=config.preset, **RECIPES.get(config.preset, {}))
    named = [f.name for f in fields(config) if f.name not in NOT_OVERRIDES]
    changed = {name: getattr(config, name) for name in named if getattr(config, name) != getattr(usual, name)}
    set_here = {**changed, **config.model}
    shown = {name: Path(v).name if isinstance(v, str) and Path(v).is_absolute() else v for name, v in set_here.items()}
    return ", ".join(f"{name}={value}" for name, value in shown.items()) or "none"


def read(path: Path, **changes: Any) -> TrainingConfig:
    """Read a JSON file, with fields replaced; missing fields take the value of the preset's recipe.

    Raises:
        FileProblem: the file cannot be read, or has unknown fields or values of a wrong type.
        StudioError: an unusable value.
    """
    return parsed(read_json(Path(path)), path, **changes)


def parsed(values: Any, path: Path, **changes: Any) -> TrainingConfig:
    """Return the configuration in the values of a JSON file, as `read` does; `path` names it in messages."""
    known = {f.name for f in fields(TrainingConfig)}
    unknown = sorted(set(values) - known) if isinstance(values, dict) else ["(not an object)"]
    if unknown:
        raise FileProblem(path, f"unknown fields: {', '.join(unknown)[:200]}", f"Known are {', '.join(sorted(known))}")
    try:
        return recipe(**{"preset": "starter", **values, **changes})
    except (TypeError, OverflowError) as error:
        raise FileProblem(path, f"a field has the wrong type ({str(error)[:120]})", "Correct it") from None


def start_folder(config: TrainingConfig, run: Path) -> str:
    """Return the folder of the model that a run starts from; one that lies in the run's folder is named by its place there."""
    place = config.start_from
    return str(Path(run) / place) if place and not Path(place).is_absolute() and (Path(run) / place).is_dir() else place


def write(config: TrainingConfig, path: Path) -> None:
    """Write a JSON file with all fields. Raises FileProblem where the disk refuses."""
    write_atomically(Path(path), json.dumps(asdict(config), indent=1) + "\n")
