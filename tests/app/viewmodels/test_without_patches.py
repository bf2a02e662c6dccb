"""A model that reads no patches: the page of reasons says so, and shows what the words are worth."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.tmr import Tmr
from motionpatches.core.patches import HUMANML3D, PatchStatistics
from motionpatches.core.search.encode import encode_first_window
from motionpatches.core.search.explain import leave_words_out
from tests.lanes import rest


@pytest.fixture
def without(ready, search):
    """A model of features in place of the open one, after a query."""
    search.submit("a person waves")
    rest()
    config = ModelConfig(
        motion="sequence_2x16_4heads_24hidden", head="sequence", dim=16, patches=replace(HUMANML3D, form="features")
    )
    statistics = PatchStatistics(np.zeros((263, 1), np.float32), np.ones((263, 1), np.float32))
    torch.manual_seed(0)
    ready.model = Tmr(config, ready.model.text_encoder, statistics, pretrained=False).eval()
    return ready


def test_words_are_explained_without_patches(without, search, playback):
    explanation = Explanation(without, search, playback)
    explanation.set_on(True)
    rest()
    row = encode_first_window(without.model, without.motion.cut(*explanation.window.scored))
    own = leave_words_out(without.model, search.text, row)
    assert [word.text for word in explanation.words] == search.text.split()
    assert [word.fall for word in explanation.words] == pytest.approx([word.fall for word in own], abs=1e-5)
    assert "HumanML3D's features, not patches" in explanation.message and explanation.occlusion is None
    explanation.set_on(False)
    explanation.set_on(True)
    assert "not patches" in explanation.message and explanation.words
