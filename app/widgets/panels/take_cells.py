"""How a row of the list of takes is drawn: its picture, and, where there is little room, all of it in two lines."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.clip_columns import Entry
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.widgets.panels.take_table import CARD, ENTRY, PICTURE
from motionpatches.app.widgets.plain import NAME, Items, shown
from motionpatches.app.widgets.theme import colours, px, sized

Index = QModelIndex | QPersistentModelIndex
# Heights of a row of two lines, of one with a picture, and of one line.
CARD_ROW, PICTURE_ROW, ROW = 52, 40, 24
# Between the facts of a take in one line.
DOT = "  ·  "


def facts_line(entry: Entry) -> str:
    """Return what distinguishes a take beside its caption: length, tags, name."""
    parts = (f"{entry.clip.duration_s:.1f} s", ", ".join(entry.mark.tags), entry.name if entry.clip.captions else entry.folder)
    return DOT.join(shown(part, NAME) for part in parts if part)


def warning_of(entry: Entry) -> str:
    """Return a word where the reading of a take has a doubt, else ''."""
    return entry.facts.quality if entry.facts.quality in ("unsure", "incomplete", "no body") else ""


class TakeCells(Items):
    """Draws the picture of a take and the row of two lines; all other cells as text."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget):
        super().__init__(parent)
        self.thumbnails = thumbnails
        # The clip whose picture is under the mouse, and where along it, from 0 to 1.
        self.scrubbed = "", 0.0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry) or index.column() not in (CARD, PICTURE):
            return
        painter.save()
        box = picture_box(option.rect)
        self._paint_picture(painter, box, self._picture(entry))
        if index.column() == CARD:
            room = option.rect.adjusted(box.right() - option.rect.left() + 1 + px(tokens.GAP), 2, -px(tokens.UNIT), -2)
            self._paint_lines(painter, option, room, entry)
        painter.restore()

    def _picture(self, entry: Entry) -> QImage | None:
        clip_id, share = self.scrubbed
        over = clip_id == entry.clip.id
        return self.thumbnails.pose(entry.clip, share) if over else self.thumbnails.picture(entry.clip)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if index.column() in (CARD, PICTURE):
            option.text = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(PICTURE_ROW), px(PICTURE_ROW)) if index.column() == PICTURE else super().sizeHint(option, index)

    @staticmethod
    def _paint_picture(painter: QPainter, box: QRect, picture: QImage | None) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setBrush(QColor(colours().raised))
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        if picture is not None:
            painter.drawImage(box, picture)

    def _paint_lines(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, entry: Entry) -> None:
        now, font = colours(), option.font
        star = "★ " if entry.mark.favourite else ""
        small = sized(font, tokens.SECONDARY)
        high, low = QFontMetrics(font), QFontMetrics(small)
        top = box.top() + max((box.height() - high.height() - low.height()) // 2, 0)
        painter.setFont(font)
        painter.setPen(QColor(now.text))
        first = QRect(box.left(), top, box.width(), high.height())
        # Takes of a library begin alike, in captions and in names: the ends tell them apart.
        caption = high.elidedText(star + shown(entry.clip.caption), Qt.TextElideMode.ElideMiddle, first.width())
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, caption)
        painter.setFont(small)
        second = QRect(box.left(), first.bottom() + 1, box.width(), low.height())
        warning = warning_of(entry)
        if warning:
            painter.setPen(QColor(now.warning))
            painter.drawText(second, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown(warning))
            second.setRight(second.right() - low.horizontalAdvance(warning) - px(tokens.GAP))
        painter.setPen(QColor(now.secondary))
        line = low.elidedText(facts_line(entry), Qt.TextElideMode.ElideMiddle, second.width())
        painter.drawText(second, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown(line))


def picture_box(cell: QRect) -> QRect:
    """Return where the picture is in a cell."""
    side = cell.height() - 4
    return QRect(cell.left() + px(tokens.UNIT), cell.top() + 2, side, side)


def cell_width(widget: QWidget, text: str) -> int:
    """Return the width of a cell that shows a text whole."""
    margin = QApplication.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    return widget.fontMetrics().horizontalAdvance(text) + 2 * margin + px(tokens.GAP)
