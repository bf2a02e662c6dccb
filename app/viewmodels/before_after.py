"""The same queries before and after a run: what the model it began from finds, and what its best model finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.evaluation import Pair
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.library.library import Clip
from motionpatches.core.training.runs import Run

SHOWN = 6


class BeforeAfter(QObject):
    """`changed`: which run, or what was found. The open library is searched."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.before, self.after = Pair(workspace, self, "before"), Pair(workspace, self, "after")
        self.run: Run | None = None
        self.message, self.working, self.query = "", False, ""
        self._retrievers: dict[tuple[Path, int], Any] = {}

    def set_run(self, run: Run | None) -> None:
        if run is None or self.run is None or run.folder != self.run.folder:
            self.query = ""
            for side in (self.before, self.after):
                side.show([])
        self.run = run
        self.changed.emit()

    @property
    def models(self) -> tuple[Path, Path] | None:
        """The folders of the model before and of the model after."""
        if self.run is None or self.run.best is None:
            return None
        return Path(self.run.config.start_from or paths.starter_model()), self.run.best

    def ask(self, query: str) -> None:
        """Searches with both; their galleries of the open library are built first."""
        library, folders, query = self.workspace.library, self.models, query.strip()
        if library is None or folders is None or not query:
            return
        self.query = query

        def job() -> Any:
            from motionpatches.core.models.checkpoint import load_model
            from motionpatches.core.models.device import pick_device
            from motionpatches.core.search.indexing import update_gallery
            from motionpatches.core.search.retriever import Retriever

            found = []
            for folder in folders:
                key = (folder, id(library))
                stamp = (folder / "config.json").stat().st_mtime_ns
                kept = self._retrievers.get(key)
                if kept is None or kept[0] != stamp:
                    model = load_model(folder, pick_device(self.workspace.device_choice))
                    gallery = yield from update_gallery(model, library)
                    kept = self._retrievers[key] = (stamp, Retriever(model, gallery))
                found.append(kept[1].search_text(query, SHOWN))
            return found

        def done(found: list) -> None:
            self._rest("")
            for side, hits in zip((self.before, self.after), found, strict=True):
                side.show([(library.by_id[h.clip_id], h.score) for h in hits if h.clip_id in library.by_id])

        self.working, self.message = True, ""
        self.changed.emit()
        self.workspace.models.submit_job("compare", job, self.workspace.progressed.emit, done, self._rest)

    def open(self, clip: Clip) -> None:
        self.workspace.show_clip(clip)

    def _rest(self, message: str) -> None:
        self.working, self.message = False, message
        self.workspace.progressed.emit(None)
        self.changed.emit()
