"""The query and its results."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.search.gallery import Hit

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
    """`changed`: query, results or state."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.query, self.k, self.note = "", 8, ""
        self.results: list[Result] = []
        self.history: list[str] = []
        self.elapsed_s = 0.0
        self._retriever = None
        self.like: tuple[Clip, float, float, int] | None = None
        self.only: frozenset[str] | None = None
        self._parts: dict[int, tuple] = {}
        self._shows_best = False
        workspace.changed.connect(self._workspace_changed)

    def submit(self, text: str) -> None:
        """Searches for a sentence and shows the best motion; waits for the model where it is still loading."""
        self._shows_best = bool(text.strip())
        self._submit(text)

    def _submit(self, text: str) -> None:
        self.query, self.like = text.strip(), None
        if not self.query:
            self.results, self.note = [], ""
            self.changed.emit()
            return
        query, k, shown = self.query, self.k, self.workspace.motion
        self._find(lambda retriever: retriever.search_terms(query, shown, k, self.only), query)

    @property
    def text(self) -> str:
        """The sentence that was searched for; '' for a search by motion."""
        return "" if self.like else self.query

    def keep_to(self, only: frozenset[str] | None) -> None:
        """Searches only among these clips; None: all."""
        if only != self.only:
            self.only = only
            if self.query:
                self.again()

    def more_like(self, clip: Clip, start_s: float = 0.0, end_s: float = 0.0, part: int = -1) -> None:
        """Searches for motions like a clip, or like a range of its seconds (end 0: to its end); by one body part alone where
        `part` is not -1."""
        library, k, only = self.workspace.library, self.k, self.only
        self.like = (clip, start_s, end_s, part)
        self.query = (
            f"like: {clip.caption}"
            + (f" ({start_s:.1f} to {end_s:.1f} s)" if end_s else "")
            + (f" ({PART_NAMES[part]} alone)" if part >= 0 else "")
        )

        def crop(motion: Motion) -> Motion:
            return motion.cut(start_s, end_s)

        if part >= 0:
            self._by_part(clip, part, crop)
            return

        def find(retriever: Any) -> list[Hit]:
            return retriever.search_motion(crop(library.load(clip.id)), k, only)

        self._find(find, "")

    def _by_part(self, clip: Clip, part: int, crop: Callable[[Motion], Motion]) -> None:
        """The first search by a part encodes the library with the others covered."""
        library, model, k, only = self.workspace.library, self.workspace.model, self.k, self.only
        workspace, known = self.workspace, self._parts.get(part)

        def job() -> Any:
            from motionpatches.core.search.parts import part_retriever

            found = known
            if found is None or known[0] is not library or known[1] is not model:
                found = (library, model, (yield from part_retriever(model, library, part)))
            return found, found[2].search_motion(crop(library.load(clip.id)), k, only)

        def done(result: tuple) -> None:
            workspace.progressed.emit(None)
            self._parts[part], hits = result
            self._find(lambda _: hits, "")

        def failed(message: str) -> None:
            workspace.progressed.emit(None)
            self._failed(message)

        if model is not None:
            self.workspace.models.submit_job("part", job, workspace.progressed.emit, done, failed)

    def captions_of(self, clip: Clip, done: Callable[[list[tuple[str, float]]], None], k: int = 10) -> None:
        """The captions of the library nearest to a clip, handed to `done`."""
        library, retriever = self.workspace.library, self.workspace.retriever
        workspace = self.workspace

        def found(captions: list[tuple[str, float]]) -> None:
            workspace.progressed.emit(None)
            done(captions)

        def failed(message: str) -> None:
            workspace.progressed.emit(None)
            self._failed(message)

        if retriever is not None:
            workspace.models.submit_job(
                "captions",
                lambda: retriever.captions_near(library.load(clip.id), library, k),
                workspace.progressed.emit,
                found,
                failed,
            )

    def _failed(self, message: str) -> None:
        self.note = message
        self.changed.emit()

    def _find(self, find: Callable[[Any], list[Hit]], remembered: str) -> None:
        retriever = self.workspace.retriever
        if retriever is None:
            self.note = "The search starts as soon as the model is ready."
            self.changed.emit()
            return
        started, library = time.perf_counter(), self.workspace.library

        def work() -> tuple[list[Hit], list[Motion | str]]:
            hits = [h for h in find(retriever) if h.clip_id in library.by_id]
            return hits, view_motions(library, [h.clip_id for h in hits])

        def done(answer: tuple[list[Hit], list[Motion | str]]) -> None:
            if self.workspace.retriever is not retriever:
                return  # of a library or model that is no longer open; the search is made again
            hits, motions = answer
            self.results = [
                Result(h, library.by_id[h.clip_id], m) for h, m in zip(hits, motions, strict=True) if isinstance(m, Motion)
            ]
            lost = [m for m in motions if isinstance(m, str)]
            self.note = f"{len(lost)} results are not shown. {lost[0]}" if lost else ""
            self.elapsed_s = time.perf_counter() - started
            if remembered:
                self.history = [remembered, *(h for h in self.history if h != remembered)]
            self.changed.emit()
            if self.results and remembered and self._shows_best:
                self._shows_best, best = False, self.results[0]
                QTimer.singleShot(1, lambda: self.workspace.show(best.clip, best.motion))  # the tiles are painted first

        self.workspace.models.submit("search", work, done, self._failed)

    def set_k(self, k: int) -> None:
        self.k = k
        self.again()

    def again(self) -> None:
        """The same search, as after a change of k or model; the stage keeps what it shows."""
        if self.like is not None:
            self.more_like(*self.like)
        else:
            self._submit(self.query)

    def _workspace_changed(self) -> None:
        if self.workspace.retriever is not self._retriever:
            self._retriever = self.workspace.retriever
            self.results = []
            library = self.workspace.library
            if self.like is not None and (library is None or self.like[0].id not in library.by_id):
                self.like, self.query = None, ""
            self.changed.emit()
            if self.query and self._retriever is not None:
                self.again()
