"""The window of the shown take under the playhead: the patches and the explanation are of this one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.patches import MAX_FRAMES, PatchRecipe

# Seconds by which a take may be longer than a window and still be shown as one; by which the playhead leaves a range before it
# returns; and by which a marked range may begin elsewhere than the window that was found and still stand for it.
SLACK_S, LOOP_S, NEAR_S = 0.1, 0.06, 2.0


class ShownWindow(QObject):
    """A take is as many windows as a model reads of it one after the other; the one that was found begins where it was found, and
    one with a marked range where that begins.

    `changed`: the playhead is in another one. `scored_changed`: something else is explained. `start_s`, `end_s`: its ends, in
    seconds of the motion; `scored`: those of what is explained, the window that was found, the marked range, or all of it.
    """

    changed = Signal()
    scored_changed = Signal()

    def __init__(self, workspace: Workspace, playback: Playback, search: Search, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.playback, self.search = workspace, playback, search
        self.start_s = self.end_s = 0.0
        self.scored = (0.0, 0.0)
        workspace.shown.connect(self._reset)
        workspace.model_changed.connect(self._reset)
        search.results_changed.connect(self._look)
        playback.ticked.connect(self._look)
        playback.changed.connect(self._look)
        self._reset()

    @property
    def length_s(self) -> float:
        """How much a model reads at once."""
        model = self.workspace.model
        return MAX_FRAMES / (model.config.patches if model is not None else PatchRecipe()).fps

    @property
    def whole(self) -> bool:
        """Whether one window holds all of the take."""
        motion = self.workspace.motion
        return motion is None or motion.duration_s <= self.length_s + SLACK_S

    @property
    def found(self) -> tuple[float, float] | None:
        """The ends of the window for which the shown take was found; None where it is no result."""
        clip, motion = self.workspace.clip, self.workspace.motion
        hit = next((r.hit for r in self.search.results if clip is not None and r.clip.id == clip.id), None)
        return None if hit is None or motion is None else (hit.start_s, hit.end_s or motion.duration_s)

    @property
    def words(self) -> str:
        """Which window of a long take it is; '' for a take that is one."""
        motion = self.workspace.motion
        return "" if self.whole or motion is None else f"{self.start_s:.1f} to {self.end_s:.1f} s of {motion.duration_s:.1f} s"

    def _reset(self) -> None:
        """Another motion or model: who hears of it looks here as well."""
        self.start_s, self.end_s, self.scored = self._now()

    def _look(self) -> None:
        ends, scored = (self.start_s, self.end_s), self.scored
        self._reset()
        if (self.start_s, self.end_s) != ends:
            self.changed.emit()
        if self.scored != scored:
            self.scored_changed.emit()

    def _now(self) -> tuple[float, float, tuple[float, float]]:
        motion, found, length = self.workspace.motion, self.found, self.length_s
        if motion is None or self.whole:
            return 0.0, motion.duration_s if motion is not None else 0.0, found or (0.0, 0.0)
        span = self._span(found)
        if span is not None and found is not None and abs(found[0] - span[0]) <= NEAR_S:
            span = found
        start = span[0] if span is not None else self.playback.time_s // length * length
        end = min(start + length, motion.duration_s)
        return start, end, span or (start, end)

    def _span(self, found: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the marked range that the playhead is in, where a window holds it, else the window that was found."""
        now, marked = self.playback.time_s, self.playback.range_s
        if marked is not None and marked[1] - marked[0] <= self.length_s and marked[0] - LOOP_S <= now <= marked[1] + LOOP_S:
            return marked
        return found if found is not None and found[0] <= now < found[1] else None
