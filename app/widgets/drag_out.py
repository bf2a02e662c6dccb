"""Dragging clips out of the window as files: a view says what is under the mouse, and the file is written when it is dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QGuiApplication, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app import tokens
from motionpatches.app.export.hand_off import name_of, write_files
from motionpatches.app.export.plan import Item, Plan
from motionpatches.app.gl.canvas import opengl_works
from motionpatches.app.gl.offscreen import make_surface
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import colours, px
from motionpatches.core.errors import StudioError

if TYPE_CHECKING:
    from motionpatches.core.library.library import Library

URLS = "text/uri-list"
# Where a view is pressed, with which keys: what a drag from there takes out, () for nothing.
ItemsAt = Callable[[QPointF, Qt.KeyboardModifier], tuple[Item, ...]]


class HandOff:
    """Writes files for other programs."""

    def __init__(self, workspace: Workspace, plan: Callable[[], Plan]):
        """`plan`: how files are made."""
        self.workspace, self.plan = workspace, plan

    def write(self, library: Library, items: tuple[Item, ...], plan: Plan) -> list[Path]:
        """Write files, with the cursor that says so; none, and a notice, where that fails."""
        surface = make_surface() if plan.format.picture and opengl_works() else None
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            return write_files(library, items, plan, surface)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return []
        finally:
            QGuiApplication.restoreOverrideCursor()

    def mime(self, items: tuple[Item, ...]) -> FileMime | None:
        """Return what a drag carries; None where nothing is open."""
        library, plan = self.workspace.library, self.plan()
        return FileMime(lambda: self.write(library, items, plan)) if library is not None and items else None


class FileMime(QMimeData):
    """Addresses of files that are written when a program asks for them, once."""

    def __init__(self, write: Callable[[], list[Path]]):
        super().__init__()
        self._write = write
        self._addresses: QByteArray | None = None

    def formats(self) -> list[str]:
        return [URLS]

    def hasFormat(self, mime_type: str) -> bool:
        return mime_type == URLS

    def retrieveData(self, mime_type: str, preferred: Any) -> Any:
        if mime_type != URLS:
            return None
        if self._addresses is None:
            lines = (bytes(QUrl.fromLocalFile(str(file)).toEncoded().data()) for file in self._write())
            self._addresses = QByteArray(b"".join(line + b"\r\n" for line in lines))
        return self._addresses


class DragOut(QObject):
    """Watches a view: where `items_at` names something under the mouse, a drag takes it out, and the view sees none of it.

    `late`: says of a press that the view sees it only when the button is released without a drag, as on one of several chosen
    rows.
    """

    def __init__(
        self,
        view: QWidget,
        hand_off: HandOff,
        items_at: ItemsAt,
        late: Callable[[QPointF, Qt.KeyboardModifier], bool] = lambda *_: False,
    ):
        super().__init__(view)
        self.view, self.hand_off, self.items_at, self.late = view, hand_off, items_at, late
        self._items: tuple[Item, ...] = ()
        self._from = QPointF()
        self._held: QMouseEvent | None = None
        self._passing = False
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._passing or not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            return self._press(event)
        if event.type() == QEvent.Type.MouseMove and self._items and event.buttons() & Qt.MouseButton.LeftButton:
            if (event.position() - self._from).manhattanLength() >= QApplication.startDragDistance():
                self.start(self._items)
            return True
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._items = ()
            if self._held is not None:
                self._give_press()
        return False

    def _press(self, event: QMouseEvent) -> bool:
        self._items, self._held = (), None
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position()
            self._items = self.items_at(event.position(), event.modifiers())
            if self._items and self.late(event.position(), event.modifiers()):
                self._held = event.clone()
                return True
        return False

    def _give_press(self) -> None:
        """Let the view see the press that was held back."""
        held, self._held = self._held, None
        self._passing = True
        if held is not None:
            QApplication.sendEvent(self.view, held)
        self._passing = False

    def start(self, items: tuple[Item, ...]) -> None:
        """Drag files out until the mouse button is released."""
        self._items, self._held = (), None
        mime = self.hand_off.mime(items)
        if mime is None:
            return
        drag = QDrag(self.view)
        drag.setMimeData(mime)
        drag.setPixmap(card(self.view, name_of(items, self.hand_off.plan())))
        drag.exec(Qt.DropAction.CopyAction)


def card(view: QWidget, text: str) -> QPixmap:
    """Paint what hangs on the mouse: the name of the file."""
    words, now, ratio = shown(text, NAME), colours(view), view.devicePixelRatioF()
    width = view.fontMetrics().horizontalAdvance(words) + px(2 * tokens.PADDING)
    picture = QPixmap(round(width * ratio), round(px(tokens.CONTROL) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(now.accent))
    painter.setBrush(QColor(now.raised))
    box = picture.rect()
    box.setSize(box.size() / ratio)
    painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), tokens.RADIUS, tokens.RADIUS)
    painter.setPen(QColor(now.text))
    painter.setFont(view.font())
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return picture
