"""The ruler and the bars of the timeline."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from motionpatches.app.tokens import DARK
from motionpatches.app.widgets.views.lanes import Curve, Lane, Span, paint_lane, paint_ruler, top_of


def painted(paint):
    image = QImage(400, 40, QImage.Format.Format_RGB888)
    image.fill(QColor("black"))
    painter = QPainter(image)
    paint(painter)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(40, image.bytesPerLine())
    return rows[:, :1200].reshape(40, 400, 3).copy()


def test_bars_stand_at_their_times_in_their_rows(app):
    lane = Lane("c", 40, spans=[Span(1, 2, 0, QColor("#ff0000")), Span(3, 4, 1, QColor("#00ff00"))], rows=2)
    seen = painted(lambda p: paint_lane(p, lane, QRectF(0, 0, 400, 40), lambda t: 100 * t, DARK))
    red, green = seen[..., 0] > 128, seen[..., 1] > 128
    assert red[10, 105:195].all() and not red[:, :95].any() and not red[22:].any()
    assert green[30, 305:395].all() and not green[:18].any()


def test_a_curve_rises_where_its_values_do(app):
    curve = Curve(np.array([0.0, 4.0]), np.array([0.0, 1.0]), QColor("#0000ff"))
    seen = painted(lambda p: paint_lane(p, Lane("s", 40, [curve]), QRectF(0, 0, 400, 40), lambda t: 100 * t, DARK))
    line = seen[..., 2] > 150
    tops = [int(np.flatnonzero(line[:, x])[0]) for x in (50, 200, 350)]
    assert tops[0] > tops[1] > tops[2]


def test_the_ruler_has_ticks_at_round_seconds(app):
    def ticks(start, end):
        scale = 400 / (end - start)
        seen = painted(lambda p: paint_ruler(p, QRectF(0, 0, 400, 40), start, end, lambda t: (t - start) * scale, DARK))
        full = (seen[4:39].min(axis=0).sum(axis=-1) > 200).nonzero()[0]
        return [round(start + x / scale, 2) for x in full]

    assert set(np.round(np.arange(1, 4), 2)) <= set(np.round(ticks(0, 4), 1))
    assert len(ticks(0, 4000)) < 8 and len(ticks(0, 0.4)) > 2


def test_a_spike_does_not_flatten_the_rest():
    speeds = np.full((300, 5), 1.0)
    speeds[:, 2] = 0.4
    assert top_of(speeds, 0.5) == 1.0
    speeds[0] = 10.6  # the capture jumps out of its first pose
    assert top_of(speeds, 0.5) == 1.5
    kick = np.zeros((60, 5))
    kick[20:24, 0] = [3, 6, 5, 2]
    assert top_of(kick, 0.5) == 6.0, "four frames of a short take are no spike"
    assert top_of(np.zeros((1, 5)), 0.5) == top_of(np.zeros((0, 5)), 0.5) == 0.5
