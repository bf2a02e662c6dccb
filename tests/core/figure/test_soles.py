"""Soles of the figure are where the feet of the motion stand, on every rig and whichever take of it came first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.figure import figure as figures
from motionpatches.core.figure.figure import Figure, Shape, duals_of, figure_of
from motionpatches.core.figure.skinning import skinned
from motionpatches.core.figure.soles import drop_of, heights_of
from motionpatches.core.motion.floor import on_floor, stands
from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.motion import Motion

ANKLES, BALLS = [8, 7], [11, 10]


@pytest.fixture(autouse=True)
def no_rig_is_known():
    """Constants of rigs that other tests have met are put aside."""
    kept = dict(figures._rigs)
    figures._rigs.clear()
    yield
    figures._rigs.clear()
    figures._rigs.update(kept)


def low(figure: Figure, shape: Shape, positions: np.ndarray, level: int = 1) -> np.ndarray:
    """Heights (N,) of the lowest vertices of the feet, slowly, by the mesh."""
    mesh = shape.meshes[level]
    feet = np.isin(mesh.bones[:, 0], [i for i, n in enumerate(figure.plan.names) if n.endswith(("foot", "toes"))])
    return np.array(
        [
            skinned(mesh.vertices[feet] * figure.size, mesh.bones[feet], mesh.weights[feet], dual)[:, 1].min()
            for dual in duals_of([figure], [shape], positions)
        ]
    )


def on_tiptoe(motion: Motion) -> Motion:
    """Feet that point down by 50 degrees about their ankles."""
    positions = motion.positions.copy()
    for ankle, ball in zip(ANKLES, BALLS, strict=True):
        ahead = positions[:, ball] - positions[:, ankle]
        flat = ahead * [1, 0, 1]
        across = np.cross([0, 1.0, 0], flat / np.linalg.norm(flat, axis=1, keepdims=True))
        turned = np.einsum("tij,tj->ti", axis_angle_matrices(0.87 * across), ahead)
        positions[:, ball] = positions[:, ankle] + turned
    return replace(motion, positions=positions.astype(np.float32))


def test_soles_are_on_the_floor_while_feet_stand(walker, shape):
    shown = on_floor(walker)
    figure = figure_of(shown.skeleton, shown.positions)
    standing = stands(shown.positions[..., 1].min(axis=1))
    for level in range(3):
        heights = low(figure, shape, shown.positions[standing], level)
        assert abs(np.median(heights)) < 0.004 and np.abs(heights).max() < 0.03


def test_heights_of_soles_are_those_of_the_mesh(walker, shape):
    figure = figure_of(walker.skeleton, walker.positions)
    quick = heights_of(figure.plan, figure.rest, figure.drop, walker.positions).min(axis=1) + figure.lift
    standing = stands(walker.positions[..., 1].min(axis=1))
    assert np.abs(quick - low(figure, shape, walker.positions, 0))[standing].max() < 0.008


def test_a_lift_by_hand(walker):
    """Feet flat: ankles 8 cm over the floor, balls 2 cm; the lowest joint is the ball, the sole under the ankle by the drop."""
    p = np.repeat(walker.positions[:1], 20, axis=0)
    for ankle, ball in zip(ANKLES, BALLS, strict=True):
        p[:, ball] = p[:, ankle] + np.array([0, -0.06, 0.12], np.float32)
    p[..., 1] += 0.02 - p[:, BALLS, 1].min()
    p[:, ANKLES, 1], p[:, BALLS, 1] = 0.08, 0.02
    figure = figure_of(walker.skeleton, p)
    assert figure.lift == pytest.approx(0.02 - (0.08 - figure.size * figure.drop), abs=0.002)


def test_a_rest_pose_in_front_changes_nothing(walker, shape):
    first = walker.positions[:1] * np.array([0.2, 1, 0.2], np.float32) - np.array([0, 0.2, 0], np.float32)
    shown = on_floor(replace(walker, positions=np.concatenate([first, walker.positions])))
    figure = figure_of(shown.skeleton, shown.positions)
    after = shown.positions[1:]
    heights = low(figure, shape, after[stands(after[..., 1].min(axis=1))])
    assert abs(np.median(heights)) < 0.005


def test_a_take_on_tiptoe_does_not_sink_those_that_follow(walker):
    figure_of(walker.skeleton, on_tiptoe(walker).positions)
    figure = figure_of(walker.skeleton, on_floor(walker).positions)
    alone = figure.rest.feet[0, :, 1].mean()
    figures._rigs.clear()
    assert alone == pytest.approx(figure_of(walker.skeleton, walker.positions).rest.feet[0, :, 1].mean(), abs=0.02)


def test_a_pose_on_its_hands_has_the_lift_of_its_rig(walker):
    standing = figure_of(walker.skeleton, walker.positions)
    over = walker.positions[:1] * np.array([1, -1, 1], np.float32)
    over[..., 1] -= over[..., 1].min()
    assert figure_of(walker.skeleton, over).lift == pytest.approx(standing.lift, abs=0.02)


def test_drops_are_steps_and_within_what_feet_have():
    ways = np.array([[0, -0.05, 0.12], [0, -0.05, 0.12]])
    feet = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    assert drop_of(np.zeros((2, 3)), ways, 1.0) == 0.075
    assert drop_of(feet, ways, 1.0) == pytest.approx(0.075) == pytest.approx(drop_of(feet, ways * 1.1, 1.1))
    assert drop_of(feet * [1, 0, 1], ways, 1.0) == pytest.approx(0.06) and drop_of(feet, ways * 3, 1.0) == pytest.approx(0.105)
