"""Fewer triangles of a character for small views: vertices near to each other become one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.io.gltf.meshes import Meshes, Part
from motionpatches.core.motion.rotations import cross, unit

# For large tiles and for small ones: side of the cells in which vertices become one, over the height of the body; triangles up
# to which a mesh stays as it is.
CELLS, FEW = (0.008, 0.022), (8000, 1500)


def simplified(meshes: Meshes, places: np.ndarray, groups: np.ndarray, step: int = 0) -> Meshes:
    """Join the vertices of a cell that have the same material and group; triangles without extent go.

    Args:
        meshes: Of any size.
        places: (V, 3) of the vertices at rest.
        groups: (V,) of vertices; those of different groups, such as two legs, stay apart.
        step: Of CELLS.
    """
    if len(meshes.faces) <= FEW[step]:
        return meshes
    material = np.zeros(len(places), np.int64)
    for number, part in enumerate(meshes.parts):
        material[meshes.faces[part.first : part.first + part.count]] = number
    cells = np.floor(places / (CELLS[step] * np.ptp(places[:, 1]))).astype(np.int64)
    _, own, counts = np.unique(np.column_stack([cells, material, groups]), axis=0, return_inverse=True, return_counts=True)
    own = own.ravel()
    # The vertex nearest to the middle of its cell's stands for all, with their mean normal.
    middles = np.stack([np.bincount(own, places[:, k]) for k in range(3)], axis=1) / counts[:, None]
    away = np.linalg.norm(places - middles[own], axis=1)
    order = np.lexsort((away, own))
    chosen = order[np.concatenate([[0], np.cumsum(counts)[:-1]])]
    normals = unit(np.stack([np.bincount(own, meshes.normals[:, k]) for k in range(3)], axis=1))
    parts, kept, first = [], [], 0
    for part in meshes.parts:
        faces = own[meshes.faces[part.first : part.first + part.count]]
        faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]
        _, which = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
        kept.append(_outwards(faces[np.sort(which)], places[chosen], normals))
        parts.append(Part(first, len(which), part.material))
        first += len(which)
    return replace(
        meshes,
        vertices=meshes.vertices[chosen],
        normals=normals.astype(np.float32),
        places=meshes.places[chosen],
        colours=meshes.colours[chosen],
        bones=meshes.bones[chosen],
        weights=meshes.weights[chosen],
        faces=np.concatenate(kept).astype(np.uint32),
        parts=tuple(parts),
    )


def _outwards(faces: np.ndarray, places: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Turn triangles over that look away from the normals of their corners."""
    a, b, c = (places[faces[:, k]] for k in range(3))
    away = (cross(b - a, c - a) * normals[faces].sum(axis=1)).sum(axis=1) < 0
    return np.where(away[:, None], faces[:, ::-1], faces)
