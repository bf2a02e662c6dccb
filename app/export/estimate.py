"""How large files will be, from the first frames of one of them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.app.export.files import write_pictures
from motionpatches.app.export.plan import Plan
from motionpatches.core.export.write import write_motion
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

# Numbers of frames of the two samples of data and of videos between which a line is drawn.
DATA, MOVING = (10, 60), (2, 8)
# Pixels of a sample of a video at most; by which power of the number of pixels the size of a larger video grows, as measured.
PIXELS, GROWTH = 500_000, 0.8
# Share of a take at which the sample of a video begins.
FROM = 0.3


def estimated_bytes(motions: list[tuple[str, Motion]], frames: float, plan: Plan, surface: QOffscreenSurface | None) -> Job[int]:
    """Estimate the size of what a plan makes of motions.

    Args:
        motions: Labels and motions as they are written: one, or all tiles of a picture.
        frames: Number of frames of the files together: of data their frames, of videos those of the pictures.
        plan: How they are written.
        surface: What pictures are drawn on.

    Raises:
        StudioError: nothing can be written.
    """
    with tempfile.TemporaryDirectory(prefix="motionpatches-") as folder:
        place = Path(folder)
        kind = plan.format
        if kind.picture and not kind.moving:
            return (yield from _pictures(motions, plan, place / f"a{kind.suffix}", surface))
        sizes = []
        counts, growth = MOVING if kind.picture else DATA, 1.0
        if kind.picture:
            plan, growth = _smaller(plan)
        for count in counts:
            file = place / f"{count}{kind.suffix}"
            if kind.picture:
                parts = [(label, _part(motion, count, plan.style.fps)) for label, motion in motions]
                sizes.append((yield from _pictures(parts, plan, file, surface)))
            else:
                motion = motions[0][1]
                counts = min(DATA[0], motion.frame_count), min(DATA[1], motion.frame_count)
                files = write_motion(motion.crop(0, min(count, motion.frame_count)), file, replace(plan.choices, fps=None))
                sizes.append(sum(written.stat().st_size for written in files))
        per_frame = (sizes[1] - sizes[0]) / max(counts[1] - counts[0], 1)
        return max(round(growth * (sizes[0] + per_frame * (frames - counts[0]))), 1)


def _smaller(plan: Plan) -> tuple[Plan, float]:
    """Return a plan of no more than PIXELS, and how much larger the files of the plan itself are."""
    width, height = plan.style.size
    share = min(PIXELS / (width * height), 1.0)
    size = round(width * share**0.5), round(height * share**0.5)
    return replace(plan, style=replace(plan.style, size=size)), share**-GROWTH


def _part(motion: Motion, frames: int, fps: float) -> Motion:
    """The seconds of a number of frames of a video."""
    start = FROM * max(motion.duration_s - frames / fps, 0)
    return motion.cut(start, start + frames / fps)


def _pictures(motions: list[tuple[str, Motion]], plan: Plan, file: Path, surface: QOffscreenSurface | None) -> Job[int]:
    from motionpatches.app.export.jobs import draw

    assert surface is not None, "pictures are estimated where they can be drawn"
    yield from write_pictures(draw(motions, plan, surface), file, plan.poses, plan.style.size)
    return file.stat().st_size


def size_text(count: int) -> str:
    """Return a size in words: '840 KB', '1.2 MB'."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
    return f"{count} bytes"
