"""The figure's mesh: closed, facing outwards, with weights, and as the bones of the rig say."""

import numpy as np
import pytest

from motionpatches.core.figure.field import Volume, union_on_grid
from motionpatches.core.figure.marks import DARK, LIGHT, SOLE
from motionpatches.core.figure.surface import surface
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG


def volume_of(vertices, faces):
    """By the divergence theorem: signed tetrahedra from the origin."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def edges_of(faces):
    """Each directed edge of each triangle."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)


@pytest.fixture(scope="module")
def ball():
    volume = Volume(np.zeros(3), np.zeros(3), 0.1, 0.1)
    return surface(union_on_grid([volume], np.full(3, -0.15), np.full(3, 0.15), 0.01, 0.01))


def test_the_surface_of_a_ball_is_a_ball(ball):
    vertices, normals, faces = ball
    radii = np.linalg.norm(vertices, axis=1)
    assert np.abs(radii - 0.1).max() < 0.001
    np.testing.assert_allclose(normals, vertices / radii[:, None], atol=0.05)
    assert volume_of(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.1**3, rel=0.02)


def test_a_rounded_cone_and_a_scaled_one_have_the_distances_of_their_formulas():
    cone = Volume(np.zeros(3), np.array([0, 1.0, 0]), 0.2, 0.1)
    x, y, z = np.array([0.5, 0.0, 0.0]), np.array([0.5, 1.3, -0.5]), np.zeros(3)
    np.testing.assert_allclose(cone.distance(x, y, z), [0.35, 0.2, 0.3], atol=1e-6)
    flat = Volume(np.zeros(3), np.zeros(3), 0.1, 0.1, (2.0, 1.0, 0.5))
    on = flat.distance(np.array([0.2, 0, 0]), np.array([0, 0.1, 0]), np.array([0, 0, 0.05]))
    np.testing.assert_allclose(on, 0, atol=1e-6)


@pytest.mark.parametrize("level", range(3))
def test_the_body_is_closed_and_faces_outwards(shape, level):
    mesh = shape.meshes[level]
    edges = edges_of(mesh.faces)
    count = len(mesh.vertices)
    forth = np.unique(edges[:, 0] * count + edges[:, 1], return_counts=True)
    back = np.unique(edges[:, 1] * count + edges[:, 0], return_counts=True)
    np.testing.assert_array_equal(forth[0], back[0], "each edge runs once each way")
    np.testing.assert_array_equal(forth[1], back[1])
    assert 0.05 < volume_of(mesh.vertices, mesh.faces) < 0.09, "cubic metres of a body of 1.7 m, positive where it faces outwards"
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    towards = (across * mesh.normals[mesh.faces].mean(axis=1)).sum(axis=1)
    assert (towards > 0).mean() > 0.98
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("level", range(3))
def test_weights_sum_to_one_and_stay_on_their_side(shape, figure, level):
    mesh = shape.meshes[level]
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1, atol=1e-5)
    assert mesh.bones.max() < len(figure.plan.names) and (mesh.weights >= 0).all()
    left = [i for i, name in enumerate(figure.plan.names) if name.startswith("left")]
    of_left = (mesh.weights * np.isin(mesh.bones, left)).sum(axis=1)
    assert of_left[mesh.vertices[:, 0] < -0.02].max() < 0.01


def test_marks_tell_front_from_back_and_palm_from_sole(shape, figure):
    mesh = shape.meshes[0]
    inside = mesh.marks[:, 0] > 0
    tone, place = mesh.marks[:, 1], mesh.vertices
    places = dict(zip(figure.plan.names, shape.places, strict=True))
    dark = inside & (tone == DARK)
    assert dark.any() and (place[dark, 2] > 0).all(), "visor and chest are in front"
    assert (place[dark, 1] > places["chest"][1]).all()
    palms = inside & (tone == LIGHT)
    assert np.abs(place[palms, 0]).min() > np.abs(places["right above wrist"][0]) - 0.02
    soles = inside & (tone == np.float32(SOLE))
    assert (mesh.normals[soles, 1] < 0).all() and place[soles, 1].max() < places["right foot"][1]


def test_both_sides_are_mirror_images(shape):
    vertices = shape.meshes[0].vertices
    right, left = vertices[vertices[:, 0] < 0], vertices[vertices[:, 0] > 0]
    for axis in range(1, 3):
        assert right[:, axis].min() == pytest.approx(left[:, axis].min(), abs=0.012)
        assert right[:, axis].max() == pytest.approx(left[:, axis].max(), abs=0.012)
    assert -right[:, 0].min() == pytest.approx(left[:, 0].max(), abs=0.01)


def test_the_parts_of_the_bones_are_those_of_their_joints(figure):
    own = figure.plan.skeleton.joint_parts[figure.plan.joints]
    legs = np.isin(figure.plan.parts, (RIGHT_LEG, LEFT_LEG))
    np.testing.assert_array_equal(own[legs], figure.plan.parts[legs])


def test_vertices_are_used_while_they_are_still_kept(shape):
    """A cache of 256 vertices, each in the place of its number, as software OpenGL has: few are worked out twice."""
    for mesh, most in zip(shape.meshes, (1.5, 1.25, 1.25), strict=True):
        kept, worked_out = np.full(256, -1), 0
        for vertex in mesh.faces.ravel().tolist():
            worked_out += kept[vertex % 256] != vertex
            kept[vertex % 256] = vertex
        assert len(np.unique(mesh.faces)) == len(mesh.vertices) <= worked_out < most * len(mesh.vertices)
