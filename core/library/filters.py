"""Filters of clips in words: `wave left split:test len>3 tag:reviewed is:favourite -kick`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import NONE, Mark

FIELDS = "Filters are split:test, len>3, len<10, tag:name, is:favourite, has:caption"
HELP = (
    "Words of captions or names; split:test, len>3, len<10, tag:name, is:favourite, has:caption; a minus before any of them: not"
)
# What looks like a field: a name with a sign after it.
_FIELD_LIKE = re.compile(r"^-?[a-zA-Z]+(:|<|>|=)")
_LENGTH = re.compile(r"^len(<=|>=|<|>)(\d+(?:\.\d+)?)$")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def is_plain(text: str) -> bool:
    """Whether a filter is made of words alone."""
    return not any(_field(word.lstrip("-").lower()) or word.startswith("-") for word in text.split())


def is_field(word: str) -> bool:
    """Whether a word is a field such as len>3 or -is:favourite."""
    return _field(word.removeprefix("-").lower()) is not None


def clip_filter(text: str, marks: Mapping[str, Mark]) -> Callable[[Clip], bool]:
    """All of the terms have to hold; what is no field is a part of a word."""
    terms = []
    for word in text.lower().split():
        bare = word[1:] if word.startswith("-") and len(word) > 1 else word
        terms.append((bare == word, _field(bare) or _words(bare)))
    return lambda clip: all(test(clip, marks) == wanted for wanted, test in terms)


def why_none(text: str, clips: Iterable[Clip], marks: Mapping[str, Mark]) -> str:
    """Return which term of a filter that lets no clip through is to blame."""
    clips, terms = tuple(clips), text.split()
    for term in terms:
        if _FIELD_LIKE.match(term) and not is_field(term) and not any(map(clip_filter(term, marks), clips)):
            return f"“{term[:60]}” is no filter. {FIELDS}."
    for term in terms:
        if not any(map(clip_filter(term, marks), clips)):
            what = "No motion passes" if is_field(term) or term.startswith("-") else "No caption or name has"
            return f"{what} “{term[:60]}”."
    return f"No motion passes all {len(terms)} terms together."


Test = Callable[[Clip, Mapping[str, Mark]], bool]


def _field(word: str) -> Test | None:
    length = _LENGTH.match(word)
    if length:
        compare, seconds = _COMPARE[length[1]], float(length[2])
        return lambda clip, marks: compare(clip.duration_s, seconds)
    name, sign, value = word.partition(":")
    if not sign or not value:
        return None
    if name == "split":
        return lambda clip, marks: clip.split == value
    if name == "tag":
        return lambda clip, marks: any(value in tag for tag in marks.get(clip.id, NONE).tags)
    if word == "is:favourite":
        return lambda clip, marks: marks.get(clip.id, NONE).favourite
    if word == "has:caption":
        return lambda clip, marks: bool(clip.captions)
    return None


def _words(word: str) -> Test:
    return lambda clip, marks: word in clip.id.lower() or any(word in c.lower() for c in clip.captions)
