"""The shipped model on the lists of sentences in other words than the captions of their action."""

import json

import pytest

from motionpatches.core import paths
from motionpatches.packaging.starter import card
from motionpatches.packaging.starter.measure import record, sentences
from motionpatches.packaging.starter.measure.sentences import ask_all, first_list, share


@pytest.fixture(scope="module")
def answers():
    return ask_all(paths.starter_model())


def test_the_card_has_what_the_command_gives(answers, monkeypatch):
    """One sentence more or less: rounding differs between processors."""
    monkeypatch.setattr(sentences, "ask_all", lambda _: answers)
    for found, written in zip(
        record.of_sentences(paths.starter_model())["rows"], json.loads(card.SCORES.read_text())["sentences"]["rows"], strict=True
    ):
        assert found["set"] == written["set"]
        assert found["top1"] == pytest.approx(written["top1"], abs=1.7) and found["top5"] == pytest.approx(
            written["top5"], abs=1.7
        )


def test_the_starter_understands_words_it_never_saw(answers):
    assert len(answers) >= 200 and len(first_list(answers)) == 60
    assert share(first_list(answers), 1) >= 75
    assert share(first_list(answers), 5) >= 90
    assert share(answers, 1) >= 80
    assert share(answers, 5) >= 90
