"""The motion encoder: a vision transformer that reads motion patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.bucketing import by_length, is_traced
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
        x = torch.cat([added[:, :prefix].expand(x.shape[0], -1, -1), x + added[:, prefix : prefix + patches]], dim=1)
        return through_blocks(vit, x, mask, None if rotary is None else rotary[..., :patches, :])

    def forward(self, pixels: Tensor) -> Tensor:
        if not self.trim_padding:
            return self.vit.forward_head(self.vit.forward_features(pixels))
        return by_length(pixels, used_windows(pixels, self.window), BUCKET, self.window, lambda *part: self._read(*part)[0])

    def with_patches(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read features and patches.

        Returns:
            (B, width) features as `forward` has them; (B, 5 * windows, width) normed tokens of the patches, window after window;
            (B, 5 * windows) bool, False in windows after the motion's end.
        """
        count, used = MAX_FRAMES // self.window * PARTS, used_windows(pixels, self.window)

        def read(part: Tensor, lengths: Tensor) -> Tensor:
            features, tokens = self._read(part, lengths)
            patches = tokens[:, -(part.shape[2] // self.window * PARTS) :]
            return torch.cat([features[:, None], functional.pad(patches, (0, 0, 0, count - patches.shape[1]))], dim=1)

        found = by_length(pixels, used, BUCKET, self.window, read) if self.trim_padding else read(pixels, used)
        norm = getattr(self.vit, "fc_norm", None)  # of models that pool before they norm; else the identity
        kept = self._in_motion(used, count // PARTS)
        return found[:, 0], found[:, 1:] if norm is None else norm(found[:, 1:]), kept

    def _read(self, pixels: Tensor, used: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, width) and tokens of motions of like length; trimmed, each by the windows that it fills."""
        windows = pixels.shape[2] // self.window
        if not self.trim_padding or (not is_traced() and bool((used == windows).all())):
            tokens = self.tokens(pixels) if self.trim_padding else self.vit.forward_features(pixels)
            return self.vit.forward_head(tokens), tokens
        mask = self._in_motion(used, windows)
        mask = torch.cat([mask.new_ones((mask.shape[0], self.vit.num_prefix_tokens)), mask], dim=1)
        tokens = self.tokens(pixels, mask)
        return pool(self.vit, tokens, mask), tokens

    @staticmethod
    def _in_motion(used: Tensor, windows: int) -> Tensor:
        """(B, 5 * windows) bool: patches of the first `used` windows."""
        return (torch.arange(windows, device=used.device) < used[:, None]).repeat_interleave(PARTS, dim=1)


def used_windows(pixels: Tensor, window: int) -> Tensor:
    """Count the leading windows of each image that hold anything, at least one: (B,)."""
    filled = pixels.unflatten(2, (-1, window)).abs().amax(dim=(1, 3, 4)) > 0
    return torch.where(filled, torch.arange(1, filled.shape[1] + 1, device=pixels.device), 1).amax(dim=1)
