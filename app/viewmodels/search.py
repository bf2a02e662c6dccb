"""The query and its results."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.progress import Job
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.query import parse
from motionpatches.core.search.strength import weak_note

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.parts import PartRetriever
    from motionpatches.core.search.retriever import Retriever

# Results that are added at the end of a list that is scrolled.
MORE = 24
EXAMPLES = (
    "a person waves with the right hand",
    "someone trips and catches themselves",
    "she does a cartwheel",
    "running in a circle",
    "a man picks something up from the floor",
    "kicks with the left leg",
)


@dataclass(frozen=True, eq=False)
class Result:
    """A hit with what is needed to show it."""

    hit: Hit
    clip: Clip
    motion: Motion


class Search(QObject):
    """The query and its results.

    `query_changed`: something else is searched for. `results_changed`: its results, with their note and time.
    `state_changed`: a note alone, such as why there are no results. `limit_changed`: it keeps to other clips.
    """

    query_changed = Signal()
    results_changed = Signal()
    state_changed = Signal()
    limit_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.query, self.k, self.note = "", 8, ""
        self.extra = 0
        self.results: list[Result] = []
        self.history: list[str] = []
        self.elapsed_s = 0.0
        self.like: tuple[Clip, float, float, int] | None = None
        self.only: frozenset[str] | None = None
        self.limit = ""
        self._by_part: dict[int, tuple[Library, MotionTextModel, PartRetriever]] = {}
        self._shows_best = False
        workspace.ready_changed.connect(self._ready_changed)

    def submit(self, text: str) -> None:
        """Search for a sentence and show the best motion; waits for the model where it is still loading."""
        self._shows_best = bool(text.strip())
        self._submit(text)

    def _submit(self, text: str) -> None:
        self._set_query(text.strip(), None)
        if not self.query:
            self.results, self.note = [], ""
            self.results_changed.emit()
            return
        query, k, only, shown = self.query, self.count, self.only, self.workspace.motion
        self._find(lambda retriever: retriever.search_terms(query, shown, k, only), query)

    def _set_query(self, query: str, like: tuple[Clip, float, float, int] | None) -> None:
        other = (query, like) != (self.query, self.like)
        if other:
            self.extra = 0
        self.query, self.like = query, like
        if other:
            self.query_changed.emit()

    @property
    def text(self) -> str:
        """The sentence that was searched for; '' for a search by motion."""
        return "" if self.like else self.query

    def keep_to(self, only: frozenset[str] | None, limit: str = "") -> None:
        """Search only among these clips; None: all. `limit` says who set that: 'filter' or 'map'."""
        if only != self.only:
            self.only, self.limit = only, limit if only is not None else ""
            self.limit_changed.emit()
            if self.query:
                self.again()

    def more_like(self, clip: Clip, start_s: float = 0.0, end_s: float = 0.0, part: int = -1) -> None:
        """Search for motions like a clip.

        Args:
            start_s, end_s: A range of its seconds (end 0: to its end).
            part: An index of PART_NAMES where one body part alone counts; -1: all.
        """
        library, k, only = self.workspace.library, self.count, self.only
        label = (
            f"like: {clip.caption}"
            + (f" ({start_s:.1f} to {end_s:.1f} s)" if end_s else "")
            + (f" ({PART_NAMES[part]} alone)" if part >= 0 else "")
        )
        self._set_query(label, (clip, start_s, end_s, part))
        if library is None:
            return

        def example() -> Motion:
            return library.load(clip.id).cut(start_s, end_s)

        if part >= 0:
            self._find_by_part(library, part, example)
        else:
            self._find(lambda retriever: retriever.search_motion(example(), k, only), "")

    def _find_by_part(self, library: Library, part: int, example: Callable[[], Motion]) -> None:
        """The first search by a part encodes the library with the others covered."""
        model, k, only, like = self.workspace.model, self.count, self.only, self.like
        if model is None:
            return
        known = self._by_part.get(part)

        def job() -> Job[tuple[PartRetriever, list[Hit]]]:
            from motionpatches.core.search.parts import part_retriever

            retriever: PartRetriever
            if known is not None and known[0] is library and known[1] is model:
                retriever = known[2]
            else:
                retriever = yield from part_retriever(model, library, part)
            return retriever, retriever.search_motion(example(), k, only)

        def done(found: tuple[PartRetriever, list[Hit]]) -> None:
            retriever, hits = found
            if self.like == like and self.workspace.library is library:
                self._by_part[part] = library, model, retriever
                self._find(lambda _: hits, "")

        self.workspace.jobs.run(self.workspace.lanes.long, "part", job, done, self._failed)

    def captions_of(self, clip: Clip, done: Callable[[list[tuple[str, float]]], None], k: int = 10) -> None:
        """The captions of the library nearest to a clip, with their scores, handed to `done`."""
        library, retriever = self.workspace.library, self.workspace.retriever
        if library is None or retriever is None:
            return

        def job() -> Job[list[tuple[str, float]]]:
            return retriever.captions_near(library.load(clip.id), library, k)

        self.workspace.jobs.run(self.workspace.lanes.long, "captions", job, done, self._failed)

    def _failed(self, message: str) -> None:
        self.note = message
        self.state_changed.emit()

    def _find(self, find: Callable[[Retriever], list[Hit]], remembered: str) -> None:
        retriever, library = self.workspace.retriever, self.workspace.library
        if retriever is None or library is None:
            self.note = self._waits_for()
            self.state_changed.emit()
            return
        started = time.perf_counter()

        def work() -> tuple[list[Hit], list[Motion | str], str]:
            hits = [h for h in find(retriever) if h.clip_id in library.by_id]
            notes = f"{retriever.unread_note(parse(remembered))} {weak_note(hits)}".strip()
            return hits, view_motions(library, [h.clip_id for h in hits]), notes

        def done(answer: tuple[list[Hit], list[Motion | str], str]) -> None:
            if self.workspace.retriever is not retriever:
                return  # of a library or model that is no longer open; the search is made again
            hits, motions, notes = answer
            self.results = [
                Result(h, library.by_id[h.clip_id], m) for h, m in zip(hits, motions, strict=True) if isinstance(m, Motion)
            ]
            lost = [m for m in motions if isinstance(m, str)]
            unshown = f"{len(lost)} results are not shown. {lost[0]}" if lost else ""
            self.note = f"{notes} {unshown}".strip()
            self.elapsed_s = time.perf_counter() - started
            if remembered:
                self.history = [remembered, *(h for h in self.history if h != remembered)]
            self.results_changed.emit()
            if self.results and remembered and self._shows_best:
                self._shows_best, best = False, self.results[0]
                QTimer.singleShot(1, lambda: self.workspace.show(best.clip, best.motion))  # the tiles are painted first

        self.workspace.lanes.models.submit("search", work, done, self._failed)

    @property
    def count(self) -> int:
        """How many results are asked for: k, and those that were asked for beyond it."""
        return self.k + self.extra

    def _waits_for(self) -> str:
        """Return why a query is not answered yet."""
        if self.workspace.library is None:
            return "Nothing is open. Open a folder, or the demo library."
        if self.workspace.model is None:
            return "The search starts as soon as the model is ready."
        return "The library is being indexed. The search starts as soon as that is done."

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
        if self.like is not None:
            self.more_like(*self.like)
        else:
            self._submit(self.query)

    def _ready_changed(self) -> None:
        library = self.workspace.library
        self.results = []
        self._by_part = {
            part: known for part, known in self._by_part.items() if known[0] is library and known[1] is self.workspace.model
        }
        if self.like is not None and (library is None or self.like[0].id not in library.by_id):
            self._set_query("", None)
        self.results_changed.emit()
        if self.query and self.workspace.retriever is not None:
            self.again()
