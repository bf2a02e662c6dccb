"""The skin of the shown body, made in the background where the file holds a body model's poses."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.stage import Stage


class Body(QObject):
    """`changed`: there is a mesh for the shown motion, or none any more."""

    changed = Signal()

    def __init__(self, stage: Stage, parent: QObject | None = None):
        super().__init__(parent)
        self.stage, self.workspace = stage, stage.workspace
        self.mesh: Any = None
        self._of: tuple | None = None
        stage.changed.connect(self._look)
        self.workspace.shown.connect(self._look)

    def _look(self) -> None:
        clip, motion = self.workspace.clip, self.workspace.motion
        wanted = (clip.id, clip.key) if clip is not None and motion is not None and self.stage.options.skin else None
        if wanted == self._of:
            return
        self._of, self.mesh = wanted, None
        self.changed.emit()
        if wanted is None:
            return

        def done(mesh: Any) -> None:
            self.workspace.progressed.emit(None)
            if self._of == wanted:
                self.mesh = mesh
                self.changed.emit()

        def failed(message: str) -> None:
            self.workspace.progressed.emit(None)
            if self._of == wanted:
                self._of = None
                self.stage.set(skin=False)
                self.workspace.failed.emit(message)

        def job():
            from motionpatches.core.io.body_mesh import body_mesh

            up = motion.source.up if motion.source else ""
            return body_mesh(clip.path, clip.start_s, clip.end_s, up, clip.take)

        self.workspace.models.submit_job("body", job, self.workspace.progressed.emit, done, failed)
