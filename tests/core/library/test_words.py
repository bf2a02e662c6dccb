"""The index of words, against a loop over all lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.library import words
from motionpatches.core.library.library import Clip
from motionpatches.core.library.words import ALL, ARTICLES, PHRASE, WHOLE, WordIndex, caption_with, name_of, words_of

CLIPS = (
    Clip("old/goalie_01", Path("/x/old/goalie_01.bvh"), ("goalie shows the crowd",)),
    Clip("old/castaway_01", Path("/x/old/castaway_01.bvh"), ("a man waits", "The castaway signals the plane, twice.")),
    Clip("new/castaway_02", Path("/x/new/castaway_02.bvh"), ("Castaway signals the plane!",)),
    Clip("new/take", Path("/x/new/take.fbx"), ("the plane signals a castaway",)),
    Clip("rigs#Walk", Path("/x/rigs.fbx"), (), take="Walk"),
    Clip("SlowWalk7@1-2", Path("/x/SlowWalk7.bvh"), ("a person walks",), start_s=1.0, end_s=2.0),
    Clip("日本", Path("/x/日本.bvh"), ("STRASSE überqueren", "")),
)


def by_hand(clips, sentence):
    """How closely each clip holds the words, line by line."""
    asked, found = words_of(sentence), {}
    for at, clip in enumerate(clips):
        for line in (name_of(clip), *clip.captions):
            held = words_of(line)
            if not {w for w in asked if w not in ARTICLES} or not {w for w in asked if w not in ARTICLES} <= set(held):
                continue
            side_by_side = any(held[i : i + len(asked)] == asked for i in range(len(held)))
            found[at] = max(found.get(at, 0), WHOLE if held == asked else PHRASE if side_by_side else ALL)
    return found


def found(index, sentence):
    numbers, closeness = index.find(sentence)
    return dict(zip(numbers.tolist(), closeness.tolist(), strict=True))


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("castaway signals the plane", {1: PHRASE, 2: WHOLE, 3: ALL}),
        ("the castaway  signals a plane", {1: ALL, 2: ALL, 3: ALL}),
        ("CASTAWAY_02.bvh", {2: PHRASE}),
        ("new/castaway", {2: PHRASE}),
        ("new", {2: PHRASE, 3: PHRASE}),
        ("rigs.fbx walk", {4: WHOLE}),
        ("slow walk", {5: PHRASE}),
        ("SlowWalk7", {5: PHRASE}),
        ("straße", {6: PHRASE}),
        ("日本", {6: PHRASE}),
        ("castaway yodels", {}),
        ("the", {}),
        ("", {}),
        ("...", {}),
    ],
)
def test_clips_that_hold_the_words(sentence, wanted):
    assert found(WordIndex.of(CLIPS), sentence) == wanted == by_hand(CLIPS, sentence)


def random_clips(draw, count):
    some = ("a", "the", "man", "walks", "Runs", "left", "2", "turn-left", "Ü")
    return tuple(
        Clip(
            f"{i}", Path(f"/x/{i}.npy"), tuple(" ".join(draw.choice(some, draw.integers(0, 5))) for _ in range(draw.integers(4)))
        )
        for i in range(count)
    )


def test_random_sentences_as_by_hand(monkeypatch):
    monkeypatch.setattr(words, "CHUNK", 7)
    draw = np.random.default_rng(0)
    clips = random_clips(draw, 60)
    index = WordIndex.of(clips)
    for _ in range(200):
        sentence = " ".join(draw.choice(("a", "man", "walks", "runs", "left", "2", "turn"), draw.integers(1, 4)))
        assert found(index, sentence) == by_hand(clips, sentence), sentence


def test_after_an_edit_only_what_changed_is_split(monkeypatch):
    draw = np.random.default_rng(1)
    clips = random_clips(draw, 40)
    index = WordIndex.of(clips)
    edited = (*clips[:5], replace(clips[5], captions=("man jumps",)), *clips[7:], Clip("z", Path("/x/z.npy"), ("man walks",)))
    split = []
    whole = words._split
    monkeypatch.setattr(words, "_split", lambda text: split.append(text) or whole(text))
    later = index.updated(edited)
    assert split == ["5.npy\nman jumps\nz.npy\nman walks\n"]
    for sentence in ("man jumps", "man walks", "walks left", "a man", "6"):
        assert found(later, sentence) == by_hand(edited, sentence), sentence
    assert found(later.updated(()), "man") == {}


def test_the_caption_that_holds_the_words_is_the_one_to_show():
    captions = ("he waits", "A man walks, then waves the left hand.", "waves left hand")
    assert (
        caption_with("waves the left hand", captions) == "waves left hand" and caption_with("man waves", captions) == captions[1]
    )
    assert caption_with("she waits", captions) == caption_with("the", captions) == caption_with("x", ()) == ""


def test_a_long_caption_that_says_much_else_does_not_hold_a_sentence_exactly():
    said = "waves with the right hand"
    longer = f"a person {said} while walking, then turns round, kicks a ball and at last sits down on the floor"
    index = WordIndex.of([Clip("a", Path("a.bvh"), (f"a person {said}",)), Clip("b", Path("b.bvh"), (longer,))])
    assert index.find(f"a person {said}")[0].tolist() == [0]
    assert index.find(longer)[0].tolist() == [1]
