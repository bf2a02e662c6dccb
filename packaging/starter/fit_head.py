"""Fit the motion head to the text embeddings: `python -m motionpatches.packaging.starter.fit_head MODEL OUT --library FILE…`.

The encoders of MODEL are frozen; its linear head gets a hidden layer beside it. Targets are the embeddings of the captions and
of the actions' phrases (action_phrases.py), so that wording that no caption uses finds the motions too. Motions are used
unchanged and augmented.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, read_config, save_model
from motionpatches.core.models.motion_text_model import LinearAndHidden, MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MAX_FRAMES, pixels_of, prepare, sample_points
from motionpatches.core.progress import run
from motionpatches.core.search.encode import first_window_of
from motionpatches.core.training.augment import vary
from motionpatches.packaging.starter.action_phrases import ROWS, every_way, phrases
from motionpatches.packaging.starter.text_teacher import TEMPERATURE, bent, missed, quick, rows_of

HIDDEN, STEPS, BATCH, RATE, NOISE, RIDGE, CAPTIONS = 512, 2000, 256, 3e-3, 0.15, 30.0, 2
# How strongly motions are varied, and how often the varied one is taken.
STRENGTH, VARIED = (0.4, 1.2), 0.4
# Weights beside the contrastive loss: of 1 - cosine with a caption, with the actions; of the softmax over all actions.
CAPTION, ACTION, CHOICE = 2.0, 6.0, 0.5


def main(source: Path, out: Path, libraries: list[Path], rows: Path | None, steps: int) -> None:
    """Fit the head of a model and save it.

    Args:
        source: Folder of a model with a linear motion head.
        out: Folder of the new model.
        libraries: Generated libraries.
        rows: Text embeddings of the actions (A, D) from teach_text.py; without them those of the model's own text encoder.
        steps: Steps of the optimizer.
    """
    torch.manual_seed(0)
    model = load_model(source).eval()
    before = model.motion_head
    if type(before) is not nn.Linear:
        raise SystemExit("The head of the motions is fitted once: give a model with a linear one.")
    clips = [clips_of(model, file) for file in libraries]
    features, varied, shown = (torch.cat([c[i] for c in clips]) for i in (0, 1, 2))
    captions = [pair for c in clips for pair in c[3]]
    texts = sorted({text for pair in captions for text in pair})
    row = {text: i for i, text in enumerate(texts)}
    words = rows_of(model.encode_text, texts)[torch.tensor([[row[text] for text in pair] for pair in captions])]
    head = LinearAndHidden(before.in_features, before.out_features, HIDDEN)
    actions = torch.from_numpy(np.load(rows)) if rows else actions_of(model)
    fit(head, features, varied, words, shown, actions, steps)
    model.motion_head, model.config = head, replace(model.config, head_hidden=HIDDEN)
    made = {**read_config(source)["provenance"], "motion_head": "fitted to the words of captions and actions"}
    save_model(model, out, CheckpointInfo({}, made))


def clips_of(model: MotionTextModel, file: Path) -> tuple[Tensor, Tensor, Tensor, list[list[str]]]:
    """Read a generated library of N clips.

    Returns:
        Features (N, W) of the first windows, the same of varied motions, which of the A actions each clip shows (N, A), and
        CAPTIONS captions of each.
    """
    library = run(open_library(file))
    number = {f"{action.name} {side}".strip(): i for i, (action, side) in enumerate(ROWS)}
    order = sorted(library.clips, key=lambda c: c.duration_s)
    draw = np.random.default_rng(0)
    features, shown = [], torch.zeros(len(order), len(ROWS))
    for at in range(0, len(order), 64):
        motions = [library.load(c.id) for c in order[at : at + 64]]
        pixels = [first_window_of(model, m) for m in motions] + [varied_window(model, m, draw) for m in motions]
        with torch.no_grad(), quick():
            features.append(model.motion_encoder(torch.from_numpy(np.stack(pixels))).float().unflatten(0, (2, -1)))
    for i, clip in enumerate(order):
        shown[i, [number[name] for name in clip.id.split(" ", 1)[1].split(" + ")]] = 1
    texts = [[str(t) for t in draw.choice(clip.captions, CAPTIONS, replace=len(clip.captions) < CAPTIONS)] for clip in order]
    return *torch.cat(features, dim=1), shown, texts


def varied_window(model: MotionTextModel, motion: Motion, draw: np.random.Generator) -> np.ndarray:
    """Return the pixels (3, 224, C) of the first window of a motion, varied as in training (core/training/augment.py)."""
    recipe, statistics = model.config.patches, model.statistics
    points = vary(sample_points(prepare(motion, recipe), recipe.points), recipe, draw.uniform(*STRENGTH), draw)
    return pixels_of(((points[:MAX_FRAMES] - statistics.mean) / statistics.std).astype(np.float32))


def actions_of(model: MotionTextModel) -> Tensor:
    """Return the mean text embedding (A, D) of each action's phrases."""
    spoken, right = every_way(phrases(), ("a person",))
    return bent(rows_of(model.encode_text, spoken), right, rate=0)[1]


def fit(
    head: LinearAndHidden, features: Tensor, varied: Tensor, words: Tensor, shown: Tensor, actions: Tensor, steps: int = STEPS
) -> None:
    """Fit a head in place: ridge regression, then the contrastive loss beside cosines and the classification of the action.

    Args:
        head: The head.
        features: (N, W) features of motions; `varied` the same of varied motions.
        words: (N, C, D) text embeddings of captions.
        shown: (N, A) which actions each motion shows.
        actions: (A, D) text embeddings of the actions.
        steps: Steps of the optimizer.
    """
    mean, spread = features.mean(0), features.std(0).clamp(min=1e-6)
    x, other = (features - mean) / spread, (varied - mean) / spread
    named = functional.normalize(shown @ actions, dim=1)
    toward = functional.normalize(CAPTION * words.mean(1) + ACTION * named, dim=1)
    wide = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    start = torch.linalg.solve(wide.T @ wide + RIDGE * torch.eye(wide.shape[1]), wide.T @ toward)
    with torch.no_grad():
        # Unit rows come out of it whatever its scale; at this one the optimizer's steps are small.
        head.weight.copy_(8 * start[:-1].T)
        head.bias.copy_(8 * start[-1])
    optimizer = torch.optim.Adam(head.parameters())
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps) * min(1, (step + 1) / 50)
        chosen = torch.randint(len(x), (BATCH,))
        seen = torch.where(torch.rand(BATCH, 1) < VARIED, other[chosen], x[chosen]) + NOISE * torch.randn(BATCH, x.shape[1])
        found = functional.normalize(head(seen), dim=1)
        said_of = words[chosen, torch.randint(words.shape[1], (BATCH,))]
        # Another motion of the same action is no wrong answer.
        alike = (shown[chosen] @ shown[chosen].T > 0) & ~torch.eye(BATCH, dtype=torch.bool)
        scores, own = (found @ said_of.T / TEMPERATURE).masked_fill(alike, -1e4), torch.arange(BATCH)
        pairs = (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2
        near = CAPTION * (1 - (found * said_of).sum(1).mean()) + ACTION * (1 - (found * named[chosen]).sum(1).mean())
        loss = pairs + near + CHOICE * missed(found, actions, shown[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        for layer in (head, head.hidden):
            layer.weight.div_(spread)
            layer.bias.sub_(layer.weight @ mean)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--library", type=Path, action="append", required=True)
    parser.add_argument("--actions", type=Path, help="text embeddings of the actions, from teach_text.py")
    parser.add_argument("--steps", type=int, default=STEPS)
    told = parser.parse_args()
    main(told.model, told.out, told.library, told.actions, told.steps)
