"""What is shown over the window while files are dragged over it: that they may be dropped, and what happens then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import colours, px, sized


def drop_words(paths: Sequence[Path], opened: str) -> str:
    """Return what a drop does, in words.

    Args:
        paths: What is dragged.
        opened: The name of the open library, '' for none.
    """
    if not paths:
        return "Only files and folders of this computer can be dropped here."
    what = shown(paths[0].name, NAME) if len(paths) == 1 else f"{len(paths)} files and folders"
    if not opened:
        return f"Drop to open {what}"
    return f"Drop to add {what} to {shown(opened, NAME)},\nto open it instead, or to find what is like it"


class DropHint(QWidget):
    """Covers a window while something is dragged over it; it takes no events of its own."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.window_, self.text = window, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def tell(self, text: str) -> None:
        """Show what a drop does."""
        self.text = text
        self.setAccessibleName(shown(text))
        self.resize(self.window_.size())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tones, gap = QPainter(self), colours(self), px(2 * tokens.PADDING)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tones.window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(tones.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(gap, gap, -gap, -gap), px(tokens.RADIUS), px(tokens.RADIUS))
        first, _, rest = self.text.partition("\n")
        middle = self.rect().center().y()
        for text, share, colour, top in ((first, tokens.QUERY, tones.text, -gap), (rest, tokens.BODY, tones.secondary, gap)):
            painter.setFont(sized(self.font(), share))
            painter.setPen(QColor(colour))
            painter.drawText(QRect(0, middle + top - gap, self.width(), 2 * gap), Qt.AlignmentFlag.AlignCenter, shown(text))
