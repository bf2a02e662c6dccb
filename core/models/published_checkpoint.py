"""Import the authors' published state dicts: names are mapped one to one, and every tensor must fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.config import PRESETS, changed
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.published_statistics import (
    MEAN,
    STD,
    dataset_statistics,
    published_statistics,
    recipe_in_frame_of,
    sample_motions,
)
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.weights import read_tensors, require_fit
from motionpatches.core.patches import PatchRecipe, PatchStatistics, frame_in_words
from motionpatches.core.progress import Job, Progress

# Theirs -> ours.
PREFIXES = {
    "motion_encoder.model.": "motion_encoder.vit.",
    "text_encoder.text_model.": "text_encoder.backbone.",
    "motion_projection.": "motion_head.",
    "text_projection.": "text_head.",
}
LOGIT_SCALE = "logit_scale"
# DistilBERT's architecture is transformers' default; its vocabulary of uncased words is the one of the starter model.
DISTILBERT = {"model_type": "distilbert"}
VOCABULARY = 30522
LICENCE = "CC BY-NC 4.0 (not for commercial use)"


@dataclass(frozen=True, eq=False)
class Imported:
    model: MotionTextModel
    info: CheckpointInfo


def import_state_dict(
    file: Path, statistics: PatchStatistics, origin: str, statistics_of: str, recipe: PatchRecipe = PRESETS["official"].patches
) -> Imported:
    """Read a bare state dict written by the authors' code; nothing is loaded in part.

    Args:
        file: of the authors' release.
        statistics: (J, 3) of the data set, in metres.
        origin: where the file comes from, in words.
        statistics_of: where the statistics come from, in words.
        recipe: how motions are prepared.

    Raises:
        FileProblem: lists what is missing, unknown or of another shape.
    """
    state = read_tensors(file)
    temperature = _temperature(file, state)
    config = changed(PRESETS["official"], motion_weights="", temperature=temperature, patches=recipe)
    model = MotionTextModel(config, _distilbert(), statistics, pretrained=False)
    wanted = {_theirs(name): tensor.shape for name, tensor in model.state_dict().items()}
    found = {name: tensor for name, tensor in state.items() if name != LOGIT_SCALE}
    require_fit(file, wanted, found, "the published model", "Import a best_model.pt of the authors' release")
    model.load_state_dict({_renamed(name): tensor.float() for name, tensor in found.items()})
    card = (
        f'# {file.stem}\n\nImported from {origin}: a model published with Yu, Tanaka and Fujiwara, "Exploring Vision '
        f'Transformers for 3D Human Motion-Language Models with Motion Patches", CVPR 2024.\n\n**Licence**: {LICENCE}.\n\n'
        f"Mean and deviation per joint are those of {statistics_of}.\n\nMotions are read {frame_in_words(recipe)}.\n"
    )
    return Imported(model.eval(), CheckpointInfo({}, {"origin": origin, "licence": LICENCE, "statistics": statistics_of}, card))


def install(file: Path, data: Path, out: Path, origin: str) -> Job[None]:
    """Import a state dict into a model folder.

    Statistics are those of the data set's folder: its Mean_raw.npy and Std_raw.npy, else computed from every motion file. The
    frame that models read motions in is that of the data set's motions.

    Args:
        file: of the authors' release.
        data: folder of the data set that the model was trained on.
        out: model folder to write.
        origin: where the file comes from, in words.

    Raises:
        FileProblem: `out` is there already; the file or the statistics do not fit.
    """
    if out.exists():
        raise FileProblem(out, "it is there already", "Choose another place, or remove it")
    if not data.is_dir():
        raise FileProblem(data, "it is no folder", "Name the data set that the model was trained on")
    library = yield from _data_set(data)
    yield Progress(f"Mean and deviation of {data.name}", 0, 1)
    motions = sample_motions(library) if library else []
    recipe = recipe_in_frame_of(PRESETS["official"].patches, motions)
    published = published_statistics(data, motions)
    if published is not None:
        statistics, place = published.values, f"{data.name} ({MEAN}, {STD}{published.note and '; '}{published.note})"
    else:
        assert library is not None  # without motions there are the two files
        found = library_statistics(library, library.clips, recipe)
        statistics, place = found.values, library.name
        if found.skipped:
            place += f" ({len(found.skipped):,} of {found.clips:,} files left out; {found.skipped[0].reason})"
    imported = import_state_dict(file, statistics, origin, place, recipe)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_problem(out, error) from error
    save_model(imported.model, out, imported.info)


def _data_set(data: Path) -> Job[Library | None]:
    """Open the data set's folder; None where it holds Mean_raw.npy and Std_raw.npy alone. Raises FileProblem."""
    try:
        return (yield from open_library(data))
    except FileProblem:
        if dataset_statistics(data) is None:
            raise
        return None


def _temperature(file: Path, state: dict[str, Tensor]) -> float:
    if LOGIT_SCALE not in state or state[LOGIT_SCALE].numel() != 1:
        raise FileProblem(
            file,
            "it holds no logit_scale, so it is not a published model of this method",
            "Import a best_model.pt of the authors' release",
        )
    return float(torch.exp(-state[LOGIT_SCALE].double()))


def _distilbert() -> TextEncoder:
    tokenizer_file = paths.starter_model() / "tokenizer.json"
    if Tokenizer.from_file(str(tokenizer_file)).get_vocab_size() != VOCABULARY:
        raise StudioError("The starter model's vocabulary is not the one of uncased BERT any more.")
    encoder = TextEncoder.from_parts(DISTILBERT, tokenizer_file, "cls")
    return encoder.materialised()


def _renamed(name: str) -> str:
    return next((ours + name[len(theirs) :] for theirs, ours in PREFIXES.items() if name.startswith(theirs)), name)


def _theirs(name: str) -> str:
    return next((theirs + name[len(ours) :] for theirs, ours in PREFIXES.items() if name.startswith(ours)), name)
