"""Meshes of characters for small views."""

from __future__ import annotations

import numpy as np
import pytest

from motionpatches.core.figure import simplify
from motionpatches.core.figure.simplify import CELLS, simplified
from motionpatches.core.io.gltf.meshes import Material, Meshes, Part


def ball(rings: int = 60, segments: int = 90) -> Meshes:
    """A ball of radius 0.5 m around a height of 0.5 m, of two materials."""
    theta, phi = np.linspace(0, np.pi, rings + 1), np.arange(segments) * 2 * np.pi / segments
    up, around = np.meshgrid(theta, phi, indexing="ij")
    normals = np.stack([np.sin(up) * np.sin(around), np.cos(up), np.sin(up) * np.cos(around)], axis=-1).reshape(-1, 3)
    index = np.arange((rings + 1) * segments).reshape(rings + 1, segments)
    a, b = index[:-1], np.roll(index, -1, 1)[:-1]
    c, d = index[1:], np.roll(index, -1, 1)[1:]
    faces = np.concatenate([np.stack(corners, -1).reshape(-1, 3) for corners in ((a, c, b), (b, c, d))])
    count, half = len(normals), len(faces) // 2
    zeros = np.zeros((count, 4))
    return Meshes(
        normals * 0.5 + [0, 0.5, 0], normals, zeros[:, :2], zeros, zeros.astype(int), zeros + [1, 0, 0, 0], faces,
        (Part(0, half, Material()), Part(half, len(faces) - half, Material(picture=3))), np.zeros(1, int), np.eye(4)[None], (),
    )  # fmt: skip


@pytest.fixture
def found():
    whole = ball()
    return whole, simplified(whole, whole.vertices, np.zeros(len(whole.vertices), int))


def volume(meshes: Meshes) -> float:
    """What triangles enclose, positive where they look outwards."""
    a, b, c = (meshes.vertices[meshes.faces[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_there_are_fewer_triangles_of_about_the_same_body(found, monkeypatch):
    monkeypatch.setattr(simplify, "CELLS", (0.1, 0.2))
    whole, _ = found
    small = simplified(whole, whole.vertices, np.zeros(len(whole.vertices), int))
    assert len(small.faces) < len(whole.faces) / 5
    assert np.abs(np.linalg.norm(small.vertices - [0, 0.5, 0], axis=1) - 0.5).max() < 1e-6, (
        "vertices are some of those there were"
    )
    assert volume(small) == pytest.approx(volume(whole), rel=0.1)
    smaller = simplified(whole, whole.vertices, np.zeros(len(whole.vertices), int), 1)
    assert len(smaller.faces) < len(small.faces) / 3 and volume(smaller) == pytest.approx(volume(whole), rel=0.25)


def test_triangles_look_outwards_and_parts_keep_their_materials(found):
    whole, small = found
    a, b, c = (small.vertices[small.faces[:, k]] for k in range(3))
    assert ((np.cross(b - a, c - a) * small.normals[small.faces].sum(axis=1)).sum(axis=1) > -1e-9).all()
    assert [part.material for part in small.parts] == [part.material for part in whole.parts]
    assert small.parts[1].first == small.parts[0].count and sum(part.count for part in small.parts) == len(small.faces)


def test_groups_stay_apart():
    """Two layers nearer than a cell, as two legs are."""
    whole = ball()
    places = np.concatenate([whole.vertices, whole.vertices + [CELLS[0] / 10, 0, 0]])
    rows = {name: np.concatenate([getattr(whole, name)] * 2) for name in ("normals", "places", "colours", "bones", "weights")}
    faces = np.concatenate([whole.faces, whole.faces + len(whole.vertices)])
    side = np.repeat([0, 1], len(whole.vertices))
    rows["bones"][:, 0] = side
    part = (Part(0, len(faces), Material()),)
    both = Meshes(vertices=places, **rows, faces=faces, parts=part, nodes=whole.nodes, binds=whole.binds, pictures=())
    small = simplified(both, places, side)
    own = small.bones[small.faces, 0]
    assert (own == own[:, :1]).all() and 0 < own[:, 0].mean() < 1


def test_a_mesh_of_few_triangles_stays():
    few = ball(8, 8)
    assert simplified(few, few.vertices, np.zeros(len(few.vertices), int)) is few
