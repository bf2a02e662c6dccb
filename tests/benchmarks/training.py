"""Training throughput of the starter preset: ours against a plain loop, in turns."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import torch

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models import device
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.patches import prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.training import config as training_config
from motionpatches.core.training.control import Control
from motionpatches.core.training.loss import contrastive_loss
from motionpatches.core.training.trainer import train

BATCH, STEPS, TURNS = 64, 3, 3


def plain() -> Iterator[int]:
    """One after the other, in fp32: read the files, prepare, sample, z-score; encode both, padded to 224 frames and to the
    longest sentence; AdamW as it comes. No variation."""
    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model()).train()
    model.motion_encoder.trim_padding, model.text_encoder.forward = False, model.text_encoder._read
    clips = [c for c in library.clips if c.split == "train"]
    optimizer = torch.optim.AdamW(model.parameters(), 1e-5)
    rng = np.random.default_rng(0)
    while True:
        rows = [clips[i] for i in rng.choice(len(clips), BATCH, replace=False)]
        pixels = np.stack([to_patches(prepare(library.load(c.id), model.config.patches), model.statistics).pixels for c in rows])
        motions = model.encode_motion(torch.from_numpy(pixels))
        words = model.encode_text([c.captions[int(rng.integers(len(c.captions)))] for c in rows])
        loss = contrastive_loss(motions, words, model.config.temperature, torch.eye(BATCH), "mean")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield BATCH


def ours(**fields) -> Iterator[int]:
    """The trainer as `motionpatches train` runs it, with all its variation."""
    config = training_config.recipe(
        "starter",
        library=str(paths.demo_library()),
        start_from=str(paths.starter_model()),
        batch=BATCH,
        epochs=1000,
        save_every_s=1e9,
        device="cpu",
        **fields,
    )
    with tempfile.TemporaryDirectory() as folder, closing(train(config, Path(folder), Control())) as events:
        for event in events:
            if event.kind == "step":
                yield BATCH


def compare() -> None:
    """Motions a second of each, in turns of a few steps; the first turn is not counted."""
    loops = {
        "plain fp32 loop": plain(),
        "ours": ours(),
        "ours, text frozen": ours(lr_text=0.0),
        "ours, heads only": ours(lr_text=0.0, lr_motion=0.0),
    }
    if device.cpu_trains_in_bf16():
        loops["ours, fp32"] = ours(precision="fp32")
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for turn in range(TURNS + 1):
        for name, loop in loops.items():
            start = time.perf_counter()
            motions = sum(next(loop) for _ in range(STEPS))
            if turn:
                rates[name].append(motions / (time.perf_counter() - start))
    base = float(np.median(rates["plain fp32 loop"]))
    for name, found in rates.items():
        middle = float(np.median(found))
        print(f"training: {name}: {middle:.1f} motions/s ({min(found):.1f} to {max(found):.1f}), {middle / base:.2f} times plain")
    for loop in loops.values():
        loop.close()
