"""Switches of a recipe: layer-wise rates, captions without stop words, captions with their events in reverse."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.patches import PatchRecipe, PatchStatistics
from motionpatches.core.training import config as training_config
from motionpatches.core.training.batches import Batch, make_batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.caption_forms import swapped_events, without_stop_words
from motionpatches.core.training.dataset import PreparedClips
from motionpatches.core.training.distributed import World
from motionpatches.core.training.loss import contrastive_loss
from motionpatches.core.training.optimizer import make_optimizer
from motionpatches.core.training.step import backward


@pytest.fixture
def small_prepared():
    """Eight clips of noise, and statistics that leave them as they are."""
    points = np.random.default_rng(0).normal(size=(8 * 40, 1, 80, 3)).astype(np.float16)
    captions = tuple((f"a person {verb}",) for verb in ("walks", "runs", "waves", "sits", "jumps", "kicks", "bows", "turns"))
    ids = tuple(map(str, range(8)))
    clips = PreparedClips(points, np.arange(9) * 40, ids, captions, PatchRecipe(), np.arange(80), ())
    return clips, PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))


@pytest.mark.parametrize(
    ("caption", "swapped"),
    [
        ("a person walks, then sits", "a person sits, then walks"),
        ("A man jumps and then turns around.", "A man turns around and then jumps."),
        ("someone waves before kicking", "someone kicking before waves"),
        ("a person walks then runs then sits", "a person sits then runs then walks"),
        ("a person walks, then he sits", "he sits, then a person walks"),
        ("a person walks while waving", ""),
        ("a person jumps then jumps", ""),
        ("then", ""),
        ("", ""),
    ],
)
def test_events_are_swapped(caption, swapped):
    assert swapped_events(caption) == swapped


def test_stop_words_are_left_out_and_sides_are_not():
    assert without_stop_words("A person is walking to the left, not right.") == "walking to left not right"
    assert without_stop_words("the person") == "the person"


def test_a_batch_reads_captions_without_stop_words(small_prepared):
    clips, statistics = small_prepared
    rows = np.arange(8)
    plain = make_batch(clips, rows, statistics, training_config.recipe("starter"), 3)
    bare = make_batch(clips, rows, statistics, training_config.recipe("starter", stop_words=1.0), 3)
    half = make_batch(clips, rows, statistics, training_config.recipe("starter", stop_words=0.5), 3)
    assert bare.captions == [without_stop_words(c) for c in plain.captions] != plain.captions
    assert half.captions not in (plain.captions, bare.captions)
    assert np.array_equal(bare.targets, plain.targets) and np.array_equal(bare.pixels, plain.pixels)


def test_a_batch_has_its_captions_in_reverse_but_those_that_are_right(small_prepared):
    clips, statistics = small_prepared
    both = "a person sits, then walks", "a person walks, then sits"
    told = replace(clips, captions=(("a person walks, then sits",), both, *[("a person waves",)] * (len(clips) - 2)))
    config = training_config.recipe("starter", order_negatives=True, mirror=False)
    batch = make_batch(told, np.arange(4), statistics, config, 0)
    assert batch.wrong == ("a person sits, then walks", "", "", "")
    assert make_batch(told, np.arange(4), statistics, replace(config, order_negatives=False), 0).wrong == ()


def test_a_wrong_caption_counts_in_the_choice_of_its_motion_alone():
    rows = functional.normalize(torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(0)), dim=-1)
    motions, texts, wrong = rows[0], rows[1], rows[2].clone()
    wrong[2:] = 0
    found = contrastive_loss(motions, texts, 0.5, torch.eye(4), "sum", None, wrong)
    expected = 0.0
    for i in range(4):
        scores = [float(motions[i] @ t) / 0.5 for t in [*texts, *([wrong[i]] if i < 2 else [])]]
        expected += np.log(np.exp(scores).sum()) - scores[i]
        scores = [float(m @ texts[i]) / 0.5 for m in motions]
        expected += np.log(np.exp(scores).sum()) - scores[i]
    assert float(found) == pytest.approx(expected / 4, abs=1e-5)


def test_wrong_captions_in_chunks_give_the_gradient_of_the_whole(tiny_model):
    rng = np.random.default_rng(0)
    pixels = np.zeros((5, 3, 224, 80), np.float32)
    pixels[:, :, :32] = rng.normal(size=(5, 3, 32, 80))
    captions = ["a person walks then sits", "someone waves", "a person jumps then turns", "someone kicks", "a person runs"]
    batch = Batch(pixels, captions, np.eye(5, dtype=np.float32), 0, tuple(swapped_events(c) for c in captions))
    config = replace(training_config.recipe("starter"), precision="fp32")
    found = []
    for chunk in (0, 2):
        tiny_model.zero_grad()
        loss = backward(tiny_model.train(), TextFeatures(tiny_model, False), batch, config, World(), chunk)
        found.append((loss, [p.grad.clone() for p in tiny_model.parameters() if p.grad is not None]))
    assert found[1][0] == pytest.approx(found[0][0], abs=1e-5)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(other, one, atol=1e-5, rtol=1e-3)
    plain = backward(tiny_model, TextFeatures(tiny_model, False), replace(batch, wrong=()), config, World())
    assert plain < found[0][0]


def test_lower_layers_learn_more_slowly(tiny_model):
    config = training_config.recipe("starter", layer_decay=0.5)
    rates = {id(p): group["lr"] for group in make_optimizer(tiny_model, config).param_groups for p in group["params"]}
    layers = tiny_model.text_encoder.backbone.encoder.layer
    assert rates[id(layers[1].output.dense.weight)] == config.lr_text
    assert rates[id(layers[0].output.dense.bias)] == config.lr_text / 2
    assert rates[id(tiny_model.text_encoder.backbone.embeddings.word_embeddings.weight)] == config.lr_text / 4
    vit = tiny_model.motion_encoder.vit
    assert rates[id(vit.pos_embed)] == pytest.approx(config.lr_motion * 0.5 ** len(vit.blocks))
    assert rates[id(tiny_model.motion_head.fc.weight)] == config.lr_heads
    assert len(rates) == len(list(tiny_model.parameters()))
    last = {group["name"]: group["lr"] for group in make_optimizer(tiny_model, config).param_groups}
    assert last == {"text": config.lr_text, "motion": config.lr_motion, "heads": config.lr_heads}


def test_without_it_the_groups_are_those_of_earlier_runs(tiny_model):
    groups = make_optimizer(tiny_model, training_config.recipe("starter")).param_groups
    assert [group["name"] for group in groups] == ["text", "text", "motion", "motion", "heads", "heads"]


@pytest.mark.parametrize(("name", "value"), [("layer_decay", 0.0), ("layer_decay", 1.5), ("stop_words", 2.0), ("mlm", -1)])
def test_impossible_values_are_named(name, value):
    assert name in training_config.problems(replace(training_config.TrainingConfig(), **{name: value}))
