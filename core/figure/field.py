"""A smooth union of rounded cones, as a field on a grid: negative inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

# Metres beyond its surface up to which a volume counts; beyond, its share in the union is none.
MARGIN = 0.095


@dataclass(frozen=True, eq=False)
class Volume:
    """A rounded cone from `a` to `b` (3,) with radii `ra` and `rb`, in metres, scaled by `scale` (3,) along `axes`, the
    columns of a matrix (3, 3).
    """

    a: np.ndarray
    b: np.ndarray
    ra: float
    rb: float
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))

    def distance(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return distances from the surface at coordinates that are broadcast; to the first order where it is scaled."""
        place, along = self.a.tolist(), (self.b - self.a).tolist()
        q = [x - place[0], y - place[1], z - place[2]]
        square = sum(v * v for v in along)
        radius: np.ndarray | float = self.ra
        if square > 1e-12:
            share = sum(c * (v / square) for c, v in zip(q, along, strict=True))
            share = np.clip(share, 0, 1)
            q = [c - share * v for c, v in zip(q, along, strict=True)]
            radius = self.ra + (self.rb - self.ra) * share
        if self.scale == (1.0, 1.0, 1.0):
            return np.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]) - radius
        if not np.array_equal(self.axes, np.eye(3)):
            q = [sum(c * float(v) for c, v in zip(q, self.axes[:, k], strict=True)) for k in range(3)]
        seen = [(c / s) ** 2 for c, s in zip(q, self.scale, strict=True)]
        length = np.sqrt(sum(seen))
        # The gradient of the scaled length, by which its excess is divided.
        slope = np.sqrt(sum(c / (s * s) for c, s in zip(seen, self.scale, strict=True)))
        return (length - radius) * length / np.maximum(slope, 1e-9)

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and the highest corner (3,) within which it counts."""
        radius = max(self.ra, self.rb) * max(*self.scale, 1.0) + MARGIN
        return np.minimum(self.a, self.b) - radius, np.maximum(self.a, self.b) + radius


@dataclass(frozen=True, eq=False)
class Grid:
    """Values (X, Y, Z) at points `origin` + index * `cell`."""

    values: np.ndarray
    origin: np.ndarray
    cell: float


def union_on_grid(volumes: Sequence[Volume], low: np.ndarray, high: np.ndarray, cell: float, blend: float) -> Grid:
    """Evaluate the union of volumes in a box.

    Args:
        volumes: What is joined.
        low, high: Corners (3,) of the box.
        cell: Metres between points.
        blend: Metres over which surfaces flow into each other: -blend log sum exp(-d / blend).
    """
    shape = np.ceil((high - low) / cell).astype(int) + 1
    lines = [low[i] + np.arange(shape[i]) * cell for i in range(3)]
    lines = [line.astype(np.float32) for line in lines]
    total = np.zeros(shape, np.float32)
    for volume in volumes:
        lowest, highest = volume.bounds
        spans = [slice(*np.searchsorted(lines[i], (lowest[i], highest[i]))) for i in range(3)]
        own = [line[span] for line, span in zip(lines, spans, strict=True)]
        if all(len(line) for line in own):
            x, y, z = own[0][:, None, None], own[1][None, :, None], own[2][None, None, :]
            total[tuple(spans)] += np.exp(np.minimum(volume.distance(x, y, z) * (-1 / blend), 60))
    return Grid(-blend * np.log(np.maximum(total, 1e-12)), low, cell)
