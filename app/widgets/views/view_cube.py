"""A cube in the corner of the stage: it turns with the camera, and a click on a face looks at the motion from there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.gl.camera import Camera
from motionpatches.app.widgets.plain import shown
from motionpatches.app.widgets.theme import colours, px, sized

if TYPE_CHECKING:
    from motionpatches.app.widgets.views.stage import StageView

# Names of the faces, with the direction each looks in, the direction of its text, and azimuth and elevation of the camera there.
FACES = (
    ("Front", (0, 0, 1), (1, 0, 0), (0.0, 0.12)),
    ("Back", (0, 0, -1), (-1, 0, 0), (math.pi, 0.12)),
    ("Left", (1, 0, 0), (0, 0, -1), (math.pi / 2, 0.12)),
    ("Right", (-1, 0, 0), (0, 0, 1), (-math.pi / 2, 0.12)),
    ("Top", (0, 1, 0), (1, 0, 0), (0.0, 1.5)),
)
SIDE, SEEN = 68, 0.12


@dataclass(frozen=True, eq=False)
class Face:
    """A face that is seen: its name, its four corners on the screen, and where the camera looks from."""

    name: str
    corners: QPolygonF
    view: tuple[float, float]


def faces(camera: Camera, size: float) -> Iterator[Face]:
    """Yield the faces of a cube that a camera sees, in a square of `size` pixels.

    Corners begin at the upper left of the text and go clockwise.
    """
    right, up, back = camera.axes()
    for name, normal, along, view in FACES:
        n, a = np.array(normal, float), np.array(along, float)
        if n @ back < SEEN:
            continue
        b = np.cross(n, a)
        corners = [n + x * a + y * b for x, y in ((-1, 1), (1, 1), (1, -1), (-1, -1))]
        scale = size / 2 / math.sqrt(3)
        places = [QPointF(size / 2 + float(c @ right) * scale, size / 2 - float(c @ up) * scale) for c in corners]
        yield Face(name, QPolygonF(places), view)


class ViewCube(QWidget):
    """Shows and turns the camera of the stage."""

    def __init__(self, view: StageView):
        super().__init__(view)
        self.view = view
        self.hovered = ""
        self._shown: tuple[Camera, str, float] | None = None
        self._picture = QPixmap()
        self.setFixedSize(px(SIDE), px(SIDE))
        self.setMouseTracking(True)
        self.setToolTip("Click a face to look from there")
        self.setAccessibleName("View cube")
        view.drawn.connect(self._turned)
        view.installEventFilter(self)

    def _turned(self) -> None:
        if self._shown is None or self._shown[0] != self.camera:
            self.update()

    @property
    def camera(self) -> Camera:
        """Return the camera as the person sees it: Front is the person's front."""
        camera = self.view.camera
        return replace(camera, azimuth=camera.azimuth - self.view.heading)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.move(self.view.width() - self.width() - px(tokens.GAP), px(tokens.GAP))
        return False

    def changeEvent(self, event: QEvent) -> None:
        self._shown = None  # another palette or font
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cube, which comes with each frame of the stage below it; it is drawn where it has changed."""
        ratio = self.devicePixelRatioF()
        now = self.camera, self.hovered, ratio
        if now != self._shown:
            self._shown, self._picture = now, QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            self._draw(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _draw(self, painter: QPainter) -> None:
        now = colours(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized(self.font(), tokens.CAPS))
        for face in faces(self.camera, self.width()):
            hovered = face.name == self.hovered
            fill = QColor(now.accent if hovered else now.raised)
            fill.setAlpha(235)
            painter.resetTransform()
            painter.setPen(QPen(QColor(now.outline), 1))
            painter.setBrush(fill)
            painter.drawPolygon(face.corners)
            square = QPolygonF([QPointF(0, 0), QPointF(44, 0), QPointF(44, 44), QPointF(0, 44)])
            onto = QTransform()
            if QTransform.quadToQuad(square, face.corners, onto):
                painter.setTransform(onto, True)
                painter.setPen(QColor(now.on_accent if hovered else now.text))
                painter.drawText(0, 0, 44, 44, Qt.AlignmentFlag.AlignCenter, shown(face.name))
        painter.end()

    def _face_at(self, place: QPointF) -> Face | None:
        found = [f for f in faces(self.camera, self.width()) if f.corners.containsPoint(place, Qt.FillRule.OddEvenFill)]
        return found[0] if found else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        face = self._face_at(event.position())
        name = face.name if face else ""
        if name != self.hovered:
            self.hovered = name
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered = ""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        face = self._face_at(event.position())
        if face is None:
            event.ignore()
        else:
            self.view.look_along(*face.view)
