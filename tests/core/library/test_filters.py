"""Filters of clips in words."""

from pathlib import Path

import pytest

from motionpatches.core.library.filters import clip_filter, is_plain, why_none
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import Mark

CLIPS = [
    Clip("a1", Path("a"), ("She waves left.",), "test", 2.0),
    Clip("b wave", Path("b"), (), "train", 5.0),
    Clip("c3", Path("c"), ("a kick", "waves and kicks"), "test", 8.0),
]
MARKS = {"a1": Mark(True, ("reviewed",)), "c3": Mark(False, ("hard take",))}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("wave", "a1 b wave c3"),
        ("WAVE left", "a1"),
        ("split:test", "a1 c3"),
        ("len>2", "b wave c3"),
        ("len<=5 len>2", "b wave"),
        ("wave -kick", "a1 b wave"),
        ("tag:hard", "c3"),
        ("is:favourite", "a1"),
        ("-has:caption", "b wave"),
        ("", "a1 b wave c3"),
        ("-split:test", "b wave"),
        ("len>x", ""),
        ("split:", ""),
    ],
)
def test_terms(text, wanted):
    keep = clip_filter(text, MARKS)
    assert " ".join(c.id for c in CLIPS if keep(c)) == wanted


def test_fields_are_not_plain_words():
    assert is_plain("wave left") and not is_plain("wave -left") and not is_plain("len>3") and is_plain("time 3:4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wave foo:bar", "“foo:bar” is no filter."),
        ("len>>x wave", "“len>>x” is no filter."),
        ("split:", "“split:” is no filter."),
        ("wave zzzz", "No caption or name has “zzzz”."),
        ("wave len>99", "No motion passes “len>99”."),
        ("kick left", "No motion passes all 2 terms together."),
    ],
)
def test_the_term_that_lets_nothing_through_is_named(text, said):
    assert not any(map(clip_filter(text, MARKS), CLIPS)) and why_none(text, CLIPS, MARKS).startswith(said)
