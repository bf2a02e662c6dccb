"""A vision transformer (timm) that reads motion patches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from motionpatches.core.errors import StudioError
from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import VIT_NAME, ModelConfig
from motionpatches.core.models.hub import offline
from motionpatches.core.models.plain_vit import PlainViT, can_build
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.models.weights import read_tensors
from motionpatches.core.patches import MAX_FRAMES, PARTS

# Motions are read together whose windows, rounded up to a multiple of this, are as many.
BUCKET = 2

# timm's VisionTransformer or PlainViT: a module with blocks, pos_embed, forward_head, … that no common type names.
Vit = Any


def make_vit(config: ModelConfig, pretrained: bool) -> Vit:
    """The timm model of a configuration, for images (224, 5 * points); its like in torch's own layers where weights of a saved
    model follow, which opens sooner. Raises StudioError for an unknown name, weights that cannot be had, and patches of another
    size than the configuration's."""
    if not pretrained and can_build(config):
        return PlainViT(config)
    weights = config.motion_weights if pretrained else ""
    try:
        vit = _timm_model(config, weights)
    except (AssertionError, TypeError) as error:
        raise StudioError(
            f"{config.motion} cannot be built for motion patches with pooling {config.motion_pooling!r} ({error})."
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        if weights == "hub" and not isinstance(error, RuntimeError):
            raise offline(config.motion) from error
        raise StudioError(f"The ViT weights {weights} do not fit {config.motion}: {str(error)[:300]}.") from None
    points = config.patches.points
    if not hasattr(vit, "blocks") or getattr(vit, "patch_embed", None) is None:
        raise StudioError(f"{config.motion} is no plain vision transformer; choose a ViT or DeiT of timm.")
    if tuple(vit.patch_embed.patch_size) != (points, points):
        raise StudioError(
            f"{config.motion} reads patches of {vit.patch_embed.patch_size[0]}, the motion patches have {points} "
            "points; set patches.points to the same."
        )
    return vit


def _timm_model(config: ModelConfig, weights: str) -> Vit:
    """timm's model of a name of its own list, with no weights (''), those of its hub ('hub') or those of a file."""
    prepare_imports()
    import timm

    # Checked before timm sees the name: it would follow "hf-hub:" and "local-dir:" to files of others.
    if not VIT_NAME.fullmatch(config.motion) or not timm.is_model(config.motion):
        raise StudioError(f"timm has no vision transformer called {config.motion[:60]!r}.")
    own: dict[str, Any] = {}
    if weights not in ("", "hub"):
        own = {"pretrained_cfg_overlay": {"state_dict": read_tensors(Path(weights))}}
    vit: Vit = timm.create_model(
        config.motion,
        img_size=(MAX_FRAMES, PARTS * config.patches.points),
        num_classes=0,
        global_pool=config.motion_pooling,
        drop_path_rate=config.drop_path,
        pretrained=bool(weights),
        **own,
    )
    return vit


def vit_shapes(config: ModelConfig) -> Mapping[str, torch.Size] | None:
    """The tensors of a configuration's vision transformer without memory for them; None where it is of a bounded size."""
    if can_build(config):
        return None
    with torch.device("meta"):
        vit = make_vit(config, pretrained=False)
    return {name: tensor.shape for name, tensor in vit.state_dict().items()}


class MotionEncoder(nn.Module):
    """(B, 3, 224, 5 * points) pixels -> (B, width) features."""

    def __init__(self, config: ModelConfig, pretrained: bool = True):
        super().__init__()
        self.vit: Vit = make_vit(config, pretrained)
        self.window = config.patches.points
        self.width: int = self.vit.num_features
        self.prefix: int = self.vit.num_prefix_tokens
        plain = self.prefix <= 1 and not getattr(self.vit, "no_embed_class", False)
        self.trim_padding = config.trim_padding and plain

    def tokens(self, pixels: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, prefix + 5 * windows, width) tokens after the last block; `pixels` (B, 3, window * windows, 5 * points). Where
        `mask` (B, tokens) is False, a token is not attended to."""
        vit = self.vit
        x = vit.patch_embed.proj(pixels)
        windows = x.shape[2]
        x = x.flatten(2).transpose(1, 2)
        position = vit.pos_embed
        grid = position[:, self.prefix :].unflatten(1, (-1, PARTS))[:, :windows].flatten(1, 2)
        x = x + grid
        if self.prefix:
            token = vit.cls_token + position[:, : self.prefix]
            x = torch.cat([token.expand(len(x), -1, -1), x], dim=1)
        x = vit.norm_pre(vit.pos_drop(x))
        visible = None if mask is None else mask[:, None, None]
        for block in vit.blocks:
            x = block(x, attn_mask=visible)
        return vit.norm(x)

    def forward(self, pixels: Tensor) -> Tensor:
        if not self.trim_padding:
            return self.vit.forward_head(self.vit.forward_features(pixels))
        return by_length(pixels, used_windows(pixels, self.window), BUCKET, self.window, self._read)

    def _read(self, pixels: Tensor, used: Tensor) -> Tensor:
        """(B, width) features of motions of like length, each by the windows that it fills alone."""
        windows = pixels.shape[2] // self.window
        if bool((used == windows).all()):
            return self.vit.forward_head(self.tokens(pixels))
        mask = torch.arange(windows, device=pixels.device) < used[:, None]
        mask = torch.cat([mask.new_ones((len(mask), self.prefix)), mask.repeat_interleave(PARTS, dim=1)], dim=1)
        return pool(self.vit, self.tokens(pixels, mask), mask)


def pool(vit: Vit, tokens: Tensor, mask: Tensor) -> Tensor:
    """(B, width): what timm's head makes of tokens (B, N, width), over those alone that `mask` (B, N) leaves."""
    if vit.global_pool != "avg":
        return vit.forward_head(tokens)
    prefix = vit.num_prefix_tokens
    share = mask[:, prefix:, None].to(tokens.dtype)
    mean = (tokens[:, prefix:] * share).sum(1) / share.sum(1)
    return vit.head(vit.head_drop(vit.fc_norm(mean)))


def used_windows(pixels: Tensor, window: int) -> Tensor:
    """(B,) number of leading windows that hold anything, at least one."""
    filled = pixels.unflatten(2, (-1, window)).abs().amax(dim=(1, 3, 4)) > 0
    return torch.where(filled, torch.arange(1, filled.shape[1] + 1, device=pixels.device), 1).amax(dim=1)
