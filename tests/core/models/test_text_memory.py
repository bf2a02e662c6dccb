"""What known sentences mean: core/models/text_memory.py and the models that have it."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models.build import new_model, rebuilt
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import changed
from motionpatches.core.models.text_memory import NEAR, SHARE, TEMPERATURE, TextMemory
from motionpatches.core.search.encode import encode_text
from motionpatches.core.training.caption_features import TextFeatures
from tests.core.models.test_variants import statistics_of


def unit(*shape, seed=0):
    return functional.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_a_row_is_drawn_toward_what_its_neighbours_mean():
    keys = functional.normalize(unit(1, 6) + 0.3 * unit(5, 6, seed=1), dim=1)  # all near to each other
    meant = unit(3, 6, seed=2)[[0, 1, 1, 2, 0]]
    memory, rows = TextMemory.of(keys, meant), functional.normalize(keys[:4] + 0.2 * unit(4, 6, seed=3), dim=1)
    assert len(memory.meanings) == 3
    for row, found in zip(rows, memory(rows), strict=True):
        near = [float(torch.exp((row @ key - NEAR) / TEMPERATURE)) for key in keys]
        recalled = sum(n / (1 + sum(near)) * m for n, m in zip(near, meant, strict=True))
        expected = row + SHARE * recalled
        torch.testing.assert_close(found, expected / expected.norm(), atol=1e-5, rtol=0)
        assert float((found * row).sum()) < 0.9999


def test_what_is_far_from_all_that_is_known_stays():
    keys = torch.eye(8)[:4]
    row = functional.normalize(torch.tensor([[0.2, 0.1, 0, 0, 1, 1, 0, 0]]), dim=1)
    torch.testing.assert_close(TextMemory.of(keys, torch.eye(8)[4:])(row), row, atol=1e-4, rtol=0)


@torch.no_grad()
def test_a_model_remembers_on_disk_and_in_training(tiny_config, tmp_path):
    model = new_model(changed(tiny_config, head="text_space"), lambda: statistics_of(80)).eval()
    known = ["a person walks", "someone jumps twice", "he waves"]
    before = model.encode_text(known)
    model.remember(TextMemory.of(before, unit(3, before.shape[1], seed=4)))
    after = model.encode_text(known)
    assert float((before * after).sum(1).max()) < 0.999
    for compact in (False, True):
        save_model(model, tmp_path / "m", CheckpointInfo(), compact=compact)
        again = load_model(tmp_path / "m")
        assert float((again.encode_text(known) * after).sum(1).min()) > 0.999
        np.testing.assert_allclose(encode_text(again, known[1]), again.encode_text(known)[1], atol=1e-4)
    torch.testing.assert_close(TextFeatures(model, frozen=True).encode(known)[0], after, atol=1e-5, rtol=0)
    plain = rebuilt(model, changed(model.config, head="residual"))
    assert plain.text_memory is None and plain.config.memory_keys == 0
    with pytest.raises(StudioError, match="memory"):
        changed(tiny_config, memory_keys=3)


@torch.no_grad()
def test_a_single_row_is_read_as_many_are():
    memory, rows = (
        TextMemory.of(unit(50, 384), unit(50, 384, seed=1)),
        functional.normalize(unit(50, 384) + 0.02 * unit(50, 384, seed=2), dim=1),
    )
    together = memory(rows)
    torch.testing.assert_close(torch.cat([memory(row[None]) for row in rows]), together, atol=1e-4, rtol=0)
    memory.keys.copy_(memory.keys.flip(0))
    torch.testing.assert_close(memory(rows[:1]), memory(rows)[:1], atol=1e-4, rtol=0)
    assert float((memory(rows[:1]) - together[:1]).abs().max()) > 1e-2
