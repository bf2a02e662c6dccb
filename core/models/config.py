"""The configuration of a model, and the presets: one visible table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, TypedDict

from motionpatches.core import plug_ins
from motionpatches.core.errors import StudioError
from motionpatches.core.patches import HUMANML3D, NO_PATCHES, Form, PatchRecipe

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True)
class ModelConfig:
    """The architecture of a model: two encoders and two heads into one space (part of a model's config.json).

    Attributes:
        motion: a timm vision transformer by name; the patch size in its name is `patches.points`. With a head `sequence` the
            sizes of both sequence encoders (core/models/sequence_encoder.py), as in "sequence_6x256_4heads_1024hidden".
        motion_weights: '' for random ones, 'hub', 'starter' (those of the shipped model), or a local file, or a folder as timm or
            transformers saves it (core/models/hub_folder.py).
        motion_pooling: class token, or mean of all tokens.
        text: a transformers encoder by hub name (one of `hub.TEXT_ENCODERS`) or folder; sentence encoders among them.
        text_weights: 'hub', 'starter', or '' for random ones of the same architecture.
        text_pooling: first token, last token (CLIP), or mean of all tokens.
        head: 'linear' or 'residual' on both sides; 'text_space' projects motions into the text encoder's own space (`dim` is
            its width), with a residual head on the text side that starts as the identity; 'sequence' reads features of motions
            and tokens of texts by a transformer each (core/models/tmr.py).
        head_hidden: hidden units beside a linear head on the motion side; 0 for none.
        memory_keys: sentences in the key-value memory (core/models/text_memory.py). Read-only: set with the memory.
        memory_meanings: different values in that memory. Read-only as well.
        dropout: of residual heads.
        people: 2 reads both people of an interaction.
        dim: width of the common space.
        temperature: of the contrastive loss.
        trim_padding: leave out the time windows after the end of a motion instead of reading zero patches (faster; not in
            the paper).
        drop_path: stochastic depth of the motion encoder.
        token_dim: width of the vectors of words and patches for late interaction (core/models/late_interaction.py); 0 for none.
            It needs patches of one person.
        patches: how motions are prepared.
    """

    motion: str = "vit_base_patch16_224.augreg_in21k"
    motion_weights: str = "hub"
    motion_pooling: Literal["token", "avg"] = "token"
    text: str = "distilbert-base-uncased"
    text_weights: str = "hub"
    text_pooling: Literal["cls", "last", "mean"] = "cls"
    head: Literal["linear", "residual", "text_space", "sequence"] = "linear"
    head_hidden: int = 0
    memory_keys: int = 0
    memory_meanings: int = 0
    dropout: float = 0.0
    people: int = 1
    dim: int = 256
    temperature: float = 0.07
    trim_padding: bool = False
    drop_path: float = 0.0
    token_dim: int = 0
    patches: PatchRecipe = field(default_factory=PatchRecipe)


class PatchFields(TypedDict, total=False):
    """Fields of PatchRecipe to be replaced."""

    normalisation: Literal["sample_point", "joint"]
    fps: float
    canonical: bool
    height_m: float
    points: int
    form: Form
    repeat_frames: bool
    leg_m: float
    keep_placed: bool


class ModelFields(TypedDict, total=False):
    """Fields of ModelConfig to be replaced, as in the configuration of a run. The memory's sizes are not among them."""

    motion: str
    motion_weights: str
    motion_pooling: Literal["token", "avg"]
    text: str
    text_weights: str
    text_pooling: Literal["cls", "last", "mean"]
    head: Literal["linear", "residual", "text_space", "sequence"]
    head_hidden: int
    dropout: float
    people: int
    dim: int
    temperature: float
    trim_padding: bool
    drop_path: float
    token_dim: int
    patches: PatchFields


PRESETS: dict[str, ModelConfig] = {
    # Yu et al., CVPR 2024, section 4.3.
    "paper": ModelConfig(patches=HUMANML3D),
    # The authors' published configuration.
    "official": ModelConfig(
        motion_pooling="avg",
        head="residual",
        dropout=0.5,
        patches=replace(HUMANML3D, normalisation="joint", repeat_frames=True),
    ),
    # Sized for a laptop's CPU; both encoders start from the shipped model.
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
# The starter's encoders with late interaction (after MotionColBert).
PRESETS["interaction"] = replace(PRESETS["starter"], token_dim=256)


def presets() -> dict[str, ModelConfig]:
    """PRESETS with those of other packages (docs/plug-ins.md), which may bring vision transformers of timm with them."""
    return plug_ins.join(PRESETS, "models", ModelConfig, value_problem, lambda _, config: config)


CHOICES: dict[str, tuple[str | int, ...]] = {
    "motion_pooling": ("token", "avg"),
    "text_pooling": ("cls", "last", "mean"),
    "head": ("linear", "residual", "text_space", "sequence"),
    "people": (1, 2),
}
# Least and most of the numbers of a model and of its patches.
BOUNDS: dict[str, tuple[float, float]] = {
    "dim": (1, 8192),
    "head_hidden": (0, 1 << 14),
    "memory_keys": (0, 1 << 20),
    "memory_meanings": (0, 1 << 20),
    "dropout": (0, 1),
    "drop_path": (0, 1),
    "token_dim": (0, 8192),
    "temperature": (1e-6, 1e6),
    "fps": (1, 120),
    "height_m": (0, 100),
    "leg_m": (0, 100),
    "points": (1, 224),
}
# timm reads "hf-hub:" and "local-dir:" before a name as places of other files.
VIT_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)
SEQUENCE_NAME = re.compile(r"sequence_(\d{1,5})x(\d{1,5})_(\d{1,5})heads_(\d{1,5})hidden", re.ASCII)


def preset(name: str, **changes: Any) -> ModelConfig:
    """Return a preset with fields replaced, see `changed`. Raises StudioError for an unknown preset."""
    if name not in presets():
        raise StudioError(f"There is no preset {name!r:.60}. Choose one of {', '.join(presets())}.")
    return changed(presets()[name], **changes)


def changed(config: ModelConfig, **changes: Any) -> ModelConfig:
    """Return a configuration with fields replaced.

    Args:
        config: where the other fields come from.
        changes: ModelFields; `patches` is a PatchRecipe, or a dictionary of those of its fields that change. The patch size in
            the name of another vision transformer becomes `patches.points`.

    Raises:
        StudioError: unknown fields, values of a wrong type, and values that do not fit together.
    """
    if problem := field_problem(changes):
        raise StudioError(f"The model's fields cannot be used ({problem}).")
    patches = changes.pop("patches", {})
    if not isinstance(patches, PatchRecipe):
        size = re.search(r"_patch(\d+)", changes.get("motion", ""))
        patches = replace(config.patches, **({"points": int(size[1])} if size else {}) | patches)
    if {"memory_keys", "memory_meanings"} & changes.keys():
        raise StudioError(
            "A memory of sentences belongs to the model that was made with it: leave memory_keys and memory_meanings out."
        )
    config = replace(config, patches=patches, **changes)
    if problem := value_problem(config):
        raise StudioError(f"{problem}.")
    return config


def value_problem(config: ModelConfig) -> str:
    """Say which value is impossible; '' for none. What a file states is bounded here before memory is taken."""
    for name, known in CHOICES.items():
        if getattr(config, name) not in known:
            return f"{name} must be one of {', '.join(map(str, known))}, not {getattr(config, name)!r:.60}"
    if not VIT_NAME.fullmatch(config.motion):
        return f"motion is the name of a vision transformer of timm, not {config.motion!r:.60}"
    for owner, prefix in ((config, ""), (config.patches, "patches.")):
        for name, (least, most) in BOUNDS.items():
            value = getattr(owner, name, least)
            if not least <= value <= most:
                return f"{prefix}{name} lies between {least:g} and {most:g}, not at {value!r:.60}"
    if config.head_hidden and config.head == "residual":
        return "head_hidden is a number of units beside a linear head; a residual head has its own"
    if config.token_dim and (config.people != 1 or config.patches.form != "patches"):
        return "token_dim needs patches of one person: set it to 0, or people to 1 and patches.form to patches"
    if config.patches.form not in ("patches", *NO_PATCHES) or config.patches.normalisation not in ("sample_point", "joint"):
        return "patches.form is patches, joints or features, patches.normalisation is sample_point or joint"
    if len({config.head == "sequence", config.patches.form == "features", sequence_sizes(config.motion) is not None}) > 1:
        return "the head sequence, the form features and a motion encoder sequence_… go together"
    return _sequence_problem(config) if config.head == "sequence" else ""


def _sequence_problem(config: ModelConfig) -> str:
    layers, width, heads, hidden = sequence_sizes(config.motion) or (0, 0, 0, 0)
    if not (0 < layers <= 64 and 0 < width <= 4096 and 0 < heads <= 256 and 0 < hidden <= 1 << 14) or width % (2 * heads):
        return f"motion names impossible sizes of a sequence encoder, {config.motion!r:.60}"
    if config.dim != width or config.people != 1 or config.head_hidden:
        return "a model of sequences is of one person, its dim is the width of its encoders, and it has no head_hidden"
    return ""


def sequence_sizes(motion: str) -> tuple[int, int, int, int] | None:
    """Layers, width, heads and hidden units of the sequence encoders that `ModelConfig.motion` names; None for a ViT."""
    found = SEQUENCE_NAME.fullmatch(motion)
    return (int(found[1]), int(found[2]), int(found[3]), int(found[4])) if found else None


def field_problem(changes: Mapping[str, Any]) -> str:
    """Say what is wrong with the names and types of fields to be replaced; '' for nothing."""
    patches = changes.get("patches", {})
    if not isinstance(patches, dict | PatchRecipe):
        return f"patches is a table of fields, not {patches!r}"
    own = {name: value for name, value in changes.items() if name != "patches"}
    return _type_problem(ModelConfig(), own) or (_type_problem(PatchRecipe(), patches) if isinstance(patches, dict) else "")


def _type_problem(example: ModelConfig | PatchRecipe, changes: Mapping[str, Any]) -> str:
    """Say which value has another type than its field has in `example` (a whole number will do for a fraction)."""
    known = {f.name: type(getattr(example, f.name)) for f in fields(example)}
    for name, value in changes.items():
        if name not in known:
            return f"there is no field {name!r:.60}; there are {', '.join(known)}"
        fits = isinstance(value, known[name]) and (known[name] is bool or not isinstance(value, bool))
        if not fits and not (known[name] is float and type(value) is int):
            return f"{name} is {known[name].__name__}, not {value!r:.60}"
    return ""


def to_dict(config: ModelConfig) -> dict[str, Any]:
    """Return plain values, as config.json of a model holds them."""
    return asdict(config)


def from_dict(values: object) -> ModelConfig:
    """Read what `to_dict` gives.

    Raises:
        StudioError: fields of another version, and values of a wrong type or an impossible size.
    """
    if not isinstance(values, dict):
        problem = "it is no table of fields"
    elif not (problem := field_problem(values)):
        config = ModelConfig(**{**values, "patches": _recipe(values.get("patches", {}))})
        if not (problem := value_problem(config)):
            return config
    raise StudioError(f"The model configuration does not fit this version ({problem}).")


def _recipe(values: dict[str, Any]) -> PatchRecipe:
    """Read a recipe as saved. Version 0.2 and earlier saved no `keep_placed` and read motions where they lie under the presets
    `paper` and `official`, which are trained in the frame of HumanML3D."""
    if "keep_placed" not in values and not values.get("canonical"):
        values = {**values, "canonical": True, "leg_m": HUMANML3D.leg_m, "keep_placed": True}
    return PatchRecipe(**values)
