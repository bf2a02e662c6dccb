"""Vision transformers for motion patches: timm's by name, or the plain one in torch's own layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import VIT_NAME, ModelConfig, presets
from motionpatches.core.models.hub import connection_errors, offline
from motionpatches.core.models.hub_folder import vit_weights
from motionpatches.core.models.plain_vit import PlainViT, can_build
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.patches import MAX_FRAMES, PARTS

# timm's vision transformers or PlainViT: modules with blocks, forward_features, forward_head, … that no common type names.
Vit = Any

FITS = "choose a ViT, DeiT, DeiT III, EVA-02, BEiT or CaiT of timm"


def make_vit(config: ModelConfig, pretrained: bool) -> Vit:
    """Make the vision transformer of a configuration for images (224, 5 * points).

    Args:
        config: names the transformer, its weights, its pooling and the patch size.
        pretrained: with `config.motion_weights`. Without, weights of a saved model follow: then a plain ViT is made of torch's
            own layers, which opens sooner.

    Raises:
        StudioError: an unknown name, weights that cannot be had or do not fit, a transformer of another kind or patch size.
    """
    if not pretrained and can_build(config):
        return PlainViT(config)
    weights, points = config.motion_weights if pretrained else "", config.patches.points
    unreadable: tuple[type[Exception], ...] = (OSError, ValueError, RuntimeError, *connection_errors())
    try:
        vit = _timm_model(config, weights)
    except (AssertionError, TypeError, AttributeError) as error:
        other = "token" if config.motion_pooling == "avg" else "avg"
        way_out = f"set motion_pooling to {other}, or {FITS}" if "token" in str(error) else FITS
        why = f" ({str(error)[:200]})" if str(error) else ""
        raise StudioError(
            f"{config.motion} cannot be built for motion patches with pooling {config.motion_pooling}{why}: {way_out}."
        ) from None
    except unreadable as error:
        if weights == "hub" and not isinstance(error, RuntimeError):
            raise offline(config.motion) from error
        what = f"The ViT weights {weights} do not fit {config.motion}" if weights else f"{config.motion} cannot be built"
        raise StudioError(f"{what}: {str(error)[:300]}.") from None
    embedding = getattr(vit, "patch_embed", None) or getattr(vit, "embeds", None)  # the latter in NaFlexViT
    size = getattr(embedding, "patch_size", None)
    if not hasattr(vit, "blocks") or size is None:
        raise StudioError(f"{config.motion} does not read a sequence of patches; {FITS}.")
    if size in (1, (1, 1)):
        raise StudioError(f"{config.motion} reads the maps of a convolutional network, not a sequence of patches; {FITS}.")
    if (size if isinstance(size, tuple) else (size, size)) != (points, points):
        found = size[0] if isinstance(size, tuple) else size
        raise StudioError(
            f"{config.motion} reads patches of {found}, the motion patches have {points} points; set patches.points to the same."
        )
    return _tried(vit, config) if pretrained else vit


def _timm_model(config: ModelConfig, weights: str) -> Vit:
    """timm's model of a name of its own list, with no weights (''), those of its hub ('hub') or those of a file or folder."""
    prepare_imports()
    import timm

    presets()  # plug-ins bring vision transformers with them
    # Checked before timm sees the name: it would follow "hf-hub:" and "local-dir:" to files of others.
    if not VIT_NAME.fullmatch(config.motion) or not timm.is_model(config.motion):
        raise StudioError(f"timm has no vision transformer called {config.motion[:60]!r}.")
    own: dict[str, Any] = {}
    if weights not in ("", "hub"):
        own = {"pretrained_cfg_overlay": {"state_dict": vit_weights(Path(weights), config.motion)}}
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


@torch.no_grad()
def _tried(vit: Vit, config: ModelConfig) -> Vit:
    """The transformer, where it makes one feature of an image of motion patches. Raises StudioError."""
    try:
        found = vit.eval()(torch.zeros(1, 3, MAX_FRAMES, PARTS * config.patches.points))
        if found.shape != (1, vit.num_features):
            raise ValueError(f"it makes {tuple(found.shape)} of an image, not (1, {vit.num_features})")
    except Exception as error:  # whatever an architecture that does not fit leads to
        raise StudioError(f"{config.motion} cannot read motion patches ({str(error)[:200]}); {FITS}.") from None
    return vit.train()


def vit_shapes(config: ModelConfig) -> Mapping[str, torch.Size] | None:
    """Return the tensors of a configuration's vision transformer without memory for them; None where it is of a bounded size."""
    if can_build(config):
        return None
    with torch.device("meta"):
        vit = make_vit(config, pretrained=False)
    return {name: tensor.shape for name, tensor in vit.state_dict().items()}


def takes_masks(vit: Vit, rotary: bool = True) -> bool:
    """Tell whether the blocks read any sequence of tokens under a mask: those of ViT and DeiT, and with `rotary` those of EVA-02
    and its kin, which turn queries and keys by their place in the grid."""
    if isinstance(vit, PlainViT):
        return True
    from timm.layers.patch_embed import PatchEmbed
    from timm.models.eva import Eva
    from timm.models.vision_transformer import VisionTransformer

    if not isinstance(vit, (VisionTransformer, Eva) if rotary else VisionTransformer):
        return False
    return isinstance(vit.patch_embed, PatchEmbed) and not getattr(vit, "pool_include_prefix", False)


def positions(vit: Vit, rows: int, width: int, like: Tensor) -> tuple[Tensor, Tensor | None]:
    """Compute what a transformer that takes masks adds to the tokens of its patches.

    Args:
        vit: the transformer.
        rows: rows of the whole image's grid of patches, each of PARTS.
        width: of a token.
        like: gives dtype and device.

    Returns:
        (1, prefix + PARTS * rows, width) prefix tokens and position embeddings, and the rotary embedding (…, PARTS * rows, D) of
        the patches, None where there is none.
    """
    grid = (1, rows, PARTS, width) if getattr(vit, "dynamic_img_size", False) else (1, rows * PARTS, width)
    found = vit._pos_embed(like.new_zeros(grid))
    return found if isinstance(found, tuple) else (found, None)


def through_blocks(vit: Vit, tokens: Tensor, mask: Tensor | None, rotary: Tensor | None = None) -> Tensor:
    """Read tokens (B, N, width) by the blocks, from norm to norm. `mask` (B, N): False where a token is not attended to."""
    visible = None if mask is None else mask[:, None, None]
    x = vit.norm_pre(tokens)
    for place, block in enumerate(vit.blocks):
        if rotary is None:
            x = block(x, attn_mask=visible)
        else:
            x = block(x, rope=rotary[place] if getattr(vit, "rope_mixed", False) else rotary, attn_mask=visible)
    found: Tensor = vit.norm(x)
    return found


def pool(vit: Vit, tokens: Tensor, mask: Tensor) -> Tensor:
    """Make what timm's head makes of tokens (B, N, width), over those alone that `mask` (B, N) leaves: (B, width)."""
    if vit.global_pool != "avg":
        return vit.forward_head(tokens)
    prefix = vit.num_prefix_tokens
    share = mask[:, prefix:, None].to(tokens.dtype)
    mean = (tokens[:, prefix:] * share).sum(1) / share.sum(1)
    return vit.head(vit.head_drop(vit.fc_norm(mean)))
