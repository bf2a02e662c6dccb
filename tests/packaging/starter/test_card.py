"""The starter's model card is what the template, the model and the scores make of it."""

from __future__ import annotations

import json
import re

import pytest

from motionpatches.core import paths
from motionpatches.packaging.starter import card


@pytest.fixture(scope="module")
def text() -> str:
    return card.card(paths.starter_model())


def test_the_shipped_card_is_up_to_date(text):
    shipped = (paths.starter_model() / "README.md").read_text(encoding="utf-8")
    assert shipped == text, "run python -m motionpatches.packaging.starter.card"


def test_the_card_is_one_page_with_every_section(text):
    assert len(text.splitlines()) <= 100
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Intended use",
        "Training data",
        "Procedure",
        "Scores",
        "Limits",
        "Licence",
    ]
    assert "$" not in text


def test_every_score_of_the_file_is_on_the_card(text):
    scores = json.loads(card.SCORES.read_text())
    for part in ("sentences", "left_out", "captured"):
        for row in scores[part]["rows"]:
            assert re.search(rf"^\| .+ \| {row['top1']:.1f} \| {row['top5']:.1f} \|", text, re.MULTILINE), row
        assert f"`{scores[part]['command']}`" in text


def test_scores_of_another_model_are_refused(tmp_path, monkeypatch):
    other = tmp_path / "scores.json"
    other.write_text(json.dumps({**json.loads(card.SCORES.read_text()), "model": "0123456789abcdef"}))
    monkeypatch.setattr(card, "SCORES", other)
    with pytest.raises(ValueError, match="measure again"):
        card.card(paths.starter_model())
