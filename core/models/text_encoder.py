"""A text encoder (transformers) with its tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models import bert
from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.half_linear import HalvedTwin
from motionpatches.core.models.hub import text_folder
from motionpatches.core.models.torchvision_shim import prepare_imports

MAX_TOKENS = 77
# On a CPU sentences are read together whose tokens, rounded up to a multiple of this, are as many: padding costs time there.
BUCKET = 8


class TextEncoder(nn.Module):
    """Sentences -> (B, width) features: [CLS], the last token or the mean of all."""

    def __init__(self, backbone: Any, architecture: dict[str, Any], tokenizer: Any, pooling: str):
        super().__init__()
        if hasattr(backbone, "pooler"):
            backbone.pooler = None
        self.backbone: Any = backbone  # transformers' model or Bert
        self.architecture = architecture
        self.tokenizer = tokenizer
        self.pooling = pooling
        self.width = int(backbone.config.hidden_size)
        self._halved = HalvedTwin()
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.enable_padding(pad_id=backbone.config.pad_token_id or 0)

    @classmethod
    def pretrained(cls, config: ModelConfig) -> TextEncoder:
        """From a hub name, a package or a folder; random weights of that architecture where the config says so."""
        prepare_imports()
        from tokenizers import Tokenizer
        from transformers import AutoConfig, AutoModel

        folder = text_folder(config.text)
        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            if config.text_weights:
                backbone = _text_part(AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32))
            else:
                backbone = _text_part(AutoModel.from_config(AutoConfig.from_pretrained(folder, local_files_only=True)))
        except (OSError, ValueError) as error:
            raise StudioError(f"The text encoder in {folder.name} could not be read: {error}") from None
        except Exception as error:  # tokenizers raises bare Exception
            raise FileProblem(folder / "tokenizer.json", f"it could not be read ({error})", "Download the model again") from None
        return cls(backbone, _plain(backbone.config), tokenizer, config.text_pooling)

    @classmethod
    def from_parts(cls, architecture: dict[str, Any], tokenizer_file: Path, pooling: str) -> TextEncoder:
        """Empty weights of a saved architecture (a transformers configuration as plain values), to be filled from a
        checkpoint."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(tokenizer_file))
        if bert.can_read(architecture):
            return cls(bert.from_architecture(architecture), architecture, tokenizer, pooling)
        prepare_imports()
        from transformers import AutoConfig, AutoModel

        values = dict(architecture)
        config = AutoConfig.for_model(values.pop("model_type"), **values)
        with torch.device("meta"):
            backbone = _text_part(AutoModel.from_config(config))
        return cls(backbone, architecture, tokenizer, pooling)

    def materialised(self) -> TextEncoder:
        """Memory for the empty weights of from_parts, with the buffers that checkpoints do not hold. By hand, since to_empty
        imports a part of torch's compiler, which takes half a second."""
        for module in self.backbone.modules():
            for name, weight in list(module.named_parameters(recurse=False)):
                setattr(module, name, nn.Parameter(torch.empty(weight.shape, dtype=weight.dtype)))
            for name, buffer in list(module.named_buffers(recurse=False)):
                setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))
        for name, buffer in self.backbone.named_buffers():
            if name.endswith("position_ids"):
                buffer.copy_(torch.arange(buffer.shape[-1]).expand_as(buffer))
            else:
                buffer.zero_()
        return self

    def tokenize(self, sentences: list[str]) -> tuple[Tensor, Tensor]:
        """(B, L) token ids and attention mask."""
        encoded = self.tokenizer.encode_batch(sentences)
        ids = torch.tensor([e.ids for e in encoded])
        mask = torch.tensor([e.attention_mask for e in encoded])
        return ids, mask

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        if ids.device.type != "cpu":
            return self._read(ids, mask)
        if len(ids) == 1 and isinstance(self.backbone, bert.Bert) and not (torch.is_grad_enabled() or self.training):
            with torch.autocast("cpu", enabled=False):  # the half layers' arithmetic is of 32 bits
                return self._read(ids, mask, self._halved.of(self.backbone))
        both = torch.stack([ids, mask], dim=1)
        return by_length(both, mask.sum(dim=1), BUCKET, 1, lambda group, _: self._read(group[:, 0], group[:, 1]))

    def _read(self, ids: Tensor, mask: Tensor, backbone: nn.Module | None = None) -> Tensor:
        states = (self.backbone if backbone is None else backbone)(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.pooling == "cls":
            return states[:, 0]
        if self.pooling == "last":
            return states[torch.arange(len(states)), mask.sum(dim=1) - 1]
        weights = mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


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
