"""Catalogue of the models on this computer: kind, origin and scores, read without loading weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import whole_folder
from motionpatches.core.errors import StudioError
from motionpatches.core.io.text import read_text
from motionpatches.core.models.checkpoint import read_config
from motionpatches.core.models.config import ModelConfig, from_dict
from motionpatches.core.models.known_runs import own_runs, trained_model, trained_models
from motionpatches.core.patches import NO_PATCHES

MOST_CARD = 1 << 20
SPLITS = ("test", "val")
# In the provenance of a model that was validated on too few clips to state percentages: their number; the least that is counted.
FEW_VALIDATED, COUNT = "few_validated", 5
# The figure of clips that stand among the first of their own caption: R-precision of all captions together.
FIRST = "R-precision"


@dataclass(frozen=True)
class Model:
    """What a model folder says of its model. `problem`: why it cannot be used, '' for one that can; then nothing else of it is
    known but its folder."""

    folder: Path
    config: ModelConfig
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    card: str
    problem: str = ""

    @classmethod
    def read(cls, folder: Path) -> Model:
        """Read the description of a model. Raises StudioError if the folder holds none."""
        folder = whole_folder(Path(folder))
        values = read_config(folder)
        card = folder / "README.md"
        text = read_text(card, MOST_CARD) if card.is_file() else ""
        metrics = {name: _scores(value) if name in SPLITS else value for name, value in values["metrics"].items()}
        return cls(folder, from_dict(values["model"]), metrics, values["provenance"], text)

    @classmethod
    def read_or_broken(cls, folder: Path) -> Model:
        """Read the description of a model, or say in `problem` why there is none."""
        try:
            return cls.read(folder)
        except (StudioError, OSError) as error:
            return cls(Path(folder), ModelConfig(), {}, {}, "", str(error))

    @property
    def name(self) -> str:
        return paths.model_name(self.folder)

    @property
    def summary(self) -> str:
        """'vit_tiny_patch16_224 and all-MiniLM-L6-v2, 384 dimensions, raw joints, pairs'."""
        if self.problem:
            return f"cannot be used: {self.problem}"
        c = self.config
        parts = [f"{c.motion} and {Path(c.text).name}", f"{c.dim} dimensions"]
        parts += [NO_PATCHES[form] for form in (c.patches.form,) if form in NO_PATCHES] + ["pairs of people"] * (c.people == 2)
        return ", ".join(parts)

    @property
    def headline(self) -> str:
        """Return R@1 on the test split, else on validation, or '' without scores; for validation on few clips a count."""
        for split in SPLITS:
            exact = self.metrics.get(split, {}).get("exact_caption", {})
            few = self.provenance.get(FEW_VALIDATED)
            if split == "val" and few:
                return _counted(few, exact.get("t2m", {}).get(FIRST))
            if {"t2m", "m2t"} <= exact.keys():
                return (
                    f"{split} R@1 {exact['t2m']['R@1']:g} text to motion, {exact['m2t']['R@1']:g} motion to text "
                    "(equal captions count)"
                )
        return ""


def _counted(clips: Any, share: Any) -> str:
    """'18 of 20 held-out clips found first by their caption', '' for very few."""
    if not isinstance(clips, int) or clips < COUNT or share is None:
        return ""
    return f"{round(clips * share / 100)} of {clips} held-out clips found first by their caption"


def own_models() -> list[Model]:
    """The shipped starter, the user's own models, those of the program's own runs; nothing outside its folders is looked at."""
    return _read_all([*_program_places(), *filter(None, map(trained_model, own_runs()))])


def model_where_there(folder: Path) -> Model | None:
    """Read the description of a model, None where the folder holds none."""
    return Model.read_or_broken(folder) if (folder / "config.json").is_file() else None


def models_in(folder: Path | None = None) -> list[Model]:
    """The shipped starter, the user's own models, the best models of training runs, and those anywhere below a folder. One that
    is broken is a Model with a `problem`."""
    found = [*_program_places(), *trained_models()]
    if folder is not None:
        found += sorted(file.parent for file in folder.rglob("model.safetensors"))
    return _read_all(found)


def _program_places() -> list[Path]:
    return [paths.starter_model(), *(file.parent for file in sorted(paths.user_models().glob("*/config.json")))]


def _read_all(folders: Sequence[Path]) -> list[Model]:
    return [Model.read_or_broken(folder) for folder in dict.fromkeys(folders)]


def _scores(value: Any) -> dict[str, dict[str, dict[str, float]]]:
    """{protocol: {way: {name: figure}}} of what a file states, without what is no figure; every way has an R@1."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for protocol, ways in _items(value):
        for way, figures in _items(ways):
            known = {name: f for name, f in _items(figures) if isinstance(f, int | float) and abs(f) < 1e9 and isfinite(f)}
            if "R@1" in known:
                found.setdefault(protocol, {})[way] = known
    return found


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []
