"""Propose a training configuration for a library, with reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.progress import counted
from motionpatches.core.training.assemble import split_clips
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.holdout import phrase

SIDES = re.compile(r"\b(?:left|right|clockwise|anticlockwise|counterclockwise)\w*\b", re.IGNORECASE)
SMALL, LARGE = 60, 1000
# Sentences to watch, and characters of a caption that is taken for one.
WATCHED, LONGEST = 3, 300

# What may change: learning rates of text encoder, motion encoder and heads as shares of the recipe's, 0 for frozen.
TRAINED: dict[str, tuple[float, float]] = {
    "everything": (1.0, 1.0),
    "heads only": (0.0, 0.0),
    "text encoder and heads": (1.0, 0.0),
    "motion encoder and heads": (0.0, 1.0),
}


@dataclass(frozen=True)
class Advice:
    """`trained` is one of TRAINED; `reasons` say in a sentence each what was chosen from the data, and why."""

    config: TrainingConfig
    trained: str
    reasons: tuple[str, ...]


def advise(library: Library, base: TrainingConfig) -> Advice:
    """Change a configuration as the number of captioned clips and their words suggest. Raises StudioError for too few clips."""
    train, val = split_clips(library, base.seed, base.train_share)
    count, reasons = len(train), []
    gentle = bool(base.start_from)
    trained = "everything"
    changes: dict[str, Any] = {"batch": min(base.batch, 16 if count < 300 else 32 if count < LARGE else base.batch)}
    if gentle and count < SMALL:
        trained = "heads only"
        reasons.append(f"{count} clips are few: only the heads learn, so that the encoders forget nothing.")
    if gentle:
        changes |= {"lr_text": 1e-5, "lr_motion": 1e-4}
        changes["epochs"] = max(10, min(60, 2000 // count))
        epochs = f"for {counted(count, 'clip')}, {changes['epochs']} epochs are suggested."
        reasons.append(f"A pretrained model is fine-tuned at low rates; {epochs}")
    else:
        reasons.append(f"A new model of preset {base.preset} uses its own recipe, {base.epochs} epochs of {count:,} clips.")
    if changes["batch"] != base.batch:
        reasons.append(f"Batches of {changes['batch']} are suggested: {count:,} clips make few steps an epoch otherwise.")
    if base.mirror:
        sided = sum(bool(SIDES.search(c)) for clip in train for c in clip.captions) / sum(len(clip.captions) for clip in train)
        if sided < 0.05:
            changes["mirror"] = False
            reasons.append("No mirrored motions: the captions hardly name a side, so that left and right would become the same.")
    if not any(clip.split == "val" for clip in library.clips):
        kept, phrases = {phrase(clip) for clip in train}, {phrase(clip) for clip in val}
        unseen = f", {len(phrases - kept):,} of them in no other clip," if phrases - kept else ""
        reasons.append(
            f"The library has no validation split: {len(val):,} clips with {len(phrases):,} different captions{unseen} are held "
            "out to measure the model and to choose the best epoch."
        )
    changes["sentences"] = _different([c.caption for c in (*val, *train) if len(c.caption) <= LONGEST])
    return Advice(replace(base, **changes), trained, tuple(reasons))


def with_trained(config: TrainingConfig, recipe: TrainingConfig, trained: str) -> TrainingConfig:
    """Return the configuration with the encoders frozen, or at the recipe's rates, as TRAINED says."""
    if trained not in TRAINED:
        raise StudioError(f"What is trained is one of {', '.join(TRAINED)}.")
    text, motion = TRAINED[trained]
    return replace(config, lr_text=recipe.lr_text * text, lr_motion=recipe.lr_motion * motion)


def trained_of(config: TrainingConfig) -> str:
    """Return which of TRAINED a configuration's rates mean."""
    return next(
        name
        for name, (text, motion) in TRAINED.items()
        if (text > 0) == (config.lr_text > 0) and (motion > 0) == (config.lr_motion > 0)
    )


def _different(captions: list[str]) -> list[str]:
    """The first captions that share few words with those before."""
    found: list[str] = []
    for caption in dict.fromkeys(captions):
        words = set(caption.lower().split())
        if all(len(words & set(f.lower().split())) <= len(words) / 2 for f in found):
            found.append(caption)
        if len(found) == WATCHED:
            break
    return found
