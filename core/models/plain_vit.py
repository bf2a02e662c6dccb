"""The plain vision transformer in torch's own layers, with the parameter names of timm's VisionTransformer.

A saved model opens through this: importing timm, and with it torchvision and torch's compiler, takes over a second that a first
query would wait for. Checked against timm in the tests; what begins with timm's weights, or with none, is timm's.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.config import ModelConfig
from motionpatches.core.patches import MAX_FRAMES, PARTS

# Width and heads by what timm calls them; all have twelve blocks. A tag after the name only says whose weights.
SIZES = {"tiny": (192, 3), "small": (384, 6), "base": (768, 12)}
NAME = re.compile(r"vit_(tiny|small|base)_patch(\d+)_224(\..*)?")
DEPTH, EPS = 12, 1e-6


def can_build(config: ModelConfig) -> bool:
    """Tell whether this file can build the motion encoder of a configuration."""
    name = NAME.fullmatch(config.motion)
    return name is not None and int(name[2]) == config.patches.points


class PlainViT(nn.Module):
    """Dosovitskiy et al., ICLR 2021: motion patches (B, 3, 224, 5 * points) -> (B, num_features): the mean of the patches'
    tokens, then normed ('avg'), or the class token of the normed ('token')."""

    num_prefix_tokens = 1

    def __init__(self, config: ModelConfig):
        super().__init__()
        name = NAME.fullmatch(config.motion)
        assert name is not None  # can_build has looked
        points, width_and_heads = config.patches.points, SIZES[name[1]]
        width = self.num_features = width_and_heads[0]
        self.global_pool = config.motion_pooling
        self.patch_embed = _PatchEmbed(points, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + MAX_FRAMES // points * PARTS, width))
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        self.norm_pre, self.head_drop, self.head = (nn.Identity() for _ in range(3))
        self.blocks = nn.Sequential(*(_Block(*width_and_heads, config.drop_path * i / (DEPTH - 1)) for i in range(DEPTH)))
        average = self.global_pool == "avg"
        self.norm = nn.Identity() if average else nn.LayerNorm(width, EPS)
        self.fc_norm = nn.LayerNorm(width, EPS) if average else nn.Identity()

    def forward_features(self, images: Tensor) -> Tensor:
        """Read images (B, 3, 224, 5 * points): (B, 1 + patches, width) tokens after the last block."""
        return self.norm(self.blocks(self._pos_embed(self.patch_embed.proj(images).flatten(2).transpose(1, 2))))

    def _pos_embed(self, x: Tensor) -> Tensor:
        """Patches' tokens (B, N, width) after the class token, with position embeddings."""
        return torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed

    def forward_head(self, tokens: Tensor) -> Tensor:
        return self.fc_norm(tokens[:, 1:].mean(dim=1) if self.global_pool == "avg" else tokens[:, 0])

    def forward(self, images: Tensor) -> Tensor:
        return self.forward_head(self.forward_features(images))


class _PatchEmbed(nn.Module):
    def __init__(self, patch: int, width: int):
        super().__init__()
        self.patch_size = patch, patch
        self.proj = nn.Conv2d(3, width, patch, patch)


class _Block(nn.Module):
    """Attention and feed-forward, each after its norm, beside the residual."""

    def __init__(self, width: int, heads: int, drop_path: float):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, EPS), _Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, EPS)
        self.mlp: Any = nn.Module()  # holds two attributes, for the names of the weights
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop_path = drop_path

    def forward(self, x: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        x = x + self._dropped(self.attn(self.norm1(x), attn_mask))
        return x + self._dropped(self.mlp.fc2(functional.gelu(self.mlp.fc1(self.norm2(x)))))

    def _dropped(self, path: Tensor) -> Tensor:
        """Stochastic depth (Huang et al., ECCV 2016), in training: some rows go without this path, others have more of it."""
        if not self.training or not self.drop_path:
            return path
        kept = path.new_empty(len(path), *[1] * (path.dim() - 1)).bernoulli_(1 - self.drop_path)
        return path * kept.div_(1 - self.drop_path)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor, attn_mask: Tensor | None) -> Tensor:
        query, key, value = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask)
        return self.proj(mixed.transpose(1, 2).flatten(2))
