"""Catalogue of the models on this computer: kind, origin and scores, read without loading weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.checkpoint import read_config
from motionpatches.core.models.config import ModelConfig, from_dict


@dataclass(frozen=True)
class Model:
    folder: Path
    config: ModelConfig
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    card: str

    @classmethod
    def read(cls, folder: Path) -> Model:
        """Read the description of a model. Raises StudioError if the folder holds none."""
        values = read_config(folder)
        card = folder / "README.md"
        text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
        return cls(Path(folder), from_dict(values["model"]), values.get("metrics", {}), values.get("provenance", {}), text)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def summary(self) -> str:
        """'vit_tiny_patch16_224 and all-MiniLM-L6-v2, 384 dimensions, raw joints, pairs'."""
        c = self.config
        parts = [f"{c.motion} and {Path(c.text).name}", f"{c.dim} dimensions"]
        parts += ["raw joints"] * (c.patches.form == "joints") + ["pairs of people"] * (c.people == 2)
        return ", ".join(parts)

    @property
    def headline(self) -> str:
        """Return R@1 on the test split, else on validation, or '' without scores."""
        for split in ("test", "val"):
            exact = self.metrics.get(split, {}).get("exact_caption")
            if exact:
                return (
                    f"{split} R@1 {exact['t2m']['R@1']:g} text to motion, {exact['m2t']['R@1']:g} motion to text "
                    "(equal captions count)"
                )
        return ""


def models_in(folder: Path | None = None) -> list[Model]:
    """The shipped starter, the user's own models, and those anywhere below a folder. Broken ones are skipped."""
    places_to_look = [paths.starter_model(), *sorted(paths.user_models().glob("*"))]
    if folder is not None:
        places_to_look += sorted(file.parent for file in folder.rglob("model.safetensors"))
    found = []
    for place in dict.fromkeys(places_to_look):
        try:
            found.append(Model.read(place))
        except (StudioError, OSError):
            continue
    return found
