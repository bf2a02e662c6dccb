"""Pictures into files: the table of formats, and writing by it. Qt is not imported here."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.app.export.video import video
from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.progress import Job, Meter

if TYPE_CHECKING:
    from PIL import Image

    from motionpatches.app.export.pictures import Pictures


def write_pictures(pictures: Pictures, path: Path, frames: int = 1) -> Job[None]:
    """By suffix; a .png of several `frames` is a contact sheet, of one the pose in the middle. Written beside and renamed; what
    a cancelled job has written is removed. Raises StudioError."""
    kind = path.suffix.lower()
    if kind not in PICTURE_FORMATS:
        raise StudioError(f"Pictures are written as {', '.join(PICTURE_FORMATS)}, not {path.suffix or path.name}.")
    temporary = path.with_name(path.stem + ".writing" + kind)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield from PICTURE_FORMATS[kind].write(pictures, temporary, frames)
        os.replace(temporary, path)
    except OSError as error:
        raise os_problem(path, error) from error
    finally:
        pictures.close()
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _told(pictures: Pictures, name: str, use: Callable[[np.ndarray], None]) -> Job[None]:
    meter = Meter(f"Drawing {name}", pictures.count)
    for count, frame in enumerate(pictures.frames()):
        if count % 5 == 0:
            yield meter.at(count)
        use(frame)
    yield meter.at(pictures.count)


def _gif(pictures: Pictures, path: Path, _: int) -> Job[None]:
    """256 colours from the first frame; the clock of a GIF counts hundredths of a second."""
    from PIL import Image

    found: list[Image.Image] = []
    clear = pictures.style.look == "transparent"

    def use(frame: np.ndarray) -> None:
        image = Image.fromarray(frame if clear else np.ascontiguousarray(frame[..., :3]))
        if clear:
            found.append(image)
        else:
            found.append(
                image.quantize(palette=found[0], dither=Image.Dither.NONE)
                if found
                else image.quantize(255, dither=Image.Dither.NONE)
            )

    yield from _told(pictures, path.name.replace(".writing", ""), use)
    found[0].save(
        path,
        save_all=True,
        append_images=found[1:],
        duration=round(100 / pictures.style.fps) * 10,
        loop=0,
        disposal=2 if clear else 1,
    )


def _mp4(pictures: Pictures, path: Path, _: int) -> Job[None]:
    with video(path, pictures.style.size, pictures.style.fps) as write:
        yield from _told(pictures, path.name.replace(".writing", ""), write)


def _png(pictures: Pictures, path: Path, frames: int) -> Job[None]:
    from PIL import Image

    from motionpatches.app.export.pictures import sheet

    yield Meter(f"Drawing {path.name.replace('.writing', '')}", 1).at(0)
    whole = sheet(pictures, frames) if frames > 1 else pictures.at(pictures.duration_s / 2)
    Image.fromarray(whole if pictures.style.look == "transparent" else np.ascontiguousarray(whole[..., :3])).save(path)


@dataclass(frozen=True)
class PictureFormat:
    """A format of pictures.

    `write` draws them into a path. `moving`: several frames one after the other. `clear`: holds transparent pixels.
    """

    suffix: str
    title: str
    write: Callable[[Pictures, Path, int], Job[None]]
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
