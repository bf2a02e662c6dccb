"""The stage: one motion, large, in an OpenGL view."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QSizePolicy

from app.gl import geometry
from app.gl.camera import Camera, frame_motion
from app.viewmodels.playback import Playback
from app.viewmodels.workspace import Workspace
from app.widgets.overlay import Overlay
from app.widgets.theme import is_dark, muted, part_colour
from core.motion.skeleton import PART_NAMES


class StageView(QOpenGLWidget):
    """Left drag orbits, right drag pans, the wheel zooms, double click or F frames the motion."""

    def __init__(self, workspace: Workspace, playback: Playback, parent=None):
        super().__init__(parent)
        self.workspace, self.playback = workspace, playback
        self.camera, self.follow, self.renderer, self.bones = Camera(), True, None, None
        self._last = QPointF()
        self.setMinimumSize(320, 220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Stage: the chosen motion in 3D")
        self.overlay = Overlay(self, self._paint_legend)
        workspace.shown.connect(self._shown)
        workspace.changed.connect(self.overlay.update)
        playback.ticked.connect(self.update)

    def _shown(self) -> None:
        motion = self.workspace.motion
        height = float(motion.positions[0, :, 1].max() - motion.positions[0, :, 1].min())
        self.bones = geometry.bone_set(motion.skeleton, min(max(height / 1.6, 0.6), 1.3))
        self.playback.show(motion.duration_s, motion.fps)
        self.overlay.update()
        self.frame()

    def frame(self) -> None:
        """Puts the whole motion, or, when following, the body, into view."""
        motion = self.workspace.motion
        if motion is None:
            return
        people = geometry.all_people(motion)
        poses = people[:1] if self.follow else people
        self.camera = frame_motion(poses, self.camera)
        if self.follow:
            self.camera = replace(self.camera, distance=max(self.camera.distance * 1.08, 2.6))
        self.update()

    def set_follow(self, follow: bool) -> None:
        self.follow = follow
        self.frame()

    def initializeGL(self) -> None:
        from app.gl.renderer import Renderer

        self.renderer = Renderer()

    def paintGL(self) -> None:
        from app.gl.renderer import DARK, LIGHT

        look = DARK if is_dark(self) else LIGHT
        ratio = self.devicePixelRatioF()
        width, height = int(self.width() * ratio), int(self.height() * ratio)
        motion = self.workspace.motion
        if motion is None or self.bones is None:
            self.renderer.clear(look.background, width, height)
        else:
            middle, figures = geometry.figures(self.bones, motion, self.playback.time_s)
            self.renderer.draw((0, 0, width, height), self._camera(middle), figures, look)

    def _camera(self, middle) -> Camera:
        if not self.follow:
            return self.camera
        return replace(self.camera, target=(float(middle[0]), self.camera.target[1], float(middle[2])))

    def _paint_legend(self, painter: QPainter) -> None:
        clip = self.workspace.clip
        if clip is None:
            painter.setPen(muted(self))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Choose a motion on the left, or type a query.")
            return
        metrics = painter.fontMetrics()
        painter.setPen(self.palette().windowText().color())
        title = metrics.elidedText(clip.caption, Qt.TextElideMode.ElideRight, self.width() - 24)
        painter.drawText(12, 12 + metrics.ascent(), title)
        painter.setPen(muted(self))
        motion = self.workspace.motion
        facts = f"{clip.id}  ·  {motion.frame_count} frames  ·  {motion.fps:g} fps  ·  {motion.skeleton.joint_count} joints"
        painter.drawText(12, 16 + metrics.ascent() + metrics.height(), facts)
        x, y = 12, self.height() - 14
        for part, name in enumerate(PART_NAMES):
            painter.setBrush(part_colour(part))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(x + 5, y - 4), 5, 5)
            painter.setPen(muted(self))
            painter.drawText(x + 14, y, name)
            x += 26 + metrics.horizontalAdvance(name)

    def mousePressEvent(self, event) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event) -> None:
        delta = event.position() - self._last
        self._last = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.camera = self.camera.orbit(delta.x(), delta.y())
        elif event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton):
            if self.follow:
                self.camera = replace(self.camera, target=tuple(
                    a if i == 1 else b for i, (a, b) in enumerate(zip(
                        self.camera.pan(0, delta.y(), self.height()).target, self.camera.target, strict=True))))
            else:
                self.camera = self.camera.pan(delta.x(), delta.y(), self.height())
        self.update()

    def wheelEvent(self, event) -> None:
        self.camera = self.camera.zoom(event.angleDelta().y() / 120)
        self.update()

    def mouseDoubleClickEvent(self, event) -> None:
        self.frame()
