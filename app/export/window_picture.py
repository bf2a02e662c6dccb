"""Pictures of the window on disk."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QPixmap

from motionpatches.core.atomic import placing
from motionpatches.core.errors import FileProblem


def save_picture(picture: QPixmap, file: Path) -> None:
    """Write a picture in the format of the file's suffix. Raises FileProblem."""
    kind = file.suffix.removeprefix(".").upper() or "PNG"
    with placing(file) as temporary:
        if not picture.save(str(temporary), kind):
            raise FileProblem(file, "it could not be written as a picture", "Choose another place, or the suffix .png")
