"""Frames without a window: an OpenGL context of its own that draws into memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat

from motionpatches.core.errors import StudioError

if TYPE_CHECKING:
    from motionpatches.app.gl.renderer import Renderer


def make_surface() -> QOffscreenSurface:
    """Make a surface in the window's thread; frames may be drawn in another thread."""
    surface = QOffscreenSurface()
    surface.setFormat(QSurfaceFormat.defaultFormat())
    surface.create()
    return surface


class Offscreen:
    """Draws (height, width, 4) uint8 frames with multisampling."""

    def __init__(self, surface: QOffscreenSurface, size: tuple[int, int], samples: int = 4):
        """
        Args:
            surface: From `make_surface`.
            size: Width and height in pixels.
            samples: Of each pixel.

        Raises:
            StudioError: OpenGL 3.3 is missing.
        """
        self.surface, self.context = surface, QOpenGLContext()
        self.context.setFormat(surface.format())
        if not self.context.create() or not self.context.makeCurrent(surface):
            raise StudioError("Pictures need OpenGL 3.3, which was not found here. Data formats (bvh, npz, csv) work without.")
        from motionpatches.app.gl.renderer import Renderer

        self.size = size
        shape = QOpenGLFramebufferObjectFormat()
        shape.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
        self.plain = QOpenGLFramebufferObject(QSize(*size), shape)
        shape.setSamples(samples)
        self.smooth = QOpenGLFramebufferObject(QSize(*size), shape)
        self.renderer = Renderer()

    def frame(self, draw: Callable[[Renderer], None]) -> np.ndarray:
        """Return the picture that `draw(renderer)` draws into (0, 0, width, height), y up, as rows from the top."""
        from OpenGL import GL as gl

        self.context.makeCurrent(self.surface)  # in the window's thread views have contexts of their own
        self.smooth.bind()
        draw(self.renderer)
        QOpenGLFramebufferObject.blitFramebuffer(self.plain, self.smooth)
        self.plain.bind()
        width, height = self.size
        data = gl.glReadPixels(0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1].copy()

    def close(self) -> None:
        """Free the buffers and release the context."""
        self.context.makeCurrent(self.surface)
        del self.plain, self.smooth, self.renderer
        self.context.doneCurrent()
