"""The take of Check Import, playing, beside a figure of known stature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.viewmodels.import_check import ImportCheck
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.theme import is_dark
from motionpatches.core.io.smpl.body import REST
from motionpatches.core.motion.skeleton import SMPL22

# Stature of the figure beside the take, the share of it up to the head joint, and its place, in metres.
REFERENCE_M, TO_HEAD, APART_M = 1.7, 0.94, 1.1
GREY = (150, 154, 162)


class FigureView(QWidget):
    """The take, playing, and the reference figure at its side. Drag turns, the wheel zooms."""

    def __init__(self, check: ImportCheck, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.check, self.playback = check, playback
        self.canvas = make_canvas(self._paint, self)
        self.camera = Camera(target=(0.45, 0.85, 0.0), distance=4.6, azimuth=0.25, elevation=0.12)
        self._last = QPointF()
        self.setMinimumSize(360, 380)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The take beside a figure of 1.7 m")
        pose = REST - REST.min(axis=0) * [0, 1, 0]
        self.figure = (pose * (REFERENCE_M * TO_HEAD / np.ptp(pose[:, 1])) + [APART_M, 0, 0]).astype(np.float32)
        self.grey = geometry.in_one_colour(geometry.bone_set(SMPL22), GREY)
        check.changed.connect(self._changed)
        playback.ticked.connect(self.canvas.update)
        self._changed()

    def _changed(self) -> None:
        self.bones = geometry.bone_set(self.check.preview.skeleton)
        self.canvas.update()

    def _paint(self, drawer: Drawer) -> None:
        from motionpatches.app.gl.renderer import DARK, LIGHT

        motion, ratio = self.check.preview, self.devicePixelRatioF()
        pose = geometry.pose_at(motion, self.playback.wrapped(motion.duration_s))
        root = motion.skeleton.root
        take = geometry.instances(self.bones, pose - pose[root] * [1, 0, 1])
        both = np.concatenate([take, geometry.instances(self.grey, self.figure)])
        size = int(self.width() * ratio), int(self.height() * ratio)
        drawer.draw((0, 0, *size), self.camera, both, DARK if is_dark(self) else LIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        delta, self._last = event.position() - self._last, event.position()
        self.camera = self.camera.orbit(delta.x(), delta.y())
        self.canvas.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.camera = replace(self.camera, distance=self.camera.zoom(event.angleDelta().y() / 120).distance)
        self.canvas.update()
