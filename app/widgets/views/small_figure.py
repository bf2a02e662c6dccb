"""A small view of a figure in a dialog: drag turns, the wheel zooms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.gl.drawn import DARK, LIGHT, Drawn
from motionpatches.app.widgets.theme import is_dark


class SmallFigure(QWidget):
    """Draws what `instances` gives, seen by `camera`."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = make_canvas(self._paint, self)
        self.camera = Camera()
        self._last = QPointF()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)

    def instances(self) -> np.ndarray:
        """Return (B, 11) instances of bones."""
        raise NotImplementedError

    def over(self) -> np.ndarray | None:
        """Return (B, 11) instances that nothing hides."""
        return None

    def _paint(self, drawer: Drawer) -> None:
        ratio = self.devicePixelRatioF()
        size = int(self.width() * ratio), int(self.height() * ratio)
        drawn = Drawn(self.instances(), over=self.over())
        drawer.draw((0, 0, *size), self.camera, drawn, DARK if is_dark(self) else LIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        delta, self._last = event.position() - self._last, event.position()
        self.camera = self.camera.orbit(delta.x(), delta.y())
        self.canvas.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.camera = replace(self.camera, distance=self.camera.zoom(event.angleDelta().y() / 120).distance)
        self.canvas.update()
