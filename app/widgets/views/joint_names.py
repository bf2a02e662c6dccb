"""Names of joints over the stage: pills, each with a line to its joint, none over another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import colours, sized

# Pixels within a pill beside and above its words, between pills, and from a joint to its pill.
BESIDE, ABOVE, GAP, AWAY = 7, 2, 3, 22


def lay_out(places: np.ndarray, sizes: Sequence[QSizeF], area: QRectF, middle: float) -> list[QRectF]:
    """Put a box beside each place, outwards from a middle, so that none covers another.

    Args:
        places: (N, 2) pixels.
        sizes: Of the boxes.
        area: That they stay in.
        middle: Pixels from the left: boxes of places left of it stand to their left.

    Returns:
        A box for each place, in order. Where a side is full, its lowest boxes are empty.
    """
    boxes = [QRectF()] * len(places)
    for left in (True, False):
        members = sorted((i for i in range(len(places)) if (places[i][0] < middle) == left), key=lambda i: places[i][1])
        tops = [float(places[i][1]) - sizes[i].height() / 2 for i in members]
        # Downwards first; then upwards from the bottom, so that all stay within the area.
        for k in range(1, len(members)):
            tops[k] = max(tops[k], tops[k - 1] + sizes[members[k - 1]].height() + GAP)
        floor = area.bottom()
        for k in range(len(members) - 1, -1, -1):
            tops[k] = min(tops[k], floor - sizes[members[k]].height())
            floor = tops[k] - GAP
        for k, i in enumerate(members):
            width, height = sizes[i].width(), sizes[i].height()
            x = float(places[i][0]) - AWAY - width if left else float(places[i][0]) + AWAY
            x = min(max(x, area.left()), area.right() - width)
            if tops[k] >= area.top():
                boxes[i] = QRectF(x, tops[k], width, height)
    return boxes


def paint(painter: QPainter, view: QWidget, names: Sequence[str], places: np.ndarray, middle: float) -> None:
    """Write names (N) at places (N, 2) of joints on a view."""
    now = colours(view)
    painter.setFont(sized(painter.font(), tokens.SECONDARY))
    metrics = QFontMetricsF(painter.font())
    texts = [shown(name, NAME) for name in names]
    sizes = [QSizeF(metrics.horizontalAdvance(text) + 2 * BESIDE, metrics.height() + 2 * ABOVE) for text in texts]
    boxes = lay_out(places, sizes, QRectF(view.rect()).adjusted(GAP, GAP, -GAP, -GAP), middle)
    fill = QColor(now.raised)
    fill.setAlpha(235)
    for box, place, text in zip(boxes, places, texts, strict=True):
        if box.isEmpty():
            continue
        joint = QPointF(float(place[0]), float(place[1]))
        end = QPointF(box.right() if box.center().x() < joint.x() else box.left(), box.center().y())
        painter.setPen(QPen(QColor(now.secondary), 1))
        painter.drawLine(joint, end)
        painter.setBrush(QColor(now.text))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(joint, 2.5, 2.5)
        painter.setPen(QPen(QColor(now.outline), 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(QColor(now.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
