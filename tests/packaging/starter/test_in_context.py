"""Phrases as they come up in speech, with a dictionary in WordNet's format: packaging/starter/in_context.py."""

import random

from motionpatches.core.demo.library import ACTIONS, words_in
from motionpatches.packaging.starter.action_phrases import ROWS, TESTS, Phrase, left_out, phrases, share_of
from motionpatches.packaging.starter.in_context import WHEN, WHERE, WHO, WHY, Speaker, Speech, in_context
from motionpatches.packaging.starter.measure.left_out import AROUND as OTHERWISE
from motionpatches.packaging.starter.measure.left_out import WHO as OTHERS
from motionpatches.packaging.starter.measure.left_out import sentences

SENSES = """hop%2:38:00:: 00000002 1 5
limp%2:38:00:: 00000003 1 1
get%2:30:00:: 00000005 1 1
leg%2:38:00:: 00000006 1 1
clown%1:18:00:: 00000013 1 3
big%3:00:00:: 00000020 1 9
walk_on%2:38:00:: 00000004 1 1
"""


def test_a_phrase_stands_in_the_form_its_sentence_asks_for(tmp_path):
    (tmp_path / "index.sense").write_text(SENSES)
    hop = next(action for action in ACTIONS if action.name == "hop on one leg")
    known = [
        Phrase("hops on the {side} foot", hop, ("left",)),
        Phrase("ends nowhere", hop, ("left",)),
        Phrase("stubbed toe, {side}", hop, ("left",), whole=True),
    ]
    found = in_context(tmp_path, known, 2500, seed=1)
    assert len(set(found)) == 2500 and found == in_context(tmp_path, known, 2500, seed=1)
    assert len(in_context(tmp_path, known[1:2], 5)) == 0
    assert not any("nowhere" in text for text in found)  # no dictionary has its verb, so no other form of it is known
    for text in found:
        assert "stubbed toe, left" in text or any(f"{verb} on the left foot" in text for verb in ("hop", "hops", "hopping")), text
    for text in (
        "Anna is hopping on the left foot",
        "to hop on the left foot",
        "hop on the left foot!",
        "the clown hops on the left foot",
        "the old lady: stubbed toe, left",
    ):
        assert text in found, text
    assert any(text.endswith(tuple(WHERE + WHEN + WHY)) for text in found) and any("a big clown" in text for text in found)


def test_a_speaker_knows_what_its_phrases_mean(tmp_path):
    (tmp_path / "index.sense").write_text(SENSES)
    hop, limp = (next(action for action in ACTIONS if action.name == name) for name in ("hop on one leg", "limp"))
    known = [
        Phrase("hops on the {side} foot", hop, ("left", "right")),
        Phrase("limps along", limp, ("left", "right")),
        Phrase("ends nowhere", limp, ("left",)),
    ]
    speaker = Speaker(known, Speech(tmp_path), random.Random(0))
    seen = set()
    for _ in range(300):
        texts, right = speaker.say(2)
        assert right.shape == (2, len(ROWS))
        for text, row in zip(texts, right, strict=True):
            meant = {(action.name, side) for (action, side), there in zip(ROWS, row.tolist(), strict=True) if there}
            if "foot" in text:
                assert meant == {("hop on one leg", "left" if "left" in text else "right")}, text
            else:
                assert meant == {("limp", "left")} | ({("limp", "right")} if "limp" in text else set()), text
            seen.add(text)
    assert {"hops on the left foot", "ends nowhere"} <= seen  # bare; a verb that no dictionary has too
    assert any(text.endswith(tuple(WHERE + WHEN + WHY)) and "limp" in text for text in seen)


def test_a_second_verb_takes_the_form_of_the_first_and_a_noun_stays(tmp_path):
    (tmp_path / "index.sense").write_text(SENSES)
    hop = next(action for action in ACTIONS if action.name == "hop on one leg")
    known = [Phrase(text, hop, ("left",)) for text in ("hops up and gets down", "hops with arms and legs wide")]
    found = in_context(tmp_path, known, 900)
    assert "hopping up and getting down" in found and "hop up and get down!" in found
    assert any("arms and legs wide" in text for text in found)
    for text in found:
        assert "leging" not in text and "legging" not in text and not ("hopping" in text and "gets" in text), text


def test_what_is_left_out_is_not_learnt_nor_are_its_surroundings():
    asked, learnt = sentences(left_out()), {phrase.text for phrase in phrases()}
    of_tests = words_in("".join(file.read_text() for file in TESTS.glob("sentences*.csv")))
    assert all(phrase.text not in learnt and words_in(phrase.text) & of_tests for phrase in left_out())
    assert not set(OTHERS) & set(WHO) and not set(OTHERWISE) & {*WHERE, *WHEN, *WHY}
    assert all(bare in in_context for bare, in_context, _ in asked) and {row for *_, rows in asked for row in rows} <= {
        f"{action.name} {side}".strip() for action, side in ROWS
    }


def test_a_share_of_the_phrases_covers_every_action():
    every, few = phrases(), share_of(phrases(), 0.01)
    assert len(few) < len(every) / 10 and set(few) <= set(every) and set(share_of(every, 1)) == set(every)
    assert {(p.action.name, side) for p in few for side in p.sides} == {(action.name, side) for action, side in ROWS}
