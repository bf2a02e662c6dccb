"""Import TMR's released models: names are mapped one to one, and every tensor must fit.

A run's folder holds `config.json` and `last_weights/` with `motion_encoder.pt`, `text_encoder.pt` and `motion_decoder.pt`; before
they are taken apart they are the `state_dict` of one checkpoint. The text side reads the states of DistilBERT as it was
pretrained, which is not in the release; nor are mean and deviation of the features, `mean.pt` and `std.pt` in the authors'
repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.text import read_json
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.tmr import Tmr
from motionpatches.core.models.weights import check_finite, load_plain, read_tensors, require_fit, tensor_names
from motionpatches.core.motion.features import WIDTH
from motionpatches.core.patches import HUMANML3D, PatchStatistics, frame_in_words
from motionpatches.core.progress import Job, Progress

ENCODERS = ("motion_encoder", "text_encoder")
# What the release has beside them: it makes motions of vectors, which a search does not.
DECODER = "motion_decoder"
PLACES = {"motion_encoder": "motion_encoder.sequence.", "text_encoder": "text_head."}
# Theirs -> ours: the tensors of a layer, and the others of an encoder.
LAYER = {
    "self_attn.in_proj_weight": "attention_in.weight",
    "self_attn.in_proj_bias": "attention_in.bias",
    "self_attn.out_proj.weight": "attention_out.weight",
    "self_attn.out_proj.bias": "attention_out.bias",
    "linear1.weight": "hidden.weight",
    "linear1.bias": "hidden.bias",
    "linear2.weight": "out.weight",
    "linear2.bias": "out.bias",
    "norm1.weight": "norm_attention.weight",
    "norm1.bias": "norm_attention.bias",
    "norm2.weight": "norm_out.weight",
    "norm2.bias": "norm_out.bias",
}
OTHERS = ("tokens", "projection.weight", "projection.bias")
FIRST_LAYER = "motion_encoder.seqTransEncoder.layers.0."
# Of the released models; a tensor does not tell into how many heads it is cut.
HEADS, TEMPERATURE, DROPOUT = 4, 0.1, 0.1
DISTILBERT = "distilbert-base-uncased"
LICENCE = "MIT (TMR, copyright 2023 Mathis Petrovich); DistilBERT: Apache-2.0"
PAPER = 'Petrovich, Black and Varol, "TMR: Text-to-Motion Retrieval Using Contrastive 3D Human Motion Synthesis", ICCV 2023'


def released_state(place: Path) -> dict[str, Tensor] | None:
    """Read the tensors of a released model, named as in its checkpoint; None where it is no model of TMR.

    Args:
        place: the folder of a run, its `last_weights`, an encoder's file in there, or a checkpoint.

    Raises:
        FileProblem: a file of the model that cannot be read.
    """
    one_of_them = place.is_file() and place.stem in ENCODERS
    for folder in (place / "last_weights", place.parent if one_of_them else place):
        files = {part: folder / f"{part}.pt" for part in (*ENCODERS, DECODER)}
        if all(files[part].is_file() for part in ENCODERS):
            there = {part: file for part, file in files.items() if file.is_file()}
            return {f"{part}.{name}": tensor for part, file in there.items() for name, tensor in read_tensors(file).items()}
    file = place / "logs" / "checkpoints" / "last.ckpt" if place.is_dir() else place
    known = file.is_file() and any(name.startswith(FIRST_LAYER) for name in tensor_names(file))
    return read_tensors(file) if known else None


def install_tmr(
    place: Path, state: Mapping[str, Tensor], statistics: Path, out: Path, origin: str, text: str = DISTILBERT
) -> Job[None]:
    """Import a released model into a model folder.

    Args:
        place: where the model lies.
        state: its tensors, as `released_state` reads them.
        statistics: folder with mean.pt and std.pt of the features.
        out: model folder to write.
        origin: where the model comes from, in words.
        text: DistilBERT, by its name on the hub or a folder.

    Raises:
        FileProblem: lists each tensor that is missing, unknown or of another shape; statistics that do not fit.
    """
    found, note = feature_statistics(statistics)
    config = _config(place, state, text)
    yield Progress("Reading the text encoder", 0, 2)
    model = Tmr(config, TextEncoder.pretrained(config), found, pretrained=False)
    left_out = fill(place, model, state)
    yield Progress("Writing the model", 1, 2)
    told = f"mean.pt and std.pt of {statistics.name}{note}"
    provenance = {"origin": origin, "licence": LICENCE, "statistics": told, "left out": f"{left_out} tensors of the decoder"}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_problem(out, error) from error
    save_model(model.eval(), out, CheckpointInfo({}, provenance, _card(out.name, origin, told, config)))


def feature_statistics(folder: Path) -> tuple[PatchStatistics, str]:
    """Read mean.pt and std.pt, (263,) each, and say which deviations are 0 and count as 1. Raises FileProblem."""
    rows = [_row(folder / f"{name}.pt") for name in ("mean", "std")]
    mean, std = rows
    if (std < 0).any():
        raise FileProblem(folder / "std.pt", f"its deviation of feature {int((std < 0).argmax())} is below 0", "Copy it again")
    still = std < 1e-8
    note = f"; {int(still.sum())} deviations are 0 and count as 1" if still.any() else ""
    return PatchStatistics(mean[:, None], np.where(still, 1, std).astype(np.float32)[:, None]), note


def _row(file: Path) -> np.ndarray:
    """(263,) float32 of a tensor that torch.save wrote. Raises FileProblem."""
    if not file.is_file():
        raise FileProblem(
            file,
            "it is not there",
            "Give --statistics the folder stats/humanml3d/guoh3dfeats of the authors' repository (kitml for that of KIT-ML)",
        )
    try:
        found = load_plain(file)
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:  # torch raises anything over broken bytes
        raise FileProblem(file, f"it is no tensor ({str(error)[:80]})", "Copy it again") from None
    if not isinstance(found, Tensor) or found.shape != (WIDTH,) or not found.is_floating_point():
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise FileProblem(file, f"it is {shape}, not {WIDTH} numbers", "Copy that of HumanML3D's features")
    check_finite(file, {file.stem: found})
    return np.asarray(found.float().numpy())


def _config(place: Path, state: Mapping[str, Tensor], text: str) -> ModelConfig:
    """The architecture by the tensors' shapes, and by config.json of the run where it lies beside them."""
    hidden, tokens = (state.get(f"motion_encoder.{name}") for name in ("seqTransEncoder.layers.0.linear1.weight", "tokens"))
    if hidden is None or tokens is None or hidden.dim() != 2 or tokens.dim() != 2:
        raise FileProblem(place, "it holds no motion encoder of TMR", "Import a folder of the authors' release")
    layers = {name.split(".")[3] for name in state if name.startswith("motion_encoder.seqTransEncoder.layers.")}
    heads = _stated_heads(place)
    if not 0 < heads <= 256 or tokens.shape[1] % (2 * heads):
        raise FileProblem(place, f"its {tokens.shape[1]} numbers cannot be shared by {heads} heads", "Copy config.json again")
    sizes = f"sequence_{len(layers)}x{tokens.shape[1]}_{heads}heads_{hidden.shape[0]}hidden"
    return ModelConfig(
        motion=sizes,
        motion_weights="",
        text=text,
        head="sequence",
        dim=tokens.shape[1],
        dropout=DROPOUT,
        temperature=TEMPERATURE,
        patches=replace(HUMANML3D, form="features"),
    )


def _stated_heads(place: Path) -> int:
    """What config.json of the run says; the number of the released models where there is none."""
    folders = (place, place.parent) if place.is_dir() else place.parents[:3]
    file = next((folder / "config.json" for folder in folders if (folder / "config.json").is_file()), None)
    values: Any = read_json(file) if file else {}
    for name in ("model", "motion_encoder", "num_heads"):
        values = values.get(name, {}) if isinstance(values, dict) else {}
    return values if isinstance(values, int) and not isinstance(values, bool) else HEADS


def fill(place: Path, model: Tmr, state: Mapping[str, Tensor]) -> int:
    """Load the tensors of both encoders, and return how many of the decoder were left out. Raises FileProblem naming each that
    does not fit."""
    layers = len(model.text_head.layers)  # type: ignore[arg-type]
    ours = {theirs: own for part in ENCODERS for theirs, own in _names(part, layers).items()}
    encoders = {name: tensor for name, tensor in state.items() if not name.startswith(f"{DECODER}.")}
    own = model.state_dict()
    require_fit(place, {name: own[ours[name]].shape for name in ours}, encoders, "TMR", "Import a folder of the authors' release")
    model.load_state_dict({ours[name]: tensor.float() for name, tensor in encoders.items()}, strict=False)
    return len(state) - len(encoders)


def _names(part: str, layers: int) -> dict[str, str]:
    """Each tensor of an encoder, theirs -> ours."""
    place = PLACES[part]
    found = {f"{part}.{name}": f"{place}{name}" for name in OTHERS}
    for layer in range(layers):
        found |= {f"{part}.seqTransEncoder.layers.{layer}.{t}": f"{place}layers.{layer}.{own}" for t, own in LAYER.items()}
    return found


def _card(name: str, origin: str, statistics: str, config: ModelConfig) -> str:
    return (
        f"# {name}\n\nImported from {origin}: a model published with {PAPER}.\n\n**Licence**: {LICENCE}. It was trained on "
        "HumanML3D or KIT-ML, whose motions are AMASS's; their licences hold for what is done with it.\n\n"
        f"Motions are read as HumanML3D's 263 features a frame, {frame_in_words(config.patches)}; mean and deviation are "
        f"{statistics}. Other rigs than SMPL's are brought to its 22 joints, not to the proportions of HumanML3D's one skeleton. "
        f"Texts are read by {config.text}, of which the first 77 tokens count. It has no patches: results are not explained, and "
        "not searched by body part. It is not trained here.\n"
    )
