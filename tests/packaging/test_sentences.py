"""The shipped model on the lists of sentences in other words than the captions of their action."""

from motionpatches.core import paths
from motionpatches.packaging.starter.measure.sentences import ask_all, first_list, share


def test_the_starter_understands_words_it_never_saw():
    answers = ask_all(paths.starter_model())
    assert len(answers) >= 200 and len(first_list(answers)) == 60
    assert share(first_list(answers), 1) >= 75
    assert share(first_list(answers), 5) >= 90
    assert share(answers, 1) >= 80
    assert share(answers, 5) >= 95
