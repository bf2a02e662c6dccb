"""Why the shown motion answers the query: patches and words by what the score loses without them, and which word met which patch
where the model links them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.asked_row import AskedRow, asked_row
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.shown_window import ShownWindow
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import NO_PATCHES
from motionpatches.core.progress import Job, Progress

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.explain import Occlusion, Word
    from motionpatches.core.search.word_patches import WordPatches

    Found = tuple[Occlusion | None, list[Word]]

KEPT = 64


@dataclass(frozen=True, eq=False)
class Shares:
    """Which patches matter: `weights` (5, W) from 0 to 1, of windows of `points` frames that begin at `start_s`."""

    weights: np.ndarray
    points: int
    start_s: float
    fps: float


class Explanation(QObject):
    """`changed`: on or off, another explanation, or another word is pointed at; `lit`: the word of another patch is. Works only
    while it is on; what was found is kept.

    `link`: the words of the query against the patches, by a model with late interaction; there before `occlusion`.
    `word`, `patch_word`: the words that are pointed at, themselves and by their patch; -1 for none.
    """

    changed = Signal()
    lit = Signal()

    def __init__(self, workspace: Workspace, search: Search, playback: Playback, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.search, self.playback = workspace, search, playback
        self.window = ShownWindow(workspace, playback, search, self)
        self.on, self.message = False, ""
        self.occlusion: Occlusion | None = None
        self.words: list[Word] = []
        self.link: WordPatches | None = None
        self.word = self.patch_word = -1
        self._known: OrderedDict[tuple[str, str, str, tuple[str, str], float, float], Found] = OrderedDict()
        workspace.shown.connect(self._refresh)
        search.results_changed.connect(self._refresh)
        self.window.scored_changed.connect(self._refresh)

    def set_on(self, on: bool) -> None:
        self.on = on
        self._look()

    @property
    def linked(self) -> tuple[str, ...]:
        """The words that can be pointed at."""
        return self.link.words if self.link is not None else ()

    @property
    def lit_word(self) -> int:
        """The word that is pointed at, by itself or by its patch; -1 for none."""
        return self.word if self.word >= 0 else self.patch_word

    def point_word(self, word: int) -> None:
        """Show the patches of a word of `linked`; -1 for none."""
        word = word if word < len(self.linked) else -1
        if word != self.word:
            self.word = word
            self.changed.emit()

    def point_patch(self, part: int, time_s: float) -> None:
        """Light up the word that is nearest to a patch; -1 for no part."""
        word = self.link.best_word(part, time_s) if self.link is not None and part >= 0 else -1
        if word != self.patch_word:
            self.patch_word = word
            self.lit.emit()

    @property
    def shares(self) -> Shares | None:
        """The patches of the word that is pointed at, else those that the score needs; None where neither is known."""
        link, found = self.link, self.occlusion
        if link is not None and self.word >= 0:
            return Shares(link.weights[self.word], link.points, link.start_s, link.fps)
        return None if found is None else Shares(self.weights, found.points, found.start_s, found.fps)

    @property
    def weights(self) -> np.ndarray:
        """(5, W) from 0 to 1: falls as shares of the greatest."""
        if self.occlusion is None:
            return np.zeros((5, 0))
        falls = np.maximum(self.occlusion.falls, 0)
        return falls / max(float(falls.max()), 1e-9)

    def weights_at(self, time_s: float) -> np.ndarray:
        """(5,) at a time of the shown motion; of a word that is pointed at the greatest of all times, so that its bones show."""
        if self.link is not None and self.word >= 0:
            return np.asarray(self.link.weights[self.word].max(axis=1))
        found = self.occlusion
        if found is None:
            return np.zeros(5)
        top = max(float(np.maximum(found.falls, 0).max()), 1e-9)
        return np.clip(found.at(time_s) / top, 0, 1)

    def _refresh(self) -> None:
        if self.on:
            self._look()

    def _look(self) -> None:
        workspace, asked = self.workspace, asked_row(self.search)
        clip, motion, model = workspace.clip, workspace.motion, workspace.model
        self.occlusion, self.words, self.link, self.word, self.patch_word = None, [], None, -1, -1
        if not self.on:
            self.message = ""
        elif clip is None or motion is None or model is None:
            self.message = "Choose a motion first."
        elif asked is None:
            self.message = "Search for a sentence; then each patch shows how much the score falls without it."
        else:
            self._explain(clip, motion, model, asked)
        self.changed.emit()

    def _explain(self, clip: Clip, motion: Motion, model: MotionTextModel, asked: AskedRow) -> None:
        start, end = self.window.scored
        key = (model.fingerprint, clip.id, clip.key, asked.key, start, end)
        if model.token_heads is not None and asked.query.sentence:
            self._link(clip, motion, model, asked.query.sentence, start, end)
        reads = NO_PATCHES.get(model.config.patches.form, "")
        message = f"This model reads {reads}, not patches. Red: words without which the score falls: " if reads else ""
        if key in self._known:
            self.occlusion, self.words = self._known[key]
            self.message = message
            return
        self.message = "Leaving out one word after another…" if reads else "Masking one patch after another…"

        def job() -> Job[Found]:
            from motionpatches.core.search.encode import encode_first_window
            from motionpatches.core.search.explain import occlude

            yield Progress("Leaving words out", 0, 1)
            words = asked.without_words(model, encode_first_window(model, motion.cut(start, end)))
            return None if reads else (yield from occlude(model, motion, asked.row(model), start, end)), words

        def done(found: Found) -> None:
            self._known[key] = found
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            if clip is self.workspace.clip and self.on:
                (self.occlusion, self.words), self.message = found, message
                self.changed.emit()

        self.workspace.jobs.run(self.workspace.lanes.models, "explain", job, done, self._say, shown=False)

    def _link(self, clip: Clip, motion: Motion, model: MotionTextModel, sentence: str, start: float, end: float) -> None:
        """Compare the words with the patches: one pass of each encoder."""
        query = self.search.text

        def job() -> Job[WordPatches | None]:
            from motionpatches.core.search.word_patches import link

            yield Progress("Comparing words with patches", 0, 1)
            return link(model, motion, sentence, start, end)

        def done(found: WordPatches | None) -> None:
            if clip is self.workspace.clip and query == self.search.text and self.on:
                self.link = found
                self.changed.emit()

        self.workspace.jobs.run(self.workspace.lanes.models, "link", job, done, self._say, shown=False)

    def _say(self, message: str) -> None:
        self.message = message
        self.changed.emit()
