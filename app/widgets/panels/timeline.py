"""The motion over time in labelled lanes: score of the query, speeds of the five parts and of compared takes, foot contacts,
captions."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.moments import Moments
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import shown
from motionpatches.app.widgets.theme import colours, letter_colour, muted, part_colour, px, sized
from motionpatches.app.widgets.views.lanes import Curve, Lane, Span, feet_spans, paint_lane, paint_ruler, top_of
from motionpatches.core.motion.curves import foot_contacts, joint_speeds, part_speeds, spans
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.patches import PARTS

# Heights of the ruler and of a folded lane; pixels within which an edge of the range is taken; the shortest range and the least
# that is shown, in seconds; captions that are shown.
RULER, FOLDED, NEAR_PX, SHORTEST_S, LEAST_S, MOST = 18, 16, 5, 0.05, 0.2, 200
QUERY, SPEED, COMPARED, CONTACTS, CAPTIONS = "Query", "Speed", "Compared", "Contacts", "Captions"
NAMES = (QUERY, SPEED, COMPARED, CONTACTS, CAPTIONS)


class Timeline(QWidget):
    """A click or a drag seeks; Shift and a drag marks a range, whose edges can be dragged; a double click clears it, and shows
    all. The wheel zooms, with Shift it moves. A click on a lane's name folds the lane.

    `menu_wanted(QPoint)`: a menu, at a place of the screen.
    """

    menu_wanted = Signal(QPoint)

    def __init__(
        self,
        workspace: Workspace,
        playback: Playback,
        explanation: Explanation,
        moments: Moments,
        captions: Captions,
        stage: Stage,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.playback, self.explanation, self.moments = workspace, playback, explanation, moments
        self.captions, self.stage = captions, stage
        self.lanes: dict[str, Lane] = {}
        self.folded: set[str] = set()
        self.start_s, self.end_s = 0.0, 1.0
        self._still: QPixmap | None = None
        self._drawn_x, self._from, self._edge = 0.0, 0.0, -1
        self.setAccessibleName("Timeline")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Click to seek. Shift+drag marks a range, Ctrl+drag takes it to another program. The wheel zooms. "
            "A click on a name folds its lane."
        )
        workspace.shown.connect(self._shown)
        explanation.changed.connect(self._scored)
        moments.changed.connect(self._scored)
        captions.changed.connect(self._captioned)
        stage.changed.connect(self._compared)
        playback.changed.connect(self._redraw)
        playback.ticked.connect(self._ticked)
        self._fit()

    @property
    def label_width(self) -> int:
        """Pixels of the names at the left."""
        return px(tokens.HEADER + 7 * tokens.UNIT)

    def _shown(self) -> None:
        """Show all of the motion that is shown now."""
        motion = self.workspace.motion
        if motion is None:
            return
        self.start_s, self.end_s = 0.0, max(motion.duration_s, 0.1)
        self._speeds(motion)
        self._compared()
        feet = foot_contacts(motion)
        left, right = ([(a / motion.fps, b / motion.fps) for a, b in spans(feet[:, foot])] for foot in (1, 0))
        bars = feet_spans(left, right, (LEFT_LEG, RIGHT_LEG))
        self.lanes[CONTACTS] = Lane(CONTACTS, 22, spans=bars, rows=2, row_names=("L", "R"))
        self._captioned()
        self._scored()

    def _speeds(self, motion: Motion) -> None:
        speeds = part_speeds(motion)
        top, peak = top_of(speeds, 0.5), float(speeds.max())
        times, heights = np.arange(len(speeds)) / motion.fps, np.minimum(speeds / top, 1.0)
        curves = [Curve(times, heights[:, part], part_colour(part)) for part in range(PARTS)]
        self.lanes[SPEED] = Lane(SPEED, 44, curves, unit=f"{top:.1f} m/s" + (f", peak {peak:.1f}" if peak > top else ""))

    def _compared(self) -> None:
        """Show the mean speed of each take that is compared, in the colour of its letter."""
        before = self.lanes.pop(COMPARED, None)
        there = [(self.stage.letter(clip), motion) for clip, motion in self.stage.bodies]
        speeds = [
            (letter, motion.fps, joint_speeds(motion).mean(axis=1)) for letter, motion in there if letter and len(there) > 1
        ]
        if speeds:
            top = max(top_of(values, 0.1) for *_, values in speeds)
            curves = [
                Curve(np.arange(len(values)) / fps, np.minimum(values / top, 1.0), letter_colour(self, letter))
                for letter, fps, values in speeds
            ]
            self.lanes[COMPARED] = Lane(COMPARED, 36, curves, unit=f"{top:.1f} m/s")
        if before or speeds:
            self._fit()

    def _captioned(self) -> None:
        """Show the captions of ranges as bars; those of the whole take have none."""
        clip, bar = self.workspace.clip, QColor(colours(self).selected)
        offset = clip.start_s if clip else 0.0
        found = [
            Span(line.start_s - offset, line.end_s - offset, 0, bar, line.text)
            for line in self.captions.lines[:MOST]
            if line.end_s > line.start_s and (line.start_s or line.end_s < self.playback.duration_s + offset)
        ]
        self.lanes.pop(CAPTIONS, None)
        if found:
            self.lanes[CAPTIONS] = Lane(CAPTIONS, 18, spans=found)
        self._fit()

    def _scored(self) -> None:
        """Show the query's score over time, and by what it falls without each window, where they are known."""
        curves, query = [], QColor(colours(self).query)
        found = self.explanation.shares if self.explanation.on else None
        if found is not None:
            total = found.weights.sum(axis=0)
            edges = found.start_s + np.arange(len(total) + 1) * found.points / found.fps
            curves.append(Curve(edges, np.append(total / max(float(total.max()), 1e-9), 0), query, steps=True))
        times, scores = self.moments.times_s, self.moments.scores
        unit = ""
        if len(times):
            low, high = float(scores.min()), float(scores.max())
            curves.append(Curve(times, (scores - low) / max(high - low, 1e-6), query))
            unit = f"{low:.2f} to {high:.2f}"
        before = self.lanes.pop(QUERY, None)
        if curves:
            self.lanes[QUERY] = Lane(QUERY, 30, curves, unit=unit)
        # A new query clears scores: where there were none, it does not wait for a timeline that stays as it is.
        if before or curves:
            self._fit()

    def _height(self, lane: Lane) -> int:
        return px(FOLDED if lane.name in self.folded else lane.height)

    def boxes(self) -> list[tuple[Lane, QRectF]]:
        """Return the lanes from above, each with its box."""
        y, found = px(RULER), []
        for name in NAMES:
            if name in self.lanes:
                high = self._height(self.lanes[name])
                found.append((self.lanes[name], QRectF(self.label_width, y, self.width() - self.label_width - px(8), high)))
                y += high + px(4)
        return found

    def _fit(self) -> None:
        there = [self.lanes[name] for name in NAMES if name in self.lanes] or [Lane("", 70)]
        self.setFixedHeight(px(RULER) + sum(self._height(lane) + px(4) for lane in there))
        self._redraw()

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def x_of(self, time_s: Any) -> Any:
        """Return where a time is, or times are, in pixels."""
        left = self.label_width
        room = self.width() - left - px(8)
        return left + (time_s - self.start_s) / max(self.end_s - self.start_s, 1e-6) * room

    def time_at(self, x: float) -> float:
        """Return the seconds of the motion at a place, within it."""
        room = max(self.width() - self.label_width - px(8), 1)
        at = self.start_s + (x - self.label_width) / room * (self.end_s - self.start_s)
        return min(max(at, 0.0), self.playback.duration_s)

    def _ticked(self) -> None:
        if self.isVisible():
            now = self.x_of(self.playback.time_s)
            for at in {self._drawn_x, now}:
                self.update(int(at) - 3, 0, 7, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.workspace.motion is None:
            painter.setPen(muted(self))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Speeds and foot contacts appear here.")
            return
        ratio = self.devicePixelRatioF()
        if self._still is None:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(QColor(colours(self).panel))
            self._paint_still(QPainter(self._still))
        painter.drawPixmap(0, 0, self._still)
        self._drawn_x = self.x_of(self.playback.time_s)
        if self._drawn_x >= self.label_width - 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours(self).text), 1.5))
            painter.drawLine(QPointF(self._drawn_x, 0), QPointF(self._drawn_x, self.height()))

    def _paint_still(self, painter: QPainter) -> None:
        """Paint all that stays while the motion plays."""
        now = colours(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized(self.font(), tokens.CAPS))
        ruler = QRectF(self.label_width, 0, self.width() - self.label_width - px(8), px(RULER))
        paint_ruler(painter, ruler, self.start_s, self.end_s, self.x_of, now)
        for lane, box in self.boxes():
            painter.fillRect(box, QColor(now.window))
            folded = lane.name in self.folded
            painter.setPen(QColor(now.secondary))
            name = QRectF(px(tokens.GAP), box.top(), self.label_width - px(tokens.GAP), box.height())
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, ("▸ " if folded else "▾ ") + shown(lane.name))
            if not folded:
                paint_lane(painter, lane, box, self.x_of, now)
                self._paint_row_names(painter, lane, box)
        marked = self.playback.range_s
        if marked is not None:
            inside = QColor(now.accent)
            inside.setAlpha(45)
            left, right = (max(self.x_of(t), self.label_width) for t in marked)
            painter.fillRect(QRectF(left, 0, right - left, self.height()), inside)
            for edge in (left, right):
                painter.fillRect(QRectF(edge - 1.5, 0, 3, self.height()), QColor(now.accent))
        painter.end()

    def _paint_row_names(self, painter: QPainter, lane: Lane, box: QRectF) -> None:
        """Write the names of a lane's rows left of them."""
        high = box.height() / lane.rows
        painter.setPen(muted(self))
        for row, name in enumerate(lane.row_names):
            place = QRectF(0, box.top() + row * high, self.label_width - px(tokens.UNIT), high)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown(name))

    def _edge_at(self, x: float) -> int:
        """Return which edge of the range is under the mouse: 0, 1, or -1 for none."""
        marked = self.playback.range_s
        away = [abs(self.x_of(t) - x) for t in marked] if marked else []
        nearest = int(np.argmin(away)) if away else -1
        return nearest if nearest >= 0 and away[nearest] <= NEAR_PX else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._from, self._edge = self.time_at(x), self._edge_at(x)
        if event.button() != Qt.MouseButton.LeftButton or self._edge >= 0:
            return
        if x < self.label_width:
            for lane, box in self.boxes():
                if box.top() <= event.position().y() <= box.bottom():
                    self.folded ^= {lane.name}
                    self._fit()
        elif not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.playback.seek(self._from)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, now = event.position().x(), self.time_at(event.position().x())
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self.setCursor(Qt.CursorShape.SizeHorCursor if self._edge_at(x) >= 0 else Qt.CursorShape.ArrowCursor)
        elif self._edge >= 0 and self.playback.range_s is not None:
            self._mark(self.playback.range_s[1 - self._edge], now)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._mark(self._from, now)
        elif x >= self.label_width:
            self.playback.seek(now)

    def _mark(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        if high - low > SHORTEST_S:
            if self._edge >= 0:
                self._edge = 1 if other == high else 0
            self.playback.range_s = (low, high)
            self.playback.changed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.playback.range_s is None:
            self.show_range(0.0, self.playback.duration_s)
        self.playback.clear_range()

    def show_range(self, start: float, end: float) -> None:
        """Show these seconds of the motion over the whole width, and no less than LEAST_S of them."""
        duration = max(self.playback.duration_s, 0.1)
        length = min(max(end - start, min(LEAST_S, duration)), duration)
        self.start_s = min(max(start, 0.0), duration - length)
        self.end_s = self.start_s + length
        self._redraw()

    def zoom(self, range_s: tuple[float, float] | None) -> None:
        """Show a range of seconds over the whole width; None: the whole motion."""
        self.show_range(*(range_s or (0.0, self.playback.duration_s)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu; "here" in it is the place under the mouse."""
        if self.workspace.motion is not None:
            if event.reason() == QContextMenuEvent.Reason.Mouse and event.pos().x() >= self.label_width:
                self.playback.seek(self.time_at(event.pos().x()))
            self.menu_wanted.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, length = event.angleDelta(), self.end_s - self.start_s
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or turned.x():
            by = -(turned.x() or turned.y()) / 120 * length * 0.15
            self.show_range(self.start_s + by, self.end_s + by)
        else:
            at, share = self.time_at(event.position().x()), 0.8 ** (turned.y() / 120)
            self.show_range(at - (at - self.start_s) * share, at + (self.end_s - at) * share)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_edge"):
            self._captioned()
            self._compared()
            self._scored()
