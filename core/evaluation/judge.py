"""The judge of the threshold protocol: the sentence encoder that says which captions mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from motionpatches.core import paths
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import MINILM, preset
from motionpatches.core.models.hub import local_text_folder
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.search.encode import BATCH

# Choices beside a sentence encoder by name or folder.
MODEL, STARTER = "model", "starter"
NO_JUDGE = (
    f"it needs a sentence encoder that is not the measured model's own, and {Path(MINILM).name} is not on this computer: install "
    "the extra 'train' of this program, or name an encoder on the command line with --judge"
)


@dataclass(frozen=True, eq=False)
class Judge:
    """`name` is how a report names the encoder."""

    name: str
    encoder: TextEncoder

    @torch.inference_mode()
    def rows(self, sentences: Sequence[str]) -> np.ndarray:
        """(N, S) unit rows; each different sentence is encoded once."""
        different = list(dict.fromkeys(sentences))
        parts = [different[at : at + BATCH] for at in range(0, len(different), BATCH)]
        device = next(self.encoder.backbone.parameters()).device
        tokens = ([tensor.to(device) for tensor in self.encoder.tokenize(part)] for part in parts)
        found = [functional.normalize(self.encoder(ids, mask).float(), dim=-1).cpu() for ids, mask in tokens]
        rows, row_of = torch.cat(found).numpy(), {sentence: row for row, sentence in enumerate(different)}
        return rows[[row_of[sentence] for sentence in sentences]]


def find_judge(choice: str, model: MotionTextModel) -> Judge | None:
    """The judge of a choice.

    Args:
        choice: '' for all-MiniLM-L6-v2 as published, a sentence encoder by name or folder (TMR takes all-mpnet-base-v2),
            MODEL for the text encoder of the measured model, STARTER for that of the starter, which was trained on motion.
        model: the measured model.

    Returns:
        None where no judge is chosen and all-MiniLM-L6-v2 is not on this computer.

    Raises:
        StudioError: the chosen encoder cannot be had.
    """
    if choice == MODEL:
        return Judge(f"the text encoder of the measured model, {model.name}", model.text_encoder)
    if choice == STARTER:
        return Judge("the text encoder of the starter", load_model(paths.starter_model()).text_encoder)
    if not choice and local_text_folder(MINILM) is None:
        return None
    name = choice or MINILM
    return Judge(Path(name).name, TextEncoder.pretrained(preset("starter", text=name, text_weights="hub")).eval())
