"""Gradient caching gives the gradient of the whole batch; bf16 nearly that of fp32."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.models import device as devices
from motionpatches.core.models.build import new_model
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.training import config as training_config
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.distributed import World
from motionpatches.core.training.step import backward


def batch_of(size):
    rng = np.random.default_rng(0)
    words = ["a person walks", "someone waves", "a person jumps", "someone kicks with the left leg", "a person sits"]
    pixels = np.zeros((size, 3, 224, 80), np.float32)
    for i in range(size):
        pixels[i, :, : 30 + 20 * i] = rng.normal(size=(3, 30 + 20 * i, 80))
    return Batch(pixels, [words[i % 5] for i in range(size)], np.equal.outer(np.arange(size) % 5, np.arange(size) % 5))


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("chunk", [1, 3])
def test_chunks_give_the_gradient_of_the_whole(tiny_config, frozen, chunk):
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, dropout=0.0, drop_path=0.0), lambda: statistics).eval()
    config = replace(training_config.recipe("starter", align=0.5), precision="fp32")
    if frozen:
        model.text_encoder.requires_grad_(False)
    batch = batch_of(7)
    whole = backward(model, TextFeatures(model, frozen), batch, config, World())
    expected = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    parts = backward(model, TextFeatures(model, frozen), batch, config, World(), chunk)
    found = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert parts == pytest.approx(whole, abs=1e-5) and set(found) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-3, msg=name)


def test_both_passes_of_a_chunk_drop_the_same_units(tiny_config):
    """With dropout, a chunk of the whole batch is the plain step under the same random numbers."""
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, dropout=0.3), lambda: statistics).train()
    seen = []
    keep = model.motion_head.register_forward_hook(lambda module, inputs, output: seen.append(output.detach()))
    backward(
        model, TextFeatures(model, False), batch_of(6), replace(training_config.recipe("starter"), precision="fp32"), World(), 2
    )
    keep.remove()
    assert len(seen) == 6
    for first, second in zip(seen[:3], seen[3:], strict=True):
        torch.testing.assert_close(first, second)


def test_the_gradient_in_bf16_is_nearly_that_in_fp32(tiny_config):
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, dropout=0.0, drop_path=0.0), lambda: statistics).eval()
    found = []
    for precision in ("fp32", "bf16"):
        model.zero_grad()
        loss = backward(
            model,
            TextFeatures(model, False),
            batch_of(7),
            replace(training_config.recipe("starter"), precision=precision),
            World(),
        )
        found.append((loss, torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])))
    (loss, exact), (other_loss, rounded) = found
    assert other_loss == pytest.approx(loss, rel=0.02) and not torch.equal(exact, rounded)
    assert functional.cosine_similarity(exact, rounded, dim=0) > 0.98


def test_what_trains_in_bf16_by_itself_is_what_the_processor_is_quick_with(monkeypatch):
    seen = []
    monkeypatch.setattr(devices, "autocast", lambda device, precision="auto": seen.append(precision) or nullcontext())
    for pays in (True, False):
        monkeypatch.setattr(devices, "cpu_trains_in_bf16", lambda pays=pays: pays)
        with devices.training_precision("cpu", "auto"):
            seen.append(torch.backends.cuda.flash_sdp_enabled())
        with devices.training_precision("cpu", "fp32"):
            seen.append(torch.backends.cuda.flash_sdp_enabled())
    assert seen == ["bf16", False, "fp32", True, "auto", True, "fp32", True]
