"""What is open: library, model, gallery; and the long work that gets them there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.lane import Lane
from motionpatches.core import paths as app_paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.library import Clip, Library, skipped_sentence
from motionpatches.core.library.open import open_paths
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Progress


class Workspace(QObject):
    """`changed`: library, model or gallery; `progressed(Progress or None)`: long work; `said(str)`: a message;
    `shown`: another motion is on the stage."""

    changed = Signal()
    progressed = Signal(object)
    said = Signal(str)
    failed = Signal(str)
    shown = Signal()

    def __init__(
        self, scans: Lane, files: Lane, models: Lane, exports: Lane, device: str = "auto", parent: QObject | None = None
    ):
        super().__init__(parent)
        self.scans, self.files, self.models, self.exports, self.device_choice = scans, files, models, exports, device
        self._growing = False
        self.library: Library | None = None
        self.paths: list[Path] = []
        self.layout = ""
        self.retriever: Any = None
        self.model: Any = None
        self.model_folder: Path | None = None
        self.model_label, self.device_label, self.device_reason = "model not loaded", "", ""
        self.clip: Clip | None = None
        self.motion: Motion | None = None
        self._news = self._stay = ""

    def open_demo(self) -> None:
        self.open([app_paths.demo_library()])

    def open(self, paths: list[Path], layout: str = "") -> None:
        """Opens files or a folder (as the layout of that name, where one is given), then indexes it."""
        self.paths, self.layout = list(paths), layout
        self._news = self._stay = ""
        self.said.emit(f"Opening {paths[0].name if len(paths) == 1 else f'{len(paths)} files'}…")
        self._growing = False
        self.scans.submit_job("open", lambda: open_paths(paths, True, layout), self._scanned, self._opened, self._scan_failed)

    def _scanned(self, progress: Progress) -> None:
        """Progress of a first scan; what it has found so far is shown already."""
        if isinstance(progress.found, Library):
            first, self._growing = not self._growing, True
            self.library, self.retriever = progress.found, None
            self.changed.emit()
            if first and not self._stay:
                self.show_clip(progress.found.clips[0])
        self.progressed.emit(progress)

    def _scan_failed(self, message: str) -> None:
        self._failed(message)
        if self._growing:
            self._growing = False
            self._index()

    def reopen(self, news: str = "") -> None:
        """Reads again what is open, as after a correction, and shows the same clip; `news` is said when it is done. Captions that
        wait to be written are written before."""
        paths, layout = self.paths, self.layout

        def begin(_: None) -> None:
            if paths and paths is self.paths:
                self.open(paths, layout)
                self._news, self._stay = news, self.clip.id if self.clip else ""
            elif news:
                self.said.emit(news)

        self.files.submit("reopen", lambda: None, begin, self._failed)

    def edited(self, library: Library) -> None:
        """What is open, with other captions; clips that are new are indexed."""
        same = self.library is not None and [c.id for c in library.clips] == [c.id for c in self.library.clips]
        self.library = library
        if self.clip is not None:
            self.clip = library.by_id.get(self.clip.id, self.clip)
        if not same:
            self.retriever = None
        self.changed.emit()
        if not same:
            self._index()

    def cancel(self) -> None:
        self.scans.cancel("open")
        self.exports.cancel("export")
        for key in ("index", "measure", "import", "captions", "compare", "why", "moments", "part", "body"):
            self.models.cancel(key)

    def _opened(self, library: Library) -> None:
        self.progressed.emit(None)
        self.library, self.retriever = library, None
        left_out = " ".join(filter(None, (skipped_sentence(library.skipped), take_cache().news())))
        self.said.emit(self._news or f"Opened {library.name}: {len(library.clips):,} motions. {left_out}".strip())
        if left_out and not self._news:
            self.failed.emit(left_out)
        self.changed.emit()
        if library.clips and (self._stay or not self._growing):
            self.show_clip(library.by_id.get(self._stay, library.clips[0]))
        self._growing = False
        if library.from_index:
            self._look_for_changes(library)
        self._index()

    def _look_for_changes(self, library: Library) -> None:
        """Scans a library that came from its index again, reading only files that changed."""
        paths, layout = self.paths, self.layout

        def done(found: Library) -> None:
            self.progressed.emit(None)
            if self.library is library and not found.same_content(library):
                self._opened(found)

        self.scans.submit_job("open", lambda: open_paths(paths, layout=layout), self.progressed.emit, done, self._failed)

    def load_model(self, folder: Path | None = None) -> None:
        """Loads a model (the starter by default) in the background, then indexes what is open."""
        folder = folder or app_paths.starter_model()

        def work() -> tuple[Any, str]:
            from motionpatches.core.models.checkpoint import load_model
            from motionpatches.core.models.device import device_label, device_reason, pick_device

            device = pick_device(self.device_choice)
            return load_model(folder, device), device_label(device), device_reason(device)

        def done(result: tuple[Any, str]) -> None:
            self.model, self.device_label, self.device_reason = result
            self.model_folder = folder
            self.model_label = self.model.name
            self.retriever = None
            self.changed.emit()
            self._index()

        self.model_label = f"loading {app_paths.model_name(folder)}…"
        self.changed.emit()
        self.models.submit("load", work, done, self._model_failed)

    def _model_failed(self, message: str) -> None:
        self.model_label = "no model"
        self.changed.emit()
        self._failed(message)

    def _index(self) -> None:
        library, model = self.library, self.model
        if library is None or model is None:
            return

        def job() -> Any:
            from motionpatches.core.search.indexing import update_gallery
            from motionpatches.core.search.retriever import Retriever

            gallery = yield from update_gallery(model, library)
            return library, Retriever(model, gallery)

        self.models.submit_job("index", job, self.progressed.emit, self._indexed, self._failed)

    def _indexed(self, result: Any) -> None:
        library, retriever = result
        self.progressed.emit(None)
        if library is self.library:
            self.retriever = retriever
            skipped = retriever.gallery.skipped
            if skipped:
                self.failed.emit(f"{len(skipped)} motion{'s' * (len(skipped) > 1)} could not be indexed. {skipped[0]}")
            self.changed.emit()

    def _failed(self, message: str) -> None:
        self.progressed.emit(None)
        self.failed.emit(message or "Stopped. What was finished is kept.")

    def show_clip(self, clip: Clip) -> None:
        """Puts a clip on the stage."""
        library = self.library

        def done(motions: list[Motion | str]) -> None:
            if isinstance(motions[0], str):
                self.failed.emit(motions[0])
            else:
                self.show(clip, motions[0])

        if library is not None:
            self.files.submit("stage", lambda: view_motions(library, [clip.id]), done, self._failed)

    def show(self, clip: Clip, motion: Motion) -> None:
        """Puts a loaded motion on the stage."""
        self.clip, self.motion = clip, motion
        self.shown.emit()


def view_motions(library: Library, clip_ids: list[str]) -> list[Motion | str]:
    """Motions for view, in the canonical frame; a sentence for one that cannot be read."""
    found: list[Motion | str] = []
    for clip_id in clip_ids:
        try:
            found.append(canonical(library.load(clip_id)))
        except StudioError as error:
            found.append(str(error))
    return found
