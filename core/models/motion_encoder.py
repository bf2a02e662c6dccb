"""The motion encoder: a vision transformer that reads motion patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.vit import Vit, make_vit, pool, positions, takes_masks, through_blocks
from motionpatches.core.patches import MAX_FRAMES, PARTS

# Motions are read together whose windows, rounded up to a multiple of this, are as many.
BUCKET = 2


class MotionEncoder(nn.Module):
    """(B, 3, 224, 5 * points) pixels -> (B, width) features. `trim_padding` is False as well where the configuration wishes it
    but the transformer reads whole images alone."""

    def __init__(self, config: ModelConfig, pretrained: bool = True):
        super().__init__()
        self.vit: Vit = make_vit(config, pretrained)
        self.window = config.patches.points
        self.width: int = self.vit.num_features
        self.trim_padding = config.trim_padding and takes_masks(self.vit)

    def tokens(self, pixels: Tensor, mask: Tensor | None = None) -> Tensor:
        """Read the tokens of an image's beginning by a transformer that takes masks.

        Args:
            pixels: (B, 3, window * windows, 5 * points).
            mask: (B, tokens), False where a token is not attended to.

        Returns:
            (B, prefix + 5 * windows, width) after the last block.
        """
        vit = self.vit
        x = vit.patch_embed.proj(pixels).flatten(2).transpose(1, 2)
        norm = getattr(vit.patch_embed, "norm", None)
        x = x if norm is None else norm(x)
        added, rotary = positions(vit, MAX_FRAMES // self.window, x.shape[2], x)
        prefix, patches = vit.num_prefix_tokens, x.shape[1]
        x = torch.cat([added[:, :prefix].expand(len(x), -1, -1), x + added[:, prefix : prefix + patches]], dim=1)
        return through_blocks(vit, x, mask, None if rotary is None else rotary[..., :patches, :])

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
        mask = torch.cat([mask.new_ones((len(mask), self.vit.num_prefix_tokens)), mask.repeat_interleave(PARTS, dim=1)], dim=1)
        return pool(self.vit, self.tokens(pixels, mask), mask)


def used_windows(pixels: Tensor, window: int) -> Tensor:
    """Count the leading windows of each image that hold anything, at least one: (B,)."""
    filled = pixels.unflatten(2, (-1, window)).abs().amax(dim=(1, 3, 4)) > 0
    return torch.where(filled, torch.arange(1, filled.shape[1] + 1, device=pixels.device), 1).amax(dim=1)
