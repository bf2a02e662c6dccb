"""The shipped model on the list of sentences in words that no caption uses."""

from core import places
from tests.sentences import ask_all, share


def test_the_starter_understands_words_it_never_saw():
    answers = ask_all(places.starter_model())
    assert len(answers) == 60
    assert share(answers, 1) >= 75
    assert share(answers, 5) >= 85
