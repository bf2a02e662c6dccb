"""What fewer bits of patch tokens cost."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.library.open import open_library
from motionpatches.core.models.build import new_model
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.progress import run
from motionpatches.packaging.research import token_bits


@pytest.fixture
def library(small_library):
    return run(open_library(small_library))


def test_recall_is_that_of_a_loop_and_fewer_bits_take_less_room(tiny_config, library):
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, token_dim=16), lambda: statistics).eval()
    found = token_bits.measure(model, library, library.clips)
    captions = [clip.caption for clip in library.clips]
    patches = token_bits.rows_of(model, [library.load(clip.id) for clip in library.clips]).patches.float().numpy()
    right = 0
    for caption in captions:
        words = token_bits.sentence_rows(model, caption)[1]
        scores = [np.mean([max(row @ word for row in rows) for word in words]) for rows in patches]
        right += captions[int(np.argmax(scores))] == caption
    assert found[32]["R@1"] == pytest.approx(100 * right / len(captions), abs=0.01)
    assert found[32]["first"] == found[32]["ten"] == 100
    assert found[32]["KB"] == pytest.approx(70 * 16 * 4 / 1000) and found[16]["KB"] == pytest.approx(found[32]["KB"] / 2)
    assert found[4]["KB"] == pytest.approx(70 * (16 / 2 + 2) / 1000), "half a byte a number, and a scale of two bytes a patch"
    assert found[16]["ten"] >= found[4]["ten"] > 0
    rows = token_bits.table(found).splitlines()
    assert rows[2].startswith("| 32 | 4.5 |") and len(rows) == 5


def test_a_model_without_tokens_is_named(tiny_model, library):
    with pytest.raises(StudioError, match="interaction"):
        token_bits.measure(tiny_model, library, library.clips)
