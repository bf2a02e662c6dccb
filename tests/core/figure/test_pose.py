"""Bones in poses: they reach their joints, turn about hinges without flips, and carry the skin."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.figure.figure import duals_of, figure_of
from motionpatches.core.figure.frames import frames_of, limb_frames
from motionpatches.core.figure.plan import ALONG, AXES, plan_of
from motionpatches.core.figure.skinning import dual_quaternions, skinned
from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.rotations import unit
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from tests.core.figure.test_mesh import volume_of

UPRIGHT = np.broadcast_to(np.eye(3), (1, 4, 3, 3))
FORWARD = np.tile([0, -0.3, 0.95], (1, 2, 1))


def degrees(a, b):
    turn = np.einsum("...ji,...jk->...ik", a, b)
    return np.degrees(np.arccos(np.clip((np.trace(turn, axis1=-2, axis2=-1) - 1) / 2, -1, 1)))


def test_at_rest_nothing_moves(shape):
    mesh, count = shape.meshes[1], len(shape.places)
    still = np.broadcast_to(np.eye(3), (1, count, 3, 3))
    duals = dual_quaternions(still, shape.places[None], shape.places)[0]
    np.testing.assert_allclose(skinned(mesh.vertices, mesh.bones, mesh.weights, duals), mesh.vertices, atol=1e-6)


def test_a_rigid_move_of_all_bones_is_that_of_the_skin(shape):
    """Against matrices: rotated about the origin and shifted."""
    mesh, turn, by = shape.meshes[2], axis_angle_matrices(np.array([0.4, -1.1, 2.0])), np.array([1.0, 2.0, -3.0])
    turns = np.broadcast_to(turn, (1, len(shape.places), 3, 3))
    duals = dual_quaternions(turns, (shape.places @ turn.T + by)[None], shape.places)[0]
    expected = mesh.vertices @ turn.T + by
    np.testing.assert_allclose(skinned(mesh.vertices, mesh.bones, mesh.weights, duals), expected, atol=1e-5)


@pytest.mark.parametrize("angle", [0.8, 1.6, 2.2])
def test_a_bent_elbow_and_knee_keep_the_volume(shape, figure, angle):
    names, mesh = figure.plan.names, shape.meshes[0]
    turns, places = np.broadcast_to(np.eye(3), (1, len(names), 3, 3)).copy(), shape.places[None].copy()
    for first, bones, axis in (
        ("right forearm", ("right forearm", "right above wrist", "right hand"), AXES[0]),
        ("left shin", ("left shin", "left above ankle", "left foot", "left toes"), AXES[3]),
    ):
        turn, pivot = axis_angle_matrices(axis * angle), shape.places[names.index(first)]
        for name in bones:
            k = names.index(name)
            turns[0, k], places[0, k] = turn, pivot + turn @ (shape.places[k] - pivot)
    posed = skinned(mesh.vertices, mesh.bones, mesh.weights, dual_quaternions(turns, places, shape.places)[0])
    before, after = volume_of(mesh.vertices, mesh.faces), volume_of(posed, mesh.faces)
    assert after == pytest.approx(before, rel=0.02)


def test_a_twisted_wrist_does_not_pinch_the_forearm(shape, figure):
    """Half a turn of the hand: the forearm's width in its middle stays (a mean of matrices would shrink it to nothing)."""
    names, mesh = figure.plan.names, shape.meshes[0]
    turns = np.broadcast_to(np.eye(3), (1, len(names), 3, 3)).copy()
    for name in ("right above wrist", "right hand"):
        turns[0, names.index(name)] = axis_angle_matrices(ALONG[0] * np.radians(170))
    posed = skinned(mesh.vertices, mesh.bones, mesh.weights, dual_quaternions(turns, shape.places[None], shape.places)[0])
    elbow, wrist = shape.places[names.index("right forearm")], shape.places[names.index("right hand")]
    along = (mesh.vertices - elbow) @ ALONG[0] / np.linalg.norm(wrist - elbow)
    beside = np.linalg.norm((mesh.vertices - elbow) - np.outer((mesh.vertices - elbow) @ ALONG[0], ALONG[0]), axis=1)
    ring = (np.abs(along - 0.6) < 0.1) & (beside < 0.08)
    off = posed[ring] - elbow
    after = np.linalg.norm(off - np.outer(off @ ALONG[0], ALONG[0]), axis=1)
    np.testing.assert_allclose(after, beside[ring], rtol=0.05)


def test_bones_stand_at_their_joints(figure, walker):
    turns, places = frames_of(figure.plan, figure.rest, walker.positions.astype(np.float64))
    plan, p = figure.plan, walker.positions
    for number in range(4):
        at, arm = plan.limb(number), number < 2
        for bone, joints in ((1 if arm else 0, plan.start), (3 if arm else 2, plan.middle), (5 if arm else 4, plan.end)):
            np.testing.assert_allclose(places[:, at + bone], p[:, joints[number]], atol=1e-5)
    np.testing.assert_allclose(np.einsum("tbij,tbkj->tbik", turns, turns), np.broadcast_to(np.eye(3), turns.shape), atol=1e-6)
    assert (np.linalg.det(turns) > 0.99).all()


def test_no_bone_jumps_from_frame_to_frame(figure, walker):
    turns, _ = frames_of(figure.plan, figure.rest, walker.positions.astype(np.float64))
    assert degrees(turns[:-1], turns[1:]).max() < 45


def limbs(bend, limb=0, about=None):
    """A body with one limb bent by radians, the others straight."""
    start = np.zeros((1, 4, 3))
    middle = start + ALONG
    second = ALONG.copy()
    axis = AXES[limb] if about is None else about
    second[limb] = axis_angle_matrices(axis * bend) @ ALONG[limb]
    return start, middle, middle + second


@pytest.mark.parametrize("limb", range(4))
def test_a_hinge_bends_about_its_axis(limb):
    """From straight to folded the outer bone keeps the axis of elbow or knee; a straight limb has it as well."""
    found = []
    for bend in np.linspace(0, 2.4, 25):
        _, upper, lower = limb_frames(UPRIGHT, *limbs(bend, limb), FORWARD)
        found.append(upper[0, limb])
        assert degrees(upper[0, limb], lower[0, limb]) == pytest.approx(np.degrees(bend), abs=1e-3)
        assert np.degrees(np.arccos(np.clip(upper[0, limb] @ AXES[limb] @ AXES[limb], -1, 1))) < 12
    assert degrees(np.array(found)[:-1], np.array(found)[1:]).max() < 8


@pytest.mark.parametrize("bend", [0.02, 0.1, 0.19])
def test_an_overstretched_elbow_does_not_turn_round(bend):
    _, upper, _ = limb_frames(UPRIGHT, *limbs(-bend), FORWARD)
    assert upper[0, 0] @ AXES[0] @ AXES[0] > 0.95


def test_a_turn_of_the_axis_is_followed_without_a_flip():
    """An upper arm that turns inwards by 150 degrees while the elbow is bent, in small steps."""
    found = []
    for turn in np.linspace(0, np.radians(150), 60):
        axis = axis_angle_matrices(ALONG[0] * turn) @ AXES[0]
        found.append(limb_frames(UPRIGHT, *limbs(1.2, about=axis), FORWARD)[1][0, 0])
    steps = degrees(np.array(found)[:-1], np.array(found)[1:])
    assert steps.max() < 4 and steps.min() > 1


def test_another_length_of_a_limb_is_stretched_along_it(shape, figure, walker):
    """A forearm a fifth longer than the mesh's: the skin ends at the wrist, without a gap."""
    p = walker.positions[:1].copy()
    wrist, elbow = figure.plan.end[0], figure.plan.middle[0]
    p[0, wrist] = p[0, elbow] + 1.2 * (p[0, wrist] - p[0, elbow])
    mesh = shape.meshes[0]
    posed = skinned(mesh.vertices * figure.size, mesh.bones, mesh.weights, duals_of([figure], [shape], p)[0])
    edges = np.unique(np.sort(np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]]]), axis=1), axis=0)
    long = np.linalg.norm(posed[edges[:, 0]] - posed[edges[:, 1]], axis=1)
    assert long.max() < 0.08
    assert np.linalg.norm(posed - p[0, wrist] - [0, figure.lift, 0], axis=1).min() < 0.04


def test_soles_stand_on_the_floor(shape, figure, walker):
    mesh = shape.meshes[1]
    feet = np.isin(mesh.bones[:, 0], [i for i, n in enumerate(figure.plan.names) if n.endswith(("foot", "toes"))])
    low = []
    for dual in duals_of([figure], [shape], walker.positions - [0, walker.positions[..., 1].min(), 0]):
        low.append(skinned(mesh.vertices[feet] * figure.size, mesh.bones[feet], mesh.weights[feet], dual)[:, 1].min())
    assert min(low) > -0.03 and abs(np.median(low)) < 0.02


def test_what_has_no_two_arms_and_two_legs_has_no_figure(walker):
    assert figure_of(replace(SMPL22, chains=()), walker.positions) is None
    bare = Skeleton(("root", "a"), (-1, 0), ())
    assert figure_of(bare, np.zeros((3, 2, 3), np.float32)) is None
    assert figure_of(SMPL22, np.zeros((3, 22, 3), np.float32)) is None, "a body without extent"
    broken = walker.positions.copy()
    broken[0, 3] = np.nan
    assert figure_of(SMPL22, broken) is None


def test_bodies_of_one_shape_share_a_mesh_whatever_their_size(walker, figure):
    taller = figure_of(SMPL22, walker.positions * np.float32(1.2))
    assert taller.key == figure.key and taller.size == pytest.approx(1.2 * figure.size, rel=0.05)
    child = figure_of(SMPL22, walker.positions * np.float32(0.6))
    assert child.head > figure.head and child.key != figure.key


def test_a_limb_begins_at_the_shoulder_where_the_way_from_the_chest_is_longest(walker):
    """Chest, shoulder, elbow, wrist with a long first bone: the arm is the last two."""
    chains = tuple(tuple(j for j in c if SMPL22.joint_names[j] not in ("left_collar", "right_collar")) for c in SMPL22.chains)
    parents = tuple(9 if p in (13, 14) else p for p in SMPL22.parents)
    wide = walker.positions.copy()
    for side, joints in ((-1, (17, 19, 21)), (1, (16, 18, 20))):
        wide[:, list(joints), 0] += side * 0.3
    plan = plan_of(replace(SMPL22, parents=parents, chains=chains), wide)
    assert plan.start[:2].tolist() == [17, 16] and plan.end[:2].tolist() == [21, 20]
    assert unit(wide[0, plan.middle[0]] - wide[0, plan.start[0]]) @ [0, -1, 0] > 0
