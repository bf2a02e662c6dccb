"""The same queries before and after a run: what the model it began from finds, and what its best model finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.progress import Job
from motionpatches.core.training.holdout import as_phrase
from motionpatches.core.training.runs import Run

if TYPE_CHECKING:
    from motionpatches.core.search.gallery import Hit
    from motionpatches.core.search.retriever import Retriever

SHOWN = 6


@dataclass(frozen=True, eq=False)
class _Indexed:
    """A model as it was saved at `stamp`, with its gallery of `library`, which it does not keep alive."""

    stamp: int
    library: ref[Library]
    retriever: Retriever


class BeforeAfter(QObject):
    """`changed`: which run, or what was found. The open library is searched."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.before, self.after = Tiles(workspace, "before", self), Tiles(workspace, "after", self)
        self.run: Run | None = None
        self.message, self.working, self.query = "", False, ""
        # What each query of the last comparison finds, by query: before and after.
        self.found: Mapping[str, Sequence[Sequence[Hit]]] = {}
        # The two models of the last comparison by their folders: all that the next one can use.
        self._indexed: Mapping[Path, _Indexed] = {}

    def set_run(self, run: Run | None) -> None:
        if run is None or self.run is None or run.folder != self.run.folder:
            self.query, self.found = "", {}
            for side in (self.before, self.after):
                side.show([])
        self.run = run
        self._indexed = {folder: known for folder, known in self._indexed.items() if folder in (self.models or ())}
        self.changed.emit()

    @property
    def models(self) -> tuple[Path, Path] | None:
        """The folders of the model before and of the model after."""
        if self.run is None or self.run.best is None:
            return None
        return Path(self.run.start or paths.starter_model()), self.run.best

    def ask(self, query: str) -> None:
        """Search with both; their galleries of the open library are built first."""
        self.ask_all([query])

    def ask_all(self, queries: Sequence[str]) -> None:
        """Search with both for each query, and show what the first one finds."""
        workspace, folders, queries = self.workspace, self.models, [text.strip() for text in queries if text.strip()]
        library, known, choice = workspace.library, self._indexed, workspace.device_choice
        if library is None or folders is None or not queries:
            return
        self.query = queries[0]

        def job() -> Job[tuple[dict[Path, _Indexed], dict[str, list[list[Hit]]]]]:
            indexed: dict[Path, _Indexed] = {}
            for folder in folders:
                indexed[folder] = yield from _index(folder, library, known.get(folder), choice)
            both = [indexed[folder].retriever for folder in folders]
            return indexed, {text: [one.search_terms(text, workspace.motion, SHOWN) for one in both] for text in queries}

        def done(found: tuple[dict[Path, _Indexed], dict[str, list[list[Hit]]]]) -> None:
            self._indexed, self.found = found
            now = workspace.library
            if now is None or now.root != library.root:  # one with other captions is the same
                self.found = {}
                self._rest("Another library was opened meanwhile. Compare again.")
            else:
                self.show(queries[0])
                self._rest("")

        self.working, self.message = True, ""
        self.changed.emit()
        workspace.jobs.run(workspace.lanes.long, "before and after", job, done, self._rest)

    def show(self, query: str) -> None:
        """Show what a query of the last comparison finds."""
        library = self.workspace.library
        if library is None or query not in self.found:
            return
        self.query = query
        for side, best in zip((self.before, self.after), self.found[query], strict=True):
            side.show([(library.by_id[h.clip_id], h.score) for h in best if h.clip_id in library.by_id])
        self.changed.emit()

    def right(self, query: str) -> tuple[int, int, int] | None:
        """Count the shown results that have a query for a caption: before, after, and how many there could be; None where no clip
        has it."""
        library, wanted = self.workspace.library, as_phrase(query)
        if library is None or query not in self.found:
            return None
        having = {clip.id for clip in library.clips if wanted in map(as_phrase, clip.captions)}
        before, after = (sum(hit.clip_id in having for hit in hits) for hits in self.found[query])
        return (before, after, min(len(having), SHOWN)) if having else None

    def open(self, clip: Clip) -> None:
        self.workspace.show_clip(clip)

    def _rest(self, message: str) -> None:
        self.working, self.message = False, message
        self.changed.emit()


def _index(folder: Path, library: Library, known: _Indexed | None, device: str) -> Job[_Indexed]:
    """The model of a folder with its gallery of a library; what `known` holds of them is taken over."""
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.models.device import pick_device
    from motionpatches.core.search.indexing import update_gallery
    from motionpatches.core.search.retriever import Retriever

    stamp = (folder / "config.json").stat().st_mtime_ns
    fresh = known is not None and known.stamp == stamp
    if known is not None and fresh and known.library() is library:
        return known
    model = known.retriever.model if known is not None and fresh else load_model(folder, pick_device(device))
    gallery = yield from update_gallery(model, library)
    return _Indexed(stamp, ref(library), Retriever(model, gallery))
