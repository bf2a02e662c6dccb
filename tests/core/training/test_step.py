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


@pytest.mark.parametrize("people", [1, 2])
def test_dropout_belongs_to_the_item(tiny_config, people):
    """With dropout everywhere: in chunks, or in two shares of the batch, the gradient is that of the whole step."""
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, dropout=0.3, drop_path=0.4, people=people), lambda: statistics).train()
    config = replace(training_config.recipe("starter"), precision="fp32")
    batch = replace(batch_of(6), step=3)
    if people == 2:
        batch = replace(batch, pixels=np.stack([batch.pixels, batch.pixels[::-1]], axis=1))

    def gradient(batch=batch, chunk=0):
        model.zero_grad()
        backward(model, TextFeatures(model, False), batch, config, World(), chunk)
        return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}

    whole = gradient()
    for chunk in (1, 2, 4):
        torch.manual_seed(chunk)
        for name, value in gradient(chunk=chunk).items():
            torch.testing.assert_close(value, whole[name], atol=2e-5, rtol=1e-3, msg=f"{name}, chunk {chunk}")
    other = gradient(replace(batch, step=4))
    assert max(float((other[name] - whole[name]).abs().max()) for name in whole) > 0.01, "another step, other masks"


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
    assert seen == ["bf16", False, "fp32", True, "fp32", True, "fp32", True]


def test_convolutions_round_as_products_do():
    """The switches of torch are there without a GPU. By its default cuDNN's convolutions are made in TF32."""
    cudnn, before = torch.backends.cudnn, torch.get_float32_matmul_precision()
    kept = cudnn.allow_tf32, cudnn.benchmark, cudnn.deterministic
    seen = {}
    try:
        for products in ("highest", "high"):
            torch.set_float32_matmul_precision(products)
            for device in ("cuda:0", "cpu"):
                with devices.training_precision(device, "fp32"):
                    seen[products, device] = cudnn.allow_tf32
    finally:
        torch.set_float32_matmul_precision(before)
    assert seen == {("highest", "cuda:0"): False, ("highest", "cpu"): kept[0], ("high", "cuda:0"): True, ("high", "cpu"): kept[0]}
    assert (cudnn.allow_tf32, cudnn.benchmark, cudnn.deterministic) == kept
