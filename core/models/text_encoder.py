"""A text encoder (transformers) with its tokenizer."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.text import read_json, read_text
from motionpatches.core.models import bert
from motionpatches.core.models.architecture import checked_architecture
from motionpatches.core.models.bucketing import by_length, is_traced
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.half_linear import HalvedTwin
from motionpatches.core.models.hub import text_folder
from motionpatches.core.models.hub_folder import converted_tokenizer, sentence_model
from motionpatches.core.models.torchvision_shim import prepare_imports

MAX_TOKENS = 77
MAX_TOKENIZER = 64 << 20
# On a CPU sentences are read together whose tokens, rounded up to a multiple of this, are as many: padding costs time there.
BUCKET = 8
# Sentences that are tokenized together.
TOGETHER = 4096


@dataclass(frozen=True)
class Unread:
    """What a text encoder does not read: `words` that all become one mark, each with the number of its sentences; `cut`, the
    number of sentences that are longer than the longest text."""

    words: Counter[str]
    cut: int


class TextEncoder(nn.Module):
    """Sentences -> (B, width) features: [CLS], the last token or the mean of all."""

    def __init__(self, backbone: Any, architecture: dict[str, Any], tokenizer: Any, pooling: str):
        super().__init__()
        self.backbone: Any = _without_pooler(backbone)  # transformers' model or Bert
        self.architecture = architecture
        self.tokenizer = tokenizer
        self.pooling = pooling
        self.width = int(backbone.config.hidden_size)
        self._halved = HalvedTwin()
        self.limit = min(MAX_TOKENS, getattr(backbone.config, "max_position_embeddings", MAX_TOKENS))
        tokenizer.enable_truncation(self.limit)
        tokenizer.enable_padding(pad_id=backbone.config.pad_token_id or 0)

    @classmethod
    def pretrained(cls, config: ModelConfig) -> TextEncoder:
        """Make an encoder from a hub name, a package or a folder; with random weights where the configuration says so.

        Raises:
            StudioError: it cannot be had or read.
        """
        folder = text_folder(config.text)
        sentences = sentence_model(folder)
        folder = folder if sentences is None else sentences.folder
        own = folder / "tokenizer.json"
        tokenizer = open_tokenizer(own) if own.is_file() else converted_tokenizer(folder)
        file = folder / "config.json"
        values = checked_architecture(file, read_json(file))
        prepare_imports()
        from transformers import AutoConfig, AutoModel

        try:
            architecture = AutoConfig.for_model(values.pop("model_type"), **values)
            if config.text_weights:
                whole, report = AutoModel.from_pretrained(
                    folder,
                    config=architecture,
                    local_files_only=True,
                    trust_remote_code=False,
                    dtype=torch.float32,
                    output_loading_info=True,
                )
            else:
                whole, report = AutoModel.from_config(architecture, trust_remote_code=False), {}
            backbone = _without_pooler(_text_part(whole))
        except Exception as error:  # transformers raises anything over weights that do not fit
            raise StudioError(f"The text encoder in {folder.name} could not be read: {str(error)[:300]}") from None
        if missing := _missing(whole, backbone, report):
            raise StudioError(
                f"The weights in {folder.name} lack {len(missing)} tensors of its text encoder, such as {', '.join(missing[:3])}."
                " Copy the folder again."
            )
        return cls(backbone, _plain(backbone.config), tokenizer, config.text_pooling)

    @classmethod
    def from_parts(cls, architecture: dict[str, Any], tokenizer_file: Path, pooling: str) -> TextEncoder:
        """Make the empty weights of a saved architecture, to be filled from a checkpoint after `materialised`.

        Args:
            architecture: a transformers configuration as plain values.
            tokenizer_file: a tokenizer.json.
            pooling: 'cls', 'last' or 'mean'.

        Raises:
            FileProblem: an architecture that is unknown or cannot be built, or a broken tokenizer.
        """
        tokenizer = open_tokenizer(tokenizer_file)
        config_file = tokenizer_file.with_name("config.json")
        architecture = checked_architecture(config_file, architecture)
        try:
            return cls(_empty_backbone(architecture), architecture, tokenizer, pooling)
        except Exception as error:  # values of wrong types, or that do not go together
            raise FileProblem(
                config_file,
                f"its text encoder cannot be built ({type(error).__name__}: {str(error)[:120]})",
                "Copy the model again",
            ) from None

    def materialised(self) -> TextEncoder:
        """Give memory to the empty weights of from_parts. Buffers that checkpoints do not hold, such as the frequencies of rotary
        embeddings, are computed."""
        if not isinstance(self.backbone, bert.Bert):
            with _no_first_values():
                self.backbone = _without_pooler(_transformers_backbone(self.architecture))
            return self
        for module in self.backbone.modules():  # by hand: to_empty imports a part of torch's compiler, which takes half a second
            for name, weight in list(module.named_parameters(recurse=False)):
                setattr(module, name, nn.Parameter(torch.empty(weight.shape, dtype=weight.dtype)))
        return self

    def tokenize(self, sentences: list[str]) -> tuple[Tensor, Tensor]:
        """Make token ids and attention mask, (B, L) each. Raises StudioError where the model's tokenizer cannot."""
        encoded = self._encoded(sentences)
        ids = torch.tensor([e.ids for e in encoded])
        mask = torch.tensor([e.attention_mask for e in encoded])
        if ids.numel() == 0 or int(ids.max()) >= self.backbone.config.vocab_size:
            raise StudioError("The model's tokenizer does not belong to its text encoder. Copy the model again.")
        return ids, mask

    def _encoded(self, sentences: list[str]) -> list[Any]:
        """Encodings of tokenizers, cut to the longest text and padded. Raises StudioError."""
        try:
            with told_panics("a panic"):
                found: list[Any] = self.tokenizer.encode_batch(sentences)
        except Exception as error:  # tokenizers raises bare Exception
            raise StudioError(f"The model's tokenizer failed over the sentence ({str(error)[:120]}).") from None
        return found

    def beginnings(self, sentence: str) -> list[int]:
        """Return where in the sentence each of its tokens begins, special ones included."""
        return [start for start, _ in self._encoded([sentence])[0].offsets]

    def unread(self, sentences: Sequence[str]) -> Unread:
        """Find what the encoder does not read of sentences: words without tokens, and what follows the longest text."""
        unknown, words, cut = self._unknown_id, Counter[str](), 0
        for at in range(0, len(sentences), TOGETHER):
            part = sentences[at : at + TOGETHER]
            for sentence, encoded in zip(part, self._encoded(list(part)), strict=True):
                cut += bool(encoded.overflowing)
                if unknown in encoded.ids:
                    spans = (encoded.offsets[i] for i, token in enumerate(encoded.ids) if token == unknown)
                    words.update({sentence[start:end] for start, end in spans if start < end})
        return Unread(words, cut)

    def token_counts(self, words: Sequence[str]) -> list[int]:
        """Return the number of tokens of each word by itself; 0 for one that has none."""
        found: list[int] = []
        for at in range(0, len(words), TOGETHER):
            with told_panics("a panic"):
                encoded = self.tokenizer.encode_batch(list(words[at : at + TOGETHER]), add_special_tokens=False)
            found += [0 if self._unknown_id in e.ids else sum(e.attention_mask) for e in encoded]
        return found

    @cached_property
    def _unknown_id(self) -> int:
        """The token of unknown words; -1 where every text has tokens."""
        model = json.loads(self.tokenizer.to_str())["model"]
        if model.get("unk_id") is not None:
            return int(model["unk_id"])
        found = self.tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None
        return -1 if found is None else int(found)

    @cached_property
    def mask_id(self) -> int | None:
        """The token of a hidden word; None where the tokenizer has none."""
        ids = (self.tokenizer.token_to_id(name) for name in ("[MASK]", "<mask>"))
        return next((token for token in ids if token is not None), None)

    @property
    def word_vectors(self) -> Tensor:
        """(vocabulary, its width): what each token begins as."""
        own = isinstance(self.backbone, bert.Bert)
        table = self.backbone.embeddings.word_embeddings if own else self.backbone.get_input_embeddings()
        weight: Tensor = table.weight
        return weight

    def words(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Tell which tokens (B, L) stand for words: (B, L) bool. Left out are padding, special tokens and mere punctuation; a
        sentence of nothing else keeps its tokens."""
        kept = self._is_word.to(ids.device)[ids] & mask.bool()
        return kept | (mask.bool() & ~kept.any(dim=1, keepdim=True))

    @cached_property
    def _is_word(self) -> Tensor:
        """(vocabulary,) bool: tokens with a letter or digit, but special ones."""
        with told_panics("a panic"):
            texts = self.tokenizer.decode_batch([[token] for token in range(self.backbone.config.vocab_size)])
        found = torch.tensor([any(map(str.isalnum, text)) for text in texts])
        found[[*self._encoded([""])[0].ids, *([] if self.mask_id is None else [self.mask_id])]] = False
        return found

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self._by_length(ids, mask, self._read)

    def with_tokens(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Read features (B, width), as `forward` has them, and the states (B, L, width) of the tokens."""

        def read(ids: Tensor, mask: Tensor, backbone: nn.Module | None = None) -> Tensor:
            states = self._states(ids, mask, backbone)
            return torch.cat([self._pool(states, mask)[:, None], functional.pad(states, (0, 0, 0, length - ids.shape[1]))], dim=1)

        length = ids.shape[1]
        found = self._by_length(ids, mask, read)
        return found[:, 0], found[:, 1:]

    def _by_length(self, ids: Tensor, mask: Tensor, read: Callable[..., Tensor]) -> Tensor:
        """On a CPU in groups of like length, one sentence by half layers."""
        if ids.device.type != "cpu" or is_traced():
            return read(ids, mask)
        if len(ids) == 1 and isinstance(self.backbone, bert.Bert) and not (torch.is_grad_enabled() or self.training):
            with torch.autocast("cpu", enabled=False):  # the half layers' arithmetic is of 32 bits
                return read(ids, mask, self._halved.of(self.backbone))
        both = torch.stack([ids, mask], dim=1)
        return by_length(both, mask.sum(dim=1), BUCKET, 1, lambda group, _: read(group[:, 0], group[:, 1]))

    def _read(self, ids: Tensor, mask: Tensor, backbone: nn.Module | None = None) -> Tensor:
        return self._pool(self._states(ids, mask, backbone), mask)

    def _states(self, ids: Tensor, mask: Tensor, backbone: nn.Module | None) -> Tensor:
        states: Tensor = (self.backbone if backbone is None else backbone)(input_ids=ids, attention_mask=mask).last_hidden_state
        return states

    def _pool(self, states: Tensor, mask: Tensor) -> Tensor:
        if self.pooling == "cls":
            return states[:, 0]
        if self.pooling == "last":
            return states[torch.arange(states.shape[0]), mask.sum(dim=1) - 1]
        weights = mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def _empty_backbone(architecture: dict[str, Any]) -> Any:
    """The encoder of a checked architecture on the meta device."""
    if bert.can_read(architecture):
        return bert.from_architecture(architecture)
    with torch.device("meta"):
        return _transformers_backbone(architecture)


def _transformers_backbone(architecture: dict[str, Any]) -> Any:
    """transformers' encoder of a checked architecture, with first values, where torch makes them."""
    prepare_imports()
    from transformers import AutoConfig, AutoModel

    values = dict(architecture)
    config = AutoConfig.for_model(values.pop("model_type"), **values)
    return _text_part(AutoModel.from_config(config, trust_remote_code=False))


def _no_first_values() -> AbstractContextManager[None]:
    """Inside, transformers draws no first values for weights, which takes seconds. The name moved in its version 5."""
    place = "initialization" if importlib.util.find_spec("transformers.initialization") else "modeling_utils"
    found: AbstractContextManager[None] = importlib.import_module(f"transformers.{place}").no_init_weights()
    return found


def _without_pooler(backbone: Any) -> Any:
    if hasattr(backbone, "pooler"):
        backbone.pooler = None
    return backbone


def open_tokenizer(file: Path) -> Any:
    """Open a tokenizer.json. Raises FileProblem."""
    from tokenizers import Tokenizer

    text = read_text(file, MAX_TOKENIZER)
    try:
        with told_panics("the reader of tokenizers failed"):
            return Tokenizer.from_str(text)
    except Exception as error:  # tokenizers raises bare Exception
        raise FileProblem(file, f"it is no tokenizer ({str(error)[:120]})", "Copy or download the model again") from None


@contextmanager
def told_panics(what: str) -> Iterator[None]:
    """Turn a panic of a library in Rust, which is no Exception, into StudioError."""
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise StudioError(f"{what}: {str(error)[:120]}") from None


def _missing(whole: Any, backbone: Any, report: dict[str, Any]) -> list[str]:
    """Parameters of the text encoder that transformers drew at random, since no file had them."""
    kept = {id(weight) for weight in backbone.parameters()}
    own = {name for name, weight in whole.named_parameters(remove_duplicate=False) if id(weight) in kept}
    return sorted(own & set(report.get("missing_keys", ())))


def _text_part(model: Any) -> Any:
    """The text tower of a model of pictures and text (CLIP), the encoder of one that also decodes (T5), else the model."""
    if hasattr(model, "text_model"):
        return model.text_model
    return model.get_encoder() if getattr(model.config, "is_encoder_decoder", False) else model


def _plain(config: Any) -> dict[str, Any]:
    """A transformers configuration as plain values, with what from_parts needs."""
    values = json.loads(config.to_json_string(use_diff=True))
    values.pop("_name_or_path", None)
    return {**values, "model_type": config.model_type}
