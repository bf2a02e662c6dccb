"""The gradient of one batch, whole or by gradient caching."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor

from motionpatches.core.models import device as devices
from motionpatches.core.models.item_dropout import ItemDropout, item_keys
from motionpatches.core.models.late_interaction import max_sim
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.loss import contrastive_loss, loss_of_scores
from motionpatches.core.training.masked_words import filling_losses, hide_words
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
    motion_keys, text_keys, hiding_keys = (
        item_keys(config.seed, DROPOUT_STREAM, batch.step, side, places=places).to(device) for side in (0, 1, 2)
    )
    temperature, interacts = model.config.temperature, model.token_heads is not None
    masked = hide_words(model.text_encoder, batch.captions, config.seed, batch.step) if model.word_head is not None else None

    def encode(rows: slice) -> tuple[Tensor, ...]:
        """Rows of motions and texts, then where there are such: of patches and words, of wrong texts, losses of hidden words."""
        found: list[Tensor] = []
        with devices.training_precision(device, config.precision):
            with ItemDropout(motion_keys[rows]):
                shown = pixels[rows].to(device)
                motions, patches = model.encode_patches(shown) if interacts else (model.encode_motion(shown), None)
            with ItemDropout(text_keys[rows]):
                sentences, words = texts.encode(captions[rows])
            found = [motions, sentences, *(tokens for tokens in (patches, words) if tokens is not None)]
            if batch.wrong:
                found.append(_wrong_rows(texts, [batch.wrong[place] for place in places[rows]], text_keys[rows]))
            if masked is not None:
                with ItemDropout(hiding_keys[rows]):
                    found.append(filling_losses(model, masked, places[rows]))
        return tuple(found)

    def loss_of(*found: Tensor) -> Tensor:
        motions, sentences, *others = (world.gather(rows) for rows in found)
        filled = others.pop() if masked is not None else None
        wrong = others.pop() if batch.wrong else None
        loss = contrastive_loss(motions, sentences, temperature, targets, config.loss, hidden, wrong)
        if config.align:
            loss = loss + config.align * (1 - (motions * sentences).sum(dim=1)).mean()
        if masked is not None and filled is not None:
            loss = loss + config.mlm * filled.sum() / max(masked.count, 1)
        if interacts:
            patches, words = others
            scores = max_sim(words, patches).T
            loss = loss + config.max_sim * loss_of_scores(scores, temperature, targets, config.loss, hidden)
        return loss

    with devices.exact_convolutions(device):  # their gradients too
        if chunk and chunk < len(pixels):
            return cached_backward(encode, loss_of, len(pixels), chunk, device)
        loss = loss_of(*encode(slice(None)))
        loss.backward()
        return float(loss.detach())


def _wrong_rows(texts: TextFeatures, captions: list[str], keys: Tensor) -> Tensor:
    """Embed captions (b, dim); zero for ''. Each has the dropout of its right caption."""
    there = [place for place, caption in enumerate(captions) if caption]
    whole = torch.zeros(len(captions), texts.model.config.dim, device=keys.device)
    if not there:
        return whole
    at = torch.tensor(there, device=keys.device)
    with ItemDropout(keys[at]):
        rows, _ = texts.encode([captions[place] for place in there])
    return whole.index_copy(0, at, rows)


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
