"""Texts over the stage: which clip it shows, which are beside it, and what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl.scene import speed_colours
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import muted, part_colour, px
from motionpatches.app.widgets.views.view_cube import SIDE
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion, rate_text
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.progress import counted

# Pixels from the view's left and from its top; from its bottom to the line of the colours.
MARGIN, FOOT = 12, 14


def paint_hint(painter: QPainter, view: QWidget) -> None:
    """Write what to do while nothing is shown."""
    painter.setPen(muted(view))
    painter.drawText(view.rect(), Qt.AlignmentFlag.AlignCenter, "Choose a motion on the left, or type a query.")


def paint_clip(
    painter: QPainter, view: QWidget, clip: Clip, motion: Motion, beside: Sequence[Clip], letters: Sequence[str]
) -> None:
    """Write caption, name and numbers of a clip, and the captions of those beside it, from the top left; `letters`: what the
    clip and those are called where they are compared, else ''."""
    metrics = painter.fontMetrics()
    painter.setPen(view.palette().windowText().color())
    room = view.width() - 3 * MARGIN - px(SIDE)
    head = f"{letters[0]}: {clip.caption}" if letters[0] else clip.caption
    title = metrics.elidedText(shown(head), Qt.TextElideMode.ElideRight, room)
    painter.drawText(MARGIN, MARGIN + metrics.ascent(), title)
    painter.setPen(muted(view))
    counts = "  ·  ".join(
        (counted(motion.frame_count, "frame"), f"{rate_text(motion.fps)} fps", counted(motion.skeleton.joint_count, "joint"))
    )
    others = [f"{letter or 'beside it'}: {shown(other.caption)}" for other, letter in zip(beside, letters[1:], strict=True)]
    lines = [f"{shown(clip.id, NAME)}  ·  {counts}", *others]
    for row, line in enumerate(lines, 1):
        words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)
        painter.drawText(MARGIN, MARGIN + 4 + metrics.ascent() + row * metrics.height(), words)


def paint_line(painter: QPainter, view: QWidget, text: str) -> None:
    """Write what the colours mean, at the bottom; `text` is the program's own."""
    painter.drawText(MARGIN, view.height() - FOOT, text)


def paint_speeds(painter: QPainter, view: QWidget, top: float) -> None:
    """Draw the colours of speeds as a bar with numbers, at the bottom; `top` in m/s."""
    left, wide, high = MARGIN, px(160), px(8)
    bar = QRectF(left, view.height() - FOOT - painter.fontMetrics().ascent() - high, wide, high)
    colours = QLinearGradient(bar.topLeft(), bar.topRight())
    for share in np.linspace(0, 1, 9):
        colours.setColorAt(float(share), QColor.fromRgbF(*speed_colours(np.array([share * top]), top)[0].tolist()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours)
    painter.drawRoundedRect(bar, high / 2, high / 2)
    painter.setPen(muted(view))
    for share, text in ((0.0, "0"), (0.5, f"{top / 2:g}"), (1.0, f"{top:g} m/s, or faster")):
        wide_text = painter.fontMetrics().horizontalAdvance(text.split()[0])
        painter.drawText(QPointF(left + share * wide - (wide_text * share), view.height() - FOOT + 4), text)


def paint_parts(painter: QPainter, view: QWidget) -> None:
    """Write the names of the body parts, each beside a dot of its colour, at the bottom."""
    x, y = MARGIN, view.height() - FOOT
    for part, name in enumerate(PART_NAMES):
        painter.setBrush(part_colour(part))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x + 5, y - 4), 5, 5)
        painter.setPen(muted(view))
        painter.drawText(x + 14, y, name)
        x += 26 + painter.fontMetrics().horizontalAdvance(name)
