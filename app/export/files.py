"""Write pictures into files: the table of formats, and writing by it. Qt is not imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.app.export.video import video
from motionpatches.core.atomic import placing
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Job, Meter

if TYPE_CHECKING:
    from motionpatches.app.export.pictures import Pictures

# Poses of a contact sheet and its size.
Sheet = tuple[int, tuple[int, int] | None]


def write_pictures(
    pictures: Pictures, path: Path, poses: int = 1, size: tuple[int, int] | None = None, title: str = ""
) -> Job[None]:
    """Write pictures into a file in the format of its suffix; a cancelled job leaves nothing.

    Args:
        pictures: What to draw; closed in the end.
        path: The file.
        poses: For .png: 1 for the pose in the middle, more for a contact sheet of as many.
        size: Width and height of a contact sheet, whose cells are as large as the pictures.
        title: Of the progress.

    Raises:
        StudioError: for an unknown suffix, or where the file cannot be written.
    """
    kind = path.suffix.lower()
    try:
        if kind not in PICTURE_FORMATS:
            raise StudioError(f"Pictures are written as {', '.join(PICTURE_FORMATS)}, not {path.suffix or path.name}.")
        with placing(path) as temporary:
            yield from PICTURE_FORMATS[kind].write(pictures, temporary, title or f"Drawing {path.name}", (poses, size))
    finally:
        pictures.close()


def _drawn(pictures: Pictures, title: str, use: Callable[[np.ndarray], None]) -> Job[None]:
    """Draw all frames, hand each (height, width, 4) to `use`, and report progress at every fifth."""
    meter = Meter(title, pictures.count)
    for count, frame in enumerate(pictures.frames()):
        if count % 5 == 0:
            yield meter.at(count)
        use(frame)
    yield meter.at(pictures.count)


def _gif(pictures: Pictures, path: Path, title: str, _: Sheet) -> Job[None]:
    from motionpatches.app.export.gif import GifWriter

    with open(path, "wb") as stream:
        writer = GifWriter(stream, pictures.style.fps, pictures.style.look == "transparent")
        yield from _drawn(pictures, title, writer.add)
        writer.end()


def _mp4(pictures: Pictures, path: Path, title: str, _: Sheet) -> Job[None]:
    with video(path, pictures.style.size, pictures.style.fps) as write:
        yield from _drawn(pictures, title, write)


def _png(pictures: Pictures, path: Path, title: str, layout: Sheet) -> Job[None]:
    from PIL import Image

    from motionpatches.app.export.pictures import sheet

    yield Meter(title, 1).at(0)
    poses, size = layout
    whole = sheet(pictures, poses, size or pictures.style.size) if poses > 1 else pictures.at(pictures.duration_s / 2)
    clear = pictures.style.look == "transparent"
    Image.fromarray(whole if clear else np.ascontiguousarray(whole[..., :3])).save(path, "PNG")


@dataclass(frozen=True)
class PictureFormat:
    """A format of pictures.

    `write` draws them into a path, whatever its name, with progress of a title. `moving`: several frames one after the other.
    `clear`: holds transparent pixels.
    """

    suffix: str
    title: str
    write: Callable[[Pictures, Path, str, Sheet], Job[None]]
    moving: bool = True
    clear: bool = True


PICTURE_FORMATS = {
    one.suffix: one
    for one in (
        PictureFormat(".gif", "GIF animation", _gif),
        PictureFormat(".mp4", "MP4 video", _mp4, clear=False),
        PictureFormat(".png", "PNG picture", _png, moving=False),
    )
}
