"""BERT in torch's own layers, with the parameter names of transformers' BertModel.

A saved model of that family opens through this: importing transformers takes three seconds that a first query would
wait for. Checked against transformers' BertModel in the tests.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def can_read(architecture: dict[str, Any]) -> bool:
    """Tell whether this file can build a transformers configuration."""
    return (
        architecture.get("model_type") == "bert"
        and architecture.get("hidden_act", "gelu") == "gelu"
        and architecture.get("position_embedding_type", "absolute") == "absolute"
        and not architecture.get("is_decoder", False)
    )


class Bert(nn.Module):
    """Devlin et al., NAACL 2019: token ids and mask (B, L) -> last_hidden_state (B, L, hidden_size)."""

    def __init__(self, config: Any):
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder: Any = nn.Module()  # holds one attribute, for the names of the weights
        self.encoder.layer = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        states = self.embeddings(input_ids)
        visible = attention_mask[:, None, None, :].bool()
        for layer in self.encoder.layer:
            states = layer(states, visible)
        return SimpleNamespace(last_hidden_state=states)


class _Embeddings(nn.Module):
    def __init__(self, c: Any):
        super().__init__()
        self.word_embeddings = _table(c.vocab_size, c, padding_idx=c.pad_token_id)
        self.position_embeddings = _table(c.max_position_embeddings, c)
        self.token_type_embeddings = _table(c.type_vocab_size, c)
        self.LayerNorm = nn.LayerNorm(c.hidden_size, c.layer_norm_eps)
        self.dropout = nn.Dropout(c.hidden_dropout_prob)

    def forward(self, ids: Tensor) -> Tensor:
        positions = self.position_embeddings.weight[: ids.shape[1]]
        return self.dropout(self.LayerNorm(self.word_embeddings(ids) + positions + self.token_type_embeddings.weight[0]))


def _table(rows: int, c: Any, **fields: Any) -> nn.Embedding:
    """Without first values: for these, on the meta device, torch would import its compiler, which takes a second."""
    return nn.Embedding.from_pretrained(torch.empty(rows, c.hidden_size), freeze=False, **fields)


class _Layer(nn.Module):
    """Attention and feed-forward, each followed by residual and norm."""

    def __init__(self, c: Any):
        super().__init__()
        self.attention: Any = nn.Module()
        self.attention.self = _Attention(c)
        self.attention.output = _Output(c.hidden_size, c)
        self.intermediate: Any = nn.Module()
        self.intermediate.dense = nn.Linear(c.hidden_size, c.intermediate_size)
        self.output = _Output(c.intermediate_size, c)

    def forward(self, states: Tensor, visible: Tensor) -> Tensor:
        states = self.attention.output(self.attention.self(states, visible), states)
        return self.output(functional.gelu(self.intermediate.dense(states)), states)


class _Attention(nn.Module):
    def __init__(self, c: Any):
        super().__init__()
        self.heads, self.dropout = c.num_attention_heads, c.attention_probs_dropout_prob
        self.query, self.key, self.value = (nn.Linear(c.hidden_size, c.hidden_size) for _ in range(3))

    def forward(self, states: Tensor, visible: Tensor) -> Tensor:
        query, key, value = (
            part(states).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, visible, self.dropout if self.training else 0.0)
        return mixed.transpose(1, 2).flatten(2)


class _Output(nn.Module):
    def __init__(self, width: int, c: Any):
        super().__init__()
        self.dense = nn.Linear(width, c.hidden_size)
        self.LayerNorm = nn.LayerNorm(c.hidden_size, c.layer_norm_eps)
        self.dropout = nn.Dropout(c.hidden_dropout_prob)

    def forward(self, states: Tensor, residual: Tensor) -> Tensor:
        return self.LayerNorm(self.dropout(self.dense(states)) + residual)


def from_architecture(values: dict[str, Any]) -> Bert:
    """Make the encoder without weights, on the meta device. What the configuration leaves out takes BERT's usual value."""
    usual = {
        "vocab_size": 30522,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "pad_token_id": 0,
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
    }
    config = SimpleNamespace(**{name: values.get(name, usual_value) for name, usual_value in usual.items()})
    if config.hidden_size % config.num_attention_heads:
        raise ValueError(f"{config.hidden_size} units cannot be shared by {config.num_attention_heads} heads")
    with torch.device("meta"):
        model = Bert(config)
    return model
