"""The motion over time: speeds of the five parts, foot contacts, windows of the patches, the query's score."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.moments import Moments
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import tip
from motionpatches.app.widgets.theme import colours, muted, part_colour
from motionpatches.app.widgets.views.overlay import Overlay
from motionpatches.core.motion.curves import foot_contacts, part_speeds, spans
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patches import PARTS

# Heights in the plot: curves above 0, the bars of the right and the left foot below.
FEET = ((0, -0.16), (1, -0.3))
# Points of a curve at most, seconds in which windows are marked, and the shortest range in seconds.
POINTS, MARKED_S, SHORTEST_S = 3000, 120, 0.05


class Timeline(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A click or a drag seeks; Shift and a drag marks a range; a double click clears it. Curves are scaled to the fastest."""

    def __init__(
        self,
        workspace: Workspace,
        playback: Playback,
        explanation: Explanation,
        moments: Moments,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.playback, self.explanation, self.moments = workspace, playback, explanation, moments
        self.setMinimumHeight(96)
        self.setAccessibleName("Timeline")
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.hideAxis("left")
        plot.getAxis("bottom").setHeight(20)
        plot.setYRange(-0.36, 1.05, padding=0)
        self.bars = [pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[]) for _ in FEET]
        self.windows = pg.PlotDataItem(connect="pairs")
        self.curves = [pg.PlotDataItem() for _ in range(PARTS)]
        self.reason = pg.PlotDataItem(stepMode="right", fillLevel=0)
        self.score = pg.PlotDataItem()
        self.region = pg.LinearRegionItem(movable=False)
        for item in (self.windows, *self.bars, self.reason, *self.curves, self.score, self.region):
            plot.addItem(item)
        self.score.setZValue(10)
        self.region.hide()
        self.cursor_line = Overlay(self, self._paint_cursor)
        self._drawn_x, self._from = 0.0, 0.0
        workspace.shown.connect(self._shown)
        explanation.changed.connect(self._explained)
        moments.changed.connect(self._scored)
        playback.changed.connect(self._range)
        playback.ticked.connect(self._ticked)
        self._colour()

    def _shown(self) -> None:
        """Draw all of the motion that is shown now."""
        motion = self.workspace.motion
        if motion is None:
            return
        speeds = part_speeds(motion)
        step = max(len(speeds) // POINTS, 1)
        times = np.arange(len(speeds))[::step] / motion.fps
        top = max(float(speeds.max()), 0.5)
        for part, curve in enumerate(self.curves):
            curve.setData(times, speeds[::step, part] / top)
        feet = foot_contacts(motion)
        for (foot, y), bar in zip(FEET, self.bars, strict=True):
            runs = np.array(spans(feet[:, foot]), float).reshape(-1, 2) / motion.fps
            bar.setOpts(x0=runs[:, 0], x1=runs[:, 1], y0=np.full(len(runs), y), y1=np.full(len(runs), y + 0.1))
        self._windows(motion)
        self.setXRange(0, max(motion.duration_s, 0.1), padding=0)
        words = f"Speeds of the five parts, up to {top:.1f} m/s; below them, contacts of the right and the left foot."
        self.setToolTip(tip(f"{words} Shift and a drag marks a range."))
        self._explained()
        self._scored()
        self.cursor_line.update()

    def _windows(self, motion: Motion) -> None:
        """Draw a thin line where each window of the patches begins."""
        model = self.workspace.model
        seconds = model.config.patches.points / model.config.patches.fps if model else 0.8
        at = np.arange(seconds, min(motion.duration_s, MARKED_S), seconds)
        x = np.repeat(at, 2)
        self.windows.setData(x, np.tile([-0.36, 1.05], len(at)))

    def _explained(self) -> None:
        """Fill the curve by which the score falls without each window, summed over the parts."""
        found = self.explanation.occlusion if self.explanation.on else None
        if found is None:
            self.reason.setData([], [])
            return
        total = np.maximum(found.falls, 0).sum(axis=0)
        edges = found.start_s + np.arange(len(total) + 1) * found.points / found.fps
        self.reason.setData(edges, np.append(total / max(total.max(), 1e-9), 0))

    def _scored(self) -> None:
        times, scores = self.moments.times_s, self.moments.scores
        if not len(times):
            self.score.setData([], [])
            return
        low, high = float(scores.min()), float(scores.max())
        self.score.setData(times, (scores - low) / max(high - low, 1e-6))

    def _range(self) -> None:
        marked = self.playback.range_s
        self.region.setVisible(marked is not None)
        if marked:
            self.region.setRegion(marked)

    def _x(self) -> float:
        """Return where the clock stands, in pixels."""
        return float(self.plotItem.vb.mapViewToScene(QPointF(self.playback.time_s, 0)).x())

    def _ticked(self) -> None:
        if self.isVisible():
            now = self._x()
            for x in {self._drawn_x, now}:
                self.cursor_line.update(int(x) - 2, 0, 5, self.height())

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.workspace.motion is None:
            painter.setPen(muted(self))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Speeds and foot contacts appear here.")
            return
        self._drawn_x = self._x()
        painter.setPen(QPen(self.palette().windowText().color(), 1.5))
        painter.drawLine(QPointF(self._drawn_x, 0), QPointF(self._drawn_x, self.height() - 20))

    def _time(self, event: QMouseEvent) -> float:
        """Return the seconds of the motion under the mouse."""
        at = float(self.plotItem.vb.mapSceneToView(event.position()).x())
        return min(max(at, 0.0), self.playback.duration_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = self._time(event)
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.playback.seek(self._from)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        now = self._time(event)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = sorted((self._from, now))
            if high - low > SHORTEST_S:
                self.playback.range_s = (low, high)
                self.playback.changed.emit()
        else:
            self.playback.seek(now)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.playback.clear_range()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "cursor_line"):
            self._colour()

    def _colour(self) -> None:
        text, faint = QColor(muted(self)), QColor(muted(self))
        faint.setAlpha(70)
        self.setBackground(self.palette().color(QPalette.ColorRole.Base))
        axis = self.getPlotItem().getAxis("bottom")
        axis.setPen(text)
        axis.setTextPen(text)
        for part, curve in enumerate(self.curves):
            curve.setPen(pg.mkPen(part_colour(part), width=1.6))
            curve.opts["name"] = PART_NAMES[part]
        for (foot, _), bar in zip(FEET, self.bars, strict=True):
            bar.setOpts(brush=part_colour(foot), pen=None)
        self.windows.setPen(pg.mkPen(faint, width=1, style=Qt.PenStyle.DotLine))
        self.score.setPen(pg.mkPen(colours(self).query, width=2.2))
        reason = QColor(colours(self).query)
        reason.setAlpha(60)
        self.reason.setPen(pg.mkPen(None))
        self.reason.setBrush(reason)
        marked = QColor(self.palette().highlight().color())
        marked.setAlpha(50)
        self.region.setBrush(marked)
