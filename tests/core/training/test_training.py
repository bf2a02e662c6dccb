"""The loss against PyTorch's own, batches, and a run from configuration to model."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.errors import FileProblem, StudioError
from core.library.open import open_library
from core.models.checkpoint import load_model
from core.models.text_encoder import TextEncoder
from core.patches import PatchRecipe, compute_statistics, prepare, to_patches
from core.progress import run
from core.training import config as training_config
from core.training.average import WeightAverage
from core.training.dataset import first_window, make_batch, prepare_clips
from core.training.loss import contrastive_loss
from core.training.optimizer import learning_rate_factor


def unit(n, d, seed):
    return functional.normalize(torch.randn(n, d, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_loss_and_gradient_equal_cross_entropy(reduction):
    m, t = unit(6, 4, 0).requires_grad_(), unit(6, 4, 1)
    ours = contrastive_loss(m, t, 0.07, torch.eye(6, dtype=torch.bool), reduction)
    logits, target = m @ t.T / 0.07, torch.arange(6)
    theirs = functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    theirs = theirs / (1 if reduction == "sum" else 2)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(torch.autograd.grad(ours, m)[0], torch.autograd.grad(theirs, m)[0])


def test_several_right_answers_share_the_target():
    m, t = unit(3, 4, 0), unit(3, 4, 1)
    positives = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]]).bool()
    logits = m @ t.T / 0.5
    rows = -(torch.tensor([[.5, .5, 0], [.5, .5, 0], [0, 0, 1]]) * logits.log_softmax(1)).sum(1).mean()
    columns = -(torch.tensor([[.5, .5, 0], [.5, .5, 0], [0, 0, 1]]) * logits.T.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(contrastive_loss(m, t, 0.5, positives, "sum"), rows + columns)


def test_schedule():
    factors = [learning_rate_factor(s, 100, 0.1) for s in range(100)]
    assert factors[0] == pytest.approx(0.1) and max(factors) == 1 and factors[-1] < 0.01
    assert learning_rate_factor(100, 100, 0, 2.0) == pytest.approx(0.5)


def test_weight_average_by_hand():
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, 0.0)
    average = WeightAverage(layer, 0.5)
    for step, value in enumerate((8.0, 4.0), 1):
        torch.nn.init.constant_(layer.weight, value)
        average.update(step)
    first = 0.1 * 0 + 0.9 * 8
    with average.applied():
        assert layer.weight.item() == pytest.approx(2 / 11 * first + 9 / 11 * 4)
    assert layer.weight.item() == 4


def tiny(text_folder, **more):
    return {"motion": "test_vit", "motion_weights": "", "text_weights": "hub", "text": str(text_folder), **more}


def test_batches_hold_the_patches_and_know_their_kin(small_library, tmp_path):
    for i in (0, 2):
        (small_library / "texts" / f"{i:06d}.txt").write_text("someone waves\n")
    library = run(open_library(small_library))
    recipe = PatchRecipe(canonical=True)
    motions = [prepare(library.load(c.id), recipe) for c in library.clips]
    statistics = compute_statistics(motions)
    clips = run(prepare_clips(library, library.clips, recipe, tmp_path / "p", statistics))
    np.testing.assert_allclose(first_window(clips, 3, statistics), to_patches(motions[3], statistics).pixels, atol=0.02)
    batch = make_batch(clips, np.array([0, 2, 5]), statistics, np.random.default_rng(0), mirror=False, augment=0,
                       same_caption_positives=True)
    np.testing.assert_array_equal(batch.positives, [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(batch.pixels[2], to_patches(motions[5], statistics).pixels, atol=0.02)


def test_a_run_learns_saves_and_reports(small_library, tiny_text_folder, tmp_path):
    """The child process as the studio starts it: two captions that a tiny model can tell apart."""
    for file in (small_library / "texts").glob("*.txt"):
        file.write_text("a person walks\n" if int(file.stem) % 2 else "someone waves\n")
    folder = tmp_path / "run"
    folder.mkdir()
    training_config.write(training_config.recipe(
        "starter", library=str(small_library), epochs=12, batch=4, lr_motion=3e-3, lr_text=1e-3, mirror=False, ema=0.0,
        model=tiny(tiny_text_folder, drop_path=0.0)), folder / "config.json")
    done = subprocess.run([sys.executable, "-m", "core.training", str(folder)], capture_output=True, text=True,
                          cwd=Path(__file__).resolve().parents[3])
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    epochs = [e for e in events if e["event"] == "epoch"]
    assert len(epochs) == 12 and epochs[-1]["loss"] < epochs[0]["loss"]
    assert events[-1]["event"] == "end" and events[-1]["test"]["exact_caption"]["m2t"]["R@1"] == 100
    model = load_model(folder / "best")
    with torch.no_grad():
        texts = model.encode_text(["someone waves", "a person walks"])
        untrained = functional.normalize(TextEncoder.pretrained(model.config)(
            *model.text_encoder.tokenize(["someone waves", "a person walks"])), dim=-1)
    assert float((texts[0] * texts[1]).sum()) < float((untrained[0] * untrained[1]).sum()) - 0.02


def test_stopping_ends_with_a_saved_model(small_library, tiny_text_folder, tmp_path):
    from core.training.trainer import train

    config = training_config.recipe("starter", library=str(small_library), epochs=50, batch=4,
                                    model=tiny(tiny_text_folder))
    events = list(train(config, tmp_path / "run", iter([False, False, True]).__next__))
    assert events[-1].kind == "end" and events[-1].values["stopped"]
    assert load_model(tmp_path / "run" / "last").fingerprint


def test_configurations_that_cannot_be(tmp_path):
    with pytest.raises(StudioError, match="batch must be at least 2"):
        training_config.recipe("starter", batch=1)
    path = tmp_path / "c.json"
    path.write_text('{"epoch": 3}')
    with pytest.raises(FileProblem, match="unknown fields: epoch"):
        training_config.read(path)
    config = replace(training_config.recipe("official"), library="x")
    training_config.write(config, path)
    assert training_config.read(path) == config
