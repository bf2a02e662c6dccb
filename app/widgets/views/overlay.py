"""Text and marks over a view: transparent children, so that the view is not drawn again when they change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget


class Overlay(QWidget):
    """Covers a view and calls `paint` with a painter at every repaint."""

    def __init__(self, view: QWidget, paint: Callable[[QPainter], None]):
        super().__init__(view)
        self._paint = paint
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        view.installEventFilter(self)
        self.resize(view.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QResizeEvent):
            self.resize(event.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        self._draw(self)

    def _draw(self, device: QWidget | QPixmap) -> None:
        painter = QPainter(device)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()


class StillOverlay(Overlay):
    """Over a view that moves: painted when `refresh` is called, and kept for the frames that follow."""

    def __init__(self, view: QWidget, paint: Callable[[QPainter], None]):
        self._picture: QPixmap | None = None
        super().__init__(view, paint)

    def refresh(self) -> None:
        """Paint again, since something has changed."""
        self._picture = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        self.refresh()  # another palette or font
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        size, ratio = self.size() * self.devicePixelRatioF(), self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            self._draw(self._picture)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()
