"""Masked language model as a second task of the text encoder: name the words that were hidden (Devlin et al., NAACL 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.training.resume import seeded

# Share of the words that are hidden; of these, shares that become the mask and another word. The rest is left as it is.
HIDDEN, MASKED, OTHER = 0.15, 0.8, 0.1
STREAM = 5


@dataclass(frozen=True, eq=False)
class HiddenWords:
    """Captions with hidden words: `ids`, `mask` and `hidden` are (B, L); `words` holds the ids before."""

    ids: Tensor
    mask: Tensor
    words: Tensor
    hidden: Tensor

    @property
    def count(self) -> int:
        return int(self.hidden.sum())


def hide_words(encoder: TextEncoder, captions: list[str], seed: int, step: int) -> HiddenWords:
    """Hide words of the captions of a batch; those of a caption belong to (seed, step, place in the batch)."""
    assert encoder.mask_id is not None  # a word head is made for no other
    words, mask = encoder.tokenize(captions)
    seen = encoder.words(words, mask)
    ids, hidden = words.clone(), torch.zeros_like(words, dtype=torch.bool)
    for place in range(len(captions)):
        rng = seeded(seed, STREAM, step, place)
        at = seen[place].nonzero()[:, 0].numpy()
        chosen = at[rng.random(len(at)) < HIDDEN]
        fate = rng.random(len(chosen))
        hidden[place, chosen] = True
        ids[place, chosen[fate < MASKED]] = encoder.mask_id
        swapped = chosen[(fate >= MASKED) & (fate < MASKED + OTHER)]
        ids[place, swapped] = torch.from_numpy(rng.integers(len(encoder.word_vectors), size=len(swapped)))
    return HiddenWords(ids, mask, words, hidden)


def filling_losses(model: MotionTextModel, captions: HiddenWords, rows: Sequence[int] | slice) -> Tensor:
    """Compute the sum of the cross-entropies of the hidden words of each caption in `rows`: (b,)."""
    assert model.word_head is not None
    device = model.device
    ids, mask, words, hidden = (t[rows].to(device) for t in (captions.ids, captions.mask, captions.words, captions.hidden))
    _, states = model.text_encoder.with_tokens(ids, mask)
    scores = model.word_head(states[hidden], model.text_encoder.word_vectors)
    losses = functional.cross_entropy(scores.float(), words[hidden], reduction="none")
    return losses.new_zeros(len(ids)).index_add(0, hidden.nonzero()[:, 0], losses)
