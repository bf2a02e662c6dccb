"""Late interaction: MaxSim against slow loops, tokens that count, and models that keep their token heads."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.core.errors import StudioError
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.late_interaction import max_sim, unit_tokens
from motionpatches.core.patches import PatchStatistics


def statistics():
    return PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))


@pytest.fixture
def model(tiny_config):
    torch.manual_seed(0)
    return new_model(replace(tiny_config, token_dim=16), statistics).eval()


def clips(*frames):
    rng = np.random.default_rng(0)
    pixels = np.zeros((len(frames), 3, 224, 80), np.float32)
    for image, count in zip(pixels, frames, strict=True):
        image[:, :count] = rng.normal(size=(3, count, 80))
    return torch.from_numpy(pixels)


def test_max_sim_is_the_mean_over_words_of_the_best_patch():
    rng = torch.Generator().manual_seed(0)
    spoken, shown = torch.rand(5, 7, generator=rng) < 0.6, torch.rand(4, 9, generator=rng) < 0.5
    spoken[2], shown[:, 3] = False, True
    words = unit_tokens(torch.randn(5, 7, 6, generator=rng), spoken)
    patches = unit_tokens(torch.randn(4, 9, 6, generator=rng) - 2, shown)  # far from the words: negative cosines
    words[:, :, 0] = words[:, :, 0].abs()
    found = max_sim(words, patches)
    for t in range(5):
        for m in range(4):
            best = [max(float(w @ p) for p in patches[m][shown[m]]) for w in words[t][spoken[t]]]
            assert float(found[t, m]) == pytest.approx(sum(best) / len(best) if best else 0.0, abs=1e-6)
    assert (found < 0).any()  # a patch that is none, whose cosine is 0, is not the best


@pytest.mark.parametrize("trim", [True, False])
def test_patches_after_the_end_are_none(tiny_config, trim):
    torch.manual_seed(0)
    model = new_model(replace(tiny_config, token_dim=16, trim_padding=trim), statistics).eval()
    pixels = clips(30, 224, 100)
    with torch.no_grad():
        rows, patches = model.encode_patches(pixels)
        torch.testing.assert_close(rows, model.encode_motion(pixels))
        alone = torch.cat([model.encode_patches(one[None])[1] for one in pixels])
    assert patches.shape == (3, 70, 16)
    torch.testing.assert_close(patches, alone)
    lengths = patches.norm(dim=-1)
    assert [int(n) for n in (lengths > 0).sum(dim=1)] == [2 * 5, 70, 7 * 5]
    torch.testing.assert_close(lengths[lengths > 0], torch.ones(115))
    assert (lengths[0, :10] > 0).all()


def test_words_are_no_punctuation_and_no_special_tokens(model):
    ids, mask = model.text_encoder.tokenize(["a person walks, then waves.", ". ,", "runs"])
    kept = model.text_encoder.words(ids, mask)
    tokens = [[model.text_encoder.tokenizer.id_to_token(int(i)) for i in row[k]] for row, k in zip(ids, kept, strict=True)]
    assert tokens == [["a", "person", "walks", "then", "waves"], ["[CLS]", ".", ",", "[SEP]"], ["runs"]]
    with torch.no_grad():
        rows, words = model.encode_words(ids, mask)
        torch.testing.assert_close(rows, model.encode_tokens(ids, mask))
        one = model.text_encoder.tokenize(["runs"])
        torch.testing.assert_close(model.encode_words(*one)[1][0, 1], words[2, 1], atol=2e-3, rtol=0)
    assert ((words.norm(dim=-1) > 0) == kept).all()


def test_a_saved_model_keeps_its_token_heads(model, tmp_path):
    save_model(model, tmp_path / "m", CheckpointInfo())
    again = load_model(tmp_path / "m")
    assert again.config.token_dim == 16
    with torch.no_grad():
        torch.testing.assert_close(again.encode_patches(clips(64))[1], model.encode_patches(clips(64))[1], atol=1e-5, rtol=1e-4)


def test_models_without_tokens_have_the_tensors_they_had(tiny_model, tmp_path):
    save_model(tiny_model, tmp_path / "m", CheckpointInfo())
    assert not [name for name in tiny_model.state_dict() if "token_heads" in name or "word_head" in name]
    assert load_model(tmp_path / "m").token_heads is None


def test_the_preset_is_the_starter_with_tokens():
    assert changed(preset("interaction"), token_dim=0) == preset("starter")
    for wrong in ({"people": 2}, {"patches": {"form": "joints"}}):
        with pytest.raises(StudioError, match="token_dim"):
            preset("interaction", **wrong)
