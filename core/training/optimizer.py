"""Three learning rates, weight decay on matrices only, warm-up and cosine."""

from __future__ import annotations

import math

import torch

from core.models.motion_text_model import MotionTextModel
from core.training.config import TrainingConfig


def make_optimizer(model: MotionTextModel, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam, decoupled weight decay on matrices (none on biases, norms and embeddings). lr_text 0 freezes."""
    groups = []
    parts = ((model.text_encoder, config.lr_text), (model.motion_encoder, config.lr_motion),
             (torch.nn.ModuleList([model.motion_head, model.text_head]), config.lr_heads))
    for module, rate in parts:
        for parameter in module.parameters():
            parameter.requires_grad_(rate > 0)
        if rate <= 0:
            continue
        named = list(module.named_parameters())
        matrices = [p for n, p in named if p.dim() >= 2 and "embed" not in n and "token" not in n]
        taken = {id(p) for p in matrices}
        others = [p for _, p in named if id(p) not in taken]
        groups.append({"params": matrices, "lr": rate, "weight_decay": config.weight_decay})
        groups.append({"params": others, "lr": rate, "weight_decay": 0.0})
    return torch.optim.AdamW(groups, fused=True)


def learning_rate_factor(step: int, steps: int, warmup: float, stretch: float = 1.0) -> float:
    """Linear warm-up over `warmup` of the steps, then a cosine that would reach 0 after steps * stretch."""
    ramp = max(int(steps * warmup), 0)
    if step < ramp:
        return (step + 1) / ramp
    share = (step - ramp) / max(steps * stretch - ramp, 1)
    return 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
