"""What the query line offers while a query is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from motionpatches.app.viewmodels.search import Search
from motionpatches.core.library.collections import collections_of
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.sheet import Row
from motionpatches.core.search.suggest import Suggestion, suggest


class Suggestions:
    """Looks at the history, at tags and collections, and at the words of the open library as far as they are read."""

    def __init__(self, search: Search):
        self.search = search
        self._tags: tuple[Mapping[str, Mark], tuple[str, ...]] = ({}, ())
        self._collections: tuple[Mapping[str, Row], tuple[str, ...]] = ({}, ())

    def of(self, text: str) -> list[Suggestion]:
        """Return what a line may become."""
        return suggest(text, self.search.history, self.search.words.known, self.tags, self.collections)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the library, the most frequent first; counted again once marks have changed."""
        marks = self.search.marks()
        if marks is not self._tags[0]:
            counted = Counter(tag for mark in marks.values() for tag in mark.tags)
            self._tags = marks, tuple(tag for tag, _ in counted.most_common())
        return self._tags[1]

    @property
    def collections(self) -> tuple[str, ...]:
        """The fields of the library's collections, the largest first; counted again once the take sheet has changed."""
        rows = self.search.sheet()
        if rows is not self._collections[0]:
            found = sorted(collections_of(rows), key=lambda one: -one.takes)
            self._collections = rows, tuple(one.field for one in found)
        return self._collections[1]
