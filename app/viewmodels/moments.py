"""The query over the time of the shown take, and its best moments."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace

# Takes longer than this are looked through as soon as a hit of a sentence opens; shorter ones when asked.
LONG_S = 12.0
SHOWN = 5


class Moments(QObject):
    """`changed`: scores over time, best moments, or what goes on."""

    changed = Signal()

    def __init__(self, workspace: Workspace, search: Search, playback: Playback, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.search, self.playback = workspace, search, playback
        self.times_s, self.scores = np.zeros(0), np.zeros(0)
        self.best: list[tuple[float, float, float]] = []
        self.at, self.message = -1, ""
        self._kept: tuple[tuple, Any] | None = None
        workspace.shown.connect(self._shown)
        search.changed.connect(self._shown)

    def _shown(self) -> None:
        self.times_s, self.scores, self.best, self.at, self.message = np.zeros(0), np.zeros(0), [], -1, ""
        motion = self.workspace.motion
        self.changed.emit()
        if motion is not None and motion.duration_s > LONG_S and self.search.text:
            self.find()

    def find(self) -> None:
        """Looks for the query in the shown take, and goes to its best moment."""
        clip, motion, model, query = self.workspace.clip, self.workspace.motion, self.workspace.model, self.search.text
        if clip is None or model is None or not query:
            self.message = "Type what to look for in this take first."
            self.changed.emit()
            return
        key = (model.fingerprint, clip.id, clip.key)
        kept = self._kept[1] if self._kept and self._kept[0] == key else None
        self.message = "Looking through this take…"
        self.changed.emit()

        def job():
            from motionpatches.core.search.encode import encode_text
            from motionpatches.core.search.moments import moments_of

            found = kept or (yield from moments_of(model, motion))
            row = encode_text(model, query)
            return found, found.scores(row), found.best(row, SHOWN)

        def done(result: tuple) -> None:
            found, scores, best = result
            self.workspace.progressed.emit(None)
            self._kept = (key, found)
            if clip is self.workspace.clip and query == self.search.text:
                middle = found.starts_s + np.minimum(found.long_s, found.duration_s - found.starts_s) / 2
                self.times_s, self.scores, self.best, self.message = middle, scores, best, ""
                self.go(0)

        def failed(message: str) -> None:
            self.workspace.progressed.emit(None)
            self.message = message
            self.changed.emit()

        self.workspace.models.submit_job("moments", job, self.workspace.progressed.emit, done, failed)

    def go(self, to: int) -> None:
        """To the best moment of this rank, counted from 0."""
        if self.best:
            self.at = to % len(self.best)
            start, end, _ = self.best[self.at]
            self.playback.range_s = (start, end)
            self.playback.seek(start)
            self.playback.changed.emit()
        self.changed.emit()

    def step(self, by: int) -> None:
        """The next or the one before; looks first where nothing has been looked for."""
        if self.best:
            self.go(self.at + by)
        else:
            self.find()
