"""OpenGL in the window, drawn by a graphics card."""

from __future__ import annotations

from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl.canvas import Paint
from motionpatches.app.gl.renderer import Renderer


class WindowCanvas(QOpenGLWidget):
    """Draws in the context of its window; the renderer is made anew where the window changes."""

    def __init__(self, paint: Paint, parent: QWidget | None = None):
        super().__init__(parent)
        self._paint = paint

    def initializeGL(self) -> None:
        self._renderer = Renderer()

    def paintGL(self) -> None:
        self._paint(self._renderer)
