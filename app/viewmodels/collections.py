"""The collections of the open library: takes are put into them and taken out; each change is one step to undo."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject

from motionpatches.app.viewmodels.clip_columns import natural
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import Collection, collections_of, field_of, is_collection, name_of
from motionpatches.core.library.filters import terms_of
from motionpatches.core.library.library import Clip
from motionpatches.core.library.takes import take_id


class Collections(QObject):
    """Fields of the take sheet; it says when they have changed."""

    def __init__(self, sheet: TakeSheet, parent: QObject | None = None):
        super().__init__(parent)
        self.sheet, self.workspace = sheet, sheet.workspace
        self._counted: tuple[object, object, tuple[Collection, ...]] = (None, None, ())
        self._in_one: tuple[object, frozenset[str]] = (None, frozenset())

    @property
    def all(self) -> tuple[Collection, ...]:
        """By name, with how many takes of the library each has; counted again once the sheet or the library has changed."""
        library, rows = self.workspace.library, self.sheet.rows
        if self._counted[0] is not library or self._counted[1] is not rows:
            takes = {take_id(clip) for clip in library.clips} if library is not None and rows else set[str]()
            found = sorted(collections_of(rows, takes), key=lambda one: natural(one.name))
            self._counted = library, rows, tuple(found)
        return self._counted[2]

    def of_all(self, clips: Iterable[Clip]) -> frozenset[str]:
        """The fields of the collections that all these takes are in."""
        fields = [self._fields(clip) for clip in clips]
        return frozenset.intersection(*fields) if fields else frozenset()

    def of_any(self, clips: Iterable[Clip]) -> frozenset[str]:
        """The fields of the collections that one of these takes is in."""
        return frozenset[str]().union(*map(self._fields, clips))

    def is_any_in(self, clips: Iterable[Clip]) -> bool:
        """Whether one of these takes is in a collection; asked for each choice, of all takes too."""
        rows = self.sheet.rows
        if self._in_one[0] is not rows:
            self._in_one = rows, frozenset(take for take, row in rows.items() if any(map(is_collection, row)))
        return bool(self._in_one[1]) and any(take_id(clip) in self._in_one[1] for clip in clips)

    def _fields(self, clip: Clip) -> frozenset[str]:
        return frozenset(filter(is_collection, self.sheet.of(clip)))

    def add(self, clips: Iterable[Clip], typed: str) -> None:
        """Put takes into the collection of this name, a new one where there is none. Raises StudioError for what is no name."""
        field = field_of(typed)
        name = next((one.name for one in self.all if one.field == field), name_of(typed))
        takes = dict.fromkeys(take_id(clip) for clip in clips if field not in self.sheet.of(clip))
        self.sheet.change(f"Add to “{name}”", {(take, field): name for take in takes})

    def remove(self, clips: Iterable[Clip], collection: Collection) -> None:
        """Take takes out of a collection."""
        takes = dict.fromkeys(take_id(clip) for clip in clips if collection.field in self.sheet.of(clip))
        self.sheet.change(f"Remove from “{collection.name}”", {(take, collection.field): "" for take in takes})

    def rename(self, collection: Collection, typed: str) -> str:
        """Give a collection another name, and return its field. Raises StudioError for what is no name, or another's."""
        field, name, rows = field_of(typed), name_of(typed), self.sheet.now()
        if field != collection.field and any(field in row for row in rows.values()):
            raise StudioError(f"There is a collection “{name}” already. Choose another name, or add the takes to that one.")
        takes = [take for take, row in rows.items() if collection.field in row]
        gone = {} if field == collection.field else {(take, collection.field): "" for take in takes}
        self.sheet.change(f"Rename “{collection.name}”", {**gone, **{(take, field): name for take in takes}})
        return field

    def delete(self, collection: Collection) -> None:
        """Take all takes out of a collection; they stay."""
        takes = [take for take, row in self.sheet.now().items() if collection.field in row]
        self.sheet.change(f"Delete Collection “{collection.name}”", {(take, collection.field): "" for take in takes})


def shown_by(words: str) -> frozenset[str]:
    """Return the fields of the collections that a filter asks for."""
    return frozenset(term.field for wanted, term in terms_of(words) if wanted and term.sign == "any")


def with_other(words: str, field: str, other: str = "") -> str:
    """Return a filter that asks for another collection, or for none, where it asked for this one, wanted or not."""
    return " ".join(filter(None, map(partial(_other, field, other), words.split())))


def _other(field: str, other: str, word: str) -> str:
    ((_, term),) = terms_of(word)
    if term.sign != "any" or term.field != field:
        return word
    return other and ("-" if word.startswith("-") else "") + other
