"""A few clips shown side by side as tiles, in the way search results are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.gallery import Hit


class Tiles(QObject):
    """`results_changed`: other clips. `key` tells the work of several Tiles apart."""

    results_changed = Signal()

    def __init__(self, workspace: Workspace, key: str, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.key = workspace, key
        self.results: list[Result] = []

    def show(self, clips: Sequence[tuple[Clip, float]], ranks: Sequence[int] = ()) -> None:
        """Show clips of the open library; what cannot be read is left out.

        Args:
            clips: Clips with a score each.
            ranks: Their ranks; counted from 1 without.
        """
        library, places = self.workspace.library, ranks or range(1, len(clips) + 1)
        if library is None:
            self._set([])
            return

        def done(motions: list[Motion | str]) -> None:
            self._set(
                [
                    Result(Hit(rank, clip.id, score, 0.0, 0.0), clip, motion)
                    for rank, (clip, score), motion in zip(places, clips, motions, strict=True)
                    if isinstance(motion, Motion)
                ]
            )

        self.workspace.lanes.files.submit(
            self.key, lambda: view_motions(library, [c.id for c, _ in clips]), done, self.workspace.failed.emit
        )

    def _set(self, results: list[Result]) -> None:
        self.results = results
        self.results_changed.emit()
