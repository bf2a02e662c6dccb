"""The surface of a field on a grid as triangles (surface nets; Gibson, 1998)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.figure.field import Grid

# The corners of a cell, and the pairs of them that its twelve edges join.
_CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_EDGES = [(i, j) for i in range(8) for j in range(i + 1, 8) if np.abs(_CORNERS[i] - _CORNERS[j]).sum() == 1]


def surface(grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find where a field is zero.

    Each cell with corners on both sides has a vertex, the mean of where its edges cross the surface; each edge that crosses
    joins the vertices of its four cells. The field is positive on all sides of the grid, so that the surface is closed.

    Returns:
        Vertices (V, 3) in metres, unit normals (V, 3) outwards, triangles (F, 3) int64, anticlockwise from outside.
    """
    values = grid.values
    inside = values < 0
    cells = np.array(values.shape) - 1
    corners = np.stack([inside[_part(c, cells)] for c in _CORNERS], axis=-1)
    count = corners.sum(axis=-1)
    mixed = (count > 0) & (count < 8)
    numbers = np.full(cells, -1, np.int64)
    numbers[mixed] = np.arange(int(mixed.sum()))
    at = np.argwhere(mixed)
    here = np.stack([values[tuple((at + c).T)] for c in _CORNERS], axis=1).astype(np.float64)
    total, crossings = np.zeros((len(at), 3)), np.zeros(len(at))
    for i, j in _EDGES:
        crosses = (here[:, i] < 0) != (here[:, j] < 0)
        step = here[:, i] - here[:, j]
        share = np.where(crosses, here[:, i] / np.where(step == 0, 1, step), 0)[:, None]
        total += np.where(crosses[:, None], _CORNERS[i] + share * (_CORNERS[j] - _CORNERS[i]), 0)
        crossings += crosses
    local = total / crossings[:, None]
    vertices = grid.origin + (at + local) * grid.cell
    faces = [_quads(inside, numbers, axis) for axis in range(3)]
    return vertices, _normals(here, local), np.concatenate(faces)


def _part(corner: np.ndarray, cells: np.ndarray) -> tuple[slice, ...]:
    return tuple(slice(int(c), int(c) + int(n)) for c, n in zip(corner, cells, strict=True))


def _quads(inside: np.ndarray, numbers: np.ndarray, axis: int) -> np.ndarray:
    """Return the triangles (F, 3) across all edges along an axis."""
    # Edges with cells on all four sides: not the first and last of the other two axes.
    u, v = (axis + 1) % 3, (axis + 2) % 3
    first = [slice(1, -1)] * 3
    second = list(first)
    first[axis], second[axis] = slice(None, -1), slice(1, None)
    a, b = inside[tuple(first)], inside[tuple(second)]
    at = np.argwhere(a != b)
    offset = np.ones(3, np.int64)
    offset[axis] = 0
    at = at + offset
    leaving = inside[tuple(at.T)]
    square = []
    for du, dv in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
        cell = at.copy()
        cell[:, u] += du
        cell[:, v] += dv
        square.append(numbers[tuple(cell.T)])
    q = np.stack(square, axis=1)
    q = np.where(leaving[:, None], q, q[:, ::-1])
    return np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])


def _normals(here: np.ndarray, local: np.ndarray) -> np.ndarray:
    """Return unit gradients (V, 3) of the field at places within cells, by trilinear interpolation of their corners (V, 8)."""
    gradient = np.zeros((len(here), 3))
    for axis in range(3):
        for i, c in enumerate(_CORNERS):
            weight = np.full(len(here), 1.0 if c[axis] else -1.0)
            for other in range(3):
                if other != axis:
                    weight *= local[:, other] if c[other] else 1 - local[:, other]
            gradient[:, axis] += weight * here[:, i]
    return gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-12)
