"""What is open: library, model, gallery; and the long work that gets them there."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.jobs import Jobs
from motionpatches.app.background.lane import Lanes
from motionpatches.app.viewmodels.notices import Notices
from motionpatches.core import notices
from motionpatches.core import paths as app_paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.library import Clip, Library, skipped_sentence
from motionpatches.core.library.open import open_paths
from motionpatches.core.motion.floor import on_floor
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Progress

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.retriever import Retriever

NO_MODEL = "no model"


class Workspace(QObject):
    """The open library and model, and the motion on the stage.

    `library_changed`: another library, or other captions of it. `model_changed`: another model, or its label.
    `ready_changed`: there is a gallery of both now, or no longer. `partly_changed`: more of the library can be searched while it
    is indexed. `shown`: another motion is on the stage.
    `said(str)`: a message; `failed(str)`: what went wrong; with something to do about it: `notices.say`. Long work: `jobs`.
    """

    library_changed = Signal()
    model_changed = Signal()
    ready_changed = Signal()
    partly_changed = Signal()
    said = Signal(str)
    failed = Signal(str)
    shown = Signal()

    def __init__(self, lanes: Lanes, device: str = "auto", parent: QObject | None = None):
        super().__init__(parent)
        self.lanes, self.device_choice = lanes, device
        self.jobs, self.notices = Jobs(self), Notices(self)
        self._growing = False
        self.library: Library | None = None
        self.paths: list[Path] = []
        self.layout = ""
        self.retriever: Retriever | None = None
        self.partial: Retriever | None = None
        self.model: MotionTextModel | None = None
        self.model_folder: Path | None = None
        self.model_label, self.device_label, self.device_reason = "model not loaded", "", ""
        self.clip: Clip | None = None
        self.motion: Motion | None = None
        self._news = self._stay = ""
        self._indexing = object()  # stands for what is being indexed; other captions of the same clips are the same
        self.failed.connect(lambda text: self.notices.say(text, warning=True))
        self.library_changed.connect(self.tell_notices)
        self.ready_changed.connect(self.tell_notices)

    def tell_notices(self) -> None:
        """Report problems with the program's own files, each once."""
        for notice in notices.untold():
            self.failed.emit(notice)

    def open_demo(self) -> None:
        self.open([app_paths.demo_library()])

    def open(self, paths: list[Path], layout: str = "") -> None:
        """Open files or a folder (as the layout of that name, where one is given), then index it."""
        self._open(paths, layout, "", "")

    def add(self, paths: list[Path]) -> None:
        """Open files or folders together with what is open."""
        self.open(list(dict.fromkeys((*self.paths, *paths))), self.layout if not self.paths else "")

    def _open(self, paths: list[Path], layout: str, news: str, stay: str) -> None:
        """`news` is shown when it is done; `stay` is the id of the clip that is shown then, '' for the first one."""
        self.paths, self.layout = list(paths), layout
        self._news, self._stay = news, stay
        self.said.emit(f"Opening {paths[0].name if len(paths) == 1 else f'{len(paths)} files and folders'}…")
        self._growing = False
        self.jobs.run(
            self.lanes.scans,
            "open",
            lambda: open_paths(paths, True, layout),
            self._opened,
            self._scan_failed,
            found=self._scanned,
        )

    def _scanned(self, progress: Progress) -> None:
        """Shows what a first scan has found so far."""
        if isinstance(progress.found, Library):
            first, self._growing = not self._growing, True
            other = self.library is None or self.library.root != progress.found.root
            self._set_library(progress.found)
            if other:
                self._search_known(progress.found)
            elif self.partial is not None:
                self.partly_changed.emit()
            if first and not self._stay:
                self.show_clip(progress.found.clips[0])

    def _search_known(self, library: Library) -> None:
        """Search what is indexed already of a library that is still being read."""
        model = self.model
        if model is None:
            return

        def work() -> Retriever | None:
            from motionpatches.core.search.retriever import known_retriever

            return known_retriever(model, library)

        def done(known: Retriever | None) -> None:
            now = self.library
            if known is not None and self._growing and model is self.model and now is not None and now.root == library.root:
                self.partial = known
                self.partly_changed.emit()

        self.lanes.index.submit("known", work, done, self._failed)

    def _scan_failed(self, message: str) -> None:
        self._failed(message)
        if self._growing:
            self._growing = False
            self._index()

    def reopen(self, news: str = "") -> None:
        """Read again what is open, as after a correction, and show the same clip. Captions that wait to be written are
        written before.

        Args:
            news: Said when it is done.
        """
        paths, layout = self.paths, self.layout

        def begin(_: None) -> None:
            if paths and paths is self.paths:
                self._open(paths, layout, news, self.clip.id if self.clip else "")
            elif news:
                self.said.emit(news)

        self.lanes.files.submit("reopen", lambda: None, begin, self._failed)

    def rescan(self) -> None:
        """Look for files of the open library that are new, changed or gone, and say how many there are; the others are not read
        again. Captions that wait to be written are written before."""
        paths, layout = self.paths, self.layout

        def done(found: Library) -> None:
            if self.library is None or paths is not self.paths:
                return
            if found.same_content(self.library):
                self.said.emit(f"Nothing has changed in {found.name}.")
                return
            self._news, self._stay = found.changes_since(self.library), self.clip.id if self.clip else ""
            self._opened(found)

        def begin(_: None) -> None:
            if paths and paths is self.paths:
                self.jobs.run(self.lanes.scans, "open", lambda: open_paths(paths, layout=layout), done, self._failed)

        self.lanes.files.submit("reopen", lambda: None, begin, self._failed)

    def take_in(self, waiting: frozenset[Path] = frozenset()) -> None:
        """Read what is new, changed or gone in the folders of the open library, and say nothing of it. Captions that wait to be
        written are written before.

        Args:
            waiting: Files that are being written, which stay as they are.
        """
        paths, layout = self.paths, self.layout

        def done(found: Library) -> None:
            if self.library is None or paths is not self.paths or found.same_content(self.library):
                return
            self._news, self._stay = f"{found.name} was read again.", self.clip.id if self.clip else ""
            self._opened(found, quiet=True)

        def begin(_: None) -> None:
            if paths and paths is self.paths:
                job = partial(open_paths, paths, False, layout, waiting)
                self.jobs.run(self.lanes.scans, "open", job, done, self._failed)

        self.lanes.files.submit("reopen", lambda: None, begin, self._failed)

    def edited(self, library: Library) -> None:
        """Take the open library with other captions; clips that are new are indexed."""
        same = self.library is not None and [c.id for c in library.clips] == [c.id for c in self.library.clips]
        if self.clip is not None:
            self.clip = library.by_id.get(self.clip.id, self.clip)
        if same:
            self.library = library
            self.library_changed.emit()
        else:
            self._set_library(library)
            self._index()

    def _set_library(self, library: Library) -> None:
        """What is indexed of the same library as it was is searched until all of it is indexed."""
        same = self.library is not None and self.library.root == library.root
        known = self.searchable if same else None
        self.library, self._indexing = library, object()
        self._set_retriever(None, known)
        self.library_changed.emit()

    @property
    def growing(self) -> bool:
        """Whether the open library is what a scan that goes on has found so far."""
        return self._growing

    @property
    def searchable(self) -> Retriever | None:
        """The retriever of the library, or of what is indexed of it so far."""
        return self.retriever or self.partial

    def _set_retriever(self, retriever: Retriever | None, partial: Retriever | None = None) -> None:
        lost = retriever is None and self.partial is not None and partial is None
        self.partial = partial
        if retriever is not self.retriever or lost:
            self.retriever = retriever
            self.ready_changed.emit()

    def _opened(self, library: Library, quiet: bool = False) -> None:
        """`quiet`: a clip on the stage that is as it was stays as it is."""
        left_out = " ".join(filter(None, (skipped_sentence(library.skipped), take_cache().news())))
        count = f"{len(library.clips):,} motion{'s' * (len(library.clips) != 1)}"
        self.said.emit(self._news or f"Opened {library.name}: {count}. {left_out}".strip())
        if left_out and not self._news:
            self.failed.emit(left_out)
        growing, self._growing = self._growing, False
        self._set_library(library)
        stays = quiet and self.clip is not None and library.by_id.get(self.clip.id) == self.clip
        if library.clips and not stays and (self._stay or not growing):
            self.show_clip(library.by_id.get(self._stay, library.clips[0]))
        if library.from_index:
            self._look_for_changes(library)
        self._index()

    def _look_for_changes(self, library: Library) -> None:
        """Scans a library that came from its index again, reading only files that changed."""
        paths, layout = self.paths, self.layout

        def done(found: Library) -> None:
            if self.library is library and not found.same_content(library):
                self._opened(found)

        self.jobs.run(self.lanes.scans, "open", lambda: open_paths(paths, layout=layout), done, self._failed)

    def load_model(self, folder: Path | None = None) -> None:
        """Load a model (the starter by default) in the background, then index what is open."""
        folder = folder or app_paths.starter_model()

        def work() -> tuple[MotionTextModel, str, str]:
            from motionpatches.core.models.checkpoint import load_model
            from motionpatches.core.models.device import device_label, device_reason, pick_device

            device = pick_device(self.device_choice)
            return load_model(folder, device), device_label(device), device_reason(device)

        def done(result: tuple[MotionTextModel, str, str]) -> None:
            self.model, self.device_label, self.device_reason = result
            self.model_folder = folder
            self.model_label = self.model.name
            self._set_retriever(None)
            self.model_changed.emit()
            self._index()

        self.model_label = f"loading {app_paths.model_name(folder)}…"
        self.model_changed.emit()
        self.lanes.models.submit("load", work, done, self._model_failed)

    def _model_failed(self, message: str) -> None:
        self.model_label = NO_MODEL
        self.model_changed.emit()
        self._failed(message)

    def index_again(self) -> None:
        """Index the open library with what has come of it meanwhile, as from a shared gallery."""
        self._index()

    def _index(self) -> None:
        library, model = self.library, self.model
        if library is None or model is None:
            return
        indexing = self._indexing = object()

        def job() -> Job[Retriever]:
            from motionpatches.core.search.retriever import retriever_of

            return (yield from retriever_of(model, library))

        def found(progress: Progress) -> None:
            if progress.found is not None and indexing is self._indexing and model is self.model:
                self.partial = cast("Retriever", progress.found)
                self.partly_changed.emit()

        def done(retriever: Retriever) -> None:
            if indexing is self._indexing:
                skipped = retriever.gallery.skipped
                if skipped:
                    self.failed.emit(f"{len(skipped)} motion{'s' * (len(skipped) > 1)} could not be indexed. {skipped[0]}")
                self._set_retriever(retriever)
                self._prepare(model)

        self.jobs.run(self.lanes.index, "index", job, done, self._failed, found=found)

    def _prepare(self, model: MotionTextModel) -> None:
        """Let later queries be answered sooner, after one that waits already."""

        def job() -> Job[None]:
            from motionpatches.core.search.encode import prepare_texts

            prepare_texts(model)
            yield from ()

        self.jobs.run(self.lanes.models, "prepare", job, lambda _: None, lambda _: None, shown=False)

    def _failed(self, message: str) -> None:
        self.failed.emit(message or "Stopped. What was finished is kept.")

    def show_clip(self, clip: Clip) -> None:
        """Put a clip on the stage."""
        library = self.library

        def done(motions: list[Motion | str]) -> None:
            if isinstance(motions[0], str):
                self.failed.emit(motions[0])
            else:
                self.show(clip, motions[0])

        if library is not None:
            self.lanes.files.submit("stage", lambda: view_motions(library, [clip.id]), done, self._failed)

    def show(self, clip: Clip, motion: Motion) -> None:
        """Put a loaded motion on the stage."""
        self.clip, self.motion = clip, motion
        self.shown.emit()


def view_motions(library: Library, clip_ids: list[str]) -> list[Motion | str]:
    """Motions for view, on the floor, facing ahead; a sentence for one that cannot be read."""
    found: list[Motion | str] = []
    for clip_id in clip_ids:
        try:
            found.append(on_floor(library.load(clip_id)))
        except StudioError as error:
            found.append(str(error))
    return found
