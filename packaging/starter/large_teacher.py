"""The text teacher: a large sentence encoder tuned to classify the action of a phrase.

Its last layers are tuned twice, at two learning rates. The features of its middle layers and of a small encoder are added,
transformed toward the actions (text_teacher.py). Together they classify more unseen words than each alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.packaging.starter.text_teacher import bent, missed, moved, quick

# The layers of MPNet that stay as they are, and after which of its layers the mean of the states is taken too.
KEPT, MIDDLE = 8, (6, 9)
# One tuning a rate; the batch, the rate of the actions' rows, the weight of 1 - cosine with the row as it was.
RATES, STEPS, BATCH, ROW_RATE, STAY, DROPOUT, WARM_UP = (2e-5, 3e-5), 850, 64, 5e-3, 1.0, 0.1, 0.05
# How much of the cosine with an action is what was bent.
BENT = 0.3


class Teacher:
    """A sentence encoder that classifies actions.

    Args:
        folder: An MPNet of transformers with mean pooling.
        small: Returns the unit rows of sentences by a small encoder.

    Attributes:
        actions: (A, D) rows of the actions, after `learn`.
    """

    actions: Tensor

    def __init__(self, folder: Path, small: Callable[[list[str]], Tensor]):
        self.reader = TextEncoder.pretrained(ModelConfig(text=str(folder), text_pooling="mean")).eval()
        self.small = small
        self.tuned: list[nn.ModuleList] = []

    def learn(self, spoken: list[str], right: Tensor, scale: float = 1.0) -> None:
        """Tune the encoder to phrases (N) and which actions each may mean (N, A); `scale` is a share of the steps."""
        states: list[Tensor] = [torch.empty(0)] * len(spoken)
        beside = torch.empty(0)
        for chosen, x, mask, middle in self._read(spoken):
            beside = beside if len(beside) else torch.empty(len(spoken), middle.shape[1])
            beside[chosen] = middle
            for i, row, length in zip(chosen, x, mask.sum(1).int().tolist(), strict=True):
                states[i] = row[:length].clone()
        width = self.reader.width
        self.centre = torch.cat([beside[:, : len(MIDDLE) * width].mean(0), torch.zeros(beside.shape[1] - len(MIDDLE) * width)])
        self.change, own = bent(self._centred(beside), right)
        tuned = [self._tune(states, right, rate, int(STEPS * scale)) for rate in RATES]
        self.tuned = [layers for layers, _ in tuned]
        self.actions = self._weighed(own, [rows for _, rows in tuned])

    @torch.no_grad()
    def rows(self, texts: list[str]) -> Tensor:
        """Return unit rows (N, D) of N sentences, whose products with `actions` are the mean cosines."""
        found = torch.empty(len(texts), self.actions.shape[1])
        for chosen, x, mask, middle in self._read(texts):
            tuned = [self._mean(self._through(layers, x, mask), mask) for layers in self.tuned]
            found[chosen] = self._weighed(moved(self._centred(middle), self.change), tuned)
        return found

    def _tune(self, states: list[Tensor], right: Tensor, rate: float, steps: int) -> tuple[nn.ModuleList, Tensor]:
        """Train the last layers on the states before them; return them and the rows (A, D) of the actions."""
        layers = deepcopy(self.reader.backbone.encoder.layer[KEPT:])
        before = torch.empty(len(states), self.reader.width)
        with torch.no_grad():
            for at in range(0, len(states), BATCH):
                x, mask = _padded(states[at : at + BATCH])
                before[at : at + BATCH] = self._mean(self._through(layers, x, mask), mask)
        own = nn.Parameter(functional.normalize((right / right.sum(0)).T @ before, dim=1))
        trained = list(layers.parameters())
        optimizer = torch.optim.AdamW([{"params": trained, "rate": rate}, {"params": [own], "rate": ROW_RATE}], weight_decay=0.01)
        # Actions of few phrases are met nearly as often as those of many.
        odds = ((right / right.sum(0)).sum(1) / right.sum(1)).sqrt()
        for step in range(steps):
            done = (step + 1) / steps
            for group in optimizer.param_groups:
                group["lr"] = group["rate"] * min(1, done / WARM_UP) * (1 - done)
            chosen = torch.multinomial(odds, BATCH)
            x, mask = _padded([states[i] for i in chosen])
            rows = self._mean(self._through(layers, functional.dropout(x, DROPOUT), mask), mask)
            gone = 1 - (rows * before[chosen]).sum(1).mean()
            loss = missed(rows, functional.normalize(own, dim=1), right[chosen]) + STAY * gone
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            if step % 100 == 0:
                print(f"teacher at {rate}, step {step}: {loss:.3f}", flush=True)
        return layers, functional.normalize(own.detach(), dim=1)

    @torch.no_grad()
    def _read(self, texts: list[str]) -> Iterator[tuple[list[int], Tensor, Tensor, Tensor]]:
        """Read texts in batches of similar length.

        Yields:
            Indices of the texts, their states (B, L, W) before the layers that are tuned, the mask (B, L), and the additional
            features (B, F) of the middle layers and the small encoder.
        """
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        layers = self.reader.backbone.encoder.layer
        for at in range(0, len(order), BATCH):
            chosen = order[at : at + BATCH]
            part = [texts[i] for i in chosen]
            ids, mask = self.reader.tokenize(part)
            x, mask = self.reader.backbone.embeddings(input_ids=ids), mask.float()
            kept, beside = x, []
            for number in range(max(KEPT, *MIDDLE)):
                x = self._through(layers[number : number + 1], x, mask)
                kept = x if number + 1 == KEPT else kept
                beside += [self._mean(x, mask)] if number + 1 in MIDDLE else []
            yield chosen, kept, mask, torch.cat([*beside, self.small(part)], dim=1)

    def _through(self, layers: nn.ModuleList, x: Tensor, mask: Tensor) -> Tensor:
        near = self.reader.backbone.encoder.compute_position_bias(x)
        hidden = (1 - mask)[:, None, None] * torch.finfo(x.dtype).min
        with quick():
            for layer in layers:
                x = layer(x, hidden, near)[0]
        return x.float()

    def _weighed(self, beside: Tensor, tuned: list[Tensor]) -> Tensor:
        """Join unit rows into one whose products are the weighted means of theirs."""
        shares = [BENT] + [(1 - BENT) / len(tuned)] * len(tuned)
        return torch.cat([rows * share**0.5 for rows, share in zip([beside, *tuned], shares, strict=True)], dim=1)

    def _mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return functional.normalize((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=1)

    def _centred(self, beside: Tensor) -> Tensor:
        """Centre the additional features and scale each of their parts to one length."""
        width = self.reader.width
        sizes = [width] * len(MIDDLE) + [beside.shape[1] - width * len(MIDDLE)]
        parts = (beside - self.centre).split(sizes, dim=1)
        return functional.normalize(torch.cat([functional.normalize(p, dim=1) for p in parts], dim=1), dim=1)


def _padded(states: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Return states padded to one length (B, L, W), and the mask (B, L) of those that are no padding."""
    x = nn.utils.rnn.pad_sequence(states, batch_first=True)
    lengths = torch.tensor([len(s) for s in states])
    return x, (torch.arange(x.shape[1]) < lengths[:, None]).float()
