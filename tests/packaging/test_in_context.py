"""Phrases as they come up in speech, with a dictionary in WordNet's format: packaging/in_context.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
from action_phrases import Phrase
from in_context import WHEN, WHERE, WHY, in_context

from core.demo.library import ACTIONS

SENSES = """hop%2:38:00:: 00000002 1 5
limp%2:38:00:: 00000003 1 1
clown%1:18:00:: 00000013 1 3
big%3:00:00:: 00000020 1 9
walk_on%2:38:00:: 00000004 1 1
"""


def test_a_phrase_stands_in_the_form_its_sentence_asks_for(tmp_path):
    (tmp_path / "index.sense").write_text(SENSES)
    hop = next(action for action in ACTIONS if action.name == "hop on one leg")
    known = [Phrase("hops on the {side} foot", hop, ("left",)), Phrase("ends nowhere", hop, ("left",)),
             Phrase("stubbed toe, {side}", hop, ("left",), whole=True)]
    found = in_context(tmp_path, known, 2500, seed=1)
    assert len(set(found)) == 2500 and found == in_context(tmp_path, known, 2500, seed=1)
    assert len(in_context(tmp_path, known[1:2], 5)) == 0
    assert not any("nowhere" in text for text in found)  # no dictionary has its verb, so no other form of it is known
    for text in found:
        assert "stubbed toe, left" in text or any(f"{verb} on the left foot" in text for verb in ("hop", "hops", "hopping")), text
    for text in ("Anna is hopping on the left foot", "to hop on the left foot", "hop on the left foot!",
                 "the clown hops on the left foot", "the old lady: stubbed toe, left"):
        assert text in found, text
    assert any(text.endswith(tuple(WHERE + WHEN + WHY)) for text in found) and any("a big clown" in text for text in found)
