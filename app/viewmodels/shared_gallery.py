"""The shared gallery of the open library: sends what is edited here, shows what others edit, says when the server is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.chosen_libraries import ChosenLibraries
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import with_lines
from motionpatches.core.progress import counted
from motionpatches.core.shared_gallery.address import Address, address_of
from motionpatches.core.shared_gallery.last_noted import LastNoted
from motionpatches.core.shared_gallery.passwords import forget_password, keep_password, with_password
from motionpatches.core.shared_gallery.sync import AWAY, Exchanged, Taken, exchange, note_edits, take_over

T = TypeVar("T")
KEY = "shared galleries"
# Milliseconds after an edit, and between two looks at what others edit.
SOON_MS, AGAIN_MS = 1_000, 15_000


@dataclass(frozen=True)
class _Round:
    """What one look at the server came to; `away`: why there is no answer, '' where there is one."""

    away: str = ""
    done: Exchanged = Exchanged()
    vectors: int = 0
    sent_vectors: int = 0


class SharedGallery(QObject):
    """One choice for each library, kept in the settings. `changed`: the choice, the state, or another library."""

    changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        captions: Captions,
        marks: Marks,
        sheet: TakeSheet,
        settings: QSettings | None = None,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.captions, self.marks, self.sheet = workspace, captions, marks, sheet
        self._chosen = ChosenLibraries(settings, KEY)
        self.address: Address | None = None
        self.state, self.away, self.recall = "", False, ""
        self._library: Library | None = None
        self._last = LastNoted()
        self._edited = self._first = self._receive = self._send = self._looking = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        workspace.library_changed.connect(self._opened)
        workspace.model_changed.connect(self._model)
        workspace.ready_changed.connect(self._ready)
        for one in (marks.changed, sheet.changed):
            one.connect(self._soon)

    @property
    def why_not(self) -> str:
        """Why the open library cannot be shared; '' where it can."""
        library = self.workspace.library
        if library is None or self.workspace.growing:
            return "Open a library first."
        return "Several libraries are open together. Open one of them alone to share it." if library.parts else ""

    @property
    def url(self) -> str:
        """The address of the open library's gallery, without a password; '' where it has none."""
        return str(self.address) if self.address is not None else ""

    def connect_to(self, text: str) -> bool:
        """Share the open library at a URL from now on. Return False, and say why, where it is none."""
        library = self.workspace.library
        try:
            if library is None or self.why_not:
                raise StudioError(self.why_not)
            address = address_of(text)
            keep_password(address)
        except StudioError as error:
            self._say(str(error))
            return False
        self._chosen.set(str(library.root), str(address))
        self._begin()
        return True

    def disconnect_from(self) -> None:
        """Share the open library no longer. What it has stays, and so does what the server has."""
        library, address = self.workspace.library, self.address
        if library is None or address is None:
            return
        self._chosen.set(str(library.root), False)
        try:
            forget_password(address)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
        self._begin()

    def _opened(self) -> None:
        library, before = self.workspace.library, self._library
        if library is None or self.workspace.growing:
            return
        self._library = library
        if before is None or library.root != before.root:
            self._begin()
        elif self.address is not None:
            if len(library.clips) != len(before.clips) or any(map(_differ, library.clips, before.clips)):
                self._receive = self._send = True
            self._soon()

    def _begin(self) -> None:
        """Share what is open, as it was chosen for it."""
        library, self.address = self.workspace.library, None
        self.state, self.away, self.recall, self._last = "", False, "", LastNoted()
        self._timer.stop()
        if library is not None and not self.why_not and (url := self._chosen.of(str(library.root))):
            try:
                self.address = with_password(address_of(url))
            except StudioError as error:
                self.workspace.failed.emit(str(error))
        if self.address is not None:
            self._edited = self._first = self._receive = self._send = True
            self.state = "Connecting…"
            self._timer.start(0)
        self.changed.emit()

    def _soon(self) -> None:
        if self.address is not None:
            self._edited = True
            self._timer.start(SOON_MS)

    def _model(self) -> None:
        self._receive = self._send = True
        if self.address is not None:
            self._timer.start(SOON_MS)

    def _ready(self) -> None:
        if self.address is not None and self.workspace.retriever is not None:
            self._send = True
            self._timer.start(SOON_MS)

    def look(self) -> None:
        """Note what was edited here, then ask the server."""
        library, address = self.workspace.library, self.address
        if library is None or address is None:
            return
        if self._looking:
            self._timer.start(SOON_MS)
            return
        self._looking = True
        model, retriever = self.workspace.model, self.workspace.retriever
        edited, self._edited, last = self._edited, False, self._last
        receive, self._receive = self._receive and model is not None, self._receive and model is None
        send, self._send = self._send and retriever is not None, self._send and retriever is None

        def ask() -> _Round:
            from motionpatches.core.shared_gallery.exchange_vectors import receive_vectors, send_vectors
            from motionpatches.core.shared_gallery.store import Unreachable, opened

            waiting = note_edits(library, address, last) if edited else 0
            try:
                with opened(address) as store:
                    done = exchange(library.root, address, store)
                    came = receive_vectors(model, library, store) if receive and model is not None else 0
                    went = send_vectors(library, retriever.gallery, store) if send and retriever is not None else 0
                    return _Round("", done, came, went)
            except Unreachable as error:
                return _Round(str(error), Exchanged(waiting=waiting))

        def asked(found: _Round) -> None:
            if found.away:
                self._receive, self._send, self._edited = self._receive or receive, self._send or send, True
                self._ended(found)
            elif found.done.received or self._first:
                self._take(library, address, found)
            else:
                self._ended(found)

        self.workspace.lanes.shared.submit("shared", *self._guarded(address, ask, asked))

    def _take(self, library: Library, address: Address, found: _Round) -> None:
        own = self.captions.place.own

        def taken(what: Taken) -> None:
            self._first = False
            now = self.workspace.library
            if what.count and now is not None and now.root == library.root:
                if what.captions:
                    self.workspace.edited(with_lines(now, what.captions))
                self.marks.read_again()
                self.sheet.look()
            self._ended(found)

        work = self._guarded(address, lambda: take_over(library, address, own), taken)
        self.workspace.lanes.files.submit("shared taken", *work, kept=True)

    def _guarded(
        self, address: Address, work: Callable[[], T], done: Callable[[T], None]
    ) -> tuple[Callable[[], T], Callable[[T], None], Callable[[str], None]]:
        """Work of a look; what comes of it counts while the library is shared at the same address."""

        def ended(value: T) -> None:
            if address is self.address:
                done(value)
            else:
                self._looking = False

        def failed(message: str) -> None:
            self._looking = False
            if address is self.address:
                self._say(message)
                self._timer.start(AGAIN_MS)

        return work, ended, failed

    def _ended(self, found: _Round) -> None:
        self._looking = False
        waits = f" {_edits(found.done.waiting)} wait." if found.done.waiting else ""
        notices = self.workspace.notices
        if found.away:
            state = f"{found.away} {AWAY}{waits}"
            if not self.away:
                notices.say(state, warning=True)
        else:
            state = f"Connected. {waits.strip() or 'Everything is sent.'}"
            came = f" {counted(found.vectors, 'motion was', 'motions were')} encoded by others." if found.vectors else ""
            if self.away:
                notices.say(f"The shared gallery answers again. {str(found.done) or 'Nothing has changed'}.")
            elif came or found.done.received:
                self.workspace.said.emit(f"Shared gallery: {found.done}.{came}" if str(found.done) else came.strip())
            if found.vectors:
                self.workspace.index_again()
        self.away, self.state = bool(found.away), state
        self.changed.emit()
        if not self._timer.isActive():
            self._timer.start(AGAIN_MS)

    def _say(self, message: str) -> None:
        if message != self.state:
            self.workspace.failed.emit(message)
        self.state = message
        self.changed.emit()

    def measure(self) -> None:
        """Compare what the engine finds for captions of this library with an exact search."""
        library, address, model = self.workspace.library, self.address, self.workspace.model
        if library is None or address is None or model is None:
            return
        self.recall = "Measuring…"
        self.changed.emit()

        def ask() -> str:
            from motionpatches.core.search.indexing import gallery_fingerprint
            from motionpatches.core.shared_gallery.ask import asked_rows, recall
            from motionpatches.core.shared_gallery.store import opened

            rows = asked_rows(model, [caption for clip in library.clips for caption in clip.captions])
            with opened(address) as store:
                return str(recall(store, gallery_fingerprint(model), rows))

        def show(text: str) -> None:
            self.recall = text
            self.changed.emit()

        self.workspace.lanes.shared.submit("recall", ask, show, show)

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self.address = None


def _differ(one: Clip, other: Clip) -> bool:
    return one.key != other.key


def _edits(count: int) -> str:
    return f"{count:,} edit{'s' * (count != 1)}"
