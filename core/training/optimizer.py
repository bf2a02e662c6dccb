"""Three learning rates, weight decay on matrices only, warm-up and cosine."""

from __future__ import annotations

import math

import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training.config import TrainingConfig


def make_optimizer(model: MotionTextModel, config: TrainingConfig) -> torch.optim.Optimizer:
    """Make Adam over the trained parameters, in groups by part, and freeze the others.

    Matrices have decoupled weight decay; biases, norms and embeddings have none. Frozen is a part with a rate of 0, and what
    `frozen_text_layers`, `frozen_motion_layers` and `keep_text_head` name.

    Raises:
        StudioError: an encoder has fewer layers than shall be frozen.
    """
    groups = []
    held = {
        id(p)
        for p in (
            *lowest(model.text_encoder, config.frozen_text_layers, "text"),
            *lowest(model.motion_encoder, config.frozen_motion_layers, "motion"),
        )
    }
    if config.keep_text_head:
        held |= {id(p) for p in model.text_head.parameters()}
    heads = (model.motion_head, model.text_head, model.token_heads, model.word_head)
    parts = (
        ("text", model.text_encoder, config.lr_text),
        ("motion", model.motion_encoder, config.lr_motion),
        ("heads", torch.nn.ModuleList(filter(None, heads)), config.lr_heads),
    )
    for name, module, rate in parts:
        for parameter in module.parameters():
            parameter.requires_grad_(rate > 0 and id(parameter) not in held)
        if rate <= 0:
            continue
        named = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
        matrices = [p for n, p in named if p.dim() >= 2 and "embed" not in n and "token" not in n]
        taken = {id(p) for p in matrices}
        others = [p for _, p in named if id(p) not in taken]
        below = depths(module) if config.layer_decay < 1 and name != "heads" else {}
        # The full rate last, so that it is the one that is reported under the part's name.
        for depth in sorted({0, *(below.get(id(p), 0) for _, p in named)}, reverse=True):
            for parameters, decay in ((matrices, config.weight_decay), (others, 0.0)):
                own = [p for p in parameters if below.get(id(p), 0) == depth]
                groups.append({"name": name, "params": own, "lr": rate * config.layer_decay**depth, "weight_decay": decay})
    return torch.optim.AdamW(groups, fused=True)


def blocks_of(encoder: torch.nn.Module) -> torch.nn.ModuleList | torch.nn.Sequential:
    """Return the transformer layers of an encoder, lowest first: its longest list of like modules."""
    lists = [
        m
        for m in encoder.modules()
        if isinstance(m, torch.nn.ModuleList | torch.nn.Sequential) and len({type(layer) for layer in m}) == 1
    ]
    return max(lists, key=len, default=torch.nn.ModuleList())


def depths(encoder: torch.nn.Module) -> dict[int, int]:
    """Count by how many layers a parameter lies below the top one, by its id; what comes before all layers lies one below the
    lowest. What comes after them is left out."""
    blocks = blocks_of(encoder)
    inside = {id(p): len(blocks) - 1 - at for at, block in enumerate(blocks) for p in block.parameters()}
    before = {id(p): len(blocks) for n, p in encoder.named_parameters() if id(p) not in inside and _comes_before(n)}
    return before | inside


def lowest(encoder: torch.nn.Module, count: int, name: str) -> list[torch.nn.Parameter]:
    """Return the parameters of the lowest `count` layers and of all that comes before them.

    Raises:
        StudioError: the encoder, called `name`, has fewer layers.
    """
    if not count:
        return []
    blocks = blocks_of(encoder)
    if count > len(blocks):
        raise StudioError(f"The {name} encoder has {len(blocks)} layers; {count} cannot be frozen.")
    inside = {id(p) for p in blocks.parameters()}
    before = [p for n, p in encoder.named_parameters() if id(p) not in inside and _comes_before(n)]
    return [*before, *(p for block in list(blocks)[:count] for p in block.parameters())]


def _comes_before(name: str) -> bool:
    return any(word in name for word in ("embed", "shared", "token", "position", "norm_pre"))


def learning_rate_factor(step: int, steps: int, warmup: float, stretch: float = 1.0) -> float:
    """Compute the share of the learning rates in a step: a linear rise, then a cosine.

    Args:
        step: from 0.
        steps: of the whole run.
        warmup: share of the steps in which the factor rises from 0 to 1.
        stretch: the cosine would reach 0 after this multiple of the steps.
    """
    ramp = max(int(steps * warmup), 0)
    if step < ramp:
        return (step + 1) / ramp
    share = (step - ramp) / max(steps * stretch - ramp, 1)
    return 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
