"""Small pictures of clips for a page: lines from joint to joint, drawn without a screen; one pose, or a short loop."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, ImageDraw

from motionpatches.core.errors import StudioError
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.telling import telling_frame

# Pixels of a side, drawn so many times as large; how far the view is turned about the vertical and looks down.
SIZE, FINER = 192, 3
YAW, PITCH = math.radians(30), math.radians(12)
# Poses, and milliseconds of each, of a loop.
POSES, POSE_MS = 24, 83
GROUND, LINES = (24, 27, 32), ((138, 180, 248), (246, 174, 90))


def picture(motion: Motion, moving: bool = False) -> bytes:
    """Return the most telling pose as PNG; the first two seconds or so around it as GIF where it is moving."""
    motion = canonical(motion)
    at = telling_frame(motion)
    frames = _loop(motion, at) if moving else np.array([at])
    people = [_seen(one.positions[np.minimum(frames, one.frame_count - 1)]) for one in motion.people]
    everything = np.concatenate([one.reshape(-1, 2) for one in people])
    if not np.isfinite(everything).all():
        raise StudioError("The clip holds places that are no numbers: it cannot be drawn.")
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = 0.84 * SIZE * FINER / max(float((high - low).max()), 0.5)
    middle = (low + high) / 2
    drawn = [
        _drawn([(one[at] - middle) * scale + SIZE * FINER / 2 for one in people], [m.skeleton.parents for m in motion.people])
        for at in range(len(frames))
    ]
    out = io.BytesIO()
    if moving:
        few = [image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32) for image in drawn]
        few[0].save(out, "GIF", save_all=True, append_images=few[1:], duration=POSE_MS, loop=0)
    else:
        drawn[0].save(out, "PNG")
    return out.getvalue()


def _loop(motion: Motion, at: int) -> np.ndarray:
    """Frames around one, POSES of them."""
    step = max(motion.fps * POSE_MS / 1000, 1e-3)
    start = max(min(at - step * POSES / 2, motion.frame_count - 1 - step * POSES), 0)
    return np.minimum(np.unique((start + step * np.arange(POSES)).astype(int)), motion.frame_count - 1)


def _seen(positions: np.ndarray) -> np.ndarray:
    """(T, J, 3) in metres, Y up, to (T, J, 2): right and down, in a parallel projection."""
    x, y, z = (positions[..., axis].astype(np.float64) for axis in range(3))
    right, ahead = x * math.cos(YAW) - z * math.sin(YAW), x * math.sin(YAW) + z * math.cos(YAW)
    return np.stack([right, ahead * math.sin(PITCH) - y * math.cos(PITCH)], axis=-1)


def _drawn(people: list[np.ndarray], parents: list[tuple[int, ...]]) -> Image.Image:
    image = Image.new("RGB", (SIZE * FINER, SIZE * FINER), GROUND)
    pen = ImageDraw.Draw(image)
    for number, (joints, above) in enumerate(zip(people, parents, strict=True)):
        for joint, parent in enumerate(above):
            if parent >= 0:
                ends = [tuple(joints[parent]), tuple(joints[joint])]
                pen.line(ends, fill=LINES[number % len(LINES)], width=3 * FINER, joint="curve")
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
