"""The gradient of one batch, whole or by gradient caching."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor

from motionpatches.core.models import device as devices
from motionpatches.core.models.item_dropout import ItemDropout, item_keys
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.loss import contrastive_loss
from motionpatches.core.training.resume import DROPOUT_STREAM


def backward(
    model: MotionTextModel,
    texts: TextFeatures,
    batch: Batch,
    config: TrainingConfig,
    world: World,
    chunk: int = 0,
    ignored: np.ndarray | None = None,
) -> float:
    """Add the gradient of the batch's loss to the parameters.

    Args:
        model: in the mode that the caller wants; its dropout belongs to (seed, step, place in the batch).
        texts: encodes the captions.
        batch: of this process: all captions, the pixels of its part.
        config: loss, align, seed and precision.
        world: the processes that share the batch.
        chunk: motions encoded at a time, with the gradient of the whole batch; 0 for all.
        ignored: (B, B) bool, pairs that count neither as right nor as wrong.

    Returns:
        The loss of the whole batch.
    """
    device = world.device
    pixels, targets = torch.from_numpy(batch.pixels), torch.from_numpy(batch.targets).to(device)
    hidden = None if ignored is None else torch.from_numpy(ignored).to(device)
    part = world.shard(len(batch.captions))
    captions = batch.captions[part]
    places = range(len(batch.captions))[part]
    motion_keys, text_keys = (
        item_keys(config.seed, DROPOUT_STREAM, batch.step, side, places=places).to(device) for side in (0, 1)
    )

    def encode(rows: slice) -> tuple[Tensor, Tensor]:
        with devices.training_precision(device, config.precision):
            with ItemDropout(motion_keys[rows]):
                motions = model.encode_motion(pixels[rows].to(device))
            with ItemDropout(text_keys[rows]):
                return motions, texts.encode(captions[rows])

    def loss_of(motions: Tensor, words: Tensor) -> Tensor:
        motions, words = world.gather(motions), world.gather(words)
        loss = contrastive_loss(motions, words, model.config.temperature, targets, config.loss, hidden)
        return loss + config.align * (1 - (motions * words).sum(dim=1)).mean() if config.align else loss

    with devices.exact_convolutions(device):  # their gradients too
        if chunk and chunk < len(pixels):
            return cached_backward(encode, loss_of, len(pixels), chunk, device)
        loss = loss_of(*encode(slice(None)))
        loss.backward()
        return float(loss.detach())


def cached_backward(
    encode: Callable[[slice], tuple[Tensor, ...]], loss_of: Callable[..., Tensor], size: int, chunk: int, device: str
) -> float:
    """Add the gradient of a whole batch, encoded in chunks: gradient caching (Gao, Zhang, Han and Callan, 2021).

    Embeddings come without a graph first, then the gradient of the loss with respect to them, then each chunk again with a graph,
    under the same random numbers, back through the encoders.

    Args:
        encode: embeds the rows of a slice, both ways.
        loss_of: the loss of all embeddings.
        size: rows of the batch.
        chunk: rows at a time.
        device: whose random numbers are repeated.

    Returns:
        The loss.
    """
    parts = [slice(at, min(at + chunk, size)) for at in range(0, size, chunk)]
    states, found = [], []
    with torch.no_grad():
        for part in parts:
            states.append(_random_state(device))
            found.append(encode(part))
    whole = [torch.cat(pieces).float().requires_grad_() for pieces in zip(*found, strict=True)]
    loss = loss_of(*whole)
    gradients = torch.autograd.grad(loss, whole)
    for part, state in zip(parts, states, strict=True):
        with _same_random(state, device):
            pairs = [
                (piece, gradient[part]) for piece, gradient in zip(encode(part), gradients, strict=True) if piece.requires_grad
            ]
            torch.autograd.backward([piece for piece, _ in pairs], [g.to(piece.dtype) for piece, g in pairs])
    return float(loss.detach())


def _random_state(device: str) -> tuple[Tensor, Tensor | None]:
    return torch.get_rng_state(), torch.cuda.get_rng_state(device) if device.startswith("cuda") else None


class _same_random(AbstractContextManager[None]):
    """Inside, the random numbers of a kept state; after, those that would have come."""

    def __init__(self, state: tuple[Tensor, Tensor | None], device: str):
        self.state, self.device = state, device

    def __enter__(self) -> None:
        self.after = _random_state(self.device)
        self._set(self.state)

    def __exit__(self, *error: object) -> None:
        self._set(self.after)

    def _set(self, state: tuple[Tensor, Tensor | None]) -> None:
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1], self.device)
