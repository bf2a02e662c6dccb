"""What is written on a tile: rank and score, where it starts in a long take, its letter, and its caption."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.widgets.plain import shown
from motionpatches.app.widgets.theme import colours, letter_colour, muted, px, sized
from motionpatches.app.widgets.views.tile_layout import CAPTION
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.strength import score_text

# Pixels of the mark at the corner of a picture, and from its edges.
MARK, EDGE = 20, 6
# Seconds of a take from which a tile says that it starts later than the take.
LATE_S = 0.5


@dataclass(frozen=True)
class TileState:
    """How a tile stands out: its clip is on the stage, it has the keyboard, the mouse is over it, it is one of several chosen;
    `letter`: it is kept as A, B or C; `keeps`: it can be kept; `ranked`: it has a rank and a score."""

    opened: bool = False
    focused: bool = False
    hovered: bool = False
    chosen: bool = False
    letter: str = ""
    keeps: bool = False
    ranked: bool = True


def mark_box(tile: QRect) -> QRect:
    """Return where the letter of a tile stands, or the plus that keeps it."""
    size = px(MARK)
    return QRect(tile.right() - size - EDGE, tile.bottom() - CAPTION - size - EDGE, size, size)


def paint_label(painter: QPainter, view: QWidget, tile: QRect, result: Result, state: TileState) -> None:
    """Paint frame, words and mark of a tile over its picture."""
    now = colours(view)
    _paint_frame(painter, tile, state, now)
    painter.setFont(sized(view.font(), tokens.BODY, bold=True))
    painter.setPen(QColor(now.text))
    if state.ranked:
        painter.drawText(tile.adjusted(8, 5, -8, 0), Qt.AlignmentFlag.AlignLeft, f"{result.hit.rank:d}")
    painter.setFont(sized(view.font(), tokens.SECONDARY))
    if state.ranked:
        metrics = painter.fontMetrics()
        room = tile.width() - 2 * 8 - metrics.horizontalAdvance(f"{result.hit.rank:d}  ")
        painter.drawText(tile.adjusted(8, 5, -8, 0), Qt.AlignmentFlag.AlignRight, short_score(metrics, result.hit, room))
    painter.setPen(muted(view))
    painter.drawText(tile.adjusted(8, 0, -8, -CAPTION - EDGE), _BOTTOM_LEFT, shown(moment_text(result)))
    painter.setPen(QColor(now.text) if state.opened else muted(view))
    box = QRect(tile.x() + 6, tile.bottom() - CAPTION + 4, tile.width() - 12, 2 * painter.fontMetrics().lineSpacing())
    painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, two_lines(painter.fontMetrics(), shown(result.caption), box.width()))
    _paint_mark(painter, view, mark_box(tile), state)


_BOTTOM_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom


def short_score(metrics: QFontMetrics, hit: Hit, room: int) -> str:
    """Return number and word of a score as far as there is room: in a small tile the word alone, which says more."""
    choices = (score_text(hit), hit.strength, score_text(replace(hit, strength="")))
    return next((text for text in choices if text and metrics.horizontalAdvance(text) <= room), "")


def moment_text(result: Result) -> str:
    """Return where a tile starts, where it shows a later part of a long take; '' where it starts at the beginning."""
    start = result.hit.start_s
    if start < LATE_S:
        return ""
    minutes, seconds = divmod(int(start), 60)
    return f"at {minutes:d}:{seconds:02d}"


def _paint_frame(painter: QPainter, tile: QRect, state: TileState, now: tokens.Colours) -> None:
    if state.chosen:
        inside = QColor(now.accent)
        inside.setAlpha(60)
        painter.setPen(QPen(QColor(now.accent), 2))
        painter.setBrush(inside)
        painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
    if state.opened or state.focused or state.hovered:
        colour = QColor(now.accent if state.opened or state.focused else now.outline)
        painter.setPen(QPen(colour, 3 if state.focused else 2 if state.opened else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)


def _paint_mark(painter: QPainter, view: QWidget, box: QRect, state: TileState) -> None:
    """Paint the letter of a tile that is kept; under the mouse, a plus on one that can be."""
    if state.letter:
        paint_letter(painter, view, box, state.letter)
    elif state.keeps and state.hovered:
        now = colours(view)
        painter.setPen(QPen(QColor(now.outline), 1))
        painter.setBrush(QColor(now.raised))
        painter.drawEllipse(box)
        painter.setPen(QPen(QColor(now.text), 1.5))
        middle, arm = box.center(), box.width() // 4
        painter.drawLine(middle.x() - arm, middle.y(), middle.x() + arm, middle.y())
        painter.drawLine(middle.x(), middle.y() - arm, middle.x(), middle.y() + arm)


def paint_letter(painter: QPainter, view: QWidget, box: QRect, letter: str) -> None:
    """Paint the letter of a take that is kept for comparison, on its colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(letter_colour(view, letter))
    painter.drawEllipse(box)
    painter.setFont(sized(view.font(), tokens.SECONDARY, bold=True))
    painter.setPen(QColor(colours(view).on_accent))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown(letter))


def two_lines(metrics: QFontMetrics, text: str, width: int) -> str:
    """Return a text in two lines, cut with an ellipsis where they do not hold it."""
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
