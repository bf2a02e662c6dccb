"""The letters of compared motions over their heads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.gl.camera import Camera, project
from motionpatches.app.widgets.theme import px
from motionpatches.app.widgets.views.tile_labels import paint_letter

# Metres from the highest joint of a body to the middle of its letter.
ABOVE_M = 0.42


def places(poses: Sequence[np.ndarray], camera: Camera, width: int, height: int) -> np.ndarray:
    """Return where letters stand (N, 2), in pixels, over bodies in poses (J, 3) each; NaN behind the camera."""
    tops = np.array([pose[pose[:, 1].argmax()] for pose in poses]).reshape(-1, 3)
    return project(camera, tops + [0, ABOVE_M, 0], width, height)


def paint(painter: QPainter, view: QWidget, letters: Sequence[str], at: np.ndarray) -> None:
    """Paint letters at places (N, 2) of a view; '' for a body without one."""
    size = px(tokens.ICON + tokens.UNIT)
    for letter, (x, y) in zip(letters, at, strict=True):
        if letter and np.isfinite((x, y)).all():
            paint_letter(painter, view, QRect(round(x) - size // 2, round(y) - size // 2, size, size), letter)
