"""A vision transformer (timm) that reads motion patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.errors import StudioError
from core.models.backends import prepare_imports
from core.models.config import ModelConfig
from core.models.hub import offline
from core.patches import COLUMNS, MAX_FRAMES, PARTS, WINDOW

WINDOWS = MAX_FRAMES // WINDOW
BUCKET = 4


class MotionEncoder(nn.Module):
    """(B, 3, 224, 80) pixels -> (B, width) features."""

    def __init__(self, config: ModelConfig, pretrained: bool = True):
        super().__init__()
        prepare_imports()
        import timm

        self.trim_padding = config.trim_padding
        weights = config.motion_weights if pretrained else ""
        overlay = {} if weights in ("", "hub") else {"pretrained_cfg_overlay": {"file": weights}}
        try:
            self.vit = timm.create_model(
                config.motion, img_size=(MAX_FRAMES, COLUMNS), num_classes=0, global_pool=config.motion_pooling,
                drop_path_rate=config.drop_path, pretrained=bool(weights), **overlay,
            )
        except RuntimeError as error:
            if "Unknown model" in str(error):
                raise StudioError(f"timm has no vision transformer called {config.motion!r}.") from None
            raise
        except (OSError, ValueError) as error:
            if weights == "hub":
                raise offline(config.motion) from error
            raise StudioError(f"The ViT weights {weights} could not be read: {error}") from None
        self.width = self.vit.num_features
        self.prefix = self.vit.num_prefix_tokens

    def tokens(self, pixels: Tensor) -> Tensor:
        """(B, prefix + 5 * windows, width) tokens after the last block; `pixels` (B, 3, 16 * windows, 80)."""
        vit = self.vit
        x = vit.patch_embed.proj(pixels)
        windows = x.shape[2]
        x = x.flatten(2).transpose(1, 2)
        position = vit.pos_embed
        grid = position[:, self.prefix:].unflatten(1, (-1, PARTS))[:, :windows].flatten(1, 2)
        x = x + grid
        if self.prefix:
            token = vit.cls_token + position[:, : self.prefix]
            x = torch.cat([token.expand(len(x), -1, -1), x], dim=1)
        x = vit.norm_pre(vit.pos_drop(x))
        for block in vit.blocks:
            x = block(x)
        return vit.norm(x)

    def forward(self, pixels: Tensor) -> Tensor:
        if not self.trim_padding:
            return self.vit.forward_head(self.vit.forward_features(pixels))
        windows = used_windows(pixels, BUCKET if self.training else 1)
        features = pixels.new_zeros((len(pixels), self.width))
        for count in torch.unique(windows).tolist():
            rows = (windows == count).nonzero()[:, 0]
            read = self.vit.forward_head(self.tokens(pixels[rows, :, : count * WINDOW]))
            features = features.index_copy(0, rows, read.to(features.dtype))
        return features


def used_windows(pixels: Tensor, bucket: int = 1) -> Tensor:
    """(B,) number of leading windows that hold anything, rounded up to a multiple of `bucket` (so that a shuffled batch
    has few sizes; without, so that one frame more changes little)."""
    filled = pixels.unflatten(2, (WINDOWS, WINDOW)).abs().amax(dim=(1, 3, 4)) > 0
    last = torch.where(filled, torch.arange(1, WINDOWS + 1, device=pixels.device), 0).amax(dim=1)
    return ((last + bucket - 1) // bucket * bucket).clamp(min(bucket, WINDOWS), WINDOWS)
