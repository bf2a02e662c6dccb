"""What a user asks for in one line: a sentence or a signed sum of terms, with filters: `this + running - waving len>3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motionpatches.core.library.filters import is_field

THIS = "this"
_SIGN = re.compile(r"(?:^|\s+)([+-])\s+")


@dataclass(frozen=True)
class Query:
    """`terms`: each with its sign, 1 or -1; the term 'this' is the shown motion. `filters`: words such as len>3 and -left."""

    terms: tuple[tuple[float, str], ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def has_this(self) -> bool:
        return any(term.lower() == THIS for _, term in self.terms)

    @property
    def sentence(self) -> str:
        """The sentence, where the query is one; else ''."""
        one = len(self.terms) == 1 and self.terms[0][0] > 0 and not self.has_this
        return self.terms[0][1] if one else ""

    def __str__(self) -> str:
        """Write the query as `parse` reads it."""
        text = " ".join(f"{'+' if sign > 0 else '-'} {term}" for sign, term in self.terms).removeprefix("+ ")
        return " ".join((*((text,) if text else ()), *self.filters))


def parse(text: str) -> Query:
    """Read a line. A field of a filter (core/library/filters.py) is one wherever it stands, and so is a word with a minus right
    before it, as in "walks -left": a sentence of motion has none."""
    words = text.split()
    filters = tuple(word for word in words if _is_filter(word))
    return Query(tuple(terms_of(" ".join(word for word in words if not _is_filter(word)))), filters)


def _is_filter(word: str) -> bool:
    return is_field(word) or (word.startswith("-") and word[1:2].isalpha())


def terms_of(text: str) -> list[tuple[float, str]]:
    """Split a sum: "this + running - walking" -> [(1, "this"), (1, "running"), (-1, "walking")]; blanks surround a sign."""
    parts = _SIGN.split(text.strip())
    signs = ["+", *parts[1::2]]
    return [(1.0 if sign == "+" else -1.0, term.strip()) for sign, term in zip(signs, parts[::2], strict=True) if term.strip()]
