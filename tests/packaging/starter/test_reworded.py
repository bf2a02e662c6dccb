"""Phrases reworded by a dictionary in WordNet's format: packaging/starter/reworded.py."""

from pathlib import Path

import pytest

from motionpatches.packaging.starter.reworded import reworded

# locomote > (hop, jump > leap), (walk); 'walk' as a noun too, but hardly ever.
FILES = {
    "data.verb": """00000001 38 v 01 locomote 0 002 ~ 00000002 v 0000 ~ 00000003 v 0000 | move
00000002 38 v 02 hop 0 jump_up 1 001 @ 00000001 v 0000 | leap
00000003 38 v 01 walk 0 002 @ 00000001 v 0000 + 00000011 n 0000 | go on foot
""",
    "data.noun": """00000010 06 n 01 rope 0 001 ~ 00000012 n 0000 | a cord
00000011 04 n 01 stroll 0 000 | a walk
00000012 06 n 01 lasso 0 001 @ 00000010 n 0000 | a rope
00000013 18 n 01 clown 0 000 | a fool
""",
    "data.adj": """00000020 00 a 01 big 0 001 & 00000021 a 0000 | large
00000021 00 s 01 huge 0 001 & 00000020 a 0000 | very large
""",
    "data.adv": "",
    "index.sense": """locomote%2:38:00:: 00000001 1 1
hop%2:38:00:: 00000002 1 5
jump_up%2:38:00:: 00000002 1 5
walk%2:38:00:: 00000003 1 9
stroll%1:04:00:: 00000011 1 0
rope%1:06:00:: 00000010 1 3
lasso%1:06:00:: 00000012 1 1
clown%1:18:00:: 00000013 1 2
big%3:00:00:: 00000020 1 2
huge%5:00:00:big:00 00000021 1 1
""",
}


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_words_are_exchanged_for_their_kin_in_the_same_form(folder):
    sentences = ["a person hops over the big ropes"]
    found = reworded(folder, sentences, 40, seed=1)
    assert len(found) == 40 and found == reworded(folder, sentences, 40, seed=1)
    assert sentences[0] not in found and 0 < len(reworded(folder, ["hops"], 40)) < 40
    words = {word for text in found for word in text.split()}
    assert words == {
        "a",
        "person",
        "over",
        "the",
        "hops",
        "jumps",
        "up",
        "locomotes",
        "walks",
        "ropes",
        "lassoes",
        "big",
        "huge",
        "clown",
    }
    assert "a person hops over the huge ropes" in found and "a person jumps up over the big ropes" in found


def test_parts_of_two_phrases_come_together_and_sides_stay(folder):
    found = reworded(folder, ["hops on the left", "walks with a rope to the right"], 100, seed=2)
    assert any("left" in text and "rope" in text for text in found)
    known = {"hops", "on", "the", "left", "walks", "with", "a", "rope", "to", "right", "jumps", "up", "locomotes", "lasso"}
    assert all(word in known for text in found for word in text.split())


def test_a_thesaurus_gives_the_words_that_are_of_the_same_part_of_speech(folder):
    listed = folder / "thesaurus.txt"
    listed.write_text("hop,walk on,clown,walk,big\nrope,lasso,jump up\nunknown,walk\n")
    found = reworded(folder, ["hops over ropes"], 60, seed=3, thesaurus=listed)
    assert {word for text in found for word in text.split()} == {"hops", "walks", "on", "over", "ropes", "lassoes"}
    assert "walks on over ropes" in found and "walks over lassoes" in found
