"""The architecture of a text encoder as a file states it: plain values, of a known kind and of possible sizes.

Whoever wrote the file may have meant harm. What names code, a library or a place on the network is dropped.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import short

# The model types of transformers that are built. Each is made of transformers' own code.
KNOWN = frozenset(
    (
        "albert",
        "bart",
        "bert",
        "camembert",
        "clip",
        "clip_text_model",
        "clip_vision_model",
        "deberta",
        "deberta-v2",
        "distilbert",
        "electra",
        "esm",
        "eurobert",
        "gemma2",
        "gemma3_text",
        "gpt2",
        "gpt_neox",
        "llama",
        "mistral",
        "modernbert",
        "mpnet",
        "mt5",
        "nomic_bert",
        "qwen2",
        "qwen3",
        "roberta",
        "roformer",
        "siglip",
        "siglip_text_model",
        "siglip_vision_model",
        "t5",
        "umt5",
        "xlm-roberta",
        "xlnet",
    )
)
# Sinusoidal positions are made by numpy before any limit holds; a saved model brings its own values.
DROPPED = frozenset(
    (
        "auto_map",
        "custom_pipelines",
        "trust_remote_code",
        "attn_implementation",
        "quantization_config",
        "adapter_kwargs",
        "sinusoidal_pos_embds",
        "architectures",
        "dtype",
        "torch_dtype",
        "transformers_version",
    )
)
MOST_LAYERS, LARGEST_VOCABULARY, WIDEST, LONGEST_CONTEXT = 128, 1 << 20, 1 << 14, 1 << 18
LONGEST_TEXT, MOST_VALUES, DEEPEST = 1000, 1000, 3


def checked_architecture(file: Path, values: Any) -> dict[str, Any]:
    """The values of a transformers configuration that may be used.

    Raises:
        FileProblem: an unknown model type, a size that no text encoder has, or a value that is not plain.
    """
    if not isinstance(values, dict) or not isinstance(values.get("model_type"), str):
        raise FileProblem(file, "it names no text encoder", "Copy the model again", "text architecture")
    return _checked(file, values, 0)


def _checked(file: Path, values: dict[str, Any], depth: int) -> dict[str, Any]:
    if len(values) > MOST_VALUES or depth > DEEPEST:
        raise FileProblem(file, "its text architecture is too large", "Copy the model again")
    kind = values.get("model_type", "")
    if depth <= 1 and "model_type" in values and kind not in KNOWN:
        raise FileProblem(
            file, f"its text encoder is of the unknown type {short(kind)!r}", f"Known are {', '.join(sorted(KNOWN))}"
        )
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name in DROPPED or name.startswith("_"):
            continue
        if isinstance(value, dict):
            kept[name] = _checked(file, value, depth + 1)
        elif isinstance(value, list) and len(value) <= MOST_VALUES:
            kept[name] = [_plain(file, name, item) for item in value]
        else:
            kept[name] = _plain(file, name, value)
    return kept


def _plain(file: Path, name: str, value: Any) -> Any:
    """A value that is no container, within its limits. Raises FileProblem."""
    fits = (
        value is None
        or isinstance(value, bool)
        or isinstance(value, int)
        and abs(value) <= _most(name)
        or isinstance(value, float)
        and math.isfinite(value)
        or isinstance(value, str)
        and len(value) <= LONGEST_TEXT
    )
    if not fits:
        raise FileProblem(file, f"{short(name)} of its text architecture cannot be {short(value)}", "Copy the model again")
    return value


def _most(name: str) -> int:
    """The largest whole number that a value of this name may be."""
    if "layer" in name or "group" in name:
        return MOST_LAYERS
    if "position" in name:
        return LONGEST_CONTEXT
    return LARGEST_VOCABULARY if "vocab" in name or name.endswith(("_id", "_index")) else WIDEST
