"""The stage: one motion, large, in an OpenGL view; with others for comparison, trails, ghosts and names when switched on."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera, frame_motion, project
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.gl.drawn import DARK, LIGHT, Drawn, Skin
from motionpatches.app.gl.figure.character import characters
from motionpatches.app.gl.figure.posed import figures
from motionpatches.app.viewmodels.body import Body
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import LETTERS, Stage
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.theme import is_dark, letter_colour
from motionpatches.app.widgets.views import joint_names, stage_legend, stage_letters
from motionpatches.app.widgets.views.overlay import Overlay, StillOverlay
from motionpatches.app.widgets.views.stage_scene import TOP_SPEED, StageScene
from motionpatches.app.widgets.views.view_cube import ViewCube
from motionpatches.core.figure.joint_words import joint_words
from motionpatches.core.motion.canonical import facing
from motionpatches.core.motion.motion import Motion

# Seconds of a turn of the turntable, pixels within which a joint is pointed at, the most names of joints that are shown.
TURN_S, NEAR_PX, NAMES = 12.0, 14, 60
VIEWS = {"Front": (0.0, 0.12), "Side": (math.pi / 2, 0.12), "Top": (0.0, 1.5), "Three-Quarter": (0.5, 0.22)}


class StageView(QWidget):
    """Left drag orbits, right drag pans, the wheel zooms, double click or F frames the motion; a click picks a joint.

    `drawn` is emitted after each frame; `menu_wanted(QPoint)` at a right click, with a place of the screen."""

    drawn = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, stage: Stage, body: Body, playback: Playback, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage, self.workspace, self.playback = stage, stage.workspace, playback
        self.body, self.explanation = body, explanation
        self.camera = Camera()
        self.scene = StageScene(stage, explanation)
        figures().bones_alone = stage.options.bones
        self.heading, self.hovered = 0.0, -1
        self._words: list[str] = []
        self._last = self._pressed = QPointF()
        self._turned = time.perf_counter()
        self.setMinimumSize(300, 220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Stage: the chosen motion in 3D")
        self.canvas = make_canvas(self._paint, self, playback.holds)
        self.canvas.frameSwapped.connect(self.drawn)
        self.overlay = StillOverlay(self, self._paint_legend)
        self.names = Overlay(self, self._paint_names)
        self.cube = ViewCube(self)
        self._turning = QTimer(self, interval=33)
        self._turning.timeout.connect(self._turn)
        self.workspace.shown.connect(self._shown)
        self.workspace.library_changed.connect(self.overlay.refresh)
        stage.changed.connect(self._options_changed)
        stage.pointed.connect(self._pointed)
        figures().made.connect(self.canvas.update)
        characters().made.connect(self.canvas.update)
        characters().made.connect(self.overlay.refresh)
        explanation.changed.connect(self.canvas.update)
        explanation.changed.connect(self.overlay.refresh)
        self.body.changed.connect(self.canvas.update)
        playback.ticked.connect(self._ticked)

    def _ticked(self) -> None:
        self.canvas.update()
        if self.named or self.stage.comparing:
            self.names.update()

    def _pointed(self) -> None:
        self.canvas.update()
        self.names.update()

    def _shown(self) -> None:
        self.scene.remake()
        motion, figure = self._motion, figures().figure(self._motion)
        self._words, self.hovered = joint_words(motion.skeleton, figure.plan if figure else None), -1
        self.heading = self._heading(0.0)
        self.playback.show(motion.duration_s, motion.fps)
        self.overlay.refresh()
        self.frame()

    def _heading(self, time_s: float) -> float:
        """Return where the person faces at a time, in radians from +Z towards +X; 0 where that is not known."""
        motion = self._motion
        if not motion.skeleton.chains:
            return 0.0
        ahead = facing(geometry.pose_at(motion, time_s)[None], motion.skeleton)[0]
        return math.atan2(ahead[0], ahead[2])

    @property
    def bones(self) -> list[geometry.BoneSet]:
        """Return the bones of each body on the stage."""
        return self.scene.bones

    def _options_changed(self) -> None:
        before = len(self.bones)
        self.scene.remake()
        figures().bones_alone = self.stage.options.bones
        self.names.update()
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
        """Look from one of VIEWS, by name, as the person stands now: Front is the person's front."""
        self.look_along(*VIEWS[view])

    def look_along(self, azimuth: float, elevation: float) -> None:
        """Look from a direction as seen by the person, who may have turned since: azimuth 0 is ahead of it, in radians."""
        if self.workspace.motion is not None:
            self.heading = self._heading(self.playback.time_s)
        self.turn_to(azimuth + self.heading, elevation)

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
        return self.scene.place(index)

    def _paint(self, drawer: Drawer) -> None:
        look = DARK if is_dark(self) else LIGHT
        ratio = self.devicePixelRatioF()
        width, height = int(self.width() * ratio), int(self.height() * ratio)
        if not self.bones:
            drawer.clear(look.background, width, height)
            return
        middle, drawn = self.drawn_at(look.background, self.playback.detail if drawer.draws_figures else 0)
        box = (0, 0, width, height)
        drawer.draw(box, self.camera_at(middle), replace(drawn, skin=self._skin()), look, detail=self.playback.detail)

    def drawn_at(self, background: Sequence[float], detail: int) -> tuple[np.ndarray, Drawn]:
        """Return the middle (3,) of the first body, and what is drawn now, over a background (0 to 1)."""
        self.scene.kept = [_rgb(letter_colour(self, letter)) for letter in LETTERS]
        return self.scene.at(self.playback.time_s, background, detail)

    @property
    def _motion(self) -> Motion:
        """Return the shown motion; asked for only where there is one."""
        motion = self.workspace.motion
        assert motion is not None
        return motion

    def _skin(self) -> Skin | None:
        """Return the skin of the first body, where it is wanted and made."""
        mesh = self.body.mesh
        return None if mesh is None else Skin(mesh.at(self.playback.time_s), mesh.faces, self._place(0))

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

    @property
    def named(self) -> list[int]:
        """Return the joints whose names are shown: all of the body where they are switched on, else what is pointed at."""
        if not self.bones:
            return []
        skeleton = self._motion.skeleton
        if self.stage.options.names:
            return sorted({j for chain in skeleton.chains for j in chain} or range(skeleton.joint_count))[:NAMES]
        return sorted({*self.stage.joints, self.stage.chosen_joint, self.hovered} - {-1})

    def _paint_names(self, painter: QPainter) -> None:
        places = self.joint_places() if self.named else np.zeros((0, 2))
        named = [joint for joint in self.named if np.isfinite(places[joint]).all()]
        if named:
            middle = float(np.nanmedian(places[:, 0]))
            joint_names.paint(painter, self, [self._words[joint] for joint in named], places[named], middle)
        if self.stage.comparing:
            self._paint_letters(painter)

    def _paint_letters(self, painter: QPainter) -> None:
        bodies, at = self.stage.bodies, self.playback.time_s
        poses = [geometry.pose_at(motion, at) + self._place(i) for i, (_, motion) in enumerate(bodies)]
        camera = self.camera_at(poses[0][bodies[0][1].skeleton.root])
        letters = [self.stage.letter(clip) for clip, _ in bodies]
        stage_letters.paint(painter, self, letters, stage_letters.places(poses, camera, self.width(), self.height()))

    def _paint_legend(self, painter: QPainter) -> None:
        clip = self.workspace.clip
        if clip is None:
            stage_legend.paint_hint(painter, self)
            return
        beside = [other for other, _ in self.stage.bodies[1:]]
        letters = [self.stage.letter(one) if self.stage.comparing else "" for one in (clip, *beside)]
        stage_legend.paint_clip(painter, self, clip, self._motion, beside, letters)
        if self.stage.options.colouring == "speed":
            stage_legend.paint_speeds(painter, self, TOP_SPEED)
        elif self.explanation.on and self.explanation.shares is not None:
            word = self.explanation.word
            of_word = f"red: where {shown(self.explanation.linked[word], NAME)!r} was found" if word >= 0 else ""
            stage_legend.paint_line(painter, self, of_word or "red: the score falls without this part, here and now")
        elif characters().shown is None or self.stage.options.bones:
            stage_legend.paint_parts(painter, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = (event.position() - self._pressed).manhattanLength()
        if moved < 4 and event.button() == Qt.MouseButton.LeftButton and self.bones:
            self.stage.choose(self._joint_at(event.position()))
        elif moved < 4 and event.button() == Qt.MouseButton.RightButton and self.bones:
            self.menu_wanted.emit(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu by its key; that of the mouse comes when the button is released, unless it was dragged."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.bones:
            self.menu_wanted.emit(self.mapToGlobal(self.rect().center()))

    def _joint_at(self, point: QPointF) -> int:
        """Return the joint at a point of the view, -1 where there is none."""
        away = np.linalg.norm(self.joint_places() - [point.x(), point.y()], axis=1)
        nearest = int(np.nan_to_num(away, nan=np.inf).argmin())
        return nearest if away[nearest] < NEAR_PX else -1

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def _hover(self, joint: int) -> None:
        if joint != self.hovered:
            self.hovered = joint
            self.names.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        delta = event.position() - self._last
        self._last = event.position()
        if not event.buttons():
            self._hover(self._joint_at(event.position()) if self.bones else -1)
            return
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


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
