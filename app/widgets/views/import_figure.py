"""The take of Check Import, playing, beside a figure of known stature."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.viewmodels.import_check import ImportCheck
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.views.small_figure import SmallFigure
from motionpatches.core.io.smpl.body import REST
from motionpatches.core.motion.skeleton import SMPL22

# Stature of the figure beside the take, the share of it up to the head joint, and its place, in metres.
REFERENCE_M, TO_HEAD, APART_M = 1.7, 0.94, 1.1
GREY = (150, 154, 162)


class FigureView(SmallFigure):
    """The take, playing, and the reference figure at its side. Drag turns, the wheel zooms."""

    def __init__(self, check: ImportCheck, playback: Playback, parent: QWidget | None = None):
        super().__init__("The take beside a figure of 1.7 m", parent)
        self.check, self.playback = check, playback
        self.camera = Camera(target=(0.45, 0.85, 0.0), distance=4.6, azimuth=0.25, elevation=0.12)
        self.setMinimumSize(360, 380)
        pose = REST - REST.min(axis=0) * [0, 1, 0]
        self.figure = (pose * (REFERENCE_M * TO_HEAD / np.ptp(pose[:, 1])) + [APART_M, 0, 0]).astype(np.float32)
        self.grey = geometry.in_one_colour(geometry.bone_set(SMPL22), GREY)
        check.changed.connect(self._changed)
        playback.ticked.connect(self.canvas.update)
        self._changed()

    def _changed(self) -> None:
        self.bones = geometry.bone_set(self.check.preview.skeleton)
        self.canvas.update()

    def instances(self) -> np.ndarray:
        motion = self.check.preview
        pose = geometry.pose_at(motion, self.playback.wrapped(motion.duration_s))
        take = geometry.instances(self.bones, pose - pose[motion.skeleton.root] * [1, 0, 1])
        return np.concatenate([take, geometry.instances(self.grey, self.figure)])
