"""Sentences from a dictionary in WordNet's format: packaging/starter/wordnet.py."""

from pathlib import Path

import pytest

from motionpatches.packaging.starter.wordnet import first_part, gerund, nouns, scenes, senses

VERBS = """  1 a line of the licence
00000001 38 v 02 hop 0 jump_up 1 000 | to hop, or to leap on one foot; "she hopped"
00000002 35 v 01 tie 0 000 | fasten (things) with a cord
00000003 43 v 01 rain 0 000 | precipitate as rain
"""
NOUNS = """00000004 04 n 01 race 0 000 | a contest of speed
00000005 11 n 01 storm 0 000 | a violent wind
"""
COUNTS = """clown%1:18:00:: 00000006 1 2
rope%1:06:00:: 00000007 1 3
knee%1:08:00:: 00000008 1 9
joy%1:12:00:: 00000009 1 1
frog%1:05:00:: 00000010 1 1
newt%1:05:00:: 00000011 2 0
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, text in (("data.verb", VERBS), ("data.noun", NOUNS), ("index.sense", COUNTS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_senses_of_a_file(folder):
    assert list(senses(folder / "data.verb"))[:2] == [
        (38, ["hop", "jump up"], "to hop, or to leap on one foot", ["she hopped"]),
        (35, ["tie"], "fasten  with a cord", []),
    ]


@pytest.mark.parametrize(
    "verb, expected",
    [
        ("run up", "running up"),
        ("make a hole", "making a hole"),
        ("tie", "tying"),
        ("see", "seeing"),
        ("walk", "walking"),
        ("throw", "throwing"),
        ("dye", "dyeing"),
    ],
)
def test_gerunds(verb, expected):
    assert gerund(verb) == expected


def test_the_first_part_of_an_explanation():
    assert first_part("to hop, or to leap on one foot; of animals") == "hop"


def test_scenes_are_of_people_and_of_what_bodies_do(folder):
    found = scenes(folder, 60, seed=1)
    assert len(found) == len(set(found)) == 60 and found == scenes(folder, 60, seed=1)
    words = {word.strip(",") for text in found for word in text.split()}
    assert {"hopping", "jumping", "tying", "fastening", "clown", "rope", "knee", "frog", "race", "storm"} <= words
    assert not words & {"raining", "precipitating", "newt"}


def test_nouns_are_names_of_what_people_have_to_do_with(folder):
    with open(folder / "data.noun", "a") as file:
        file.write(
            "00000006 20 n 01 oak 0 000 | a tree\n00000007 18 n 02 bell_ringer 0 very_long_name_indeed 0 000 | who rings\n"
        )
    assert nouns(folder) == ["bell ringer", "race", "storm"]
