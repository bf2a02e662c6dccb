"""Draw motions as frames of pictures and videos: one, or several as tiles, with labels, in a chosen look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtGui import QOffscreenSurface

from motionpatches.app.gl import geometry, scene
from motionpatches.app.gl.camera import Camera, frame_motion
from motionpatches.app.gl.offscreen import Offscreen
from motionpatches.core.io.values import printable
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion

if TYPE_CHECKING:
    from motionpatches.app.gl.renderer import Renderer

LOOKS = ("light", "dark", "transparent")
LABEL = 30
# Characters of a caption that are looked at, far more than a picture has room for.
LONGEST = 300
# x, y from the top, width, height in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Style:
    """How pictures look.

    Args:
        size: Width and height of the whole picture in pixels.
        fps: Frames per second of a video.
        look: One of LOOKS.
        azimuth, elevation: Angles of the camera in radians; it follows the body.
        turn_s: Seconds in which the camera turns once around the body; 0 for none.
        trails: Draw the paths of hands, feet and head over the last 1.2 s.
        labels: Write captions below.
    """

    size: tuple[int, int] = (720, 720)
    fps: float = 25.0
    look: str = "light"
    azimuth: float = 0.5
    elevation: float = 0.18
    turn_s: float = 0.0
    trails: bool = False
    labels: bool = True


class Pictures:
    """Frames (height, width, 4) uint8 of motions side by side, all starting together; short ones hold their last pose.

    Args:
        motions: Labels and motions.
        style: How they look.
        surface: What OpenGL draws on.
    """

    def __init__(self, motions: list[tuple[str, Motion]], style: Style, surface: QOffscreenSurface):
        self.style = style
        self.labels = [label for label, _ in motions]
        self.motions = [canonical(motion) for _, motion in motions]
        self.bones = [geometry.bone_set(m.skeleton, _size_of(m)) for m in self.motions]
        self.cameras = [self._camera(m) for m in self.motions]
        self.duration_s = max(m.duration_s for m in self.motions)
        self.boxes = _grid(len(motions), style.size)
        self.offscreen = Offscreen(surface, style.size)

    @property
    def count(self) -> int:
        """Return the number of frames, at least 1."""
        return max(int(round(self.duration_s * self.style.fps)), 1)

    def frames(self) -> Iterator[np.ndarray]:
        """Yield all frames in order."""
        for i in range(self.count):
            yield self.at(i / self.style.fps)

    def at(self, time_s: float) -> np.ndarray:
        """Draw the frame at a time."""
        picture = self.offscreen.frame(lambda renderer: self._draw(renderer, time_s))
        if self.style.labels and any(self.labels):
            return _labelled(picture, self.boxes, self.labels, self.style.look)
        return picture

    def close(self) -> None:
        """Free the OpenGL context."""
        self.offscreen.close()

    def _camera(self, motion: Motion) -> Camera:
        """Return a camera that shows the body at its farthest reach, wherever it goes."""
        people = geometry.all_people(motion)
        still = people - people[:, :1] * [1, 0, 1] + people[:1, :1] * [1, 0, 1]
        camera = frame_motion(still, Camera(azimuth=self.style.azimuth, elevation=self.style.elevation))
        return replace(camera, distance=max(camera.distance * 1.08, 2.6))

    def _draw(self, renderer: Renderer, time_s: float) -> None:
        """Draw all motions at a time into their boxes."""
        from motionpatches.app.gl.renderer import DARK, LIGHT

        style = self.style
        look = DARK if style.look == "dark" else LIGHT
        height = style.size[1]
        for (x, y, w, h), motion, bones, camera in zip(self.boxes, self.motions, self.bones, self.cameras, strict=True):
            at = min(time_s, max(motion.duration_s - 1e-3, 0))
            middle, figures = geometry.figures(bones, motion, at)
            turned = camera.azimuth + (2 * np.pi * time_s / style.turn_s if style.turn_s else 0)
            camera = replace(camera, azimuth=turned, target=(float(middle[0]), camera.target[1], float(middle[2])))
            extra = scene.trails(motion, at, look.background) if style.trails else None
            renderer.draw((x, height - y - h, w, h), camera, figures, look, extra, bare=style.look == "transparent")


def sheet(pictures: Pictures, count: int) -> np.ndarray:
    """Draw a contact sheet: `count` frames at equal intervals with the time on each; (rows * height, columns * width, 4)."""
    times = np.linspace(0, max(pictures.duration_s - 1e-3, 0), count)
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    width, height = pictures.style.size
    whole = np.zeros((rows * height, columns * width, 4), np.uint8)
    for i, at in enumerate(times):
        frame = _labelled(pictures.at(float(at)), [(0, 0, width, height)], [""], pictures.style.look, f"{at:.2f} s")
        y, x = i // columns * height, i % columns * width
        whole[y : y + height, x : x + width] = frame
    return whole


def _size_of(motion: Motion) -> float:
    """Return the factor of the thickness of bones: the height of the first pose over 1.6 m, within bounds."""
    height = float(motion.positions[0, :, 1].max() - motion.positions[0, :, 1].min())
    return min(max(height / 1.6, 0.6), 1.3)


def _grid(count: int, size: tuple[int, int]) -> list[Box]:
    """Return boxes x, y from the top, width, height, as square as possible."""
    best = max(range(1, count + 1), key=lambda c: min(size[0] / c, size[1] / -(-count // c)))
    rows = -(-count // best)
    w, h = size[0] // best, size[1] // rows
    return [(i % best * w, i // best * h, w, h) for i in range(count)]


def _labelled(picture: np.ndarray, boxes: list[Box], labels: list[str], look: str, corner: str = "") -> np.ndarray:
    """Write a label at the bottom of each box, shortened to its width, and `corner` at its top left."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    colour = (235, 238, 242, 255) if look == "dark" else (30, 34, 40, 255)
    for (x, y, w, h), label in zip(boxes, labels, strict=True):
        font = ImageFont.load_default(size=max(min(w // 26, 20), 10))
        label = " ".join(printable(label[:LONGEST]).split())
        if label:
            while draw.textlength(label, font) > w - 16 and len(label) > 4:
                label = label[:-2].rstrip("… ") + "…"
            draw.text((x + w / 2, y + h - LABEL), label, colour, font, anchor="ma")
        if corner:
            draw.text((x + 10, y + 8), corner, colour, font)
    return np.asarray(image)
