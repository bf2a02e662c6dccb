"""The library as a map: a dot a clip, near what is like it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.asked_row import asked_row
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Clip
from motionpatches.core.progress import Job, Progress
from motionpatches.core.search.gallery import Gallery
from motionpatches.core.search.group_words import group_names
from motionpatches.core.search.latent_map import LAYOUTS, clusters, inside

if TYPE_CHECKING:
    from motionpatches.core.search.retriever import Retriever

# Packages of layouts that may not be installed.
NEEDS = {"UMAP": "umap", "t-SNE": "sklearn"}
COLOURINGS = ("cluster", "split", "label", "score of the query")
CLUSTERS = 8


def layouts() -> list[str]:
    """Return the layouts that can be made here; those whose package is not installed are not offered."""
    return [name for name in LAYOUTS if name not in NEEDS or find_spec(NEEDS[name]) is not None]


class LibraryMap(QObject):
    """`changed`: places, colours or selection. `groups` (N,) and `names` for groups; `scores` (N,) for the query's.

    `preview`: the clip under the mouse.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, search: Search, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.search = workspace, search
        self.layout, self.colouring, self.message = "PCA", COLOURINGS[0], ""
        self.clips: list[Clip] = []
        self.places = np.zeros((0, 2), np.float32)
        self.groups: np.ndarray | None = None
        self.names: list[str] = []
        self.scores: np.ndarray | None = None
        self.selected: frozenset[int] = frozenset()
        self._rows = np.zeros((0, 1), np.float32)
        self.preview = Tiles(workspace, "map preview", self)
        self._clusters, self._cluster_names = np.zeros(0, np.int64), list[str]()
        self._of: Retriever | None = None
        workspace.ready_changed.connect(self.refresh)
        search.results_changed.connect(self._query)
        search.limit_changed.connect(self._lifted)

    def refresh(self) -> None:
        """Lays the gallery out, where it is another one."""
        retriever = self.workspace.retriever
        library = self.workspace.library
        if retriever is not None and library is not None and self._of is not retriever:
            self._of = retriever
            self.clips, self._rows = _clip_rows(retriever.gallery, library.by_id)
            self.places, self.groups, self.scores, self.selected = np.zeros((0, 2), np.float32), None, None, frozenset()
            self.search.keep_to(None)
            self.lay_out(self.layout)

    def lay_out(self, layout: str) -> None:
        before, self.layout, rows, clips = self.layout, layout, self._rows, self.clips
        if not len(rows):
            return

        def job() -> Job[tuple[np.ndarray, np.ndarray, list[str]]]:
            yield Progress("Laying out the map", 0, 2)
            groups = clusters(rows, CLUSTERS)
            names = group_names([" ".join(clip.captions) or clip.id for clip in clips], groups)
            yield Progress("Laying out the map", 1, 2)
            return LAYOUTS[layout](rows), groups, names

        def done(found: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
            if rows is self._rows:
                (self.places, self._clusters, self._cluster_names), self.message = found, ""
                self.colour(self.colouring if self.colouring in self.colourings else COLOURINGS[0])

        def failed(message: str) -> None:
            self.message, self.layout = message or "Stopped.", before
            self.changed.emit()

        self.message = f"Laying out {len(rows):,} motions…"
        self.changed.emit()
        self.workspace.jobs.run(self.workspace.lanes.long, "map", job, done, failed)

    @property
    def shown_at(self) -> int:
        """The dot of the clip on the stage, -1 where it has none."""
        clip = self.workspace.clip
        found = (at for at, other in enumerate(self.clips) if clip is not None and other.id == clip.id)
        return next(found, -1) if len(self.places) else -1

    @property
    def colourings(self) -> list[str]:
        """Return those of COLOURINGS by which the clips differ: not by splits or labels where there are none."""
        there = {"split": any(clip.split for clip in self.clips), "label": any(clip.labels for clip in self.clips)}
        return [name for name in COLOURINGS if there.get(name, True)]

    def colour(self, colouring: str) -> None:
        """Colour by one of `colourings`."""
        self.colouring, self.groups, self.scores = colouring, None, None
        if not len(self.places):
            return
        if colouring == "cluster":
            self.groups, self.names = self._clusters, self._cluster_names
        elif colouring == "score of the query":
            self._query()
            return
        else:
            keys = [c.split if colouring == "split" else c.labels[0] if c.labels else "" for c in self.clips]
            self.names = sorted(set(keys))
            self.groups = np.array([self.names.index(k) for k in keys])
            self.names = [n or f"no {colouring}" for n in self.names]
        self.changed.emit()

    def _query(self) -> None:
        """Scores of all clips; the query is encoded again, which takes milliseconds."""
        asked, model, rows = asked_row(self.search), self.workspace.model, self._rows
        if self.colouring != "score of the query" or model is None or not len(self.places):
            return
        if asked is None:
            self.message, self.scores = "Search for a sentence to colour the map by its score.", None
            self.changed.emit()
            return

        def work() -> np.ndarray:
            return rows @ asked.row(model)

        def done(found: np.ndarray) -> None:
            if rows is self._rows:
                self.scores, self.message = found, ""
                self.changed.emit()

        self.workspace.lanes.models.submit("map score", work, done, lambda _: None)

    def _lifted(self) -> None:
        """Select nothing where the search no longer keeps to the selection."""
        if self.selected and self.search.limit != "map":
            self.selected = frozenset()
            self.changed.emit()

    def point(self, at: int) -> None:
        """Show the clip of a dot as the preview."""
        self.preview.show([(self.clips[at], float(self.scores[at]) if self.scores is not None else 0.0)])

    def select(self, polygon: np.ndarray) -> None:
        """The clips inside a polygon (P, 2); fewer than three corners: none. The search keeps to them."""
        self.selected = frozenset(np.flatnonzero(inside(polygon, self.places)).tolist()) if len(polygon) > 2 else frozenset()
        self.search.keep_to(frozenset(self.clips[i].id for i in self.selected) if self.selected else None, "map", "lasso")
        self.changed.emit()


def _clip_rows(gallery: Gallery, by_id: dict[str, Clip]) -> tuple[list[Clip], np.ndarray]:
    """A unit row a clip: the mean of its windows."""
    numbers, ids = gallery.clip_rows
    sums = np.zeros((len(ids), gallery.embeddings.shape[1]), np.float32)
    np.add.at(sums, numbers, gallery.embeddings)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    kept = [i for i, clip_id in enumerate(ids) if clip_id in by_id]
    return [by_id[ids[i]] for i in kept], sums[kept]
