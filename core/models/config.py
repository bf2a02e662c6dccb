"""What a model is made of, and the presets: one visible table."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from motionpatches.core.errors import StudioError
from motionpatches.core.patches import PatchRecipe

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True)
class ModelConfig:
    """Two encoders, two heads, one space.

    motion: a timm vision transformer name (the patch size in it is `patches.points`); `motion_weights`: "" from scratch,
    "hub", "starter" (those of the shipped model), or a local file. text: a transformers encoder by hub name or folder;
    `text_weights`: "hub", "starter", or "" (random, with the same architecture); `text_pooling`: the first token, the last
    (CLIP), or the mean of all. `people`: 2 reads both people of an interaction. `head`: a linear or residual head on each
    side, or, for text_space, a linear head on the motion's side into the text encoder's own space (whose width `dim` then
    is), where unseen words already lie near their kin, and on the text's side one that starts as the identity. `head_hidden`:
    so many hidden units stand beside a linear head on the motion's side. `memory_keys`, `memory_meanings`: how many sentences a
    model knows by heart, and how many things they mean (core/models/text_memory.py), which a model is given when
    it is made and cannot be asked for.
    `trim_padding`: time windows after the end of a motion are left out instead of being read as zero patches (faster; not
    in the paper).
    """

    motion: str = "vit_base_patch16_224.augreg_in21k"
    motion_weights: str = "hub"
    motion_pooling: Literal["token", "avg"] = "token"
    text: str = "distilbert-base-uncased"
    text_weights: str = "hub"
    text_pooling: Literal["cls", "last", "mean"] = "cls"
    head: Literal["linear", "residual", "text_space"] = "linear"
    head_hidden: int = 0
    memory_keys: int = 0
    memory_meanings: int = 0
    dropout: float = 0.0
    people: int = 1
    dim: int = 256
    temperature: float = 0.07
    trim_padding: bool = False
    drop_path: float = 0.0
    patches: PatchRecipe = field(default_factory=PatchRecipe)


PRESETS: dict[str, ModelConfig] = {
    # Yu et al., CVPR 2024, section 4.3.
    "paper": ModelConfig(),
    # The authors' published configuration.
    "official": ModelConfig(
        motion_pooling="avg",
        head="residual",
        dropout=0.5,
        patches=PatchRecipe(normalisation="joint", repeat_frames=True),
    ),
    # Sized for a laptop's CPU; both encoders go on from the shipped model.
    "starter": ModelConfig(
        motion="vit_tiny_patch16_224",
        motion_weights="starter",
        motion_pooling="avg",
        text=MINILM,
        text_weights="starter",
        text_pooling="mean",
        head="residual",
        dropout=0.1,
        trim_padding=True,
        drop_path=0.05,
        patches=PatchRecipe(canonical=True, height_m=1.7),
    ),
}


CHOICES: dict[str, tuple] = {
    "motion_pooling": ("token", "avg"),
    "text_pooling": ("cls", "last", "mean"),
    "head": ("linear", "residual", "text_space"),
    "people": (1, 2),
}


def preset(name: str, **changes: Any) -> ModelConfig:
    """A preset by name, with fields replaced; those of `patches` may come as a dictionary, and a patch size in the name of
    another vision transformer is taken over."""
    if name not in PRESETS:
        raise StudioError(f"There is no preset {name!r}. Choose one of {', '.join(PRESETS)}.")
    return changed(PRESETS[name], **changes)


def changed(config: ModelConfig, **changes: Any) -> ModelConfig:
    """A configuration with fields replaced, as in `preset`. Raises StudioError for unknown fields and values."""
    patches = changes.pop("patches", {})
    try:
        if not isinstance(patches, dict | PatchRecipe):
            raise TypeError(f"patches is a table of fields, not {patches!r}")
        _check_types(config, changes)
        if isinstance(patches, dict):
            _check_types(config.patches, patches)
            size = re.search(r"_patch(\d+)", changes.get("motion", ""))
            patches = replace(config.patches, **({"points": int(size[1])} if size else {}), **patches)
        config = replace(config, patches=patches, **changes)
    except TypeError as error:
        raise StudioError(f"The model's fields cannot be used ({error}).") from None
    for name, known in CHOICES.items():
        if getattr(config, name) not in known:
            raise StudioError(f"{name} must be one of {', '.join(map(str, known))}, not {getattr(config, name)!r}.")
    if {"memory_keys", "memory_meanings"} & changes.keys():
        raise StudioError(
            "A memory of sentences belongs to the model that was made with it: leave memory_keys and memory_meanings out."
        )
    if config.head_hidden < 0 or config.head_hidden and config.head == "residual":
        raise StudioError("head_hidden is a number of units beside a linear head; a residual head has its own.")
    if config.patches.form not in ("patches", "joints") or config.patches.normalisation not in ("sample_point", "joint"):
        raise StudioError("patches.form is patches or joints, patches.normalisation is sample_point or joint.")
    return config


def _check_types(config: ModelConfig | PatchRecipe, changes: dict[str, Any]) -> None:
    """Raises TypeError for a value of another kind than the field's (a whole number will do for a fraction)."""
    for name, value in changes.items():
        known = type(getattr(config, name, value))
        if not isinstance(value, known) and not (known is float and type(value) is int):
            raise TypeError(f"{name} is {known.__name__}, not {value!r}")


def to_dict(config: ModelConfig) -> dict[str, Any]:
    return asdict(config)


def from_dict(values: dict[str, Any]) -> ModelConfig:
    values = dict(values)
    try:
        values["patches"] = PatchRecipe(**values.get("patches", {}))
        return ModelConfig(**values)
    except TypeError as error:
        raise StudioError(f"The model configuration does not fit this version ({error}).") from None
