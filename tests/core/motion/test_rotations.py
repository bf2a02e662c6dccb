"""Rotations against matrices that are multiplied out."""

from itertools import permutations

import numpy as np
import pytest

from motionpatches.core.motion.kinematics import axis_angle_matrices, euler_matrices
from motionpatches.core.motion.rotations import between, euler, frames, from_quaternions, nearest, quaternions, shortest


def turns(count=40):
    return axis_angle_matrices(np.random.default_rng(0).normal(0, 2, (count, 3)))


@pytest.mark.parametrize("order", ["".join(axes) for axes in permutations("XYZ")])
def test_angles_make_their_matrices(order):
    angles = np.random.default_rng(0).uniform(-3, 3, (50, 3))
    angles[:2, 1] = np.pi / 2, -np.pi / 2
    matrices = euler_matrices(angles, order).transpose(2, 0, 1)
    again = euler(matrices, order)
    np.testing.assert_allclose(euler_matrices(again, order).transpose(2, 0, 1), matrices, atol=1e-7)
    assert np.abs(again[:, 1]).max() <= np.pi / 2


def test_quaternions_make_their_matrices_and_never_jump():
    slow = axis_angle_matrices(np.linspace(0, 9, 60)[:, None] * [0.6, 0, 0.8])
    for matrices in (turns(), slow):
        found = quaternions(matrices)
        np.testing.assert_allclose(from_quaternions(found), matrices, atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    assert np.abs(np.diff(quaternions(slow), axis=0)).max() < 0.1


def test_the_shortest_turn_takes_one_vector_to_the_other():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (2, 30, 3))
    b[0], b[1], b[2] = a[0], -2 * a[1], 0
    matrices = shortest(a, b)
    np.testing.assert_allclose(np.linalg.det(matrices), 1)
    lengths = np.linalg.norm(b, axis=1) / np.linalg.norm(a, axis=1)
    np.testing.assert_allclose(np.einsum("tij,tj->ti", matrices, a)[3:] * lengths[3:, None], b[3:], atol=1e-9)
    np.testing.assert_allclose(matrices[1] @ a[1], -a[1], atol=1e-9)
    np.testing.assert_allclose(matrices[[0, 2]], np.broadcast_to(np.eye(3), (2, 3, 3)), atol=1e-9)
    angle = np.arccos((np.trace(matrices, axis1=1, axis2=2) - 1) / 2)[3:]
    cosine = (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-12)
    np.testing.assert_allclose(angle, np.arccos(cosine[3:]), atol=1e-6)


def test_the_nearest_turn_of_turned_vectors_is_theirs():
    offsets = np.random.default_rng(1).normal(0, 1, (4, 3))
    np.testing.assert_allclose(nearest(offsets, np.einsum("tij,cj->tci", turns(), offsets)), turns(), atol=1e-9)


def test_half_way_twice_is_the_whole_way():
    a, b = turns(), turns()[::-1]
    step = np.swapaxes(a, 1, 2) @ between(a, b, 0.5)
    np.testing.assert_allclose(a @ step @ step, b, atol=1e-7)
    np.testing.assert_allclose(between(a, b, 0), a, atol=1e-12)


def test_frames_are_rotations():
    made = frames(np.array([0, 0, 2.0]), np.array([3.0, 0, 5]))
    np.testing.assert_allclose(made, [[0, 1, 0], [0, 0, 1], [1, 0, 0]], atol=1e-12)
