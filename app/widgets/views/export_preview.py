"""The preview of an export: the same frames as those of the file, smaller, moving."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app.export.jobs import draw
from motionpatches.app.export.pictures import Pictures, sheet
from motionpatches.app.export.plan import Plan
from motionpatches.app.export.sheet import ExportSheet
from motionpatches.app.gl.canvas import opengl_works
from motionpatches.app.gl.offscreen import make_surface
from motionpatches.app.widgets.plain import shown
from motionpatches.app.widgets.theme import colours, is_dark, muted, px
from motionpatches.core.errors import StudioError

# Pixels of the longer side; milliseconds between frames, at least, and rest after a frame in units of what drawing it took.
SIDE, TICK_MS, REST = 360, 50, 1.5
# Size of the picture in which data is shown; side of the squares behind what is transparent.
DATA_SIZE, SQUARE = (480, 400), 10
NO_OPENGL = "Pictures need OpenGL 3.3, which was not found here."


class ExportPreview(QWidget):
    """Plays what is to be written."""

    def __init__(self, export: ExportSheet, parent: QWidget | None = None):
        super().__init__(parent)
        self.export = export
        self.pictures: Pictures | None = None
        self.image: QImage | None = None
        self.note = ""
        self._surface = make_surface() if opengl_works() else None
        self._moving, self._began = False, 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tick)
        self.setMinimumSize(px(300), px(280))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Preview of the export")
        self.setToolTip("Drag it to another program to give it the file.")
        export.previewed.connect(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(px(SIDE), px(SIDE))

    @property
    def plan(self) -> Plan:
        """Return the plan of the pictures that are shown: that of the export, or, of data, pictures of it."""
        plan = self.export.plan
        if plan.format.picture:
            return plan
        look = "dark" if is_dark(self) else "light"
        return replace(plan, kind="gif", style=replace(plan.style, size=DATA_SIZE, look=look, labels=False))

    def _changed(self) -> None:
        """Draw other motions, or the same in another way."""
        self.close_pictures()
        self.note, self.image = self.export.problem, None
        motions, plan = self.export.shown, self.plan
        if motions and self._surface is None:
            self.note = NO_OPENGL if self.export.plan.format.picture else ""
        elif motions and self._surface is not None:
            scale = min(SIDE * self.devicePixelRatioF() / max(plan.style.size), 1.0)
            try:
                self.pictures = draw(motions, plan, self._surface, scale)
            except StudioError as error:
                self.note = str(error)
        self._moving = plan.format.moving
        self._draw()
        self._play()

    def _play(self) -> None:
        on = self.pictures is not None and self._moving and self.isVisible()
        self._timer.start(TICK_MS) if on else self._timer.stop()

    def _tick(self) -> None:
        """Draw a frame; slow drawing leaves time for all else."""
        began = time.perf_counter()
        self._draw()
        self._timer.start(max(TICK_MS, round(REST * 1000 * (time.perf_counter() - began))))

    @property
    def time_s(self) -> float:
        """Return the time of the frame that is shown: a frame of the file."""
        if self.pictures is None:
            return 0.0
        fps = self.plan.style.fps
        frame = int((time.perf_counter() - self._began) * fps) % self.pictures.count
        return frame / fps

    def _draw(self) -> None:
        pictures, plan = self.pictures, self.plan
        if pictures is not None:
            if plan.format.sheet:
                rows = sheet(pictures, plan.poses, plan.style.size)
            else:
                rows = pictures.at(self.time_s if self._moving else pictures.duration_s / 2)
            rows = np.ascontiguousarray(rows)
            height, width = rows.shape[:2]
            self.image = QImage(rows.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self.image is None:
            painter.setPen(muted(self))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(16, 16, -16, -16), flags, shown(self.note or "Preview…"))
            return
        ratio = self.devicePixelRatioF()
        width, height = self.image.width() / ratio, self.image.height() / ratio
        fit = min(self.width() / width, self.height() / height, 1.0)
        box = QRectF((self.width() - width * fit) / 2, (self.height() - height * fit) / 2, width * fit, height * fit)
        if self.plan.style.look == "transparent":
            self._paint_squares(painter, box)
        painter.drawImage(box, self.image)
        painter.setPen(QColor(colours(self).line))
        painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _paint_squares(self, painter: QPainter, box: QRectF) -> None:
        """Paint squares of two greys behind what is transparent."""
        now, side = colours(self), px(SQUARE)
        painter.save()
        painter.setClipRect(box)
        painter.fillRect(box, QColor(now.raised))
        for row in range(int(box.height() / side) + 1):
            for column in range(row % 2, int(box.width() / side) + 1, 2):
                painter.fillRect(QRectF(box.x() + column * side, box.y() + row * side, side, side), QColor(now.line))
        painter.restore()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._began = time.perf_counter()
        self._play()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def close_pictures(self) -> None:
        """Free what the preview is drawn with."""
        if self.pictures is not None:
            self.pictures.close()
            self.pictures = None
