"""What a 3D view is drawn on: OpenGL in the window, OpenGL in memory, or, where it is missing, a plain painter.

A view holds a canvas that fills it: `self.canvas = make_canvas(self._paint, self)`. The canvas calls `_paint(drawer)` for each
frame, after `canvas.update()`, and emits `frameSwapped` when the frame is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QPen,
    QSurfaceFormat,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from motionpatches.app.detail import FULL
from motionpatches.app.gl.camera import Camera, project
from motionpatches.app.gl.drawn import Drawn, Look

if TYPE_CHECKING:
    from motionpatches.app.gl.memory_canvas import MemoryCanvas
    from motionpatches.app.gl.window_canvas import WindowCanvas

    Canvas: TypeAlias = "WindowCanvas | MemoryCanvas | PainterCanvas"

NO_OPENGL = "OpenGL 3.3 was not found, so the processor draws a plain view. Install a graphics driver for the full view."
LEAST = (3, 3)
# Names of OpenGL renderers that are the processor itself.
PROCESSORS = ("llvmpipe", "softpipe", "swrast", "swiftshader", "basic render", "software")


class Drawer(Protocol):
    """What a frame is drawn with: `renderer.Renderer`, or `PainterRenderer`, without figures, where there is no OpenGL."""

    draws_figures: bool

    def clear(self, colour: tuple[float, float, float], width: int, height: int) -> None:
        """Fill a surface, its size in device pixels, with one colour (0 to 1)."""

    def draw(
        self,
        rect: tuple[int, int, int, int],
        camera: Camera,
        drawn: Drawn,
        look: Look,
        bare: bool = False,
        detail: int = FULL,
    ) -> None:
        """Draw into a rectangle of device pixels, y up."""


Paint = Callable[[Drawer], None]


def make_canvas(paint: Paint, view: QWidget, holds: Callable[[], bool] = lambda: False) -> Canvas:
    """Make the canvas that suits this machine, and let it fill a view.

    Args:
        paint: Draws a frame with the drawer it is given.
        view: The canvas's parent. It gets the events of the mouse, since the canvas lets them through.
        holds: Whether the last frame will do for now. It is shown again where drawing takes the processor's time.
    """
    name = opengl_label().lower()
    canvas: Canvas
    if not name:
        canvas = PainterCanvas(paint, view)
    elif any(processor in name for processor in PROCESSORS):
        from motionpatches.app.gl.memory_canvas import MemoryCanvas

        canvas = MemoryCanvas(paint, view, holds)
    else:
        from motionpatches.app.gl.window_canvas import WindowCanvas

        canvas = WindowCanvas(paint, view)
    canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    layout = QVBoxLayout(view)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(canvas)
    return canvas


def opengl_works() -> bool:
    """Return whether a context of OpenGL 3.3 can be made here. MOTIONPATCHES_NO_OPENGL=1 answers no."""
    return bool(opengl_label())


@lru_cache(maxsize=1)
def opengl_label() -> str:
    """Return version and renderer, as in '4.5, llvmpipe'; '' where there is no OpenGL 3.3."""
    if os.environ.get("MOTIONPATCHES_NO_OPENGL") == "1" or QGuiApplication.platformName() in ("offscreen", "minimal"):
        return ""
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    context.setFormat(QSurfaceFormat.defaultFormat())
    if not surface.isValid() or not context.create() or not context.makeCurrent(surface):
        return ""
    found = context.format().version()
    name = _renderer(context) if tuple(found) >= LEAST else ""
    context.doneCurrent()
    return f"{found[0]}.{found[1]}, {name}" if tuple(found) >= LEAST else ""


def _renderer(context: QOpenGLContext) -> str:
    functions = context.functions()
    return str(functions.glGetString(0x1F01) or "unknown renderer")  # GL_RENDERER


class PainterCanvas(QWidget):
    """Draws with a painter."""

    frameSwapped = Signal()

    def __init__(self, paint: Paint, parent: QWidget | None = None):
        super().__init__(parent)
        self._paint = paint
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(PainterRenderer(painter, self.height(), self.devicePixelRatioF()))
        painter.end()
        self.frameSwapped.emit()


class PainterRenderer:
    """The calls of motionpatches.app.gl.renderer.Renderer, with thick lines for capsules, the far ones first."""

    draws_figures = False

    def __init__(self, painter: QPainter, height: int, ratio: float):
        self.painter, self.height, self.ratio = painter, height, ratio

    def clear(self, colour: tuple[float, float, float], width: int, height: int) -> None:
        """Fill the whole widget with one colour."""
        self.painter.fillRect(QRectF(0, 0, width / self.ratio, height / self.ratio), _colour(colour))

    def draw(
        self,
        rect: tuple[int, int, int, int],
        camera: Camera,
        drawn: Drawn,
        look: Look,
        bare: bool = False,
        detail: int = FULL,
    ) -> None:
        """Detail, skin and figures are for OpenGL alone."""
        x, y, w, h = (v / self.ratio for v in rect)
        painter = self.painter
        painter.save()
        box = QRectF(x, self.height - y - h, w, h)
        painter.setClipRect(box)
        painter.translate(box.topLeft())
        if not bare:
            painter.fillRect(box.translated(-box.topLeft()), _colour(look.background))
            self._floor(camera, w, h, look)
        rows = np.concatenate([drawn.bones, *(more for more in (drawn.behind, drawn.extra, drawn.over) if more is not None)])
        eye = camera.eye()
        away = np.linalg.norm((rows[:, 0:3] + rows[:, 3:6]) / 2 - eye, axis=1)
        a, b = project(camera, rows[:, 0:3], w, h), project(camera, rows[:, 3:6], w, h)
        scale = h / (2 * np.tan(camera.field_of_view / 2)) * min(w / h, 1)
        for i in np.argsort(-away):
            if np.isfinite(a[i]).all() and np.isfinite(b[i]).all():
                wide = max(float(rows[i, 6:8].sum()) * scale / max(away[i], 0.1), 1.0)
                painter.setPen(QPen(_colour(rows[i, 8:]), wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawLine(QPointF(*a[i]), QPointF(*(b[i] + [0.01, 0])))
        painter.restore()

    def _floor(self, camera: Camera, w: float, h: float, look: Look) -> None:
        """Draw a line at each metre, six metres around the target."""
        middle = np.round([camera.target[0], camera.target[2]])
        steps = np.arange(-6, 7)
        ends = []
        for step in steps:
            ends += [
                (middle[0] + step, 0, middle[1] - 6),
                (middle[0] + step, 0, middle[1] + 6),
                (middle[0] - 6, 0, middle[1] + step),
                (middle[0] + 6, 0, middle[1] + step),
            ]
        places = project(camera, np.array(ends, float), w, h)
        self.painter.setPen(QPen(_colour(look.line), 1))
        for a, b in zip(places[::2], places[1::2], strict=True):
            if np.isfinite(a).all() and np.isfinite(b).all():
                self.painter.drawLine(QPointF(*a), QPointF(*b))


def _colour(values: Iterable[float]) -> QColor:
    return QColor.fromRgbF(*(float(min(max(v, 0), 1)) for v in list(values)[:3]))
