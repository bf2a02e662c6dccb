"""The ablation without patches (the paper's Table 4): raw joints, a token a frame, through the same transformer blocks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from motionpatches.core.errors import StudioError
from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.motion_encoder import used_windows
from motionpatches.core.models.vit import Vit, make_vit, pool, takes_masks, through_blocks
from motionpatches.core.patches import MAX_FRAMES

# Motions are read together whose frames, rounded up to a multiple of this, are as many.
BUCKET = 32


class JointEncoder(nn.Module):
    """(B, 3, 224, J) z-scored joints -> (B, width) features. A frame's 3 J numbers become a token by one linear map; learned
    positional encodings tell the frames apart; frames after a motion's end are not attended to.

    Raises:
        StudioError: a transformer whose blocks need the grid of an image.
    """

    def __init__(self, config: ModelConfig, joints: int, pretrained: bool = True):
        super().__init__()
        self.vit: Vit = make_vit(config, pretrained)
        if not takes_masks(self.vit, rotary=False):
            raise StudioError(f"{config.motion} needs the grid of an image; for raw joints choose a ViT or DeiT of timm.")
        self.width: int = self.vit.num_features
        self.embed = nn.Linear(3 * joints, self.width)
        self.position = nn.Parameter(torch.empty(1, self.vit.num_prefix_tokens + MAX_FRAMES, self.width))
        nn.init.trunc_normal_(self.position, std=0.02)
        self.vit.patch_embed, self.vit.pos_embed = nn.Identity(), None

    def forward(self, pixels: Tensor) -> Tensor:
        return by_length(pixels, used_windows(pixels, 1), BUCKET, 1, self._read)

    def _read(self, pixels: Tensor, used: Tensor) -> Tensor:
        vit, prefix, frames = self.vit, self.vit.num_prefix_tokens, pixels.shape[2]
        x = self.embed(pixels.permute(0, 2, 3, 1).flatten(2))
        first = [getattr(vit, name, None) for name in ("cls_token", "dist_token", "reg_token")]
        x = torch.cat([*(t.expand(x.shape[0], -1, -1).to(x.dtype) for t in first if t is not None), x], dim=1)
        x = x + self.position[:, : prefix + frames]
        mask = torch.arange(frames, device=x.device) < used[:, None]
        mask = torch.cat([mask.new_ones((mask.shape[0], prefix)), mask], dim=1)
        return pool(vit, through_blocks(vit, x, mask), mask)
