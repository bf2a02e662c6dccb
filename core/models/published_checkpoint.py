"""Import the authors' published state dicts: names are mapped one to one, and every tensor must fit."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library.open import open_library
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
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
    state = read_state_dict(file)
    temperature = _temperature(file, state)
    config = changed(preset("official"), motion_weights="", temperature=temperature)
    model = MotionTextModel(config, _distilbert(), statistics, pretrained=False)
    wanted = {name: tensor.shape for name, tensor in model.state_dict().items()}
    renamed = {_renamed(name): tensor for name, tensor in state.items() if name != LOGIT_SCALE}
    problems = [f"missing {_theirs(name)}" for name in wanted if name not in renamed]
    problems += [f"unknown {_theirs(name)}" for name in renamed if name not in wanted]
    problems += [
        f"{_theirs(name)} is {tuple(tensor.shape)} instead of {tuple(wanted[name])}"
        for name, tensor in renamed.items()
        if name in wanted and tensor.shape != wanted[name]
    ]
    if problems:
        raise FileProblem(
            file,
            f"{len(problems)} tensors do not fit the published model: " + "; ".join(problems),
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


def read_state_dict(file: Path) -> dict[str, Tensor]:
    """Return the tensors by name. Nothing that could run code is unpickled."""
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise os_problem(file, error) from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, BadZipFile, KeyError, TypeError, AttributeError) as error:
        raise FileProblem(
            file, f"it is not a state dict of tensors ({str(error).splitlines()[0][:120]})", "Download it again"
        ) from None
    if not isinstance(state, dict) or not state or not all(isinstance(v, Tensor) for v in state.values()):
        raise FileProblem(file, "it does not hold tensors by name alone", "Import the bare state dict, best_model.pt")
    return state


def dataset_statistics(folder: Path) -> PatchStatistics | None:
    """Mean_raw.npy and Std_raw.npy (J, 3) of a data set's folder, where they lie there."""
    files = [folder / "Mean_raw.npy", folder / "Std_raw.npy"]
    if not all(file.is_file() for file in files):
        return None
    try:
        mean, std = (np.load(file, allow_pickle=False).astype(np.float32) for file in files)
    except (OSError, ValueError) as error:
        raise FileProblem(files[0], f"it could not be read ({error})", "Copy it again") from None
    if mean.ndim != 2 or mean.shape[1] != 3 or mean.shape != std.shape:
        raise FileProblem(files[0], f"its shape is {mean.shape}, that of Std_raw.npy {std.shape}", "Both are (joints, 3)")
    return PatchStatistics(mean, np.where(std < 1e-6, 1, std).astype(np.float32), "joint")


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
