"""The query over the time of the shown take, and its best moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.later import Later
from motionpatches.app.viewmodels.asked_row import asked_row
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.moments import Moments as TakeMoments

    Found = tuple[TakeMoments, np.ndarray, list[tuple[float, float, float]]]

# Takes longer than this are looked through as soon as a hit of a sentence opens; shorter ones when asked.
LONG_S = 12.0
SHOWN = 5


class Moments(QObject):
    """Scores of the query over the shown take. `changed`: scores, best moments, or `message`.

    `best`: (start, end) in seconds with the score, the best first; `at`: which of them the playhead went to, -1 none.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, search: Search, playback: Playback, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.search, self.playback = workspace, search, playback
        self.times_s, self.scores = np.zeros(0), np.zeros(0)
        self.best: list[tuple[float, float, float]] = []
        self.at, self.message = -1, ""
        self._kept: tuple[tuple[str, str, str], TakeMoments] | None = None
        self._model: MotionTextModel | None = None
        self._later = Later(self)
        workspace.shown.connect(self._shown)
        workspace.model_changed.connect(self._model_changed)
        search.query_changed.connect(self._clear)

    def _clear(self) -> None:
        self.times_s, self.scores, self.best, self.at, self.message = np.zeros(0), np.zeros(0), [], -1, ""
        self.changed.emit()

    def _shown(self) -> None:
        self._clear()
        motion = self.workspace.motion
        opened = self.search.opened is not None
        if motion is not None and motion.duration_s > LONG_S and asked_row(self.search) is not None:
            self.find(goes=opened)
        elif opened:
            self._later.do(self._go_to_hit)  # once the stage shows the motion

    def _go_to_hit(self) -> None:
        """Go to where the window that was found begins, where the shown clip is a result."""
        start = next((r.hit.start_s for r in self.search.results if r.clip is self.workspace.clip), 0.0)
        if start and self.workspace.motion is not None and start < self.workspace.motion.duration_s:
            self.playback.seek(start)

    def _model_changed(self) -> None:
        if self.workspace.model is not self._model:
            self._model = self.workspace.model
            self._clear()

    def find(self, goes: bool = True) -> None:
        """Look for the query in the shown take, and go to its best moment.

        Args:
            goes: False for a take that was not opened as a result: its scores are shown, and the playhead stays.
        """
        workspace, query, asked = self.workspace, self.search.text, asked_row(self.search)
        clip, motion, model = workspace.clip, workspace.motion, workspace.model
        if clip is None or motion is None or model is None or asked is None:
            self.message = "Type a query first."
            self.changed.emit()
            return
        key = (model.fingerprint, clip.id, clip.key)
        kept = self._kept[1] if self._kept and self._kept[0] == key else None
        self.message = "Searching this take…"
        self.changed.emit()

        def job() -> Job[Found]:
            from motionpatches.core.search.moments import moments_of

            found = kept or (yield from moments_of(model, motion))
            row = asked.row(model)
            return found, found.scores(row), found.best(row, SHOWN)

        def done(result: Found) -> None:
            found, scores, best = result
            self._kept = (key, found)
            if clip is workspace.clip and query == self.search.text and model is workspace.model:
                middle = found.starts_s + np.minimum(found.long_s, found.duration_s - found.starts_s) / 2
                self.times_s, self.scores, self.best, self.message = middle, scores, best, ""
                if goes:
                    self.go(0)
                else:
                    self.changed.emit()

        workspace.jobs.run(workspace.lanes.models, "moments", job, done, self._say)

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()

    def go(self, to: int) -> None:
        """Go to the best moment of this rank, counted from 0."""
        if self.best:
            self.at = to % len(self.best)
            start, end, _ = self.best[self.at]
            self.playback.range_s = (start, end)
            self.playback.seek(start)
            self.playback.changed.emit()
        self.changed.emit()

    def step(self, by: int) -> None:
        """Go to the next moment or the previous one; looks for them first where that was not done."""
        if self.best:
            self.go(self.at + by if self.at >= 0 or by > 0 else -1)
        else:
            self.find()
