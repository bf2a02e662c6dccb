"""Where the tiles of results lie: all in view, in a grid that scrolls down, or in a row that scrolls sideways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QRect

Arrangement = Literal["all", "grid", "row"]
# Pixels between two tiles, and below each for its caption; height of a picture for each pixel of its width.
GAP, CAPTION, TALL = 6, 38, 1.05
# Height of a heading, in pixels.
HEAD = 26
# Height of the middle of a standing person, and that of a root above which the camera goes up with it: stairs, not jumps. Metres.
STANDING, HIGH = 0.88, 1.25
# Metres from which the camera looks, so that the head of a tall person stays below the score.
DISTANCE_M = 4.25


@dataclass(frozen=True)
class TileLayout:
    """Rectangles of the tiles before scrolling, how far they reach, how many stand beside each other, and one's step.

    `heads`: those of the headings of sections.
    """

    tiles: tuple[QRect, ...]
    length: int
    columns: int
    cell: int
    heads: tuple[QRect, ...] = ()


def lay_out(
    count: int, width: int, height: int, tile: int, arrangement: Arrangement, sections: tuple[int, ...] = ()
) -> TileLayout:
    """Lay out tiles.

    Args:
        count: The number of tiles.
        width, height: Of the view, in pixels.
        tile: About the width of a tile in a grid, in pixels.
        arrangement: 'all': as large as they can be with all in view; 'grid': scrolls down; 'row': scrolls sideways.
        sections: How many tiles of a grid stand under each heading; none: there are no headings.
    """
    if not count:
        return TileLayout((), 0, 1, 1)
    if arrangement == "row":
        wide = max(int((height - GAP - CAPTION) / TALL) + GAP, 1)
        return TileLayout(tuple(_cell(i, 0, wide, height) for i in range(count)), count * wide, count, wide)
    if arrangement == "grid":
        columns = max(round(width / (tile + GAP)), 1)
        wide = width // columns
        high = int((wide - GAP) * TALL) + CAPTION + GAP
        tiles: list[QRect] = []
        heads: list[QRect] = []
        top = 0
        for size in sections or (count,):
            if sections:
                heads.append(QRect(GAP, top, width - 2 * GAP, HEAD))
                top += HEAD
            tiles += (_cell(i % columns, i // columns, wide, high).translated(0, top) for i in range(size))
            top += -(-size // columns) * high
        return TileLayout(tuple(tiles), top, columns, high, tuple(heads))
    columns = -(-count // _rows(count, width, height))
    rows = -(-count // columns)
    wide, high = width // columns, height // rows
    return TileLayout(tuple(_cell(i % columns, i // columns, wide, high) for i in range(count)), height, columns, high)


def _rows(count: int, width: int, height: int) -> int:
    """Return the number of rows with which the pictures are largest."""

    def size(rows: int) -> float:
        return min(width / -(-count // rows) - GAP, (height / rows - GAP - CAPTION) / TALL)

    return max(range(1, count + 1), key=lambda rows: (size(rows), -rows))


def _cell(column: int, row: int, wide: int, high: int) -> QRect:
    return QRect(column * wide + GAP // 2, row * high + GAP // 2, wide - GAP, high - GAP)


def target_of(middle: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Return what the camera of a tile looks at, of people with the middle (3,) of their roots there."""
    return float(middle[0]), STANDING + max(float(middle[1]) - HIGH, 0.0), float(middle[2])
