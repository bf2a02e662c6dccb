"""Draw motions as frames of pictures and videos: one, or several as tiles, with labels, in a chosen look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtGui import QOffscreenSurface

from motionpatches.app.export.plan import Style
from motionpatches.app.gl import geometry, scene
from motionpatches.app.gl.camera import Camera, frame_motion
from motionpatches.app.gl.drawn import DARK, LIGHT, Drawn, Look
from motionpatches.app.gl.figure.people import ghosts_at, people_at
from motionpatches.app.gl.offscreen import Offscreen
from motionpatches.app.viewmodels.stage import StageOptions
from motionpatches.core.io.values import printable
from motionpatches.core.motion.curves import joint_speeds
from motionpatches.core.motion.motion import Motion

if TYPE_CHECKING:
    from motionpatches.app.gl.renderer import Renderer

# Height of letters in pixels: shares of the width and the height of a box, the least and the most; height of a line of letters.
LETTERS, LINE = (1 / 26, 1 / 22, 10, 40), 1.6
# Characters of a caption that are looked at, far more than a picture has room for.
LONGEST = 300
# How much farther than needed a camera stands that follows, the nearest it comes, m/s of the brightest colour: as on the stage.
APART, NEAREST_M, TOP_SPEED = 1.1, 2.6, 3.0
# Seconds in which a turning camera goes round.
TURN_S = 12.0
# Colour of the path of the root.
PATH = (0.45, 0.5, 0.58)
# x, y from the top, width, height in pixels.
Box = tuple[int, int, int, int]


class Pictures:
    """Frames (height, width, 4) uint8 of motions side by side, all starting together; short ones hold their last pose.

    Args:
        motions: Labels and motions, which are drawn where they are: on the floor and facing +Z, as `on_floor` puts them.
        style: How they look.
        surface: What OpenGL draws on.
        scale: Size of the frames over that of the style, for a preview.
    """

    def __init__(self, motions: list[tuple[str, Motion]], style: Style, surface: QOffscreenSurface, scale: float = 1.0):
        self.style, self.scale = style, scale
        self.size = scaled(style.size, scale)
        self.labels = [label for label, _ in motions]
        self.motions = [motion for _, motion in motions]
        self.bones = [geometry.bone_set(m.skeleton, _size_of(m)) for m in self.motions]
        self.speeds = [joint_speeds(m) if style.colouring == "speed" else None for m in self.motions]
        self.cameras = [camera_of(m, style) for m in self.motions]
        self.duration_s = max(m.duration_s for m in self.motions)
        self.boxes = _grid(len(motions), self.size)
        self.empty = _outside(self.boxes, self.size)
        self.offscreen = Offscreen(surface, self.size)

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
        picture = self.drawn(time_s)
        if self.style.labels and any(self.labels):
            return _labelled(picture, self.boxes, self.labels, self.style.look, scale=self.scale)
        return picture

    def drawn(self, time_s: float) -> np.ndarray:
        """Draw the frame at a time without labels; what no motion fills has the colour of the background."""
        picture = self.offscreen.frame(lambda renderer: self._draw(renderer, time_s))
        if self.empty.any():
            clear = self.style.look == "transparent"
            picture[self.empty] = (0, 0, 0, 0) if clear else (*(round(255 * c) for c in self.background), 255)
        return picture

    def close(self) -> None:
        """Free the OpenGL context."""
        self.offscreen.close()

    @property
    def background(self) -> tuple[float, float, float]:
        """Return the colour behind the motions, 0 to 1."""
        return self._look().background

    def _look(self) -> Look:
        return DARK if self.style.look == "dark" else LIGHT

    def _draw(self, renderer: Renderer, time_s: float) -> None:
        """Draw all motions at a time into their boxes."""
        style, look, height = self.style, self._look(), self.size[1]
        rows = zip(self.boxes, self.motions, self.bones, self.speeds, self.cameras, strict=True)
        for (x, y, w, h), motion, bones, speeds, camera in rows:
            at = min(time_s, max(motion.duration_s - 1e-3, 0))
            people = people_at([(bones, motion, at)], wait=True)[0]
            if speeds is not None:
                now = speeds[min(int(at * motion.fps), motion.frame_count - 1)]
                people = people.coloured(bones, scene.speed_colours(now, TOP_SPEED))
            middle = people.middle
            turned = camera.azimuth + (2 * np.pi * time_s / style.turn_s if style.turn_s else 0)
            camera = replace(camera, azimuth=turned)
            if style.follow:
                camera = replace(camera, target=(float(middle[0]), camera.target[1], float(middle[2])))
            beside, behind, bodies = _beside(style, motion, at, look), None, people.bodies
            if style.ghosts:
                ghosts = ghosts_at(bones, motion, at, look.background, wait=True)
                behind, bodies = ghosts.bones, (*ghosts.bodies, *bodies)
            rect, bare = (x, height - y - h, w, h), style.look == "transparent"
            renderer.draw(rect, camera, Drawn(people.bones, bodies, beside, behind), look, bare)


def camera_of(motion: Motion, style: Style) -> Camera:
    """Return the camera that shows a motion as the stage does: the body at its farthest reach, or, where it does not follow,
    all of its path; then nearer or farther, and moved, as the style says."""
    people = geometry.all_people(motion)
    if style.follow:
        ground = people[:, :1] * [1, 0, 1]
        people = people - ground + ground[:1]
    camera = frame_motion(people, Camera(azimuth=style.azimuth, elevation=style.elevation))
    distance = max(camera.distance * APART, NEAREST_M) if style.follow else camera.distance
    target = tuple(float(a + b) for a, b in zip(camera.target, style.shift, strict=True))
    return replace(camera, distance=distance * style.zoom, target=(target[0], target[1], target[2]))


def stage_style(motion: Motion, camera: Camera, options: StageOptions, look: str) -> Style:
    """Return the style of pictures that show what the stage shows.

    Args:
        motion: On the stage, as it shows it.
        camera: That of the stage.
        options: What the stage draws.
        look: 'dark' or 'light'.
    """
    style = Style(
        look=look,
        azimuth=camera.azimuth,
        elevation=camera.elevation,
        follow=options.follow,
        turn_s=TURN_S if options.turntable else 0.0,
        trails=options.trails,
        ghosts=options.ghosts,
        trajectory=options.trajectory,
        axes=options.axes,
        colouring=options.colouring,
    )
    fit = camera_of(motion, style)
    x, y, z = (float(a - b) for a, b in zip(camera.target, fit.target, strict=True))
    return replace(style, zoom=camera.distance / fit.distance, shift=(0.0, y, 0.0) if style.follow else (x, y, z))


def _beside(style: Style, motion: Motion, time_s: float, look: Look) -> np.ndarray | None:
    """Instances of what is drawn beside the body; None for nothing."""
    found = []
    if style.trails:
        found.append(scene.trails(motion, time_s, look.background))
    if style.trajectory:
        found.append(scene.trajectory(motion, PATH))
    if style.axes:
        found.append(scene.axes())
    return np.concatenate(found) if found else None


def sheet(pictures: Pictures, poses: int, size: tuple[int, int]) -> np.ndarray:
    """Draw a contact sheet (height, width, 4): poses at equal intervals with the time on each, the caption once below.

    Args:
        pictures: Of one motion; as large as `cell` says.
        poses: Number of poses.
        size: Width and height of the whole sheet in pixels, before the scale of the pictures.
    """
    scale, (width, height), columns = pictures.scale, pictures.size, cell(poses, size)[0]
    look, label = pictures.style.look, pictures.labels[0] if pictures.style.labels else ""
    whole = np.zeros((*scaled(size, scale)[::-1], 4), np.uint8)
    if look != "transparent":
        whole[:] = (*(round(255 * c) for c in pictures.background), 255)
    for i, at in enumerate(np.linspace(0, max(pictures.duration_s - 1e-3, 0), poses)):
        frame = _labelled(pictures.drawn(float(at)), [(0, 0, width, height)], [""], look, f"{at:.2f} s", scale)
        place = whole[i // columns * height :, i % columns * width :][:height, :width]
        place[:] = frame[: place.shape[0], : place.shape[1]]
    return _labelled(whole, [(0, 0, *scaled(size, scale))], [label], look, scale=scale)


def cell(poses: int, size: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """Return the columns of a contact sheet of a whole size, and the size of a cell; the caption is below all of them."""
    room = (size[0], max(size[1] - round(LINE * _letters(*size)), 1))
    boxes = _grid(poses, room)
    return sum(y == 0 for _, y, _, _ in boxes), (max(boxes[0][2], 1), max(boxes[0][3], 1))


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return a size times a scale, at least one pixel."""
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _letters(width: float, height: float) -> float:
    """Height of the letters in a box, in pixels."""
    share_x, share_y, least, most = LETTERS
    return min(max(min(width * share_x, height * share_y), least), most)


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


def _outside(boxes: list[Box], size: tuple[int, int]) -> np.ndarray:
    """Return which pixels (height, width) no box fills."""
    outside = np.ones((size[1], size[0]), bool)
    for x, y, w, h in boxes:
        outside[y : y + h, x : x + w] = False
    return outside


def _labelled(
    picture: np.ndarray, boxes: list[Box], labels: list[str], look: str, corner: str = "", scale: float = 1.0
) -> np.ndarray:
    """Write a label at the bottom of each box, shortened to its width, and `corner` at its top left.

    `scale`: size of the picture over that for which letters are made.
    """
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    colour = (235, 238, 242, 255) if look == "dark" else (30, 34, 40, 255)
    for (x, y, w, h), label in zip(boxes, labels, strict=True):
        letters = _letters(w / scale, h / scale) * scale
        font = ImageFont.load_default(size=max(letters, 1))
        label = " ".join(printable(label[:LONGEST]).split())
        if label:
            while draw.textlength(label, font) > w - letters and len(label) > 4:
                label = label[:-2].rstrip("… ") + "…"
            draw.text((x + w / 2, y + h - LINE * letters), label, colour, font, anchor="ma")
        if corner:
            draw.text((x + letters / 2, y + letters / 2), corner, colour, font)
    return np.asarray(image)
