"""The words of the open library, read in the background before a query asks for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Library
from motionpatches.core.library.words import WordIndex
from motionpatches.core.progress import Job
from motionpatches.core.search.suggest import NO_WORDS, Words


class WordReader(QObject):
    """Follows the open library; after an edit only the words of other clips are read. `known`: those read so far."""

    def __init__(self, workspace: Workspace):
        super().__init__(workspace)
        self.workspace = workspace
        self.known = NO_WORDS
        self._known: tuple[Path, WordIndex] | None = None
        workspace.library_changed.connect(self._read)

    def _read(self) -> None:
        library, lanes, failed = self.workspace.library, self.workspace.lanes, self.workspace.failed.emit
        if library is None:
            return

        def job() -> Job[WordIndex]:
            yield from ()
            return self.of(library)

        def done(index: WordIndex) -> None:
            lanes.files.submit("words", lambda: Words.of(index), known, failed)  # no query waits for it

        def known(words: Words) -> None:
            self.known = words

        self.workspace.jobs.run(lanes.models, "words", job, done, failed, shown=False)

    def of(self, library: Library) -> WordIndex:
        """Return the words of a library. In the thread that answers queries alone."""
        if self._known is None or self._known[0] != library.root:
            self._known = library.root, WordIndex.of(library.clips)
        elif self._known[1].clips is not library.clips:
            self._known = library.root, self._known[1].updated(library.clips)
        self._known[1].prepare()
        return self._known[1]
