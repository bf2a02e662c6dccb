"""Export as one job: a motion to a file, or results to a folder with a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtGui import QOffscreenSurface

from motionpatches.app.export.files import PICTURE_FORMATS, write_pictures
from motionpatches.app.export.pictures import Pictures, Style
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import PLAIN, Choices
from motionpatches.core.export.write import EXPORTERS, file_name, write_manifest, write_motion
from motionpatches.core.library.library import Library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter


@dataclass(frozen=True)
class Item:
    """A clip, or a range of it in seconds (end_s 0: to its end); rank and score where it is a result."""

    clip_id: str
    caption: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    rank: int = 1
    score: float | None = None


def load_item(library: Library, item: Item) -> Motion:
    """Load the motion of a clip or of its range. Raises StudioError."""
    motion = library.load(item.clip_id)
    if not item.start_s and not item.end_s:
        return motion
    return motion.cut(item.start_s, item.end_s)


def export_motion(
    motion: Motion,
    label: str,
    path: Path,
    style: Style,
    frames: int,
    surface: QOffscreenSurface | None,
    choices: Choices = PLAIN,
) -> Job[None]:
    """Write a motion as data or as pictures; the suffix decides.

    Args:
        motion: The motion.
        label: Written below pictures.
        path: The file.
        style: Look of pictures.
        frames: For .png: more than 1 make a contact sheet.
        surface: What pictures are drawn on; None without a screen.
        choices: Of data.

    Raises:
        StudioError: for pictures without a surface, or where the file cannot be written.
    """
    if path.suffix.lower() in PICTURE_FORMATS:
        if surface is None:
            raise StudioError(f"Pictures need a screen. Data formats ({', '.join(EXPORTERS)}) work without.")
        yield from write_pictures(Pictures([(label, motion)], style, surface), path, frames)
    else:
        yield Meter(f"Writing {path.name}", 1).at(0)
        write_motion(motion, path, choices)


def export_together(
    library: Library, items: Sequence[Item], path: Path, style: Style, frames: int, surface: QOffscreenSurface
) -> Job[None]:
    """Write all items as tiles of one picture or video. Raises StudioError."""
    motions = [(f"{i.rank}. {i.caption}" if i.caption else "", load_item(library, i)) for i in items]
    yield from write_pictures(Pictures(motions, style, surface), path, frames)


def export_each(
    library: Library,
    items: Sequence[Item],
    folder: Path,
    suffix: str,
    style: Style,
    frames: int,
    surface: QOffscreenSurface | None,
    query: str,
    model: str,
    choices: Choices = PLAIN,
) -> Job[list[str]]:
    """Write a file for each item, and a manifest.

    Args:
        library: Holds the clips.
        items: What to export.
        folder: Where to; made if it is not there.
        suffix: Format of the files.
        style, frames, surface: As in `export_motion`.
        query, model: For the manifest.
        choices: As in `export_motion`.

    Returns:
        A message for each item that was left out.

    Raises:
        StudioError: where no item could be written.
    """
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    for item in items:
        name = file_name(item.rank, item.clip_id) + suffix
        try:
            motion = load_item(library, item)
            named = replace(motion, name=item.clip_id)
            yield from export_motion(named, item.caption, folder / name, style, frames, surface, choices)
        except StudioError as error:
            problems.append(str(error))
            continue
        rows.append(
            {
                "rank": item.rank,
                "score": item.score,
                "id": item.clip_id,
                "caption": item.caption,
                "start_s": item.start_s,
                "end_s": item.end_s,
                "file": name,
            }
        )
    if not rows:
        raise StudioError(problems[0] if problems else "There is nothing to export.")
    write_manifest(folder, query, model, library.name, rows)
    return problems
