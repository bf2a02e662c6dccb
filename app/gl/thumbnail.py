"""Small pictures of poses, each from the front of its body, on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QImage, QOffscreenSurface, QPainter

from motionpatches.app.detail import FULL
from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import PainterRenderer, opengl_works
from motionpatches.app.gl.drawn import Drawn, Look
from motionpatches.app.gl.figure.people import People, people_at
from motionpatches.app.gl.figure.posed import figures
from motionpatches.app.gl.offscreen import Offscreen, make_surface
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import TORSO

# Raise it when figures look otherwise: pictures that are kept on disk are then made anew.
FIGURE = 5
# Where the camera stands, in radians from the body's front and above it; metres around joints, and more above the last of the
# torso, where a head may end; half of what is seen at least.
AZIMUTH, ELEVATION, MARGIN_M, HEAD_M, SMALLEST_M = 0.5, 0.16, 0.19, 0.1, 0.6


class ThumbnailPainter:
    """Draws with OpenGL, or with a painter where there is none. Made in the window's thread, used in one other."""

    def __init__(self) -> None:
        self.surface: QOffscreenSurface | None = make_surface() if opengl_works() else None
        self.version = f"{FIGURE}{'' if self.surface is not None else ' painter'}"
        self._offscreen: Offscreen | None = None

    def __call__(self, motion: Motion, frames: Sequence[int], size: int) -> QImage:
        """Draw frames of a motion beside each other, each size x size. Raises StudioError."""
        bones = geometry.bone_set(motion.skeleton)
        poses = (canonical(motion.crop(frame, frame + 1)) for frame in frames)
        # What is constant in the rig is measured on the whole motion, not on one pose.
        figures().figure(motion)
        drawn = [(pose, people_at([(bones, pose, 0.0)], self._detail, wait=True, character=False)[0]) for pose in poses]
        pictures = [self._pose(people, camera(pose), size) for pose, people in drawn]
        rows = np.concatenate(pictures, axis=1)
        return QImage(rows.tobytes(), rows.shape[1], size, 4 * rows.shape[1], QImage.Format.Format_RGBA8888_Premultiplied).copy()

    def close(self) -> None:
        """Free the OpenGL context, in the thread that drew."""
        if self._offscreen is not None:
            self._offscreen.close()
            self._offscreen = None

    @property
    def _detail(self) -> int:
        """Return how finely to draw: bones alone where a painter does."""
        return FULL if self.surface is not None else 0

    def _pose(self, people: People, eye: Camera, size: int) -> np.ndarray:
        """Return a picture (size, size, 4) uint8, its colours multiplied by their opacity."""
        nothing = Look((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        if self.surface is not None:
            if self._offscreen is None:
                self._offscreen = Offscreen(self.surface, (size, size))
            box = (0, 0, size, size)
            drawn = Drawn(people.bones, people.bodies)
            return self._offscreen.frame(lambda renderer: renderer.draw(box, eye, drawn, nothing, bare=True))
        image = QImage(size, size, QImage.Format.Format_RGBA8888_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        PainterRenderer(painter, size, 1.0).draw((0, 0, size, size), eye, Drawn(people.bones), nothing, bare=True)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(size, size, 4).copy()


def camera(pose: Motion) -> Camera:
    """Return a camera that looks at a motion of one frame, which faces +Z, from half-left of its front, and is filled by it."""
    points = np.concatenate([geometry.all_people(pose)[0], _heads(pose)])
    eye = Camera(azimuth=AZIMUTH, elevation=ELEVATION)
    # Along right, up and towards the eye: the middle of the body, and the distance from which its farthest joint is in view.
    axes = np.stack(eye.axes())
    seen = points @ axes.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    middle = (low + high) / 2
    across = np.maximum(np.abs(seen - middle)[:, :2].max(axis=1) + MARGIN_M, SMALLEST_M)
    distance = float((across / np.tan(eye.field_of_view / 2) + (seen - middle)[:, 2]).max())
    x, y, z = (middle @ axes).tolist()
    return replace(eye, target=(x, y, z), distance=distance)


def _heads(pose: Motion) -> np.ndarray:
    """Return the points (P, 3) above the last joints of the torsos; none for a rig without parts."""
    if not pose.skeleton.chains:
        return np.empty((0, 3))
    people = pose.positions[0] if pose.partner is None else np.stack([pose.positions[0], pose.partner.positions[0]])
    neck, head = (people[..., joint, :] for joint in pose.skeleton.chains[TORSO][-2:])
    up = head - neck
    return np.atleast_2d(head + HEAD_M * up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-6))
