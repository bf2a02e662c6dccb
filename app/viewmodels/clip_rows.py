"""The rows of the list of takes: the clips that the filter lets through, in the order that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.clip_columns import BY_NAME, Entry, ordered, ranks
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library import index
from motionpatches.core.library.dates import dates_of
from motionpatches.core.library.facts import UNKNOWN, Facts, facts_of, rig_names
from motionpatches.core.library.filters import clip_filter, is_plain
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.sheet import FIELDS, NONE

# Number of clips from which the filter asks the index.
LARGE = 20_000
# Columns that the order remembers to have been sorted by.
REMEMBERED = 3


class ClipRows(QObject):
    """`changed`: other rows, or another order. `refreshed`: the same rows show something else.

    What is known of takes beside their clips (core/library/facts.py) is found in the background.
    """

    changed = Signal()
    refreshed = Signal()

    def __init__(self, workspace: Workspace, marks: Marks, parent: QObject | None = None, sheet: TakeSheet | None = None):
        super().__init__(parent)
        self.workspace, self.marks, self.sheet = workspace, marks, sheet
        self.library: Library | None = None
        self.clips: tuple[Clip, ...] = ()
        self.root = Path()
        self.rows = np.zeros(0, np.int64)
        self.words = ""
        self.sorts: list[tuple[str, bool]] = []
        self._facts: list[Facts] = []
        self._dates = np.zeros(0)
        self._rigs: dict[str, str] = {}
        self._texts: list[str] = []
        self._ranks: dict[str, np.ndarray] = {}
        marks.changed.connect(self._marked)
        if sheet is not None:
            sheet.changed.connect(self._marked)

    def set_library(self, library: Library) -> None:
        """Show the clips of a library that the filter lets through."""
        if library.root != self.root:
            self.words = ""
        self.library, self.root, self.clips = library, library.root, library.clips
        self._facts, self._dates, self._rigs, self._texts, self._ranks = [], np.zeros(len(self.clips)), {}, [], {}
        self._find(self.words)

        def found(known: tuple[list[Facts], np.ndarray]) -> None:
            if self.library is library:
                self._facts, self._dates = known
                self._rigs, self._ranks = rig_names(self._facts), {}
                self._again()

        work = lambda: (facts_of(library), dates_of(library))  # noqa: E731
        self.workspace.lanes.files.submit("facts", work, found, self.workspace.failed.emit)

    def entry(self, row: int) -> Entry:
        """Return what is shown in a row of the list."""
        return self._entry(int(self.rows[row]))

    def _entry(self, at: int) -> Entry:
        clip, facts = self.clips[at], self._facts[at] if self._facts else UNKNOWN
        rig = self._rigs.get(facts.rig, "")
        return Entry(
            clip,
            facts,
            self.marks.of(clip),
            rig,
            str(self.root),
            float(self._dates[at]),
            self.sheet.of(clip) if self.sheet else NONE,
        )

    def clip(self, row: int) -> Clip:
        return self.clips[int(self.rows[row])]

    def rows_of(self, ids: frozenset[str]) -> list[int]:
        """Return the rows of the clips of these ids, from above."""
        if not ids:
            return []
        return [row for row, at in enumerate(self.rows.tolist()) if self.clips[at].id in ids]

    def filter(self, words: str) -> None:
        """Show the clips that hold all words, and that fields such as `rig:` (core/library/filters.py) let through.

        In a small library a word may stand inside another; in a large one, where the index answers, it begins a word.
        """
        self._find(words)

    def _find(self, words: str) -> None:
        self.words = words
        wanted = words.lower().split()
        if not wanted:
            found = np.arange(len(self.clips))
        elif not is_plain(words):
            keep = clip_filter(words, self.marks.marks, self.sheet.rows if self.sheet else {})
            found = np.array([i for i, clip in enumerate(self.clips) if keep(clip)], np.int64)
        else:
            known = index.search(self.root, words) if len(self.clips) > LARGE else None
            found = np.array(self._holding(wanted) if known is None else known, np.int64)
        self.rows = self._in_order(found)
        self.changed.emit()

    def _holding(self, wanted: list[str]) -> list[int]:
        if not self._texts:
            self._texts = [" ".join((c.id, *c.captions)).lower() for c in self.clips]
        return [i for i, text in enumerate(self._texts) if all(w in text for w in wanted)]

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The column that was sorted by last, '' for none, and whether that descends."""
        return self.sorts[-1] if self.sorts else ("", False)

    def sort(self, name: str, descending: bool = False) -> None:
        """Sort by a column; rows that are equal in it stay as they are. '': in the order of the library."""
        others = [one for one in self.sorts if one[0] != name]
        self.sorts = [*others, (name, descending)][-REMEMBERED:] if name in BY_NAME else []
        self.rows = self._in_order(np.sort(self.rows))
        self.changed.emit()

    def _in_order(self, rows: np.ndarray) -> np.ndarray:
        """Return rows, which are in the order of the library, in that of the sorts: each keeps what those before it did."""
        for name, descending in self.sorts:
            if name not in self._ranks:
                self._ranks[name] = ranks(BY_NAME[name], [self._entry(i) for i in range(len(self.clips))])
            rows = ordered(rows, self._ranks[name], descending)
        return rows

    def _again(self) -> None:
        """What is known of takes has changed: sort again where that may decide the order, else show it."""
        if self.sorts:
            self.rows = self._in_order(np.sort(self.rows))
            self.changed.emit()
        else:
            self.refreshed.emit()

    def _marked(self) -> None:
        """Filter again by tags, favourites and the take sheet. The order stays until it is asked for again: no row jumps away."""
        for name in ("Tags", "Favourite", "Collections", *(field.capitalize() for field in FIELDS)):
            self._ranks.pop(name, None)
        if is_plain(self.words):
            self.refreshed.emit()
        else:
            self._find(self.words)
