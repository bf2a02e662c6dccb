"""The columns of the list of takes: what each shows of a clip, and by what it is sorted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from motionpatches.core.library.collections import names_in
from motionpatches.core.library.facts import QUALITIES, UNKNOWN, Facts
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import NONE, Mark
from motionpatches.core.library.sheet import Row
from motionpatches.core.motion.motion import rate_text

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What columns show of a clip: `rig` names its rig, `root` is the library's folder, `changed_s` when its file was changed, in
    seconds since 1970, 0 where that is not known; `row` of the take sheet."""

    clip: Clip
    facts: Facts = UNKNOWN
    mark: Mark = NONE
    rig: str = ""
    root: str = ""
    changed_s: float = 0.0
    row: Row = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the take without its folder."""
        return self.clip.id.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder of its file, from the library's folder on; '' for that one, and where one file is the library."""
        file = str(self.clip.path)
        folder = os.path.dirname(file)
        if file == self.root or folder == self.root:
            return ""
        return folder[len(self.root) + 1 :] if folder.startswith(self.root + os.sep) else folder


@dataclass(frozen=True)
class Column:
    """`text` is shown, '' for what is not known. Rows are sorted by `key` of their text or, where it is of another kind, by
    `value`; those without a text, or of value 0, are last."""

    name: str
    text: Callable[[Entry], str]
    about: str
    key: Callable[[str], Any] | None = None
    value: Callable[[Entry], Any] | None = None
    right: bool = False


def natural(text: str) -> str:
    """Return a text that sorts as a person sorts: small and capital letters alike, 'take 2' before 'take 10'."""
    return _DIGITS.sub(_padded, text.casefold())


def _padded(digits: re.Match[str]) -> str:
    return digits[0].zfill(9)


def date_text(seconds: float) -> str:
    """Write a time in seconds since 1970 as the clock here showed it; '' for 0 and for what no calendar has."""
    try:
        return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}" if seconds else ""
    except (OverflowError, OSError, ValueError):
        return ""


def _quality(text: str) -> int:
    return QUALITIES.index(text) if text in QUALITIES else len(QUALITIES)


def _field(name: str, entry: Entry) -> str:
    return entry.row.get(name, "")


# Fields of the take sheet, and what each holds.
SHEET = {
    "status": "Take sheet: select, hold or no good",
    "performer": "Take sheet: who performs",
    "day": "Take sheet: day of the shoot",
    "notes": "Take sheet: notes",
}
COLUMNS = (
    Column("Picture", lambda e: "", "The pose that tells most of the take"),
    Column("Name", lambda e: e.name, "Name of the take"),
    Column("Caption", lambda e: e.clip.caption, "First caption"),
    Column("Folder", lambda e: e.folder, "Folder of the file"),
    Column("Length", lambda e: f"{e.clip.duration_s:.1f} s", "Length", value=lambda e: e.clip.duration_s, right=True),
    Column("Rig", lambda e: e.rig, "Skeleton of the take"),
    Column("Rate", lambda e: rate_text(e.facts.fps) if e.facts.fps else "", "Frames per second", key=float, right=True),
    Column("Date", lambda e: date_text(e.changed_s), "When the file was changed", value=lambda e: e.changed_s, right=True),
    Column("Tags", lambda e: ", ".join(e.mark.tags), "Your tags"),
    Column("Collections", lambda e: ", ".join(names_in(e.row)), "Collections that the take is in"),
    Column(
        "Quality",
        lambda e: e.facts.quality,
        "How far the reading of the file can be trusted: what import is unsure of, what was left out or filled in",
        key=_quality,
    ),
    Column("Split", lambda e: e.clip.split, "Part of the data set"),
    *(Column(name.capitalize(), partial(_field, name), about) for name, about in SHEET.items()),
    Column("Favourite", lambda e: "★" if e.mark.favourite else "", "Your favourites"),
)
BY_NAME = {column.name: column for column in COLUMNS}
FIRST_SHOWN = ("Picture", "Name", "Caption", "Folder", "Length", "Rig", "Rate", "Tags", "Quality")


def ranks(column: Column, entries: Sequence[Entry]) -> np.ndarray:
    """Return (N,) where each entry stands in the column's order, the same for equal keys; -1 for one without a text."""
    if column.value is not None:
        values = np.array([column.value(entry) for entry in entries])
        return np.where(values == 0, -1, np.unique(values, return_inverse=True)[1])
    texts = [column.text(entry) for entry in entries]
    key = column.key or natural
    # Each text is looked at once: many rows have the same.
    distinct = list(set(texts) - {""})
    keys = [key(text) for text in distinct]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    places, rank, before = {"": -1}, -1, None
    for at in order:
        rank += keys[at] != before
        places[distinct[at]], before = rank, keys[at]
    return np.fromiter(map(places.__getitem__, texts), np.int64, len(texts))


def ordered(rows: np.ndarray, rank: np.ndarray, descending: bool) -> np.ndarray:
    """Return rows in the order of their ranks; rows of one rank as they were, those without a rank last."""
    own = rank[rows]
    key = np.where(own < 0, len(rank), -own if descending else own)
    return rows[np.argsort(key, kind="stable")]
