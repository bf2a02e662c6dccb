"""The lanes of the timeline: what each shows, and how it is painted. Times in seconds of the shown motion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from motionpatches.app.tokens import Colours
from motionpatches.app.widgets.plain import LINE, lines, shown
from motionpatches.app.widgets.theme import part_colour

# The place in pixels of a time in seconds, or of an array of times.
ToX = Callable[[Any], Any]
# Points of a curve at most, opacity of what lies under one, and pixels between two figures of the ruler.
POINTS, UNDER, APART = 3000, 40, 64
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, eq=False)
class Curve:
    """A line: times (N,), heights (N,) from 0 to 1, its colour, and whether it is a step after each time."""

    times: np.ndarray
    heights: np.ndarray
    colour: QColor
    steps: bool = False


@dataclass(frozen=True, eq=False)
class Span:
    """A bar from a time to another, in one of the rows of a lane, with its text."""

    start: float
    end: float
    row: int
    colour: QColor
    text: str = ""


@dataclass(frozen=True, eq=False)
class Lane:
    """A strip with its name, height in pixels and rows of bars with their names; `unit` says what its top is."""

    name: str
    height: int
    curves: Sequence[Curve] = ()
    spans: Sequence[Span] = ()
    rows: int = 1
    row_names: tuple[str, ...] = ()
    unit: str = ""


def top_of(values: np.ndarray, least: float) -> float:
    """Return what the top of a lane stands for: the greatest of values (N, ...), and at least `least`. Where a few of N frames
    stand far out, as at a jump of the capture, it is half as much again as 99 % of them reach, so that the others are seen."""
    highest = values.reshape(len(values), -1).max(axis=1) if values.size else np.zeros(1)
    return max(min(float(highest.max()), 1.5 * float(np.percentile(highest, 99))), least)


def paint_ruler(painter: QPainter, box: QRectF, start: float, end: float, x: ToX, colours: Colours) -> None:
    """Write seconds at round steps, with a tick below each."""
    per_second = box.width() / max(end - start, 1e-6)
    step = next((s for s in STEPS if s * per_second >= APART), STEPS[-1])
    painter.setPen(QColor(colours.secondary))
    metrics = painter.fontMetrics()
    for number in range(int(np.ceil(start / step - 1e-6)), int(end / step + 1e-6) + 1):
        at = x(number * step)
        text = f"{number * step:g} s"
        wide = metrics.horizontalAdvance(text)
        if at + 4 + wide <= box.right():
            painter.drawText(QPointF(at + 4, box.top() + metrics.ascent() + 1), text)
        painter.drawLine(QPointF(at, box.top() + 2), QPointF(at, box.bottom()))


def paint_lane(painter: QPainter, lane: Lane, box: QRectF, x: ToX, colours: Colours) -> None:
    """Paint a lane into its box, bars below curves."""
    painter.save()
    painter.setClipRect(box)
    high = box.height() / lane.rows
    for span in lane.spans:
        bar = QRectF(x(span.start), box.top() + span.row * high + 1, max(x(span.end) - x(span.start), 1), high - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(span.colour)
        painter.drawRoundedRect(bar, 2, 2)
        if span.text and bar.width() > 12:
            painter.setPen(QColor(colours.text))
            words = painter.fontMetrics().elidedText(shown(span.text, LINE), Qt.TextElideMode.ElideRight, int(bar.width()) - 8)
            painter.drawText(bar.adjusted(4, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, words)
    for curve in lane.curves:
        _paint_curve(painter, curve, box, x)
    if lane.unit:
        painter.setPen(QColor(colours.secondary))
        painter.drawText(box.adjusted(0, 0, -4, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, lines(lane.unit))
    painter.restore()


def _paint_curve(painter: QPainter, curve: Curve, box: QRectF, x: ToX) -> None:
    if not len(curve.times):
        return
    step = max(len(curve.times) // POINTS, 1)
    across = x(np.asarray(curve.times[::step], float))
    down = box.bottom() - 1 - np.asarray(curve.heights[::step], float) * (box.height() - 3)
    places = [QPointF(*at) for at in zip(across.tolist(), down.tolist(), strict=True)]
    if curve.steps:
        places = [p for a, b in zip(places, places[1:], strict=False) for p in (a, QPointF(b.x(), a.y()))]
    if not places:
        return
    under = QColor(curve.colour)
    under.setAlpha(UNDER)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(under)
    ends = [QPointF(places[-1].x(), box.bottom()), QPointF(places[0].x(), box.bottom())]
    painter.drawPolygon(QPolygonF([*places, *ends]))
    painter.setPen(QPen(curve.colour, 1.4))
    painter.drawPolyline(QPolygonF(places))


def feet_spans(left: Sequence[tuple[float, float]], right: Sequence[tuple[float, float]], parts: tuple[int, int]) -> list[Span]:
    """Return the bars of the left foot over those of the right, in the colours of the two legs."""
    return [
        Span(start, end, row, part_colour(part))
        for row, (part, spans) in enumerate(zip(parts, (left, right), strict=True))
        for start, end in spans
    ]
