"""The teacher of the words, on a small MPNet that the test writes to disk: packaging/starter/large_teacher.py."""

import shutil
from pathlib import Path

import pytest
import torch
import transformers
from torch.nn import functional

from motionpatches.packaging.starter import large_teacher
from motionpatches.packaging.starter.large_teacher import Teacher
from motionpatches.packaging.starter.text_teacher import rows_of

PHRASES = [
    "a person walks forward",
    "someone walks forward",
    "walks forward and then sits",
    "a person walks",
    "someone walks",
    "a person waves the left hand",
    "someone waves twice",
    "waves with the hand",
    "a person waves",
    "someone waves up",
]
RIGHT = torch.eye(2)[[0] * 5 + [1] * 5]


@pytest.fixture
def mpnet(tiny_text_folder, tmp_path) -> Path:
    torch.manual_seed(0)
    config = transformers.MPNetConfig(
        vocab_size=40, hidden_size=32, intermediate_size=64, num_hidden_layers=10, num_attention_heads=2
    )
    transformers.MPNetModel(config).save_pretrained(tmp_path)
    shutil.copy(tiny_text_folder / "tokenizer.json", tmp_path)
    return tmp_path


def small(texts: list[str]) -> torch.Tensor:
    """Rows of another encoder: how often each letter stands in a text."""
    return functional.normalize(torch.tensor([[float(t.count(chr(97 + i))) for i in range(26)] for t in texts]), dim=1)


def cosines_of_the_whole(folder: Path, texts: list[str], layer: int) -> torch.Tensor:
    """(N, N) cosines of the mean states after a layer, sentence by sentence through transformers' own forward."""
    model = transformers.MPNetModel.from_pretrained(folder).eval()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    with torch.no_grad():
        rows = [
            model(torch.tensor([tokenizer.encode(t).ids]), output_hidden_states=True).hidden_states[layer][0].mean(0)
            for t in texts
        ]
    rows = functional.normalize(torch.stack(rows), dim=1)
    return rows @ rows.T


def test_an_untuned_teacher_reads_as_the_model_does(mpnet):
    teacher = Teacher(mpnet, small)
    teacher.learn(PHRASES, RIGHT, scale=0)
    rows = teacher.rows(PHRASES)
    torch.testing.assert_close((rows * rows).sum(1), torch.ones(10), atol=1e-5, rtol=0)
    tuned = rows[:, -32:] / rows[:, -32:].norm(dim=1, keepdim=True)
    torch.testing.assert_close(tuned @ tuned.T, cosines_of_the_whole(mpnet, PHRASES, 10), atol=1e-4, rtol=0)
    for _, _, _, beside in teacher._read(PHRASES[:1] * 2):
        assert beside.shape == (2, 32 + 32 + 26)


def test_a_tuned_teacher_finds_the_action_of_phrases_it_was_not_told(mpnet, monkeypatch):
    monkeypatch.setattr(large_teacher, "RATES", (3e-3, 3e-3))
    monkeypatch.setattr(large_teacher, "BATCH", 8)
    monkeypatch.setattr(large_teacher, "BENT", 0)
    others = ["the person walks backward", "walks up", "someone waves with the right hand", "waves the leg"]
    right = torch.tensor([0, 0, 1, 1])
    margins = {}
    for scale in (0, 0.1):
        torch.manual_seed(0)
        teacher = Teacher(mpnet, small)
        teacher.learn(PHRASES, RIGHT, scale)
        scores = rows_of(teacher.rows, others) @ teacher.actions.T
        margins[scale] = scores[range(4), right] - scores[range(4), 1 - right]
    assert margins[0.1].min() > 0
    assert margins[0.1].mean() > 2 * margins[0].mean()
