"""The same words in the forms that people type: packaging/starter/measure/forms.py."""

import random

from motionpatches.packaging.starter.measure.forms import asked, doing, infinitive, mistyped


def test_verbs_are_taken_back_to_their_infinitive():
    verbs = {"carries": "carry", "punches": "punch", "moves": "move", "does": "do", "kicks": "kick", "tries": "try"}
    assert {verb: infinitive(verb) for verb in verbs} == verbs
    assert doing("waves the left hand") == "waving the left hand" and doing("sits down") == "sitting down"


def test_a_typing_error_exchanges_two_letters_of_the_longest_word():
    for seed in range(20):
        typed = mistyped("a person juggles", random.Random(seed))
        assert typed != "a person juggles" and typed.startswith("a person j") and typed.endswith("s")
        assert sorted(typed) == sorted("a person juggles")
        assert sum(a != b for a, b in zip(typed, "a person juggles", strict=True)) == 2


def test_every_action_and_side_is_asked_for_without_open_fields():
    found = asked()
    assert len({shown for _, shown in found}) == len(found) > 300
    assert not any("{" in phrase for phrase, _ in found)
