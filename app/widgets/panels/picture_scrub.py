"""Moving the mouse along the picture of a row shows the take's poses along time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView

from motionpatches.app.viewmodels.clip_columns import Entry
from motionpatches.app.widgets.panels.take_cells import TakeCells, picture_box
from motionpatches.app.widgets.panels.take_table import CARD, ENTRY, PICTURE


class PictureScrub(QObject):
    """Watches the mouse over a list, and tells its cells which picture it is over, and where along it."""

    def __init__(self, view: QTableView, cells: TakeCells):
        super().__init__(view)
        self.view, self.cells = view, cells
        view.setMouseTracking(True)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self.move(event.position().toPoint())
        elif event.type() == QEvent.Type.Leave:
            self._set("", 0.0)
        return False

    def move(self, place: QPoint) -> None:
        """The mouse is at a place of the list."""
        index = self.view.indexAt(place)
        entry = index.data(ENTRY) if index.isValid() and index.column() in (CARD, PICTURE) else None
        box = picture_box(self.view.visualRect(index)) if isinstance(entry, Entry) else None
        if isinstance(entry, Entry) and box is not None and box.contains(place):
            self._set(entry.clip.id, (place.x() - box.left()) / max(box.width(), 1), index)
        else:
            self._set("", 0.0)

    def _set(self, clip_id: str, share: float, index: QModelIndex | None = None) -> None:
        if (clip_id, share) != self.cells.scrubbed:
            other, self.cells.scrubbed = clip_id != self.cells.scrubbed[0], (clip_id, share)
            self.view.viewport().update() if other or index is None else self.view.update(index)
