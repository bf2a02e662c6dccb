"""The skin of the shown body, made in the background where the file holds a body model's poses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.stage import Stage
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from motionpatches.core.io.body_mesh import Mesh


class Body(QObject):
    """`changed`: there is a mesh for the shown motion, or none any more."""

    changed = Signal()

    def __init__(self, stage: Stage, parent: QObject | None = None):
        super().__init__(parent)
        self.stage, self.workspace = stage, stage.workspace
        self.mesh: Mesh | None = None
        self._of: tuple[str, str] | None = None
        stage.changed.connect(self._refresh)
        self.workspace.shown.connect(self._refresh)

    def _refresh(self) -> None:
        workspace = self.workspace
        clip, motion = workspace.clip, workspace.motion
        if clip is None or motion is None or not self.stage.options.skin:
            self._show(None)
            return
        wanted = (clip.id, clip.key)
        if wanted == self._of:
            return
        self._show(wanted)

        def done(mesh: Mesh) -> None:
            if self._of == wanted:
                self.mesh = mesh
                self.changed.emit()

        def failed(message: str) -> None:
            if self._of == wanted:
                self._of = None
                self.stage.set(skin=False)
                workspace.failed.emit(message)

        def job() -> Job[Mesh]:
            from motionpatches.core.io.body_mesh import body_mesh

            up = motion.source.up if motion.source else ""
            return body_mesh(clip.path, clip.start_s, clip.end_s, up, clip.take)

        workspace.jobs.run(workspace.lanes.models, "body", job, done, failed)

    def _show(self, wanted: tuple[str, str] | None) -> None:
        """No mesh for now; `wanted` is which clip's comes."""
        if wanted != self._of:
            self._of, self.mesh = wanted, None
            self.changed.emit()
