"""Suggestions for a line that is being typed, against a slow search through all words."""

import random
from collections import Counter
from pathlib import Path

from motionpatches.core.library.library import Clip
from motionpatches.core.library.words import ARTICLES, WordIndex, name_of, words_of
from motionpatches.core.search.suggest import Words, suggest


def clips_of(*captions, splits=("",)):
    return tuple(Clip(f"c{i}", Path(f"{i:06d}.npy"), (caption,), splits[i % len(splits)]) for i, caption in enumerate(captions))


def texts(found, kind=None):
    return [one.text for one in found if kind in (None, one.kind)]


def test_words_are_completed_by_how_often_they_stand_in_the_library():
    """A slow twin splits all captions and names again."""
    rng = random.Random(3)
    vocabulary = ["walk", "walks", "walking", "wave", "waves", "water", "the", "a", "kick", "WALKS", "wa", "2", "x9"]
    clips = clips_of(*(" ".join(rng.choices(vocabulary, k=8)) for _ in range(60)))
    words = Words.of(WordIndex.of(clips))
    counted = Counter(w for c in clips for line in (name_of(c), *c.captions) for w in words_of(line))
    good = {w: n for w, n in counted.items() if len(w) > 2 and w.isalpha() and w not in ARTICLES}
    assert dict(zip(words.words, words.counts.tolist(), strict=True)) == good
    for start in ("wa", "wal", "walks", "k", "npy", "zz", "the"):
        slow = sorted((w for w in good if w.startswith(start) and w != start), key=lambda w: (-good[w], w))
        assert words.beginning_with(start, 3) == slow[:3]


def test_earlier_queries_come_first_then_filters_then_words():
    words = Words.of(WordIndex.of(clips_of("someone is tall", "he is isolated", "left lengthy", splits=("test", "train"))))
    history = ["she issues a kick", "is it", "a walk"]
    found = suggest("is", history, words)
    assert texts(found) == ["is it", "she issues a kick", "is:favourite", "isolated"]
    assert [one.kind for one in found] == ["query", "query", "filter", "word"]
    assert texts(suggest("A person le", history, words)) == [
        "A person len>3",
        "A person len<3",
        "A person left",
        "A person lengthy",
    ]
    assert texts(suggest("kick -is", history, words)) == ["kick -is:favourite"], "a filter can be turned round"
    assert texts(suggest("walk split:", [], words)) == ["walk split:test", "walk split:train"]
    assert texts(suggest("", history, words)) == history and texts(suggest("a ", history, words)) == [
        "a walk",
        "she issues a kick",
    ]


def test_tags_are_offered_by_name_and_by_field():
    tags = ("reviewed", "two words", "retake", "walk")
    assert texts(suggest("jump re", [], tags=tags)) == ["jump tag:reviewed", "jump tag:retake"]
    assert texts(suggest("tag:", [], tags=tags)) == ["tag:reviewed", "tag:retake", "tag:walk"]
    assert texts(suggest("tag:walk", [], tags=tags)) == []


def test_collections_are_offered_by_name_and_by_field():
    fields = ("in:spring-reel", "in:frühling", "in:loops")
    assert texts(suggest("jump in:", [], collections=fields)) == [f"jump {one}" for one in fields]
    assert texts(suggest("walks Spr", [], collections=fields), "collection") == ["walks in:spring-reel"]
    assert texts(suggest("-in:FRÜ", [], collections=fields)) == ["-in:frühling"]
    assert texts(suggest("in:loops", [], collections=fields)) == []


def test_what_is_typed_already_is_not_offered():
    words = Words.of(WordIndex.of(clips_of("walk", "walks")))
    assert texts(suggest("Walk", ["walk", "walks"], words)) == ["walks"], "each text once"
    assert suggest("w", [], words) == [] and suggest("walk ", [], words) == []
