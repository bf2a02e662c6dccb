"""One of the two figures of the dialog on joints: its joints with roles as balls, the chosen one larger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl import geometry, scene
from motionpatches.app.gl.camera import Camera, frame_motion, project
from motionpatches.app.gl.geometry import INSTANCE_FLOATS
from motionpatches.app.viewmodels.joint_map import JointMapping, Side
from motionpatches.app.widgets.theme import px
from motionpatches.app.widgets.views.small_figure import SmallFigure

# Pixels within which a click means a joint; more travel of the mouse than this is a turn of the camera.
NEAR_PX, CLICK_PX = 14, 4
# Share of the mark of a chosen joint that a joint with a role has.
SMALL = 0.4
# Distance of the camera over the height of the body, and the least in metres.
FAR, NEAREST_M = 2.3, 0.5
GREY = np.array((205, 208, 214)) / 255


class JointFigure(SmallFigure):
    """A click on a joint chooses its role; with Ctrl it gives the chosen role that joint. Drag turns, the wheel zooms."""

    def __init__(self, mapping: JointMapping, side: Side, parent: QWidget | None = None):
        super().__init__(f"Figure of the {side}", parent)
        self.mapping, self.side = mapping, side
        self.share = 0.0
        self.bones = geometry.bone_set(mapping.shown[side].skeleton)
        self.camera = self._framed(Camera(azimuth=0.35, elevation=0.1))
        self._pressed = QPointF()
        self.setMinimumSize(px(220), px(300))
        self.setToolTip("Click a joint to choose its role. Ctrl and click gives the chosen role that joint.")
        mapping.changed.connect(self.canvas.update)
        mapping.moved.connect(self._moved)

    def _framed(self, camera: Camera) -> Camera:
        motion = self.mapping.shown[self.side]
        height = float(np.median(np.ptp(motion.positions[:, :, 1], axis=1)))
        return replace(frame_motion(self.pose[None], camera), distance=max(FAR * height, NEAREST_M))

    def _moved(self) -> None:
        self.bones = geometry.bone_set(self.mapping.shown[self.side].skeleton)
        self.camera = replace(self._framed(self.camera), distance=self.camera.distance)
        self.canvas.update()

    def show_at(self, share: float) -> None:
        """Show the pose at a share of the motion's length."""
        self.share = share
        self.canvas.update()

    @property
    def pose(self) -> np.ndarray:
        """Return (J, 3) what is shown, over the origin."""
        motion = self.mapping.shown[self.side]
        pose = geometry.pose_at(motion, self.share * motion.duration_s)
        return pose - pose[motion.skeleton.root] * [1, 0, 1]

    def instances(self) -> np.ndarray:
        return geometry.instances(self.bones, self.pose)

    def over(self) -> np.ndarray:
        pose, joints, size = self.pose, self.mapping.joints(self.side), self.bones.size
        own = [joint for joint in joints.values() if joint is not None]
        small = scene.marks(pose, own, SMALL * size) if own else np.empty((0, INSTANCE_FLOATS), np.float32)
        small[:, 8:] = GREY
        chosen = joints[self.mapping.role]
        return small if chosen is None else np.concatenate([small, scene.marks(pose, [chosen], size)])

    def joint_at(self, point: QPointF) -> int:
        """Return the joint at a point, -1 where there is none; those with a role come first."""
        places = project(self.camera, self.pose, self.width(), self.height())
        away = np.nan_to_num(np.linalg.norm(places - [point.x(), point.y()], axis=1), nan=np.inf)
        own = [joint for joint in self.mapping.joints(self.side).values() if joint is not None]
        with_role = np.full(len(away), NEAR_PX / 2)
        with_role[own] = 0
        nearest = int((away + with_role).argmin())
        return nearest if away[nearest] < NEAR_PX else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = (event.position() - self._pressed).manhattanLength()
        joint = self.joint_at(event.position()) if moved < CLICK_PX and event.button() == Qt.MouseButton.LeftButton else -1
        if joint < 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.mapping.set(self.side, joint)
        else:
            self.mapping.choose(self.mapping.role_of(self.side, joint))
