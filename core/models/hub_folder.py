"""Folders of pretrained encoders as timm, transformers and sentence-transformers save them: nothing is downloaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from torch import Tensor

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.limits import short
from motionpatches.core.io.text import read_json
from motionpatches.core.models.weights import read_tensors

# Weights by what the libraries call them, best first.
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
# transformers' ViT and DeiT -> timm's: what stands before and after the blocks, and of each block.
OUTSIDE = {
    "embeddings.cls_token": "cls_token",
    "embeddings.distillation_token": "dist_token",
    "embeddings.position_embeddings": "pos_embed",
    "embeddings.patch_embeddings.projection.": "patch_embed.proj.",
    "layernorm.": "norm.",
}
BLOCK = {
    "attention.output.dense.": "attn.proj.",
    "intermediate.dense.": "mlp.fc1.",
    "output.dense.": "mlp.fc2.",
    "layernorm_before.": "norm1.",
    "layernorm_after.": "norm2.",
}
QKV = re.compile(r"encoder\.layer\.(\d+)\.attention\.attention\.(query|key|value)\.(weight|bias)")
# Parts of theirs that are no encoder.
HEADS = ("pooler.", "classifier.", "cls_classifier.", "distillation_classifier.", "embeddings.mask_token", "decoder.")
# Without one of these, transformers makes a tokenizer that knows no words.
VOCABULARIES = ("vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model")
POOLINGS = {"cls": "cls", "mean": "mean", "lasttoken": "last"}


def vit_weights(place: Path, name: str) -> dict[str, Tensor]:
    """Read the weights of a vision transformer under timm's names.

    Args:
        place: a file of tensors, or a folder that timm's `save_for_hf` or transformers' `save_pretrained` wrote.
        name: timm's name of the transformer that is to have them.

    Raises:
        FileProblem: no such folder, no weights in it, or those of another transformer.
    """
    if not place.is_dir():
        return read_tensors(place)
    file = place / "config.json"
    values = read_json(file)
    stated = values.get("architecture") if isinstance(values, dict) else None
    if isinstance(stated, str):
        if stated.split(".")[0] != name.split(".")[0]:
            raise FileProblem(file, f"it holds a {short(stated)}, not a {name}", f"Set motion to {short(stated)}")
        return read_tensors(_weights_in(place))
    kind = values.get("model_type") if isinstance(values, dict) else None
    if kind not in ("vit", "deit"):
        raise FileProblem(
            file,
            f"it is of the kind {short(str(kind))}, which is no vision transformer of timm, nor a ViT or DeiT of transformers",
            "Save it by timm's save_for_hf, or name a file of weights under timm's names",
        )
    return _under_timms_names(place, read_tensors(_weights_in(place)))


def _weights_in(folder: Path) -> Path:
    found = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if found is None:
        raise FileProblem(folder, f"it has neither {' nor '.join(WEIGHTS)}", "Copy the whole folder again")
    return found


def _under_timms_names(folder: Path, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename a ViT or DeiT of transformers; query, key and value of a block become one. Raises FileProblem."""
    state = {re.sub(r"^(vit|deit)\.", "", name): tensor for name, tensor in state.items()}
    found: dict[str, Tensor] = {}
    unknown: list[str] = []
    for name, tensor in state.items():
        if own := _renamed(name):
            found[own] = tensor
        elif not QKV.fullmatch(name) and not name.startswith(HEADS):
            unknown.append(name)
    for name in state:
        match = QKV.fullmatch(name)
        if match and match[2] == "query":
            parts = [state.get(name.replace("query", part)) for part in ("query", "key", "value")]
            if any(part is None for part in parts):
                unknown.append(name)
            else:
                found[f"blocks.{match[1]}.attn.qkv.{match[3]}"] = torch.cat([part for part in parts if part is not None])
    if unknown:
        more = "" if len(unknown) <= 10 else f" and {len(unknown) - 10} more"
        raise FileProblem(folder, f"unknown tensors {', '.join(n[:60] for n in unknown[:10])}{more}", "Use a ViT or DeiT")
    return found


def _renamed(name: str) -> str:
    """timm's name of a tensor of transformers; '' where it has none of its own."""
    for theirs, own in OUTSIDE.items():
        if name == theirs or (theirs.endswith(".") and name.startswith(theirs)):
            return own + name[len(theirs) :]
    match = re.match(r"encoder\.layer\.(\d+)\.", name)
    for theirs, own in BLOCK.items() if match else ():
        if match and name[match.end() :].startswith(theirs):
            return f"blocks.{match[1]}.{own}{name[match.end() + len(theirs) :]}"
    return ""


@dataclass(frozen=True)
class SentenceModel:
    """What sentence-transformers saves beside an encoder: its `folder`, the pooling that it was trained with ('' for another than
    ours), and the further modules, which are not read."""

    folder: Path
    pooling: str = ""
    further: tuple[str, ...] = ()


def sentence_model(folder: Path) -> SentenceModel | None:
    """Read modules.json of a folder; None for a plain folder of transformers.

    Raises:
        FileProblem: modules.json names no transformer, or a place outside of the folder.
    """
    file = folder / "modules.json"
    if not file.is_file():
        return None
    values = read_json(file)
    modules = [_module(file, value) for value in values] if isinstance(values, list) else []
    encoder = next((place for kind, place in modules if kind == "Transformer"), None)
    if encoder is None:
        raise FileProblem(file, "it names no Transformer", "Give the folder of the encoder itself")
    pooling = next((_pooling(folder / place / "config.json") for kind, place in modules if kind == "Pooling"), "")
    further = tuple(kind for kind, _ in modules if kind not in ("Transformer", "Pooling", "Normalize"))
    return SentenceModel(folder / encoder, pooling, further)


def _module(file: Path, value: Any) -> tuple[str, str]:
    """The class of a module, and its place in the folder."""
    kind, place = (value.get(name) if isinstance(value, dict) else None for name in ("type", "path"))
    if not isinstance(kind, str) or not isinstance(place, str):
        raise FileProblem(file, "a module has no type or path", "Copy the whole folder again")
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts or "\\" in place:
        raise FileProblem(file, f"a module lies outside of the folder, at {short(place)}", "Do not use this model")
    return kind.rsplit(".", 1)[-1], place


def _pooling(file: Path) -> str:
    """The pooling that a Pooling module states, by its mode or by its flags; '' for others and several."""
    values = read_json(file) if file.is_file() else {}
    if not isinstance(values, dict):
        return ""
    modes = [values["pooling_mode"]] if isinstance(values.get("pooling_mode"), str) else []
    flags = {"cls": "cls_token", "mean": "mean_tokens", "lasttoken": "lasttoken", "max": "max_tokens"}
    modes += [mode for mode, flag in flags.items() if values.get(f"pooling_mode_{flag}") is True]
    return POOLINGS.get(modes[0], "") if len(modes) == 1 else ""


def sentence_notes(folder: Path, pooling: str) -> list[str]:
    """Say what of a sentence encoder's folder is used in another way than it was trained."""
    found = sentence_model(folder)
    if found is None:
        return []
    notes = []
    if found.pooling and found.pooling != pooling:
        notes.append(f"{folder.name} was trained with text_pooling {found.pooling}, and is read with {pooling}.")
    if found.further:
        notes.append(
            f"Of {folder.name} the modules {', '.join(found.further)} are not read: heads of this program stand for them."
        )
    return notes


def converted_tokenizer(folder: Path) -> Any:
    """Make a tokenizer of the package tokenizers from the vocabulary of a folder without tokenizer.json. Raises StudioError."""
    from motionpatches.core.models.torchvision_shim import prepare_imports

    prepare_imports()
    from transformers import AutoTokenizer

    try:
        if not any((folder / name).is_file() for name in VOCABULARIES):
            raise ValueError(f"none of {', '.join(VOCABULARIES)}")
        found = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False).backend_tokenizer
    except Exception as error:  # transformers raises anything over files that it does not know
        why = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise StudioError(
            f"{folder.name} has no tokenizer.json, and none can be made of what it has ({why}). Save its tokenizer again by "
            "transformers, which writes one."
        ) from None
    return found
