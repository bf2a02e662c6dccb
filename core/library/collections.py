"""Collections: named sets of takes. The take sheet keeps each as a field of the takes that are in it.

The field is the filter that finds the takes, `in:spring-reel`; its value is the name, `Spring Reel`. A take may be in several.
Collections are shared, merged, exported and undone as all fields of the sheet are, and one without takes is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from typing import NamedTuple

from motionpatches.core.errors import StudioError

PREFIX = "in:"
# Characters of a name.
LONGEST = 40
_BETWEEN = re.compile(r"[ _-]+")
# Invisible, and needed within words of Persian and Hindi.
_JOINERS = re.compile("[\u200c\u200d]")


class Collection(NamedTuple):
    """`takes`: how many it has of those that were asked for."""

    field: str
    name: str
    takes: int


def is_collection(field: str) -> bool:
    """Whether a field of the take sheet is a collection."""
    return field.startswith(PREFIX)


def name_of(typed: str) -> str:
    """Return the name of a collection as it is kept. Raises StudioError for what is no name."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    kinds = [unicodedata.category(character) for character in _JOINERS.sub("", name) if character not in " -_"]
    if not any(kind[0] == "L" or kind == "Nd" for kind in kinds) or any(kind[0] not in "LM" and kind != "Nd" for kind in kinds):
        raise StudioError(f"{typed[:60]!r} is no name of a collection: use letters, digits, blanks and -.")
    if max(len(name), len(_low(name))) > LONGEST:
        raise StudioError(f"The name of a collection has at most {LONGEST} characters, and {typed[:20]!r}… has more.")
    return name


def field_of(typed: str) -> str:
    """Return the field of the collection of this name; capitals and small letters, blanks and - are alike. Raises StudioError."""
    return PREFIX + _low(name_of(typed))


def check(field: str, value: str) -> None:
    """Raise StudioError for the field of no collection, and for a value that is not its name."""
    named = field.removeprefix(PREFIX)
    if field_of(named) != field:
        raise StudioError(f"The field of the collection {named[:60]!r} is {field_of(named)}.")
    if value and field_of(value) != field:
        raise StudioError(
            f"{field} has the name of its collection, such as {named.replace('-', ' ')!r}, or nothing, not {value[:60]!r}."
        )


def names_in(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the collections that a take with these fields is in, sorted."""
    return tuple(sorted((value for field, value in row.items() if is_collection(field)), key=str.casefold))


def collections_of(sheet: Mapping[str, Mapping[str, str]], takes: Container[str] | None = None) -> tuple[Collection, ...]:
    """Return the collections of a take sheet. Of names that differ in capitals the one that most takes have stands.

    Args:
        sheet: The fields of each take.
        takes: Those that are counted; all without it.
    """
    names: dict[str, dict[str, int]] = {}
    counts: dict[str, int] = {}
    for take, row in sheet.items():
        for field, value in row.items():
            if is_collection(field):
                said = names.setdefault(field, {})
                said[value] = said.get(value, 0) + 1
                counts[field] = counts.get(field, 0) + (takes is None or take in takes)
    return tuple(
        Collection(field, min(said, key=lambda name: (-said[name], name)), counts[field]) for field, said in sorted(names.items())
    )


def _low(name: str) -> str:
    """A name with small letters and - alone between words."""
    for _ in range(2):  # small letters may be composed to others
        name = unicodedata.normalize("NFKC", _JOINERS.sub("", name).casefold())
    return _BETWEEN.sub("-", name).strip("-")
