"""The results that the window shows, for Blender's add-on and other programs on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from motionpatches.app.background.later import Later
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths

if TYPE_CHECKING:
    from motionpatches.core.serve.listening import Listening

KEY = "answers other programs"


class Answering(QObject):
    """Off until it is turned on; then on at later starts too. `changed`: on or off."""

    changed = Signal()

    def __init__(self, workspace: Workspace, search: Search, settings: QSettings | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.search = workspace, search
        self._settings = settings
        self._listening: Listening | None = None
        self._later = Later(self, 1)
        search.results_changed.connect(self._look_later)
        workspace.library_changed.connect(self._look_later)
        if settings is not None and settings.value(KEY, False, bool):
            workspace.ready_changed.connect(self._begin)

    @property
    def on(self) -> bool:
        """Whether other programs are answered, or will be in a moment."""
        return self._listening is not None

    def set_on(self, on: bool) -> None:
        """Answer other programs from now on, or no longer."""
        self._keep(on)
        if on and not self.on:
            self._start(told=True)
        elif not on and self.on:
            self.close()
            self.workspace.said.emit("Blender no longer sees the results.")
            self.changed.emit()

    def _begin(self) -> None:
        """Turn on what was on at the last start, once nothing else is waited for."""
        if self.workspace.retriever is not None:
            self.workspace.ready_changed.disconnect(self._begin)
            if not self.on:
                self._start(told=False)

    def _start(self, told: bool) -> None:
        from motionpatches.core.serve.listening import Listening  # with FastAPI, when it is asked for

        listening = self._listening = Listening(paths.open_window())
        self._look()
        if told:
            self.workspace.said.emit("Blender sees the results in a moment…")

        def started(_: None) -> None:
            if told and listening is self._listening:
                self.workspace.said.emit("Blender sees the results: choose Refresh in its panel Motion Patches.")

        def failed(sentence: str) -> None:
            if listening is self._listening:
                self._listening = None
                self._keep(False)
                self.workspace.failed.emit(sentence)
                self.changed.emit()

        self.workspace.lanes.files.submit("answering", listening.start, started, failed)
        self.changed.emit()

    def _look_later(self) -> None:
        if self._listening is not None:
            self._later.after_painting(self._look)

    def _look(self) -> None:
        """Give the server what is shown now, in values that no longer change."""
        if self._listening is None:
            return
        from motionpatches.core.serve.shown import Shown

        library, results = self.workspace.library, self.search.results
        hits, captions = tuple(result.hit for result in results), tuple(result.caption for result in results)
        self._listening.shown = None if library is None else Shown(library, self.search.query, hits, captions)

    def _keep(self, on: bool) -> None:
        if self._settings is not None:
            self._settings.setValue(KEY, on)

    def close(self) -> None:
        """Answer no more."""
        if self._listening is not None:
            listening, self._listening = self._listening, None
            listening.stop()
