"""The stage: one motion, large, in an OpenGL view; with others for comparison, trails, ghosts and names when switched on."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app import tokens
from motionpatches.app.gl import geometry, scene
from motionpatches.app.gl.camera import Camera, frame_motion, project
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.viewmodels.body import Body
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import is_dark, letter_colour, sized
from motionpatches.app.widgets.views import stage_legend
from motionpatches.app.widgets.views.overlay import Overlay, StillOverlay
from motionpatches.app.widgets.views.view_cube import ViewCube
from motionpatches.core.motion.curves import joint_speeds
from motionpatches.core.motion.motion import Motion

if TYPE_CHECKING:
    from motionpatches.app.gl.renderer import Skin

# Seconds of a turn of the turntable, m/s of the brightest colour, pixels within which a click picks a joint, metres between
# two motions side by side, and the most names of joints that are shown.
TURN_S, TOP_SPEED, NEAR_PX = 12.0, 3.0, 14
APART_M, NAMES = 1.3, 60
VIEWS = {"Front": (0.0, 0.12), "Side": (math.pi / 2, 0.12), "Top": (0.0, 1.5), "Three-Quarter": (0.5, 0.22)}


class StageView(QWidget):
    """Left drag orbits, right drag pans, the wheel zooms, double click or F frames the motion; a click picks a joint.

    `drawn` is emitted after each frame."""

    drawn = Signal()

    def __init__(self, stage: Stage, body: Body, playback: Playback, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage, self.workspace, self.playback = stage, stage.workspace, playback
        self.body, self.explanation = body, explanation
        self.camera = Camera()
        self.bones: list[geometry.BoneSet] = []
        self.speeds = np.zeros((0, 0))
        self._last = self._pressed = QPointF()
        self._turned = time.perf_counter()
        self.setMinimumSize(300, 220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Stage: the chosen motion in 3D")
        self.canvas = make_canvas(self._paint, self)
        self.canvas.frameSwapped.connect(self.drawn)
        self.overlay = StillOverlay(self, self._paint_legend)
        self.names = Overlay(self, self._paint_names)
        self.names.hide()
        self.cube = ViewCube(self)
        self._turning = QTimer(self, interval=33)
        self._turning.timeout.connect(self._turn)
        self.workspace.shown.connect(self._shown)
        self.workspace.library_changed.connect(self.overlay.refresh)
        stage.changed.connect(self._options_changed)
        stage.pointed.connect(self.canvas.update)
        explanation.changed.connect(self.canvas.update)
        explanation.changed.connect(self.overlay.refresh)
        self.body.changed.connect(self.canvas.update)
        playback.ticked.connect(self._ticked)

    def _ticked(self) -> None:
        self.canvas.update()
        if self.names.isVisible():
            self.names.update()

    def _shown(self) -> None:
        self._make_bones()
        motion = self._motion
        self.speeds = joint_speeds(motion)
        self.playback.show(motion.duration_s, motion.fps)
        self.overlay.refresh()
        self.frame()

    def _make_bones(self) -> None:
        self.bones = []
        for i, (clip, motion) in enumerate(self.stage.bodies):
            height = float(motion.positions[0, :, 1].max() - motion.positions[0, :, 1].min())
            bones = geometry.bone_set(motion.skeleton, min(max(height / 1.6, 0.6), 1.3))
            if self.stage.comparing and self.stage.letter(clip):
                colour = letter_colour(self, self.stage.letter(clip))
                bones = geometry.in_one_colour(bones, (colour.red(), colour.green(), colour.blue()))
            self.bones.append(bones)

    def _options_changed(self) -> None:
        before = len(self.bones)
        self._make_bones()
        self.names.setVisible(self.stage.options.names)
        (self._turning.start if self.stage.options.turntable else self._turning.stop)()
        self._turned = time.perf_counter()
        self.overlay.refresh()
        self.frame() if len(self.bones) > 1 or before > 1 else self.canvas.update()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.camera = replace(self.camera, azimuth=self.camera.azimuth + 2 * math.pi * min(now - self._turned, 0.2) / TURN_S)
        self._turned = now
        self.canvas.update()

    def frame(self) -> None:
        """Put the whole motion, or, when following, the body at its tallest, into view."""
        motion = self.workspace.motion
        if motion is None:
            return
        people = geometry.all_people(motion)
        if self._follows():
            root = people[:, :1] * [1, 0, 1]
            people = people - root + root[:1]
        elif len(self.bones) > 1:
            people = np.concatenate(
                [
                    (m.positions + self._place(i))[:, [0, -1, m.positions[0, :, 1].argmax()]]
                    for i, (_, m) in enumerate(self.stage.bodies)
                ]
            )
        self.camera = frame_motion(people, self.camera)
        if self._follows():
            self.camera = replace(self.camera, distance=max(self.camera.distance * 1.1, 2.6))
        self.canvas.update()

    def look_from(self, view: str) -> None:
        """Look from one of VIEWS, by name."""
        self.turn_to(*VIEWS[view])

    def turn_to(self, azimuth: float, elevation: float) -> None:
        """Look at the whole motion from a direction, in radians."""
        self.camera = replace(self.camera, azimuth=azimuth, elevation=elevation)
        self.frame()

    def reset_camera(self) -> None:
        """Look as at the first start, at the whole motion."""
        self.camera = Camera()
        self.frame()

    def _follows(self) -> bool:
        return self.stage.options.follow and len(self.bones) < 2

    def _place(self, index: int) -> np.ndarray:
        count = len(self.bones)
        return scene.beside(count, index, APART_M) if self.stage.options.side_by_side and count > 1 else np.zeros(3, np.float32)

    def _paint(self, drawer: Drawer) -> None:
        from motionpatches.app.gl.renderer import DARK, LIGHT

        look = DARK if is_dark(self) else LIGHT
        ratio = self.devicePixelRatioF()
        width, height = int(self.width() * ratio), int(self.height() * ratio)
        if not self.bones:
            drawer.clear(look.background, width, height)
            return
        middle, figures, extra = self.instances(look.background)
        drawer.draw(
            (0, 0, width, height), self.camera_at(middle), figures, look, extra, detail=self.playback.detail, skin=self._skin()
        )

    @property
    def _motion(self) -> Motion:
        """Return the shown motion; asked for only where there is one."""
        motion = self.workspace.motion
        assert motion is not None
        return motion

    def _skin(self) -> Skin | None:
        """Return the skin of the first body, where it is wanted and made."""
        from motionpatches.app.gl.renderer import Skin

        mesh = self.body.mesh
        return None if mesh is None else Skin(mesh.at(self.playback.time_s), mesh.faces, self._place(0))

    def instances(self, background: Sequence[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is drawn at this time.

        Returns:
            (3,) the middle of the first body; (B, 11) instances of all bodies; (E, 11) instances of what is drawn beside them.
        """
        options, time_s = self.stage.options, self.playback.time_s
        figures, extra, middle = [], [], np.zeros(3)
        for i, ((_, motion), bones) in enumerate(zip(self.stage.bodies, self.bones, strict=True)):
            at = time_s if i == 0 else min(time_s, motion.duration_s)
            own = self._coloured(bones, time_s) if i == 0 else bones
            place = self._place(i)
            centre, rows = geometry.figures(own, motion, at)
            rows[:, 0:3] += place
            rows[:, 3:6] += place
            figures.append(rows)
            if i == 0:
                middle = centre + place
                extra = self._beside(motion, bones, at, background)
                for part in extra:
                    part[:, 0:3] += place
                    part[:, 3:6] += place
        if options.axes:
            extra.append(scene.axes())
        return middle, np.concatenate(figures), np.concatenate([scene.nothing(), *extra])

    def _coloured(self, bones: geometry.BoneSet, time_s: float) -> geometry.BoneSet:
        motion, colouring = self._motion, self.stage.options.colouring
        if colouring == "speed":
            return scene.by_speed(bones, self.speeds[min(int(time_s * motion.fps), motion.frame_count - 1)], TOP_SPEED)
        if self.explanation.on and self.explanation.occlusion is not None:
            return scene.by_weight(bones, motion.skeleton.joint_parts, self.explanation.weights_at(time_s))
        return bones

    def _beside(self, motion: Motion, bones: geometry.BoneSet, time_s: float, background: Sequence[float]) -> list[np.ndarray]:
        options, found = self.stage.options, []
        if options.trails:
            found.append(scene.trails(motion, time_s, background))
        if options.ghosts:
            found.append(scene.ghosts(bones, motion, time_s, background))
        if options.trajectory:
            found.append(scene.trajectory(motion, (0.45, 0.5, 0.58)))
        if self.stage.joints:
            found.append(scene.pale(bones, motion, self.stage.pointed_s, background))
            found.append(scene.marks(geometry.pose_at(motion, self.stage.pointed_s), self.stage.joints, bones.size))
        if self.stage.chosen_joint >= 0:
            found.append(scene.marks(geometry.pose_at(motion, time_s), [self.stage.chosen_joint], bones.size))
        return found

    def camera_at(self, middle: np.ndarray) -> Camera:
        """Return the camera; while it follows, its target is a body whose middle (3,) is given."""
        if not self._follows():
            return self.camera
        return replace(self.camera, target=(float(middle[0]), self.camera.target[1], float(middle[2])))

    def joint_places(self) -> np.ndarray:
        """Return (J, 2) pixels of the first body's joints; NaN behind the camera."""
        motion = self._motion
        pose = geometry.pose_at(motion, self.playback.time_s)
        root = motion.skeleton.root
        place = self._place(0)
        return project(self.camera_at(pose[root] + place), pose + place, self.width(), self.height())

    def _paint_names(self, painter: QPainter) -> None:
        if not self.bones:
            return
        painter.setFont(sized(painter.font(), tokens.CAPS))
        painter.setPen(self.palette().windowText().color())
        skeleton = self._motion.skeleton
        named = sorted({j for chain in skeleton.chains for j in chain}) or range(skeleton.joint_count)
        places = self.joint_places()
        for joint in named[:NAMES]:
            if np.isfinite(places[joint]).all():
                painter.drawText(QPointF(places[joint][0] + 7, places[joint][1] - 3), shown(skeleton.joint_names[joint], NAME))

    def _paint_legend(self, painter: QPainter) -> None:
        clip = self.workspace.clip
        if clip is None:
            stage_legend.paint_hint(painter, self)
            return
        stage_legend.paint_clip(painter, self, clip, self._motion, [other for other, _ in self.stage.bodies[1:]])
        if self.stage.options.colouring == "speed":
            stage_legend.paint_line(painter, self, f"blue: still, green: {TOP_SPEED / 2:g} m/s, yellow: {TOP_SPEED:g} m/s")
        elif self.explanation.on and self.explanation.occlusion is not None:
            stage_legend.paint_line(painter, self, "red: the score falls without this part, here and now")
        else:
            stage_legend.paint_parts(painter, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = (event.position() - self._pressed).manhattanLength()
        if moved < 4 and event.button() == Qt.MouseButton.LeftButton and self.bones:
            away = np.linalg.norm(self.joint_places() - [event.position().x(), event.position().y()], axis=1)
            nearest = int(np.nan_to_num(away, nan=np.inf).argmin())
            self.stage.choose(nearest if away[nearest] < NEAR_PX else -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        delta = event.position() - self._last
        self._last = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.camera = self.camera.orbit(delta.x(), delta.y())
        elif event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton):
            moved = self.camera.pan(0 if self._follows() else delta.x(), delta.y(), self.height()).target
            height_alone = (self.camera.target[0], moved[1], self.camera.target[2])
            self.camera = replace(self.camera, target=height_alone if self._follows() else moved)
        self.canvas.update()
        self.names.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.camera = self.camera.zoom(event.angleDelta().y() / 120)
        self.canvas.update()
        self.names.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.frame()
