"""The motion patches of the shown motion: the image the model reads, linked with the clock."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.viewmodels.playback import Playback
from app.viewmodels.workspace import Workspace
from app.widgets.theme import is_dark, muted, part_colour
from core.motion.skeleton import PART_NAMES
from core.patches import (
    MAX_FRAMES,
    PARTS,
    POINTS,
    PatchRecipe,
    compute_statistics,
    prepare,
    sample_points,
    sampling_matrix,
    to_patches,
    to_rgb,
)

BAND_GAP = 5
LABEL = 22
FOOT = 64


class PatchView(QWidget):
    """Time runs across, five bands of sample points lie one under the other. Pointing tells part, point, frame
    and metres; a click seeks."""

    def __init__(self, workspace: Workspace, playback: Playback, parent=None):
        super().__init__(parent)
        self.workspace, self.playback = workspace, playback
        self.image, self.metres, self.frames, self.fps, self.points = None, None, 0, 20.0, POINTS
        self._still: QPixmap | None = None
        self._painted_x = 0.0
        self.pointed: tuple[int, int, int] | None = None
        self.message = "The patches of the shown motion appear here."
        self.setMouseTracking(True)
        self.setMinimumSize(240, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Motion patches")
        workspace.shown.connect(self._shown)
        workspace.changed.connect(self._shown)
        playback.ticked.connect(self._ticked)

    def _ticked(self) -> None:
        """Repaints the cursor alone: where it was and where it is."""
        if self.image is not None:
            now = self._cursor_x()
            for x in {self._painted_x, now}:
                self.update(int(x) - 3, 0, 7, self.height() - FOOT)

    def _shown(self) -> None:
        motion = self.workspace.motion
        if motion is None:
            return
        if not motion.skeleton.chains:
            self.image, self.message = None, "No five body parts were found in this skeleton, so it has no patches."
            self.update()
            return
        model = self.workspace.model
        recipe = model.config.patches if model else PatchRecipe(canonical=True, height_m=1.7)
        points = self.points = recipe.points
        prepared = prepare(motion, recipe)
        if model and model.statistics.normalisation == "sample_point" and recipe.form == "patches":
            statistics = model.statistics
        else:
            recipe = PatchRecipe(points=points)
            statistics = compute_statistics([prepared], recipe)
        patches = to_patches(prepared, statistics, recipe=recipe)
        self.frames, self.fps = patches.frames, prepared.fps
        self.shown_frames = -(-self.frames // points) * points
        rgb = to_rgb(patches.pixels[:, : self.shown_frames])
        self.metres = sample_points(prepared, points)[:MAX_FRAMES]
        self.matrix = sampling_matrix(motion.skeleton, points)
        self.bands = []
        for part in range(PARTS):
            band = np.ascontiguousarray(rgb[:, part * points:(part + 1) * points].transpose(1, 0, 2))
            self.bands.append(QImage(band.data, band.shape[1], band.shape[0], 3 * band.shape[1],
                                     QImage.Format.Format_RGB888).copy())
        self.image, self._still = rgb, None
        self.update()

    def _band(self, part: int) -> QRectF:
        """Where a body part's strip lies."""
        room = self.height() - FOOT - 4
        height = room / PARTS - BAND_GAP
        return QRectF(LABEL, 4 + part * (height + BAND_GAP), self.width() - LABEL - 8, height)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if self.image is None:
            painter.setPen(muted(self))
            painter.drawText(self.rect().adjusted(16, 16, -16, -16), Qt.AlignmentFlag.AlignCenter
                             | Qt.TextFlag.TextWordWrap, self.message)
            return
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.size() != self.size() * ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            self._paint_bands(QPainter(self._still))
        painter.drawPixmap(0, 0, self._still)
        self._paint_cursor(painter)
        if event.rect().bottom() >= self.height() - FOOT:
            self._paint_foot(painter)

    def changeEvent(self, event) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._still = None
        super().changeEvent(event)

    def _paint_bands(self, painter: QPainter) -> None:
        """All that stays while the motion plays."""
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        grid = QPen(QColor(255, 255, 255, 60) if is_dark(self) else QColor(0, 0, 0, 60), 1)
        for part in range(PARTS):
            box = self._band(part)
            painter.drawImage(box, self.bands[part])
            painter.setPen(grid)
            for window in range(1, self.shown_frames // self.points):
                x = box.left() + box.width() * window * self.points / self.shown_frames
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            padding = QRectF(box.left() + box.width() * self.frames / self.shown_frames, box.top(),
                             box.width() * (1 - self.frames / self.shown_frames), box.height())
            painter.fillRect(padding, self.palette().window().color())
            painter.fillRect(padding, QColor(128, 128, 128, 40))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillRect(QRectF(LABEL - 6, box.top(), 4, box.height()), part_colour(part))
            self._vertical_label(painter, box, PART_NAMES[part])
        painter.end()

    def _vertical_label(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.save()
        painter.translate(9, box.center().y())
        painter.rotate(-90)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(QRectF(-box.height() / 2, -14, box.height(), 18), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _cursor_x(self) -> float:
        frame = min(self.playback.time_s * self.fps, self.frames - 1) + 0.5
        return self._band(0).left() + self._band(0).width() * frame / self.shown_frames

    def _paint_cursor(self, painter: QPainter) -> None:
        top, bottom = self._band(0), self._band(PARTS - 1)
        x = self._painted_x = self._cursor_x()
        painter.setPen(QPen(QColor(0, 0, 0, 150), 3))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))
        painter.setPen(QPen(QColor(255, 255, 255), 1.4))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))

    def _paint_foot(self, painter: QPainter) -> None:
        painter.setPen(muted(self))
        box = QRectF(LABEL, self.height() - FOOT, self.width() - LABEL - 8, FOOT)
        size, used = self.points, self.shown_frames // self.points
        text = (f"{used} of {MAX_FRAMES // size} windows × 5 parts = {used * PARTS} patches of {size} × {size}\n"
                f"red, green, blue = x, y, z, z-scored; {self.frames} frames at {self.fps:g} fps")
        if self.pointed:
            part, point, frame = self.pointed
            x, y, z = self.metres[frame, part * self.points + point]
            text = (f"{PART_NAMES[part]}, sample point {point + 1} of {self.points}: {self._joints(part, point)}\n"
                    f"frame {frame} ({frame / self.fps:.2f} s):  x {x:+.3f}   y {y:+.3f}   z {z:+.3f} m")
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, text)

    def _joints(self, part: int, point: int) -> str:
        """The joints that a sample point lies between."""
        row = self.matrix[part * self.points + point]
        names = self.workspace.motion.skeleton.joint_names
        return " – ".join(names[j] for j in np.flatnonzero(row))

    def _at(self, position: QPointF) -> tuple[int, int, int] | None:
        if self.image is None:
            return None
        for part in range(PARTS):
            box = self._band(part)
            if box.contains(position):
                frame = int((position.x() - box.left()) / box.width() * self.shown_frames)
                point = int((position.y() - box.top()) / box.height() * self.points)
                return (part, min(point, self.points - 1), frame) if frame < self.frames else None
        return None

    def mouseMoveEvent(self, event) -> None:
        self.pointed = self._at(event.position())
        if event.buttons() & Qt.MouseButton.LeftButton and self.pointed:
            self.playback.seek(self.pointed[2] / self.fps + 1e-4)
        self.update()

    def mousePressEvent(self, event) -> None:
        found = self._at(event.position())
        if found and event.button() == Qt.MouseButton.LeftButton:
            self.playback.seek(found[2] / self.fps + 1e-4)

    def leaveEvent(self, event) -> None:
        self.pointed = None
        self.update()
