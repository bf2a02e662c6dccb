"""The query and its results."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.later import Later
from motionpatches.app.viewmodels.answers import Answer, Result, found_by_motion, partly, waits_for
from motionpatches.app.viewmodels.asked import Asked, Chip, Example
from motionpatches.app.viewmodels.part_search import PartSearch
from motionpatches.app.viewmodels.word_reader import WordReader
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.words import WordIndex
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.progress import Job
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.query import THIS, Query, parse

if TYPE_CHECKING:
    from motionpatches.core.search.find import Found
    from motionpatches.core.search.retriever import Retriever

    Find = Callable[[Retriever | None, WordIndex], Found]

# Results that are added at the end of a list that is scrolled; most results of exact words that are shown when all are asked for;
# queries that are kept in the history.
MORE, ALL_EXACT, KEPT = 24, 200, 100


class Search(QObject):
    """The query and its results.

    `query_changed`: something else is searched for. `results_changed`: its results, with their note and time.
    `state_changed`: a note alone, such as why there are no results. `limit_changed`: it keeps to other clips.
    `chips_changed`: other chips, or another text beside them. `history_changed`: another query is remembered.

    `asked`: text and chips; `query`: all in words; `opened`: the shown clip, if a result; `settling`: results are to be painted.
    """

    query_changed = Signal()
    results_changed = Signal()
    state_changed = Signal()
    limit_changed = Signal()
    chips_changed = Signal()
    history_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.query, self.k, self.note = "", 8, ""
        self.asked = Asked()
        self.extra = 0
        self.results: list[Result] = []
        self.exact, self.all_exact, self.words_first = 0, False, True
        self.history: list[str] = []
        self.elapsed_s = 0.0
        self.opened: Clip | None = None
        self.only: frozenset[str] | None = None
        self.limit = self.limit_words = ""
        self.marks: Callable[[], Mapping[str, Mark]] = dict
        self.sheet: Callable[[], Mapping[str, Row]] = dict
        self.words = WordReader(workspace)
        self._by_part = PartSearch(workspace)
        self._shows_best, self.settling, self._opening = False, False, ""
        self._best: Result | None = None
        self._read_on: Callable[[], None] | None = None
        self._later = Later(self, 1)
        workspace.shown.connect(self._shown_changed)
        workspace.ready_changed.connect(self._ready_changed)
        workspace.partly_changed.connect(self._grown)
        workspace.library_changed.connect(self._read)

    # What is asked ------------------------------------------------------------------------------------------------------

    def submit(self, text: str) -> None:
        """Search for a text beside the chips and show the best motion; waits for the model where it is still loading."""
        self._shows_best = bool(text.strip())
        self._ask(self.asked.with_text(text))

    def ask(self, text: str) -> None:
        """Search for a text alone, and remember it."""
        self.asked = Asked()
        self.submit(text)
        self.keep()

    def keep(self) -> None:
        """Remember what was asked, and make chips of what is more than a sentence in the text."""
        self.asked = self.asked.with_chips()
        self.remember()
        self.chips_changed.emit()

    def remember(self) -> None:
        """Put the query into the history; one by a motion is not in words."""
        if self.text and self.history[:1] != [self.query]:
            self.history = [self.query, *(h for h in self.history if h != self.query)][:KEPT]
            self.history_changed.emit()

    def _ask(self, asked: Asked) -> None:
        """Search for what is asked."""
        has_this = asked.like is None and parse(asked.query).has_this
        self.asked = asked = replace(asked, this=(asked.this or self.shown_example()) if has_this else None)
        self._set_query(asked.query)
        self.chips_changed.emit()
        if asked.like is not None:
            self._find_like(asked.like)
        elif asked.query:
            self._find_words(asked.query, asked.this)
        else:
            self.results, self.note, self.exact = [], "", 0
            self.results_changed.emit()

    def _find_words(self, query: str, this: Example | None) -> None:
        k, most, only, library = self.count, self._most_exact, self.only, self.workspace.library
        marks, sheet = self.marks(), self.sheet()
        itself = this.itself_in(library) if this is not None and library is not None else frozenset()

        def find(retriever: Retriever | None, words: WordIndex) -> Found:
            from motionpatches.core.search.find import find

            motion = this.motion() if this is not None and retriever is not None else None
            return find(retriever, words, query, k + len(itself), motion, only, marks, most, sheet).without(itself, k)

        self._find(find, True)

    def _set_query(self, query: str) -> None:
        if query != self.query:
            self.extra, self.all_exact = 0, False
            self.query = query
            self.query_changed.emit()

    @property
    def text(self) -> str:
        """The words that were searched for; '' for a search by motion."""
        return "" if self.like else self.query

    @property
    def like(self) -> Example | None:
        """The motion that was searched for alone."""
        return self.asked.like

    @property
    def chips(self) -> list[Chip]:
        """What is asked beside the text, and what the search keeps to."""
        if self.only is None:
            return self.asked.chips
        return [*self.asked.chips, Chip("limit", f"{self.limit_words or self.limit or 'limit'} ({len(self.only):,})")]

    def remove(self, chip: Chip) -> None:
        """Search without a chip."""
        if chip.kind == "limit":
            self.keep_to(None)
        else:
            self._shows_best = False
            self._ask(self.asked.without(chip))

    def keep_to(self, only: frozenset[str] | None, limit: str = "", words: str = "") -> None:
        """Search only among these clips; None: all. `limit` says who set that, 'filter' or 'map'; `words` what it is."""
        if only != self.only:
            self.only, self.limit, self.limit_words = only, *((limit, words) if only is not None else ("", ""))
            self.limit_changed.emit()
            self.chips_changed.emit()
            self._grown()

    # By a motion --------------------------------------------------------------------------------------------------------

    def shown_example(self) -> Example | None:
        """Return the shown clip, where it is of the open library or of what was opened beside it."""
        clip, library = self.workspace.clip, self.workspace.library
        if self.like is not None and self.like.clip is clip:
            return self.like
        return Example(library, clip) if clip is not None and library is not None and clip.id in library.by_id else None

    def begin_sum(self) -> None:
        """Search for motions like the shown one, with words beside it to come."""
        shown = self.shown_example()
        if shown is None:
            self.note = "Show a motion of the library first."
            self.state_changed.emit()
            return
        self._shows_best = False
        self._ask(Asked("", Query(((1.0, THIS),)), None, shown))

    def more_like(self, clip: Clip, start_s: float = 0.0, end_s: float = 0.0, part: int = -1) -> None:
        """Search for motions like a clip of the open library, which itself is left out; arguments as of Example."""
        if self.workspace.library is not None:
            self.search_like(Example(self.workspace.library, clip, start_s, end_s, part))

    def search_like(self, example: Example) -> None:
        """Search for motions like an example."""
        self._ask(Asked(like=example))

    def _find_like(self, example: Example) -> None:
        k, only, library = self.count, self.only, self.workspace.library
        if library is None:
            self._find(lambda retriever, words: found_by_motion([]), False)
            return
        itself = example.itself_in(library)
        if example.part >= 0:
            self._find_by_part(library, example)
            return

        def find(retriever: Retriever | None, words: WordIndex) -> Found:
            hits = retriever.search_motion(example.motion(), k + len(itself), only) if retriever is not None else []
            return found_by_motion(hits).without(itself, k)

        self._find(find, False)

    def _find_by_part(self, library: Library, example: Example) -> None:
        k, only = self.count, self.only

        def done(hits: list[Hit]) -> None:
            now = self.workspace.library
            if self.asked.like is example and now is not None and now.root == library.root:
                self._find(lambda _, words: found_by_motion(hits).without(example.itself_in(library), k), False)

        if self._by_part.waits_for(library, example.part):
            self._failed(f"All motions are encoded by the {PART_NAMES[example.part]} alone. This is done once and kept.")
        self._by_part.find(library, example, k + 1, only, done, self._failed)

    def captions_of(self, clip: Clip, done: Callable[[list[tuple[str, float]]], None], k: int = 10) -> None:
        """The captions of the library nearest to a clip, with their scores, handed to `done`."""
        library, retriever = self.workspace.library, self.workspace.retriever
        if library is None or retriever is None:
            self.workspace.said.emit(waits_for(self.workspace))
            return

        def job() -> Job[list[tuple[str, float]]]:
            return retriever.captions_near(library.load(clip.id), library, k)

        self.workspace.jobs.run(self.workspace.lanes.long, "captions", job, done, self._failed)

    # Answers ------------------------------------------------------------------------------------------------------------

    def open(self, clip: Clip) -> None:
        """Show a clip as a result of the query."""
        self.opens(clip)
        self.remember()
        self.workspace.show_clip(clip)

    def opens(self, clip: Clip) -> None:
        """The clip that comes on the stage next is opened as a result."""
        self._opening, self._best = clip.id, None

    def _shown_changed(self) -> None:
        clip = self.workspace.clip
        self.opened = clip if clip is not None and clip.id == self._opening else None
        self._opening = ""

    def _failed(self, message: str) -> None:
        self.note = message
        self.state_changed.emit()

    def _find(self, find: Find, in_words: bool) -> None:
        """Answer a query; one in words by exact words alone, as long as nothing is indexed."""
        retriever, library = self.workspace.searchable, self.workspace.library
        waits = waits_for(self.workspace) if retriever is None else partly(self.workspace, retriever)
        if library is None or (retriever is None and not (in_words and self.results)):
            self.note = waits
            self.state_changed.emit()
        if library is None or (retriever is None and not in_words):
            return
        started, sentence, shown = time.perf_counter(), parse(self.query).sentence if in_words else "", self.results

        def work() -> Answer:
            return Answer.of(find(retriever, self.words.of(library)), sentence, library, shown)

        def first(answer: Answer) -> None:
            self._best = None
            done(answer)

        def done(answer: Answer) -> None:
            now, open_now = self.workspace.searchable, self.workspace.library
            same_model = now is retriever or (now is not None and retriever is not None and now.model is retriever.model)
            if not same_model or open_now is None or open_now.root != library.root:
                return  # of a library or model that is no longer open; the search is made again
            self.results = answer.results
            self.note = " ".join(filter(None, (waits, answer.found.note, answer.unshown)))
            self.exact, self.elapsed_s = answer.found.exact, time.perf_counter() - started
            self.settling = True
            self.results_changed.emit()
            if self.results and in_words and self._shows_best:
                self._best, self._shows_best = self.results[0], False
            if not answer.is_whole:
                self._read_on = lambda: self.workspace.lanes.models.submit("search", answer.read_on, done, self._failed)
            self._later.after_painting(self._settled)

        self._read_on = None
        self.workspace.lanes.models.submit("search", work, first, self._failed)

    def _settled(self) -> None:
        """The tiles are painted; other motions are read, and the stage follows, unless another result was opened meanwhile."""
        self.settling, best, self._best, read_on, self._read_on = False, self._best, None, self._read_on, None
        if read_on is not None:
            read_on()
        if best is not None:
            self.opens(best.clip)
            self.workspace.show(best.clip, best.motion)

    @property
    def count(self) -> int:
        """How many results are asked for: k, and those that were asked for beyond it."""
        return self.k + self.extra + (max(self._most_exact - self._half, 0) if self.all_exact else 0)

    @property
    def _half(self) -> int:
        return (self.k + 1) // 2 if self.words_first else 0

    @property
    def _most_exact(self) -> int:
        """How many results may be there for their exact words: half of k, or all that there are."""
        return max(min(self.exact, ALL_EXACT), self._half) if self.all_exact else self._half

    def set_words_first(self, on: bool) -> None:
        """Let results of exact words come first, or rank all by motion alone."""
        self.words_first, self.all_exact = on, False
        self._grown()

    def show_all_exact(self) -> None:
        """Show all clips that hold the exact words, not half of k of them."""
        self.all_exact = True
        self.again()

    def set_k(self, k: int) -> None:
        self.k, self.extra = k, 0
        self.again()

    def more(self) -> None:
        """Ask for MORE results of the same, where there are as many as were asked for."""
        if self.query and len(self.results) >= self.count:
            self.extra += MORE
            self.again()

    def again(self) -> None:
        """Search for the same, as after a change of k or model; the stage keeps what it shows."""
        self._ask(self.asked)

    def _grown(self) -> None:
        """Other results of the same query take the place of those that are there."""
        if self.query:
            self.again()

    def _read(self) -> None:
        """As long as nothing is indexed, exact words are found in what has been read by now."""
        if self.workspace.searchable is None:
            self._grown()

    def _ready_changed(self) -> None:
        library = self.workspace.library
        if self.like is not None and not self.like.stays and (library is None or self.like.clip.id not in library.by_id):
            self._ask(replace(self.asked, like=None))
        if self.workspace.searchable is None:
            self.results, self.exact = [], 0
            self.results_changed.emit()
        self._grown()
