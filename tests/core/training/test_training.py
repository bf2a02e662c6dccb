"""The loss against PyTorch's own, batches, and a run from configuration to model."""

import json
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import ModelConfig, ModelFields, PatchFields, preset
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchRecipe, compute_statistics, prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.training import config as training_config
from motionpatches.core.training.batches import first_window, make_batch
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.dataset import prepare_clips
from motionpatches.core.training.ema import WeightAverage
from motionpatches.core.training.loss import contrastive_loss
from motionpatches.core.training.optimizer import learning_rate_factor, make_optimizer
from tests.layouts import write_kit


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
    rows = -(torch.tensor([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]) * logits.log_softmax(1)).sum(1).mean()
    columns = -(torch.tensor([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]) * logits.T.log_softmax(1)).sum(1).mean()
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


def test_batches_hold_the_patches_and_mask_duplicate_captions(small_library, tmp_path):
    for i in (0, 2):
        (small_library / "texts" / f"{i:06d}.txt").write_text("someone waves\n")
    library = run(open_library(small_library))
    recipe = PatchRecipe(canonical=True)
    motions = [prepare(library.load(c.id), recipe) for c in library.clips]
    statistics = compute_statistics(motions)
    clips = run(prepare_clips(library, library.clips, recipe, tmp_path / "p", statistics))
    np.testing.assert_allclose(first_window(clips, 3, statistics), to_patches(motions[3], statistics).pixels, atol=0.02)
    still = training_config.recipe("starter", mirror=False, augment=0.0)
    batch = make_batch(clips, np.array([0, 2, 5]), statistics, still, step=0)
    np.testing.assert_array_equal(batch.targets, [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(batch.pixels[2], to_patches(motions[5], statistics).pixels, atol=0.02)


def test_a_run_learns_saves_and_reports(small_library, tiny_text_folder, tmp_path):
    """The child process as the studio starts it: two captions that a tiny model can tell apart."""
    for file in (small_library / "texts").glob("*.txt"):
        file.write_text("a person walks\n" if int(file.stem) % 2 else "someone waves\n")
    folder = tmp_path / "run"
    folder.mkdir()
    training_config.write(
        training_config.recipe(
            "starter",
            library=str(small_library),
            epochs=12,
            batch=4,
            lr_motion=3e-3,
            lr_text=1e-3,
            mirror=False,
            ema=0.0,
            model=tiny(tiny_text_folder, drop_path=0.0),
        ),
        folder / "config.json",
    )
    done = subprocess.run(
        [sys.executable, "-m", "motionpatches.core.training", str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    epochs = [e for e in events if e["event"] == "epoch"]
    assert len(epochs) == 12 and epochs[-1]["loss"] < epochs[0]["loss"]
    assert events[-1]["event"] == "end" and events[-1]["test"]["exact_caption"]["m2t"]["R@1"] == 100
    model = load_model(folder / "best")
    with torch.no_grad():
        texts = model.encode_text(["someone waves", "a person walks"])
        untrained = functional.normalize(
            TextEncoder.pretrained(model.config)(*model.text_encoder.tokenize(["someone waves", "a person walks"])), dim=-1
        )
    assert float((texts[0] * texts[1]).sum()) < float((untrained[0] * untrained[1]).sum()) - 0.02


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
    found = training_config.problems(replace(config, epochs=0, batch="many", cutmix=2, precision="fp8", lr_heads=0))
    assert set(found) == {"epochs", "batch", "cutmix", "precision"}


def test_official_on_kit_ml_is_the_authors_recipe_for_it(tmp_path, small_library):
    """method.md: all rates 1e-5, no dropout; HumanML3D 1e-5, 1e-4, 1e-4 and 0.5."""
    write_kit(tmp_path / "kit", 4)

    def rates(config):
        return config.lr_text, config.lr_motion, config.lr_heads, preset(config.preset, **config.model).dropout

    kit, other = str(tmp_path / "kit"), str(small_library)
    assert rates(training_config.recipe("official", library=kit)) == (1e-5, 1e-5, 1e-5, 0.0)
    assert rates(training_config.recipe("official", library=other)) == (1e-5, 1e-4, 1e-4, 0.5)
    assert rates(training_config.recipe("paper", library=kit)) == (1e-5, 1e-4, 1e-3, 0.0)
    own = training_config.recipe("official", library=kit, lr_heads=2e-5, model={"dim": 128})
    assert rates(own) == (1e-5, 1e-5, 2e-5, 0.0) and own.model == {"dim": 128, "dropout": 0.0}
    further = training_config.recipe("official", library=kit, start_from="model")
    assert further.lr_heads == 1e-5 and further.model == {}
    assert training_config.KIT_ML_RECIPES["official"]["model"] == {"dropout": 0.0}
    file = tmp_path / "c.json"
    file.write_text(json.dumps({"preset": "official", "library": other}))
    assert rates(training_config.read(file, library=kit)) == (1e-5, 1e-5, 1e-5, 0.0)
    assert rates(training_config.read(file, preset="paper"))[2] == 1e-3, "the recipe of the preset that is asked for"
    training_config.write(training_config.recipe("official", library=kit, lr_heads=3e-5), file)
    assert training_config.read(file).lr_heads == 3e-5


def test_ignored_captions_are_as_if_the_batch_did_not_hold_them():
    """Motion 0 does not see caption 1: its row is the cross-entropy over the two that are left."""
    m, t = unit(3, 4, 0), unit(3, 4, 1)
    ignored = torch.tensor([[0, 1, 0], [0, 0, 0], [0, 0, 0]]).bool()
    found = contrastive_loss(m, t, 0.5, torch.eye(3), "sum", ignored)
    logits = m @ t.T / 0.5
    rows = [-(logits[0, 0] - torch.logsumexp(logits[0, [0, 2]], 0)), *(-logits[i].log_softmax(0)[i] for i in (1, 2))]
    columns = [-(logits[1, 1] - torch.logsumexp(logits[1:, 1], 0)), *(-logits[:, i].log_softmax(0)[i] for i in (0, 2))]
    torch.testing.assert_close(found, (sum(rows) + sum(columns)) / 3)


def test_part_cutmix_takes_columns_and_shares_the_target(small_library, tmp_path):
    library = run(open_library(small_library))
    recipe = PatchRecipe(canonical=True)
    statistics = compute_statistics([prepare(library.load(c.id), recipe) for c in library.clips])
    clips = run(prepare_clips(library, library.clips[:6], recipe, tmp_path / "p", statistics))
    still = training_config.recipe("starter", mirror=False, augment=0.0, same_caption_positives=False)
    rows = np.arange(6)
    plain, mixed = (make_batch(clips, rows, statistics, replace(still, cutmix=share), step=3) for share in (0.0, 1.0))
    for i in range(6):
        strip = [
            np.nonzero(
                [
                    np.array_equal(mixed.pixels[i][..., p * 16 : p * 16 + 16], plain.pixels[j][..., p * 16 : p * 16 + 16])
                    for j in range(6)
                ]
            )[0].tolist()
            for p in range(5)
        ]
        other = next(j for j in range(6) if j != i and mixed.targets[i, j] > 0)
        taken = sum(i not in owners for owners in strip)
        assert taken in (2, 3) and all(i in owners or other in owners for owners in strip)
        assert mixed.targets[i, other] == pytest.approx(taken / 5) and mixed.targets[i, i] == pytest.approx(1 - taken / 5)


def test_a_batch_is_the_same_however_it_is_shared(small_library, tmp_path):
    library = run(open_library(small_library))
    recipe = PatchRecipe(canonical=True)
    statistics = compute_statistics([prepare(library.load(c.id), recipe) for c in library.clips])
    clips = run(prepare_clips(library, library.clips, recipe, tmp_path / "p", statistics))
    config = training_config.recipe("starter", cutmix=0.5)
    whole, *parts = (
        make_batch(clips, np.arange(8), statistics, config, 5, part) for part in (slice(None), slice(0, 4), slice(4, 8))
    )
    np.testing.assert_array_equal(whole.pixels, np.concatenate([p.pixels for p in parts]))
    assert parts[0].captions == whole.captions and parts[1].captions == whole.captions


def test_the_last_layer_of_the_words_can_be_kept(tiny_model):
    def trained(**told) -> set[int]:
        groups = make_optimizer(tiny_model, training_config.recipe("starter", **told)).param_groups
        return {id(p) for group in groups for p in group["params"]}

    head = {id(p) for p in tiny_model.text_head.parameters()}
    assert head and trained() - trained(keep_text_head=True) == head


def test_frozen_layers_are_the_lowest_and_what_comes_before(tiny_model):
    make_optimizer(tiny_model, training_config.recipe("starter", frozen_text_layers=1, frozen_motion_layers=2))
    frozen = {n for n, p in tiny_model.named_parameters() if not p.requires_grad}
    assert any("word_embeddings" in n for n in frozen) and "motion_encoder.vit.pos_embed" in frozen
    assert {n.split(".")[3] for n in frozen if "encoder.layer" in n or "backbone.layers" in n} <= {"0", "layer"}
    assert {n.split(".")[3] for n in frozen if ".blocks." in n} == {"0", "1"}
    assert tiny_model.motion_encoder.vit.fc_norm.weight.requires_grad and tiny_model.text_head.projection.weight.requires_grad
    with pytest.raises(StudioError, match="has 2 layers; 3 cannot be frozen"):
        make_optimizer(tiny_model, training_config.recipe("starter", frozen_text_layers=3))


def test_fields_of_the_model_are_checked_with_the_configuration(tmp_path):
    with pytest.raises(StudioError, match="model: dim is int, not 'wide'"):
        training_config.recipe("starter", model={"dim": "wide"})
    with pytest.raises(StudioError, match="model: there is no field 'colour'"):
        training_config.recipe("starter", start_from="a model", model={"colour": 3})
    with pytest.raises(StudioError, match="model: points is int, not 16.5"):
        training_config.recipe("starter", model={"patches": {"points": 16.5}})


def test_every_field_is_documented_and_typed():
    for config, types, left_out in (
        (TrainingConfig, None, set()),
        (ModelConfig, ModelFields, {"memory_keys", "memory_meanings"}),
        (PatchRecipe, PatchFields, set()),
    ):
        names = {f.name for f in fields(config)}
        if config is not PatchRecipe:
            assert set(re.findall(r"^        (\w+): ", config.__doc__, re.MULTILINE)) == names
        if types is not None:
            assert set(types.__annotations__) == names - left_out
