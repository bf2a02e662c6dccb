"""What is measured of a take in a few array operations, against loops over bones, axes and frames."""

import numpy as np
import pytest

from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.limbs import Limb, limbs
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.recognition import joint_orders, up_axis
from motionpatches.core.recognition.published_orders import ORDERS

FPS = 20.0


@pytest.fixture(params=("walks", "jumps", "noise"))
def positions(request, smpl_motion):
    """(T, J, 3) of a body."""
    if request.param == "noise":
        return np.random.default_rng(0).normal(size=(70, 22, 3)).cumsum(axis=0).astype(np.float32)
    walk = smpl_motion.positions
    time_s = np.arange(len(walk)) / FPS
    height = np.where(time_s % 1 < 0.5, np.maximum(2 * (time_s % 1) - 4.9 * (time_s % 1) ** 2, 0), 0)
    return walk + (request.param == "jumps") * np.array([[[0, 1, 0]]]) * height[:, None, None].astype(np.float32)


def between(points, a, b):
    return [float(np.sqrt(((frame[a] - frame[b]) ** 2).sum())) for frame in points]


def middle_of(values):
    return float(np.median(np.array(values)))


def test_limbs_are_the_two_longest_bones_in_a_row(positions):
    found = limbs(positions, [*SMPL22.chains, (0, 3)])
    for limb, chain in zip(found, SMPL22.chains, strict=False):
        bones = [middle_of(between(positions, a, b)) for a, b in zip(chain, chain[1:], strict=False)]
        pairs = [bones[at] + bones[at + 1] for at in range(len(bones) - 1)]
        at = pairs.index(max(pairs))
        assert (limb.start, limb.middle, limb.end) == chain[at : at + 3] and limb.length == pytest.approx(max(pairs), rel=1e-5)
    assert found[-1] == Limb(0, 0, 3, pytest.approx(middle_of(between(positions, 0, 3)), rel=1e-5))


def misfit(sample, chains, real_joints):
    """The same as of the program, one bone after another."""
    (right_leg, left_leg, torso, right_arm, left_arm), segments = chains, []
    starts = []
    for right, left in ((right_leg, left_leg), (right_arm, left_arm)):
        bones = [
            middle_of(between(sample, right[at], right[at + 1])) + middle_of(between(sample, left[at], left[at + 1]))
            for at in range(len(right) - 1)
        ]
        pairs = [bones[at] + bones[at + 1] for at in range(1, len(bones) - 1)]
        start = 1 + pairs.index(max(pairs))
        starts.append((right[start], left[start]))
        segments += [between(sample, limb[start + k], limb[start + k + 1]) for k in (0, 1) for limb in (right, left)]
    size = sum(map(middle_of, segments)) / 8
    hips, shoulders = (between(sample, *pair) for pair in starts)
    rigid = [*segments, hips]
    rigid += [between(sample, a, b) for a, b in zip(torso, torso[1:], strict=False) if max(a, b) < real_joints]
    spreads = []
    for bone in rigid:
        low, middle, high = (float(np.quantile(bone, q)) for q in (0.1, 0.5, 0.9))
        spreads.append(min((high - low) / 2 / max(middle, size / 3), 0.5))
    right, left = [middle_of(s) for s in segments[0::2]], [middle_of(s) for s in segments[1::2]]
    uneven = np.mean([min(abs(np.log(r / other)), 0.5) for r, other in zip(right, left, strict=True)])
    thigh, shin, upper, fore = ((r + other) / 2 for r, other in zip(right, left, strict=True))
    below, above = (sample[:, list(pair)].mean(axis=1) for pair in starts)
    ends = np.stack([below, above, sample[:, torso[-1]]], axis=1)
    lengths = [thigh + shin, middle_of(between(ends, 0, 1)), middle_of(between(ends, 1, 2))]
    leg, trunk, head = lengths
    odd = [
        (shin, thigh, joint_orders.SHIN_TO_THIGH),
        (fore, upper, joint_orders.FOREARM_TO_ARM),
        (leg, upper + fore, joint_orders.LEG_TO_ARM),
        (trunk, leg, joint_orders.TRUNK_TO_LEG),
        (middle_of(hips), leg, joint_orders.HIPS_TO_LEG),
        (middle_of(shoulders), leg, joint_orders.SHOULDERS_TO_LEG),
        (head, leg, joint_orders.HEAD_TO_LEG),
    ]
    outside = [min(max(abs(np.log(a / b / usual)) - far, 0), 1) for a, b, (usual, far) in odd]
    cosines = [
        (up - low) @ (top - up) / (np.linalg.norm(up - low) * np.linalg.norm(top - up))
        for low, up, top in ends.astype(np.float64)
    ]
    return np.mean(spreads) + uneven + np.mean(outside) + 0.3 * min(max(-middle_of(cosines), 0), 1)


@pytest.mark.parametrize("order", ORDERS[::4], ids=lambda order: order.name)
def test_how_badly_an_order_fits(positions, order):
    columns = np.random.default_rng(1).permutation(order.columns) % positions.shape[1]
    for body in (positions[:, columns], positions[:, np.arange(order.columns) % positions.shape[1]]):
        sample = joint_orders.with_virtual(body.astype(np.float64) + np.arange(order.columns)[:, None] * 1e-3, order)
        chains, real = order.skeleton.chains, order.real_joints
        assert joint_orders._misfit(sample, chains, real) == pytest.approx(misfit(sample, chains, real), rel=1e-9)


def test_floor_and_contacts_along_each_axis(positions):
    found = up_axis.evidence(positions, FPS, SMPL22.chains, 1.7, None)
    joints = sorted({joint for chain in SMPL22.chains for joint in chain})
    body, frames, step = positions[:, joints].astype(np.float64) / 1.7, len(positions), round(0.06 * FPS)
    for axis, name in enumerate(UP_AXES):
        up = np.eye(3)["XYZ".index(name[-1])] * (-1 if name.startswith("-") else 1)
        ground, slides = [], []
        lowest = [min(joint @ up for joint in frame) for frame in body]
        for at in range(frames):
            inner = min(max(at, step), frames - 1 - step)
            before, now, after = (body[inner + k].mean(axis=0) for k in (-step, 0, step))
            fall = -((before - 2 * now + after) * (FPS / step) ** 2) @ up
            if not abs(fall - up_axis.GRAVITY_STATURES) < 0.4 * up_axis.GRAVITY_STATURES:
                ground.append(lowest[at])
            speeds = np.linalg.norm(body[min(at + 1, frames - 1)] - body[at], axis=1) * FPS
            slides.append(min(3.0, *(v for v, joint in zip(speeds, body[at], strict=True) if joint @ up < lowest[at] + 0.06)))
        low, high = np.quantile(ground, (0.05, 0.95)) if len(ground) > 0.2 * frames else (0.0, 0.0)
        assert found.floor[axis] == pytest.approx(max(-np.log1p(((high - low) / 0.16) ** 2), -4.5), rel=1e-6)
        assert found.contact[axis] == pytest.approx(max(-np.log1p((np.mean(slides) / 0.3) ** 2), -3.0), rel=1e-4)
