"""Where the processor draws OpenGL: a plain widget whose picture is drawn in memory and read back.

A window that holds a QOpenGLWidget is composed as a whole by OpenGL at every frame. On a graphics card that costs nothing; by
the processor it costs more than the picture itself. A plain widget is copied to the screen alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QOffscreenSurface, QOpenGLContext, QPainter, QPaintEvent, QSurfaceFormat
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl.canvas import Paint
from motionpatches.app.gl.renderer import Renderer

# Samples of each pixel in a picture that stands still; milliseconds without a frame after which it does, and how many times the
# duration of a frame that is at least.
SAMPLES, STILL_MS, STILL_FRAMES = 4, 200, 4


class MemoryCanvas(QWidget):
    """Draws in the one context of all such canvases, and shows the picture; with smooth edges once it stands still."""

    frameSwapped = Signal()

    def __init__(self, paint: Paint, parent: QWidget | None = None, holds: Callable[[], bool] = lambda: False):
        super().__init__(parent)
        self._paint, self._holds = paint, holds
        self._picture: QImage | None = None
        self._targets: dict[int, _Target] = {}
        self._renderer: Renderer | None = None
        self._smooth = False
        self._still = QTimer(self, singleShot=True)
        self._still.timeout.connect(self._stands)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = max(int(self.width() * ratio), 1), max(int(self.height() * ratio), 1)
        if self._picture is None or self._picture.size().toTuple() != size or not self._holds():
            self._picture = self._drawn(size, ratio)
            self._show(self._picture)
            self.frameSwapped.emit()
        else:
            self._show(self._picture)

    def _show(self, picture: QImage) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, picture)
        painter.end()

    def _drawn(self, size: tuple[int, int], ratio: float) -> QImage:
        context, surface = _context()
        context.makeCurrent(surface)
        if self._renderer is None:
            self._renderer = Renderer()
        began, smooth, self._smooth = time.perf_counter(), self._smooth, False
        plain = max(context.format().samples(), 0)
        target = self._target(max(plain, SAMPLES) if smooth else plain)
        target.begin(size)
        self._paint(self._renderer)
        picture = target.end()
        picture.setDevicePixelRatio(ratio)
        if not smooth and plain < SAMPLES:
            self._still.start(max(STILL_MS, int(STILL_FRAMES * 1000 * (time.perf_counter() - began))))
        return picture

    def _stands(self) -> None:
        self._smooth = True
        self.update()

    def _target(self, samples: int) -> _Target:
        """Return where pictures with so many samples of each pixel are drawn."""
        if samples not in self._targets:
            self._targets[samples] = _Target(samples)
            self.destroyed.connect(self._targets[samples].free)
        return self._targets[samples]


@lru_cache(maxsize=1)
def _context() -> tuple[QOpenGLContext, QOffscreenSurface]:
    surface = QOffscreenSurface()
    surface.setFormat(QSurfaceFormat.defaultFormat())
    surface.create()
    context = QOpenGLContext()
    context.setFormat(surface.format())
    context.create()
    return context, surface


class _Target:
    """Where a canvas is drawn, and its pixels in memory."""

    def __init__(self, samples: int):
        self.samples, self.size = max(samples, 0), (0, 0)
        self.frames: list[int] = []
        self.buffers: list[int] = []

    def begin(self, size: tuple[int, int]) -> None:
        """Draw here from now on; `size`: (width, height) in device pixels."""
        from OpenGL import GL as gl

        if size != self.size:
            self.free()
            self._make(size)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self.frames[0])

    def end(self) -> QImage:
        """Return the picture, which is valid until the next begin."""
        from OpenGL import GL as gl

        width, height = self.size
        # Samples are resolved by copying them into the plain buffer, which is read.
        if len(self.frames) > 1:
            gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self.frames[1])
            gl.glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)
            gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self.frames[1])
        gl.glReadPixels(0, 0, width, height, gl.GL_BGRA, gl.GL_UNSIGNED_INT_8_8_8_8_REV, self.pixels)
        np.copyto(self.picture, self.pixels[::-1])
        return QImage(self.picture.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def free(self) -> None:
        """Free the memory of the graphics driver."""
        from OpenGL import GL as gl

        with suppress(RuntimeError):  # at the program's end the context may be gone before its last widget
            context, surface = _context()
            if self.frames and context.makeCurrent(surface):
                gl.glDeleteFramebuffers(len(self.frames), self.frames)
                gl.glDeleteRenderbuffers(len(self.buffers), self.buffers)
        self.frames, self.buffers = [], []

    def _make(self, size: tuple[int, int]) -> None:
        from OpenGL import GL as gl

        self.size = width, height = size
        self.pixels, self.picture = (np.zeros((height, width), np.uint32) for _ in range(2))
        for samples in (self.samples, 0) if self.samples else (0,):
            frame = gl.glGenFramebuffers(1)
            gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, frame)
            for place, kind in ((gl.GL_COLOR_ATTACHMENT0, gl.GL_RGBA8), (gl.GL_DEPTH_ATTACHMENT, gl.GL_DEPTH_COMPONENT24)):
                buffer = gl.glGenRenderbuffers(1)
                gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer)
                gl.glRenderbufferStorageMultisample(gl.GL_RENDERBUFFER, samples, kind, width, height)
                gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, place, gl.GL_RENDERBUFFER, buffer)
                self.buffers.append(buffer)
            self.frames.append(frame)
