"""Draw takes as strips of stick figures: `python -m motionpatches.packaging.starter.captured.look DATA OUT.png TAKE ...`

A take is named as in the action tables, for example cmu/05_02, or cmu/05_02@3.2-9 for a range of seconds. It has two rows, seen
from the front and from the left at the first frame: right limbs red, left limbs blue, the second above each figure. The path on
the floor is at the right.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO
from motionpatches.packaging.starter.captured.takes import open_source

CELL, HEIGHT, HEAD, FIGURES = 78, 104, 26, 16
COLOURS = {TORSO: "black", RIGHT_LEG: "red", RIGHT_ARM: "darkorange", LEFT_LEG: "blue", LEFT_ARM: "deepskyblue"}
# Rows: which horizontal axis of the canonical motion (facing +Z, left at +X) points to the right of the picture.
VIEWS = (0, 2)


def strip(motion: Motion, title: str, start_s: float = 0.0, figures: int = FIGURES) -> Image.Image:
    """Return figures at even times, the root at the middle of each cell, and the root's path seen from above.

    Args:
        motion: with body parts.
        title: written above.
        start_s: second of the take at which the motion begins.
        figures: how many.
    """
    motion = canonical(motion)
    image = Image.new("RGB", ((figures + 1) * CELL, HEAD + len(VIEWS) * HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.text((2, 0), title, fill="black")
    root = motion.positions[:, motion.skeleton.root]
    scale = (HEIGHT - 8) / max(float(motion.positions[..., 1].max()), 1.8)
    for i, frame in enumerate(np.linspace(0, motion.frame_count - 1, figures).astype(int)):
        draw.text((i * CELL + 22, 12), f"{start_s + frame / motion.fps:.1f}", fill="grey")
        for row, axis in enumerate(VIEWS):
            floor = HEAD + (row + 1) * HEIGHT - 3
            draw.line([(i * CELL, floor), ((i + 1) * CELL, floor)], fill="lightgrey")
            across = motion.positions[frame, :, axis] - root[frame, axis]
            points = np.stack([(i + 0.5) * CELL + scale * across, floor - scale * motion.positions[frame, :, 1]], axis=1)
            for part, colour in COLOURS.items():
                draw.line([tuple(points[j]) for j in motion.skeleton.chains[part]], fill=colour, width=2)
    _path(draw, root[:, [0, 2]], figures * CELL)
    return image


def _path(draw: ImageDraw.ImageDraw, places: np.ndarray, left: int) -> None:
    """Where the root goes on the floor, ahead drawn upwards and the body's left to the right; a dot at its start."""
    size = max(float(np.ptp(places, axis=0).max()), 1.0)
    points = (places - (places.max(0) + places.min(0)) / 2) * [1, -1] * (CELL - 12) / size + [left + CELL / 2, HEAD + HEIGHT]
    draw.line([tuple(p) for p in points], fill="green", width=1)
    x, y = points[0]
    draw.ellipse([x - 3, y - 3, x + 3, y + 3], fill="green")
    draw.text((left + 4, HEAD + 2), f"{size:.1f} m", fill="green")


def sheet(strips: list[Image.Image]) -> Image.Image:
    """Return strips one below the other."""
    image = Image.new("RGB", (max(s.width for s in strips), sum(s.height for s in strips)), "white")
    top = 0
    for one in strips:
        image.paste(one, (0, top))
        top += one.height
    return image


def look(data: Path, out: Path, wanted: list[str]) -> None:
    """Write the sheet of some takes, or of ranges of them in seconds. Raises StudioError."""
    libraries = {source: open_source(data, source) for source in sorted({name.partition("/")[0] for name in wanted})}
    strips = []
    for name in wanted:
        take, _, span = name.partition("@")
        source, _, take = take.partition("/")
        start, _, end = span.partition("-")
        motion = libraries[source].load(take).cut(float(start or 0), float(end or 0))
        strips.append(strip(motion, f"{name}  {libraries[source].by_id[take].caption}", float(start or 0)))
    sheet(strips).save(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("takes", nargs="+")
    told = parser.parse_args()
    look(told.data, told.out, told.takes)
