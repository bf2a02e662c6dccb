"""Import the authors' published state dicts: names are mapped one to one, and every tensor must fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.io.containers.npy_file import read_array
from motionpatches.core.io.limits import MAX_JOINTS, check_finite
from motionpatches.core.library.open import open_library
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.weights import read_tensors
from motionpatches.core.patches import PatchStatistics
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


def import_state_dict(file: Path, statistics: PatchStatistics, origin: str, statistics_of: str) -> Imported:
    """Reads a bare state dict written by the authors' code. Raises FileProblem that lists what is missing, unknown or of
    another shape; nothing is loaded in part."""
    state = read_tensors(file)
    temperature = _temperature(file, state)
    config = changed(preset("official"), motion_weights="", temperature=temperature)
    model = MotionTextModel(config, _distilbert(), statistics, pretrained=False)
    wanted = {name: tensor.shape for name, tensor in model.state_dict().items()}
    renamed = {_renamed(name): tensor for name, tensor in state.items() if name != LOGIT_SCALE}
    problems = [f"missing {_theirs(name)}" for name in wanted if name not in renamed]
    problems += [f"unknown {_theirs(name)[:60]}" for name in renamed if name not in wanted]
    problems += [
        f"{_theirs(name)[:60]} is {tuple(tensor.shape)} instead of {tuple(wanted[name])}"
        for name, tensor in renamed.items()
        if name in wanted and tensor.shape != wanted[name]
    ]
    if problems:
        raise FileProblem(
            file,
            f"{len(problems)} tensors do not fit the published model: " + "; ".join(problems[:20]),
            "Import a best_model.pt of the authors' release",
        )
    model.load_state_dict({name: tensor.float() for name, tensor in renamed.items()})
    card = (
        f'# {file.stem}\n\nImported from {origin}: a model published with Yu, Tanaka and Fujiwara, "Exploring Vision '
        f'Transformers for 3D Human Motion-Language Models with Motion Patches", CVPR 2024.\n\n**Licence**: {LICENCE}.\n\n'
        f"Mean and deviation per joint are those of {statistics_of}.\n"
    )
    return Imported(model.eval(), CheckpointInfo({}, {"origin": origin, "licence": LICENCE, "statistics": statistics_of}, card))


def install(file: Path, data: Path, out: Path, origin: str) -> Job[None]:
    """Imports `file` into the model folder `out`, with the statistics of the data set's folder: its Mean_raw.npy and
    Std_raw.npy, else computed from all of its motions. Raises FileProblem where `out` is there already."""
    if out.exists():
        raise FileProblem(out, "it is there already", "Choose another place, or remove it")
    if not data.is_dir():
        raise FileProblem(data, "it is no folder", "Name the data set that the model was trained on")
    statistics, place = dataset_statistics(data), f"{data.name} (Mean_raw.npy, Std_raw.npy)"
    if statistics is None:
        library = yield from open_library(data)
        yield Progress(f"Mean and deviation of {library.name}", 0, 1)
        found = library_statistics(library, library.clips, preset("official").patches)
        statistics, place = found.values, library.name
        if found.skipped:
            place += f" ({len(found.skipped):,} of {found.clips:,} motions left out, which could not be read)"
    imported = import_state_dict(file, statistics, origin, place)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_problem(out, error) from error
    save_model(imported.model, out, imported.info)


def dataset_statistics(folder: Path) -> PatchStatistics | None:
    """Mean_raw.npy and Std_raw.npy (J, 3) of a data set's folder, where they lie there."""
    files = [folder / "Mean_raw.npy", folder / "Std_raw.npy"]
    if not all(file.is_file() for file in files):
        return None
    mean, std = (_rows_of_joints(file) for file in files)
    if mean.shape != std.shape or (std < 0).any():
        raise FileProblem(files[1], f"its shape is {std.shape}, that of Mean_raw.npy {mean.shape}", "Both are of the same joints")
    return PatchStatistics(mean, np.where(std < 1e-6, 1, std).astype(np.float32), "joint")


def _rows_of_joints(file: Path) -> np.ndarray:
    """(J, 3) finite numbers of a .npy file. Raises FileProblem."""
    array = read_array(file)
    if array.dtype.kind not in "fiu" or array.ndim != 2 or array.shape[1] != 3 or not 0 < len(array) <= MAX_JOINTS:
        raise FileProblem(file, f"its shape is {array.shape} of {array.dtype}", "It holds numbers (joints, 3)")
    check_finite(file, array[:, None])
    return array.astype(np.float32)


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
