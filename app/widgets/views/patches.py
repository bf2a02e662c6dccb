"""The motion patches of the shown motion: the image the model reads, linked with the clock."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.theme import is_dark, muted, part_colour
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patch_picture import PatchImage, describe, patch_image
from motionpatches.core.patches import MAX_FRAMES, PARTS

BAND_GAP = 5
LABEL = 22
FOOT = 70


class PatchView(QWidget):
    """Time runs across, five bands of sample points lie one under the other. Pointing tells part, point, frame
    and metres; a click seeks."""

    def __init__(self, stage: Stage, playback: Playback, explanation: Explanation, parent=None):
        super().__init__(parent)
        self.stage, self.workspace, self.playback, self.explanation = stage, stage.workspace, playback, explanation
        self.image: PatchImage | None = None
        self.channel, self.metres, self.difference = 0, False, False
        self._still: QPixmap | None = None
        self._painted_x = 0.0
        self.pointed: tuple[int, int, int] | None = None
        self.message = "The patches of the shown motion appear here."
        self.setMouseTracking(True)
        self.setMinimumSize(240, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Motion patches")
        self.workspace.shown.connect(self._shown)
        self.workspace.model_changed.connect(self._shown)
        stage.changed.connect(self._shown)
        stage.pointed.connect(self.update)
        explanation.changed.connect(self._redraw)
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
            self.image, self.message = None, "The five body parts of this skeleton were not recognised, so it has no patches."
            self.update()
            return
        other = self.stage.bodies[1][1] if self.difference and len(self.stage.bodies) > 1 else None
        self.image = patch_image(motion, self.workspace.model, self.channel, self.metres, other)
        self.bands = [
            QImage(b.data, b.shape[1], b.shape[0], 3 * b.shape[1], QImage.Format.Format_RGB888).copy() for b in self.image.bands
        ]
        self._still = None
        self.update()

    def show_as(self, channel: int, metres: bool, difference: bool) -> None:
        """A channel of CHANNELS, in metres or z-scores, or as the difference from the motion beside it."""
        self.channel, self.metres, self.difference = channel, metres, difference
        self._shown()

    def _redraw(self) -> None:
        self._still = None
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
            painter.drawText(
                self.rect().adjusted(16, 16, -16, -16), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message
            )
            return
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.size() != self.size() * ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            self._paint_bands(QPainter(self._still))
        painter.drawPixmap(0, 0, self._still)
        self._paint_cursor(painter)
        self._paint_joint(painter)
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
            for window in range(1, self.image.shown // self.image.points):
                x = box.left() + box.width() * window * self.image.points / self.image.shown
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            padding = QRectF(
                box.left() + box.width() * self.image.frames / self.image.shown,
                box.top(),
                box.width() * (1 - self.image.frames / self.image.shown),
                box.height(),
            )
            painter.fillRect(padding, self.palette().window().color())
            painter.fillRect(padding, QColor(128, 128, 128, 40))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillRect(QRectF(LABEL - 6, box.top(), 4, box.height()), part_colour(part))
            self._vertical_label(painter, box, PART_NAMES[part])
        self._paint_reasons(painter)
        painter.end()

    def _paint_reasons(self, painter: QPainter) -> None:
        """The darker a patch, the less the score falls without it."""
        found = self.explanation.occlusion if self.explanation.on else None
        if found is None:
            return
        first = int(round(found.start_s * self.image.fps / self.image.points))
        for (part, at), weight in np.ndenumerate(self.explanation.weights):
            box, wide = self._band(part), self._band(part).width() * self.image.points / self.image.shown
            cell = QRectF(box.left() + (first + at) * wide, box.top(), wide, box.height())
            painter.fillRect(cell, QColor(0, 0, 0, int(190 * (1 - weight))))
            if weight > 0.5:
                painter.setPen(QPen(QColor(233, 30, 99), 2))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _vertical_label(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.save()
        painter.translate(9, box.center().y())
        painter.rotate(-90)
        painter.setPen(self.palette().windowText().color())
        room = box.height() / max(painter.fontMetrics().horizontalAdvance(text), 1)
        if room < 1:
            font = painter.font()
            font.setPointSizeF(max(font.pointSizeF() * room * 0.97, 6.0))
            painter.setFont(font)
        painter.drawText(QRectF(-box.height() / 2, -14, box.height(), 18), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _cursor_x(self) -> float:
        frame = min(self.playback.time_s * self.image.fps, self.image.frames - 1) + 0.5
        return self._band(0).left() + self._band(0).width() * frame / self.image.shown

    def _paint_cursor(self, painter: QPainter) -> None:
        top, bottom = self._band(0), self._band(PARTS - 1)
        x = self._painted_x = self._cursor_x()
        painter.setPen(QPen(QColor(0, 0, 0, 150), 3))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))
        painter.setPen(QPen(QColor(255, 255, 255), 1.4))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))

    def _paint_joint(self, painter: QPainter) -> None:
        """The sample points that the joint chosen on the stage takes part in."""
        joint = self.stage.chosen_joint
        if joint < 0:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for row in np.flatnonzero(self.image.matrix[:, joint]):
            box, high = self._band(int(row) // self.image.points), self._band(0).height() / self.image.points
            strip = QRectF(box.left(), box.top() + (int(row) % self.image.points) * high, box.width(), high)
            painter.fillRect(strip, QColor(255, 64, 129, int(150 * self.image.matrix[row, joint])))

    def _paint_foot(self, painter: QPainter) -> None:
        painter.setPen(muted(self))
        box = QRectF(LABEL, self.height() - FOOT, self.width() - LABEL - 8, FOOT)
        size, used = self.image.points, self.image.shown // self.image.points
        text = (
            f"{used} of {MAX_FRAMES // size} windows × 5 parts = {used * PARTS} patches of {size} × {size}\n"
            f"{'metres' if self.metres else 'z-scores'}; {self.image.frames} frames at {self.image.fps:g} fps"
        )
        if self.pointed:
            part, point, frame = self.pointed
            x, y, z = self.image.metres[frame, part * self.image.points + point]
            text = (
                f"{PART_NAMES[part]}, sample point {point + 1} of {self.image.points}: {self._joints(part, point)}\n"
                f"frame {frame} ({frame / self.image.fps:.2f} s):  x {x:+.3f}   y {y:+.3f}   z {z:+.3f} m\n"
                f"whole part:  {describe(self.image, part)}"
            )
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, text)

    def _joints(self, part: int, point: int) -> str:
        """The joints that a sample point lies between."""
        row = self.image.matrix[part * self.image.points + point]
        names = self.workspace.motion.skeleton.joint_names
        return " – ".join(names[j] for j in np.flatnonzero(row))

    def _point(self, found: tuple[int, int, int] | None) -> None:
        """Lights up the joints of the pointed sample point, as they are in the pointed frame, on the stage."""
        self.pointed = found
        if found is None:
            self.stage.point((), 0.0)
        else:
            part, point, frame = found
            self.stage.point(
                tuple(int(j) for j in np.flatnonzero(self.image.matrix[part * self.image.points + point])), frame / self.image.fps
            )
        self.update()

    def _at(self, position: QPointF) -> tuple[int, int, int] | None:
        if self.image is None:
            return None
        for part in range(PARTS):
            box = self._band(part)
            if box.contains(position):
                frame = int((position.x() - box.left()) / box.width() * self.image.shown)
                point = int((position.y() - box.top()) / box.height() * self.image.points)
                return (part, min(point, self.image.points - 1), frame) if frame < self.image.frames else None
        return None

    def mouseMoveEvent(self, event) -> None:
        self._point(self._at(event.position()))
        if event.buttons() & Qt.MouseButton.LeftButton and self.pointed:
            self.playback.seek(self.pointed[2] / self.image.fps + 1e-4)

    def mousePressEvent(self, event) -> None:
        found = self._at(event.position())
        if found and event.button() == Qt.MouseButton.LeftButton:
            self.playback.seek(found[2] / self.image.fps + 1e-4)

    def leaveEvent(self, event) -> None:
        self._point(None)
