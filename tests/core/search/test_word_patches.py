"""Which word met which patch, against the encoder's own tokens."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.core.models.build import new_model
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.search.encode import first_window_of
from motionpatches.core.search.word_patches import WordPatches, link


@pytest.fixture
def model(tiny_config):
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    return new_model(replace(tiny_config, token_dim=16), lambda: statistics).eval()


def test_each_word_is_compared_with_each_patch(model, smpl_motion):
    sentence = "A person walks , then waves. …"
    found = link(model, smpl_motion, sentence)
    windows = -(-smpl_motion.frame_count // 16)
    assert found.words == tuple(sentence.split()) and found.cosines.shape == (7, 5, windows)
    with torch.no_grad():
        patches = model.encode_patches(torch.from_numpy(first_window_of(model, smpl_motion)[None]))[1][0]
        ids, mask = model.text_encoder.tokenize([sentence])
        words = model.encode_words(ids, mask)[1][0]
    names = [model.text_encoder.tokenizer.id_to_token(int(i)) for i in ids[0]]
    for at, token in ((1, "person"), (2, "walks"), (5, "waves")):
        for part in range(5):
            for window in range(windows):
                expected = float(words[names.index(token)] @ patches[5 * window + part])
                assert found.cosines[at, part, window] == pytest.approx(expected, abs=2e-3)
    assert np.isnan(found.cosines[[3]]).all(), "a comma is no word"


def test_a_later_window_begins_where_it_is_reported(model, smpl_motion):
    long = Motion(np.tile(smpl_motion.positions, (6, 1, 1)), 20.0, SMPL22, "long")
    found = link(model, long, "a person walks", 5.0)
    np.testing.assert_allclose(found.cosines, link(model, long.crop(100, 324), "a person walks").cosines, atol=1e-4)
    assert (found.start_s, found.window_at(4.9), found.window_at(5.0), found.window_at(5.9)) == (5.0, -1, 0, 1)


def test_weights_tell_the_best_patch_and_the_best_word():
    cosines = np.full((3, 5, 2), 0.1, np.float32)
    cosines[0, 3, 1], cosines[1, 3, 1], cosines[2] = 0.9, 0.4, np.nan
    found = WordPatches(("waves", "right", "…"), cosines, 16, 0.0, 20.0)
    assert found.weights[0, 3, 1] == pytest.approx(1) and found.weights[0].sum() == pytest.approx(1)
    assert not found.weights[2].any()
    assert found.best_word(3, 0.9) == 0 and found.best_word(3, 9.0) == -1


def test_models_without_tokens_link_nothing(tiny_model, smpl_motion):
    assert link(tiny_model, smpl_motion, "a person walks") is None
