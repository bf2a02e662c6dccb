"""The picture of a clip beside what the mouse is over."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.widgets.plain import shown
from motionpatches.app.widgets.theme import colours, px, sized
from motionpatches.app.widgets.views.tile_labels import two_lines
from motionpatches.core.library.library import Clip

# Side of the picture, and pixels between it and the place it belongs to.
SIDE, AWAY = 88, 10


class HoverPicture(QWidget):
    """Lies over a view, with the most telling pose of a clip and its caption; the picture comes when it is made."""

    def __init__(self, thumbnails: Thumbnails, view: QWidget):
        super().__init__(view)
        self.thumbnails, self.view = thumbnails, view
        self.clip: Clip | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        lines = 2 * self.fontMetrics().lineSpacing()
        self.resize(px(SIDE + 4 * tokens.UNIT), px(SIDE) + lines + px(tokens.GAP))
        self.hide()
        thumbnails.ready.connect(self._ready)

    def show_clip(self, clip: Clip, at: QPoint) -> None:
        """Show a clip beside a place of the view, and within it."""
        self.clip = clip
        room = self.view.rect()
        x = at.x() + AWAY if at.x() + AWAY + self.width() <= room.right() else at.x() - AWAY - self.width()
        y = min(max(at.y() - self.height() // 2, 0), max(room.bottom() - self.height(), 0))
        self.move(max(x, 0), y)
        self.show()
        self.raise_()
        self.update()

    def _ready(self, clip_id: str) -> None:
        if self.isVisible() and self.clip is not None and self.clip.id == clip_id:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.clip is None:
            return
        now, painter = colours(self), QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.setBrush(QColor(now.raised))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), tokens.RADIUS, tokens.RADIUS)
        picture, side = self.thumbnails.picture(self.clip), px(SIDE)
        if picture is not None:
            painter.drawImage(QRect((self.width() - side) // 2, 0, side, side), picture)
        painter.setFont(sized(self.font(), tokens.SECONDARY))
        painter.setPen(QColor(now.text))
        words = QRect(px(tokens.UNIT), side, self.width() - 2 * px(tokens.UNIT), self.height() - side)
        text = two_lines(painter.fontMetrics(), shown(self.clip.caption), words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
        painter.end()
