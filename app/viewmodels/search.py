"""The query and its results."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.viewmodels.workspace import Workspace, view_motions
from core.gallery import Hit
from core.library.library import Clip
from core.motion.motion import Motion

EXAMPLES = ("a person waves with the right hand", "someone trips and catches themselves", "she does a cartwheel",
            "running in a circle", "a man picks something up from the floor", "kicks with the left leg")


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
        workspace.changed.connect(self._workspace_changed)

    def submit(self, text: str) -> None:
        """Searches for a sentence; waits for the model where it is still loading."""
        self.query = text.strip()
        if not self.query:
            self.results, self.note = [], ""
            self.changed.emit()
            return
        retriever = self.workspace.retriever
        if retriever is None:
            self.note = "The search starts as soon as the model is ready."
            self.changed.emit()
            return
        query, k, started = self.query, self.k, time.perf_counter()
        library = self.workspace.library

        def work() -> tuple[list[Hit], list[Motion | str]]:
            hits = [h for h in retriever.search_text(query, k) if h.clip_id in library.by_id]
            return hits, view_motions(library, [h.clip_id for h in hits])

        def done(answer: tuple[list[Hit], list[Motion | str]]) -> None:
            hits, motions = answer
            self.results = [Result(h, library.by_id[h.clip_id], m) for h, m in zip(hits, motions, strict=True)
                            if isinstance(m, Motion)]
            lost = [m for m in motions if isinstance(m, str)]
            self.note = f"{len(lost)} results are not shown. {lost[0]}" if lost else ""
            self.elapsed_s = time.perf_counter() - started
            if query in self.history:
                self.history.remove(query)
            self.history.insert(0, query)
            self.changed.emit()
            if self.results:
                best = self.results[0]
                QTimer.singleShot(1, lambda: self.workspace.show(best.clip, best.motion))  # the tiles are painted first

        def failed(message: str) -> None:
            self.note = message
            self.changed.emit()

        self.workspace.models.submit("search", work, done, failed)

    def set_k(self, k: int) -> None:
        self.k = k
        self.submit(self.query)

    def _workspace_changed(self) -> None:
        if self.workspace.retriever is not self._retriever:
            self._retriever = self.workspace.retriever
            self.results = []
            self.changed.emit()
            if self.query and self._retriever is not None:
                self.submit(self.query)
