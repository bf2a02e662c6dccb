"""Filters of clips in words: `wave left split:test len>3 tag:reviewed is:favourite -kick`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import field_of
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import NONE, Mark
from motionpatches.core.library.sheet import FIELDS as FIELD_NAMES
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.takes import take_id

FIELDS = (
    "Filters are split:test, len>3, len<10, tag:name, is:favourite, has:caption; of the take sheet status:select, "
    "performer:anna, day:2026-11, day>=2026-11-20, notes:word, camera=3, in:spring-reel"
)
HELP = (
    "Words of captions or names; split:test, len>3, len<10, tag:name, is:favourite, has:caption; of the take sheet "
    "status:select, status:no-good, performer:anna, day:2026-11, day>=2026-11-20, notes:word, and camera=3 for your own field; "
    "in:spring-reel for a collection; a minus before any of them: not"
)
NO_SHEET: Mapping[str, Row] = {}
# What looks like a field: a name with a sign after it.
_FIELD_LIKE = re.compile(r"^-?[a-zA-Z]+(:|<|>|=)")
_LENGTH = re.compile(r"^len(<=|>=|<|>)(\d+(?:\.\d+)?)$")
_DAY = re.compile(r"^day(<=|>=|<|>)(\d{4}-\d\d-\d\d)$")
_OWN = re.compile(r"^([a-z][a-z0-9_-]*)=(.+)$")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
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


def clip_filter(text: str, marks: Mapping[str, Mark], sheet: Mapping[str, Row] = NO_SHEET) -> Callable[[Clip], bool]:
    """All of the terms have to hold; what is no field is a part of a word. `sheet`: the fields of each take."""
    tests, said = [(wanted, _test(term)) for wanted, term in terms_of(text)], Said(marks, sheet)
    return lambda clip: all(test(clip, said) == wanted for wanted, test in tests)


def passing(text: str, clips: Sequence[Clip], marks: Mapping[str, Mark], sheet: Mapping[str, Row] = NO_SHEET) -> np.ndarray:
    """Return which of many clips (N,) pass a filter, term after term."""
    left, said = np.arange(len(clips)), Said(marks, sheet)
    for wanted, term in terms_of(text):
        test = _test(term)
        left = left[np.fromiter((test(clips[at], said) == wanted for at in left.tolist()), bool, len(left))]
    passed = np.zeros(len(clips), bool)
    passed[left] = True
    return passed


def why_none(text: str, clips: Iterable[Clip], marks: Mapping[str, Mark], sheet: Mapping[str, Row] = NO_SHEET) -> str:
    """Return which term of a filter that lets no clip through is to blame."""
    clips, terms = tuple(clips), text.split()
    for term in terms:
        if _FIELD_LIKE.match(term) and not is_field(term) and not any(map(clip_filter(term, marks, sheet), clips)):
            return f"“{term[:60]}” is no filter. {FIELDS}."
    for term in terms:
        if not any(map(clip_filter(term, marks, sheet), clips)):
            what = "No motion passes" if is_field(term) or term.startswith("-") else "No caption or name has"
            return f"{what} “{term[:60]}”."
    return f"No motion passes all {len(terms)} terms together."


class Said(NamedTuple):
    """Marks and take sheet of a library, by id."""

    marks: Mapping[str, Mark]
    sheet: Mapping[str, Row]

    def mark(self, clip: Clip) -> Mark:
        return self.marks.get(clip.id, NONE)

    def field(self, clip: Clip, name: str) -> str:
        """A field of the sheet in small letters, '' for none."""
        return self.sheet.get(take_id(clip), {}).get(name, "").lower() if self.sheet else ""


Test = Callable[[Clip, Said], bool]


class Term(NamedTuple):
    """A term of a filter: `about` is length, split, tag, favourite, caption, words or sheet; `field` names a field of the sheet.

    `sign`: '<', '<=', '>' and '>=' compare; '=' is equal, 'in' is a part, 'from' is the beginning, 'any' is there at all; all in
    small letters.
    """

    about: str
    sign: str = "="
    value: str = ""
    field: str = ""


def terms_of(text: str) -> list[tuple[bool, Term]]:
    """Read a filter: terms, and whether each has to hold or must not."""
    found = []
    for word in text.lower().split():
        bare = word[1:] if word.startswith("-") and len(word) > 1 else word
        found.append((bare == word, _field(bare) or Term("words", "in", bare)))
    return found


def _field(word: str) -> Term | None:
    if length := _LENGTH.match(word):
        return Term("length", length[1], length[2])
    if day := _DAY.match(word):
        return Term("sheet", day[1], day[2], "day")
    if own := _OWN.match(word):
        return Term("sheet", "in", own[2], own[1])
    name, sign, value = word.partition(":")
    if not sign or not value:
        return None
    if name == "split":
        return Term("split", "=", value)
    if name == "tag":
        return Term("tag", "in", value)
    if word == "is:favourite":
        return Term("favourite")
    if word == "has:caption":
        return Term("caption")
    if name == "in":
        return _collection(value)
    if name == "status":
        return Term("sheet", "=", value.replace("-", " "), "status")
    if name == "day":
        return Term("sheet", "from", value, "day")
    return Term("sheet", "in", value, name) if name in FIELD_NAMES else None


def _collection(name: str) -> Term | None:
    try:
        return Term("sheet", "any", field=field_of(name))
    except StudioError:  # it is no name
        return None


def matches(text: str, term: Term) -> bool:
    """Whether a text in small letters is what a term asks of it; '' is never later or earlier than a day."""
    if term.sign in _COMPARE:
        return bool(text) and _COMPARE[term.sign](text, term.value)
    if term.sign == "any":
        return bool(text)
    if term.sign == "in":
        return term.value in text
    return text.startswith(term.value) if term.sign == "from" else text == term.value


def _test(term: Term) -> Test:
    if term.about == "length":
        compare, seconds = _COMPARE[term.sign], float(term.value)
        return lambda clip, said: compare(clip.duration_s, seconds)
    if term.about == "sheet":
        return lambda clip, said: matches(said.field(clip, term.field), term)
    if term.about == "words":
        return lambda clip, said: term.value in clip.id.lower() or any(term.value in c.lower() for c in clip.captions)
    tests: dict[str, Test] = {
        "split": lambda clip, said: clip.split == term.value,
        "tag": lambda clip, said: any(term.value in tag for tag in said.mark(clip).tags),
        "favourite": lambda clip, said: said.mark(clip).favourite,
        "caption": lambda clip, said: bool(clip.captions),
    }
    return tests[term.about]
