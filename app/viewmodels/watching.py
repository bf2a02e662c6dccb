"""The watched folders of the open library: what lands is read, indexed and found without a click."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from motionpatches.app.viewmodels.chosen_libraries import ChosenLibraries
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library import moves
from motionpatches.core.library.library import Library
from motionpatches.core.library.takes import take_id
from motionpatches.core.library.watch import Change, Watch, roots_of
from motionpatches.core.progress import counted

KEY = "folders not watched"
# Takes that a notice names.
NAMED = 3


class Watching(QObject):
    """On for every library of folders until it is turned off for one. `changed`: another library, or on or off."""

    changed = Signal()

    def __init__(self, workspace: Workspace, settings: QSettings | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self._off = ChosenLibraries(settings, KEY)
        self._watch: Watch | None = None
        self._library: Library | None = None
        self._news = ""
        self._looking = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        workspace.library_changed.connect(self._opened)
        workspace.ready_changed.connect(self._indexed)

    @property
    def possible(self) -> bool:
        """Whether the open library has folders."""
        return self.workspace.library is not None and bool(roots_of(self.workspace.library, self.workspace.paths))

    @property
    def on(self) -> bool:
        """Whether the open library is watched."""
        return self.possible and self.workspace.library is not None and str(self.workspace.library.root) not in self._off

    def set_on(self, on: bool) -> None:
        """Watch the folders of the open library from now on, or no longer."""
        library = self.workspace.library
        if library is None:
            return
        self._off.set(str(library.root), not on)
        self._begin()
        self.changed.emit()

    def _opened(self) -> None:
        library, before = self.workspace.library, self._library
        if library is before:
            return
        if self.workspace.growing:
            self._library, self._watch = None, None
            self._timer.stop()
            return
        self._library = library
        if library is not None and before is not None and library.root == before.root and not library.from_index:
            self._compare(before, library)
        if library is None or before is None or library.root != before.root or self._watch is None or before.from_index:
            self._news = self._news if library is not None and before is not None and library.root == before.root else ""
            self._begin()
            self.changed.emit()

    def _begin(self) -> None:
        """Watch what is open. The first look waits for the scan that checks a library from its index."""
        library, paths = self.workspace.library, self.workspace.paths
        self._watch = None
        self._timer.stop()
        if library is None or not self.on:
            return

        def made(watch: Watch) -> None:
            if self._library is library and self.on:
                self._watch = watch
                self._wait()

        self.workspace.lanes.files.submit("watched", lambda: Watch(library, paths), made, self.workspace.failed.emit)

    def _wait(self) -> None:
        if self._watch is not None:
            self._timer.start(round(self._watch.pause_s * 1000))

    def look(self) -> None:
        """Look at the folders now, unless they are being read."""
        watch = self._watch
        if watch is None or self._looking:
            return
        if self.workspace.lanes.scans.busy:
            self._wait()
            return
        self._looking = True

        def done(change: Change | None) -> None:
            self._looking = False
            if watch is not self._watch:
                return
            self._wait()
            if change is not None:
                self.workspace.take_in(change.waiting)

        def failed(message: str) -> None:
            self._looking = False
            self.workspace.failed.emit(message)
            self._wait()

        self.workspace.lanes.scans.submit("watch", watch.step, done, failed)

    def _compare(self, before: Library, now: Library) -> None:
        """Say what is gone at once, and keep what is new until it can be found."""
        known, moved = {take_id(clip) for clip in before.clips}, set(now.moved.values())
        new = dict.fromkeys(take_id(c) for c in now.clips if take_id(c) not in known and take_id(c) not in moved)
        takes = {take_id(clip) for clip in before.clips if take_id(clip) in now.moved}
        if new:
            self._news = f"{counted(len(new), 'new take')}, found: {_named(new)}."
        if takes:
            kept = "keeps its" if len(takes) == 1 else "keep their"
            self.workspace.notices.say(f"{counted(len(takes), 'take')} moved: {_named(takes)}; {kept} captions and tags.")
        gone = [take for take in now.gone if take not in before.gone]
        if gone:
            self.workspace.notices.say(moves.gone_sentence(gone), Action("Forget", self.forget), kept=True)
        if self.workspace.model is None:
            self._tell()

    def _indexed(self) -> None:
        if self.workspace.retriever is not None:
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, ""
        if news:
            self.workspace.notices.say(news, kept=True)

    def forget(self) -> None:
        """No longer name takes that are gone."""
        library = self.workspace.library
        if library is None:
            return
        try:
            for part in library.sources:
                moves.forget(part.library.root)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
        self.workspace.take_in()

    def close(self) -> None:
        """Look no more."""
        self._watch = None
        self._timer.stop()


def _named(takes: Iterable[str]) -> str:
    names = list(takes)
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
