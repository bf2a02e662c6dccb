"""The motion patches of the shown motion: the image the model reads, linked with the clock."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import colours, is_dark, muted, part_colour, sized
from motionpatches.core.figure.joint_words import joint_words
from motionpatches.core.motion.motion import rate_text
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patch_picture import PatchImage, describe, patch_image, scale_of, with_unit
from motionpatches.core.patches import MAX_FRAMES, NO_PATCHES, PARTS

# Pixels between two bands, of the labels at their left, and of the text below.
BAND_GAP = 5
LABEL = 22
FOOT = 70
# Pixels of the scale of one channel: width and height of its colours, height with its numbers.
SCALE = (150, 8, 26)
_words_of = lru_cache(maxsize=4)(joint_words)


class PatchView(QWidget):
    """Time runs across, five bands of sample points lie one under the other. Pointing shows part, point, frame
    and metres; a click seeks. `menu_wanted(QPoint)`: a menu, at a place of the screen."""

    menu_wanted = Signal(QPoint)

    def __init__(self, stage: Stage, playback: Playback, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage, self.workspace, self.playback, self.explanation = stage, stage.workspace, playback, explanation
        self.image: PatchImage | None = None
        self.channel, self.metres, self.difference = 0, False, False
        self._still: QPixmap | None = None
        self._painted_x = self.start_s = 0.0
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
        explanation.window.changed.connect(self._shown)
        playback.ticked.connect(self._ticked)

    def _ticked(self) -> None:
        """Repaint the cursor alone: where it was and where it is."""
        if self.image is not None:
            now = self._cursor_x(self.image)
            for x in {self._painted_x, now}:
                self.update(int(x) - 3, 0, 7, self.height() - self._foot)

    def _shown(self) -> None:
        """Make the image of the shown motion, or of its difference from the one beside it."""
        motion = self.workspace.motion
        if motion is None:
            return
        if not motion.skeleton.chains:
            self.image, self.message = None, "The five body parts of this skeleton were not recognised, so it has no patches."
            self.update()
            return
        other = self.stage.bodies[1][1] if self.difference and len(self.stage.bodies) > 1 else None
        if self.workspace.model is None and self.workspace.model_label.startswith("loading"):
            self.image, self.message = None, "The patches appear as soon as the model that reads them is loaded."
            self.update()
            return
        model = self.workspace.model
        if model is not None and (reads := NO_PATCHES.get(model.config.patches.form)):
            self.image, self.message = None, f"This model reads {reads}, frame by frame: it has no patches."
            self.update()
            return
        window = self.explanation.window
        self.start_s = window.start_s
        if not window.whole:
            motion = motion.cut(window.start_s, window.end_s)
            other = other.cut(window.start_s, window.end_s) if other is not None and other.duration_s > window.end_s else other
        self.image = patch_image(motion, model, self.channel, self.metres, other)
        self.bands = [
            QImage(b.data, b.shape[1], b.shape[0], 3 * b.shape[1], QImage.Format.Format_RGB888).copy() for b in self.image.bands
        ]
        self._still = None
        self.update()

    def show_as(self, channel: int, metres: bool, difference: bool) -> None:
        """Show another picture of the motion.

        Args:
            channel: Index in CHANNELS.
            metres: Metres instead of z-scores.
            difference: Show the difference from the motion beside it, where there is one.
        """
        self.channel, self.metres, self.difference = channel, metres, difference
        self._shown()

    @property
    def _foot(self) -> int:
        """Return the pixels below the bands."""
        return FOOT + (SCALE[2] if self.channel else 0)

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def _band(self, part: int) -> QRectF:
        """Return where a body part's strip lies."""
        room = self.height() - self._foot - 4
        height = room / PARTS - BAND_GAP
        return QRectF(LABEL, 4 + part * (height + BAND_GAP), self.width() - LABEL - 8, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, image = QPainter(self), self.image
        if image is None:
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
            self._paint_bands(QPainter(self._still), image)
        painter.drawPixmap(0, 0, self._still)
        self._paint_cursor(painter, image)
        self._paint_joint(painter, image)
        self._paint_pointed(painter, image)
        if event.rect().bottom() >= self.height() - self._foot:
            if self.channel:
                self._paint_scale(painter, image)
            self._paint_foot(painter, image)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._still = None
        super().changeEvent(event)

    def _paint_bands(self, painter: QPainter, image: PatchImage) -> None:
        """Paint all that stays while the motion plays."""
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        grid = QPen(QColor(255, 255, 255, 60) if is_dark(self) else QColor(0, 0, 0, 60), 1)
        for part in range(PARTS):
            box = self._band(part)
            painter.drawImage(box, self.bands[part])
            painter.setPen(grid)
            for window in range(1, image.shown // image.points):
                x = box.left() + box.width() * window * image.points / image.shown
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            # The rest of the last window, after the end of the motion.
            used = image.frames / image.shown
            padding = QRectF(box.left() + box.width() * used, box.top(), box.width() * (1 - used), box.height())
            painter.fillRect(padding, self.palette().window().color())
            painter.fillRect(padding, QColor(128, 128, 128, 40))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillRect(QRectF(LABEL - 6, box.top(), 4, box.height()), part_colour(part))
            self._vertical_label(painter, box, PART_NAMES[part])
        self._paint_reasons(painter, image)
        painter.end()

    def _paint_reasons(self, painter: QPainter, image: PatchImage) -> None:
        """Darken the patches: the darker, the less the score falls without them, or the less they are those of a pointed word."""
        found = self.explanation.shares if self.explanation.on else None
        if found is None:
            return
        first = int(round((found.start_s - self.start_s) * image.fps / image.points))
        for (part, at), weight in np.ndenumerate(found.weights):
            box, wide = self._band(part), self._band(part).width() * image.points / image.shown
            cell = QRectF(box.left() + (first + at) * wide, box.top(), wide, box.height())
            painter.fillRect(cell, QColor(0, 0, 0, int(190 * (1 - weight))))
            if weight > 0.5:
                painter.setPen(QPen(QColor(colours(self).query), 2))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _vertical_label(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.save()
        painter.translate(9, box.center().y())
        painter.rotate(-90)
        painter.setPen(self.palette().windowText().color())
        longest = max(painter.fontMetrics().horizontalAdvance(name) for name in PART_NAMES)
        painter.setFont(sized(painter.font(), min(max(box.height() / longest * 0.97, 0.7), 1.0)))
        painter.drawText(QRectF(-box.height() / 2, -14, box.height(), 18), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _cursor_x(self, image: PatchImage) -> float:
        frame = min(max(self.playback.time_s - self.start_s, 0.0) * image.fps, image.frames - 1) + 0.5
        return self._band(0).left() + self._band(0).width() * frame / image.shown

    def _paint_cursor(self, painter: QPainter, image: PatchImage) -> None:
        top, bottom = self._band(0), self._band(PARTS - 1)
        x = self._painted_x = self._cursor_x(image)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 3))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))
        painter.setPen(QPen(QColor(255, 255, 255), 1.4))
        painter.drawLine(QPointF(x, top.top()), QPointF(x, bottom.bottom()))

    def _paint_joint(self, painter: QPainter, image: PatchImage) -> None:
        """Mark the sample points that the joint chosen on the stage takes part in."""
        joint = self.stage.chosen_joint
        if joint < 0:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for row in np.flatnonzero(image.matrix[:, joint]):
            box, high = self._band(int(row) // image.points), self._band(0).height() / image.points
            strip = QRectF(box.left(), box.top() + (int(row) % image.points) * high, box.width(), high)
            mark = QColor(colours(self).query)
            mark.setAlpha(int(150 * image.matrix[row, joint]))
            painter.fillRect(strip, mark)

    def _paint_pointed(self, painter: QPainter, image: PatchImage) -> None:
        """Draw a cross-hair through the pixel under the mouse: its frame in all bands, its sample point in its own."""
        if not self.pointed:
            return
        part, point, frame = self.pointed
        box, last = self._band(part), self._band(PARTS - 1)
        x = box.left() + box.width() * (frame + 0.5) / image.shown
        y = box.top() + box.height() * (point + 0.5) / image.points
        for wide, colour in ((3.0, QColor(0, 0, 0, 110)), (1.0, QColor(colours(self).accent))):
            painter.setPen(QPen(colour, wide))
            painter.drawLine(QPointF(x, self._band(0).top()), QPointF(x, last.bottom()))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def _paint_scale(self, painter: QPainter, image: PatchImage) -> None:
        """Draw the colours of one channel as a bar, with the values at its ends and middle."""
        wide, high, _ = SCALE
        bar = QRectF(LABEL, self.height() - self._foot, min(wide, self.width() - LABEL - 60), high)
        rows = scale_of(image.end)
        painter.drawImage(bar, QImage(rows.tobytes(), len(rows), 1, 3 * len(rows), QImage.Format.Format_RGB888))
        painter.setPen(muted(self))
        painter.setFont(sized(self.font(), tokens.CAPS))
        metrics = painter.fontMetrics()
        for share, text in ((0.0, f"{-image.end:.3g}"), (0.5, "0"), (1.0, with_unit(f"{image.end:.3g}", image.unit or "z"))):
            x = bar.left() + bar.width() * share - metrics.horizontalAdvance(text) * (share if share < 1 else 0.5)
            painter.drawText(QPointF(x, bar.bottom() + metrics.ascent() + 1), text)
        painter.setFont(self.font())

    def _paint_foot(self, painter: QPainter, image: PatchImage) -> None:
        """Write what the image is made of, or what lies under the mouse."""
        painter.setPen(muted(self))
        box = QRectF(LABEL, self.height() - FOOT, self.width() - LABEL - 8, FOOT)
        size, used = image.points, image.shown // image.points
        of = with_unit(f"{size} ×", str(size))
        text = (
            f"{used} of {MAX_FRAMES // size} windows × 5 parts = {used * PARTS} patches of {of}\n"
            f"{'metres' if self.metres else 'z-scores'}; {image.frames} frames at {rate_text(image.fps)} fps"
        )
        if which := self.explanation.window.words:
            text += f"\n{which}, the window under the playhead"
        if self.pointed:
            part, point, frame = self.pointed
            values = zip("xyz", image.values[frame, part * size + point], strict=True)
            places = ",  ".join(with_unit(f"{axis} {value:+.3f}", image.unit) for axis, value in values)
            text = (
                f"{PART_NAMES[part]}, sample point {point + 1} of {size}: {self._joints(image, part, point)}\n"
                f"frame {frame + 1} ({self._time(frame):.2f} s):  {places}\n"
                f"whole part:  {describe(image, part)}"
            )
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, text)

    def _joints(self, image: PatchImage, part: int, point: int) -> str:
        """Return the joints that a sample point lies between, in words."""
        motion, row = self.workspace.motion, image.matrix[part * image.points + point]
        if motion is None:
            return ""
        words = _words_of(motion.skeleton)
        return " – ".join(shown(words[j], NAME) for j in np.flatnonzero(row))

    def _point(self, found: tuple[int, int, int] | None) -> None:
        """Mark the joints of the pointed sample point, as they are in the pointed frame, on the stage."""
        self.pointed = found
        if found is None or self.image is None:
            self.stage.point((), 0.0)
            self.explanation.point_patch(-1, 0.0)
        else:
            part, point, frame = found
            row = self.image.matrix[part * self.image.points + point]
            self.stage.point(tuple(int(j) for j in np.flatnonzero(row)), self._time(frame))
            self.explanation.point_patch(part, self._time(frame))
        self.update()

    def _time(self, frame: int) -> float:
        """Return when a frame of the image is, in seconds of the motion."""
        return self.start_s + (frame / self.image.fps if self.image is not None else 0.0)

    def _at(self, position: QPointF) -> tuple[int, int, int] | None:
        """Return part, sample point and frame under a place of the view."""
        if self.image is None:
            return None
        for part in range(PARTS):
            box = self._band(part)
            if box.contains(position):
                frame = int((position.x() - box.left()) / box.width() * self.image.shown)
                point = int((position.y() - box.top()) / box.height() * self.image.points)
                return (part, min(point, self.image.points - 1), frame) if frame < self.image.frames else None
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position()))
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(self.pointed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(self._at(event.position()))

    def _seek(self, found: tuple[int, int, int] | None) -> None:
        if found is not None and self.image is not None:
            self.playback.seek(self._time(found[2]) + 1e-4)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.image is not None:
            self.menu_wanted.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
