"""Train presets and switches on shares of a library with several seeds, and print what each gives: mean and spread.

    python -m motionpatches.packaging.research.compare LIBRARY OUT
        [--recipes paper official starter interaction "starter cutmix=0.3" "interaction mlm=0"]
        [--shares 0.05 0.2 1] [--seeds 3] [--common epochs=30 motion=vit_tiny_patch16_224 motion_weights=starter]

A recipe is a preset with fields of the run or of the model. Models with tokens are measured in both stages of a search: by their
embeddings, and with the first 200 answers in the order of MaxSim. Every run is a folder in OUT, as any other run; finished ones
are not repeated. The best epoch is chosen on the validation split. Figures are those of the test split, or of all captioned clips
of the library --test, exact-caption. `order` and `count` are the percent of generated motions whose right sentence scores higher
than the wrong ones (order_test.py; 50 and 33 by chance).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from motionpatches.app.cli.options import field_value
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import embed_texts
from motionpatches.core.evaluation.metrics import best_ranks, equal_captions, similarity, summarise
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import ModelFields
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run as finish
from motionpatches.core.training import config as training_config
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.saving import BEST
from motionpatches.packaging.research.order_test import Rows, right_choices, rows_of
from motionpatches.packaging.research.two_stages import in_two_stages

FIGURES = "figures.json"
OF_A_RUN = {field.name for field in fields(TrainingConfig)}
COLUMNS = ("R@1", "R@5", "R@10", "MedR", "m2t R@1", "order", "count")


def main(told: argparse.Namespace) -> None:
    """Train and measure what is not finished, then print the table."""
    library = finish(open_library(told.test or told.library))
    clips = [clip for clip in (library.clips if told.test else library.in_split("test")) if clip.captions]
    found: dict[tuple[str, float, str], list[dict[str, float]]] = defaultdict(list)
    left_out: list[str] = []
    for share in told.shares:
        for recipe in told.recipes:
            for seed in range(told.seeds):
                config = _config(told, recipe, share, seed)
                folder = told.out / f"{recipe.replace(' ', ' + ').replace('/', '_')}, {share:g}, seed {seed}"
                try:
                    measured = _measured(folder, config, library, clips)
                except StudioError as error:  # such as a model that cannot read the skeletons of a source left out
                    left_out.append(f"Left out: {folder.name}: {error}\n")
                    continue
                for stage, figures in measured.items():
                    found[recipe, share, stage].append(figures)
                write_atomically(told.out / "table.md", table(found))
    print(table(found) + "".join(left_out), end="")


def _config(told: argparse.Namespace, recipe: str, share: float, seed: int) -> TrainingConfig:
    """The configuration of a run. Raises StudioError for fields that do not exist."""
    preset, *own = recipe.split()
    model: dict[str, Any] = {}
    of_run: dict[str, Any] = {}
    for name, value in map(field_value, [*told.common, *own]):
        if name not in OF_A_RUN and name not in ModelFields.__annotations__:
            raise StudioError(f"There is no field {name!r:.60} of a run or of a model.")
        (of_run if name in OF_A_RUN else model)[name] = value
    return training_config.recipe(
        preset, **{"library": str(told.library), "train_share": share, "seed": 42 + seed, "model": model, **of_run}
    )


def _measured(folder: Path, config: TrainingConfig, library: Library, clips: Sequence[Clip]) -> dict[str, dict[str, float]]:
    """The figures of a run by stage, from disk where it is finished."""
    file = folder / FIGURES
    if not file.exists():
        if not (folder / "config.json").exists():
            runs.write_config(folder, config)
        if runs.read_run(folder).status != "finished":
            with closing(runs.events_of(folder, Control())) as events:
                for _ in events:
                    pass
        figures = measure(load_model(folder / BEST), library, clips)
        write_atomically(file, json.dumps(figures, indent=1) + "\n")
    kept: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def measure(model: MotionTextModel, library: Library, clips: Sequence[Clip]) -> dict[str, dict[str, float]]:
    """Measure a model on the first windows and first captions of clips, by its embeddings and in two stages."""
    captions = [clip.caption for clip in clips]
    motions = rows_of(model, [library.load(clip.id) for clip in clips])
    texts = embed_texts(model, captions, "auto")
    cosines, equal = similarity(texts, motions.rows), equal_captions(captions)
    pairs = right_choices(model, library, clips)
    found = {"embeddings": _summary(cosines, cosines.T, equal) | pairs["embeddings"]}
    if motions.patches is not None:
        late = _late(model, captions, motions)
        both = in_two_stages(cosines, late), in_two_stages(cosines.T, late.T)
        found["two stages"] = _summary(*both, equal) | pairs["MaxSim"]
    return found


def _late(model: MotionTextModel, captions: Sequence[str], motions: Rows) -> np.ndarray:
    """(N, M) MaxSim of captions and motions."""
    number = {caption: at for at, caption in enumerate(dict.fromkeys(captions))}
    scores = motions.max_sim(model, list(number))
    return np.asarray(scores[[number[caption] for caption in captions]])


def _summary(t2m: np.ndarray, m2t: np.ndarray, equal: np.ndarray) -> dict[str, float]:
    forward, back = summarise(best_ranks(t2m, equal)), summarise(best_ranks(m2t, equal))
    return {name: forward[name] for name in COLUMNS[:4]} | {"m2t R@1": back["R@1"]}


def table(found: dict[tuple[str, float, str], list[dict[str, float]]]) -> str:
    """Write mean ± standard deviation over the seeds, in Markdown."""
    lines = [
        f"| recipe | training clips | search | seeds | {' | '.join(COLUMNS)} |",
        "|---|---:|---|---:" + "|---:" * len(COLUMNS) + "|",
    ]
    for (recipe, share, stage), measured in found.items():
        cells = []
        for name in COLUMNS:
            values = [figures[name] for figures in measured]
            cells.append(f"{mean(values):.1f} ± {stdev(values):.1f}" if len(values) > 1 else f"{values[0]:.1f}")
        lines.append(f"| {recipe} | {share:.0%} | {stage} | {len(measured)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--test", type=Path, help="measure on all captioned clips of this library: of a source left out")
    parser.add_argument("--recipes", nargs="+", default=["paper", "official", "starter", "interaction"])
    parser.add_argument("--shares", nargs="+", type=float, default=[0.05, 0.2, 1.0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--common", nargs="*", default=[], metavar="NAME=VALUE", help="fields of all recipes")
    main(parser.parse_args())
