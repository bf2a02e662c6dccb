"""The top results as moving tiles: one OpenGL context draws all of them, on one clock, with one camera."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app import tokens
from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Result, Search
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.widgets.plain import shown, tip
from motionpatches.app.widgets.theme import colours, is_dark, muted, sized
from motionpatches.app.widgets.views.overlay import StillOverlay

# Pixels between two tiles, and below each for its caption.
GAP = 6
CAPTION = 38
# How much farther the camera stands where two people are shown.
PAIR = 1.25


class ResultsView(QWidget):
    """A click opens a tile on the stage; dragging turns all tiles together, with Alt the one under the mouse alone. While all
    stand still, the one under the mouse plays. `chosen` gives the clip of the tile; `drawn` is emitted after each frame."""

    chosen = Signal(object)
    drawn = Signal()

    def __init__(self, search: Search | Tiles, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.search, self.playback = search, playback
        self.bones: list[geometry.BoneSet] = []
        self.hover = -1
        self.camera = Camera(distance=3.9, azimuth=0.45, elevation=0.16)
        self.canvas = make_canvas(self._paint, self)
        self.canvas.frameSwapped.connect(self.drawn)
        self._pressed = self._last = QPointF()
        self.own: dict[int, Camera] = {}
        self._since = time.perf_counter()
        self._hovering = QTimer(self, interval=40)
        self._hovering.timeout.connect(self.canvas.update)
        self.setMouseTracking(True)
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Search results")
        self.overlay = StillOverlay(self, self._paint_labels)
        search.results_changed.connect(self._changed)
        search.workspace.shown.connect(self.overlay.refresh)
        playback.ticked.connect(self.canvas.update)

    def _changed(self) -> None:
        self.bones = [geometry.bone_set(r.motion.skeleton) for r in self.search.results]
        self.own = {}
        self.overlay.refresh()
        self.canvas.update()

    def tiles(self) -> list[QRect]:
        """Return the rectangles of the tiles, row by row, in the grid that makes them largest."""
        count = len(self.search.results)
        if not count:
            return []
        best = (0.0, 1)
        for rows in range(1, count + 1):
            columns = -(-count // rows)
            width, height = self.width() / columns - GAP, self.height() / rows - GAP
            size = min(width / 1.0, (height - CAPTION) / 1.05)
            if size > best[0]:
                best = (size, rows)
        rows = best[1]
        columns = -(-count // rows)
        width, height = self.width() // columns, self.height() // rows
        return [
            QRect(i % columns * width + GAP // 2, i // columns * height + GAP // 2, width - GAP, height - GAP)
            for i in range(count)
        ]

    def _paint(self, drawer: Drawer) -> None:
        """Draw each tile into its rectangle, the camera on the person."""
        from motionpatches.app.gl.renderer import DARK, LIGHT

        look = DARK if is_dark(self) else LIGHT
        ratio = self.devicePixelRatioF()
        window = self.palette().window().color()
        drawer.clear((window.redF(), window.greenF(), window.blueF()), int(self.width() * ratio), int(self.height() * ratio))
        rects = self.tiles()
        for i, (rect, result, bones) in enumerate(zip(rects, self.search.results, self.bones, strict=True)):
            start, end = result.hit.start_s, result.hit.end_s or result.motion.duration_s
            time_s = start + self._clock(i, max(end - start, 0.05))
            middle, figures = geometry.figures(bones, result.motion, time_s)
            camera = self.own.get(i, self.camera)
            camera = replace(
                camera,
                target=(float(middle[0]), 0.88, float(middle[2])),
                distance=camera.distance * (PAIR if result.motion.partner else 1),
            )
            view = rect.adjusted(0, 0, 0, -CAPTION)
            from_below = self.height() - view.y() - view.height()
            device = int(view.x() * ratio), int(from_below * ratio), int(view.width() * ratio), int(view.height() * ratio)
            drawer.draw(device, camera, figures, look, detail=self.playback.detail)

    def _clock(self, index: int, span_s: float) -> float:
        """Return the seconds of a tile: of the clock of all, or, while that stands still, of the one under the mouse."""
        if index == self.hover and not self.playback.playing:
            return (time.perf_counter() - self._since) % span_s
        return self.playback.wrapped(span_s)

    def _hover(self, index: int) -> None:
        if index != self.hover:
            self.hover, self._since = index, time.perf_counter()
            plays = index >= 0 and not self.playback.playing
            (self._hovering.start if plays else self._hovering.stop)()
            self.overlay.refresh()
            self.canvas.update()

    def _paint_labels(self, painter: QPainter) -> None:
        for i, (rect, result) in enumerate(zip(self.tiles(), self.search.results, strict=True)):
            self._paint_label(painter, rect, i, result)

    def _paint_label(self, painter: QPainter, rect: QRect, index: int, result: Result) -> None:
        opened = self.search.workspace.clip is not None and self.search.workspace.clip.id == result.clip.id
        if opened or index == self.hover:
            painter.setPen(QPen(self.palette().highlight().color(), 2 if opened else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        painter.setFont(sized(self.font(), tokens.BODY, bold=True))
        painter.setPen(QColor(colours(self).text))
        painter.drawText(rect.adjusted(8, 5, -8, 0), Qt.AlignmentFlag.AlignLeft, f"{result.hit.rank:d}")
        painter.drawText(rect.adjusted(8, 5, -8, 0), Qt.AlignmentFlag.AlignRight, f"{result.hit.score:.2f}")
        painter.setFont(self.font())
        painter.setPen(self.palette().windowText().color() if opened else muted(self))
        line = painter.fontMetrics().lineSpacing()
        box = QRect(rect.x() + 6, rect.bottom() - CAPTION + 4, rect.width() - 12, 2 * line)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, self._two_lines(painter, shown(result.clip.caption), box.width()))

    @staticmethod
    def _two_lines(painter: QPainter, text: str, width: int) -> str:
        """Return a text in two lines, cut with an ellipsis where they do not hold it."""
        metrics = painter.fontMetrics()
        lines, words = [""], text.split()
        for at, word in enumerate(words):
            longer = f"{lines[-1]} {word}".strip()
            if metrics.horizontalAdvance(longer) <= width or not lines[-1]:
                lines[-1] = longer
            elif len(lines) == 1:
                lines.append(word)
            else:
                rest = " ".join([lines[-1], *words[at:]])
                lines[-1] = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)
                break
        return "\n".join(lines)

    def _index_at(self, point: QPointF) -> int:
        return next((i for i, rect in enumerate(self.tiles()) if rect.contains(point.toPoint())), -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            delta = event.position() - self._last
            self._last = event.position()
            index = self._index_at(self._pressed)
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and index >= 0:
                self.own[index] = self.own.get(index, self.camera).orbit(delta.x(), delta.y())
            else:
                self.camera, self.own = self.camera.orbit(delta.x(), delta.y()), {}
            self.canvas.update()
            return
        hover = self._index_at(event.position())
        if hover != self.hover:
            self._hover(hover)
            self.setToolTip(tip(self.search.results[hover].clip.caption) if hover >= 0 else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = (event.position() - self._pressed).manhattanLength()
        index = self._index_at(event.position())
        if moved < 5 and index >= 0:
            self.chosen.emit(self.search.results[index].clip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.camera = self.camera.zoom(event.angleDelta().y() / 120)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
