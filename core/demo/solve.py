"""From tracks to joint positions: forward kinematics of the trunk, inverse kinematics of the limbs."""

from __future__ import annotations

import copy

import numpy as np

from motionpatches.core.demo.body import BALL_HEIGHT, LEFT, RIGHT, SIDE_SIGN, Body, Tracks
from motionpatches.core.motion.skeleton import SMPL22

_J = {name: i for i, name in enumerate(SMPL22.joint_names)}
_ELBOW_POLE = np.array([0.55, -0.65, -0.6])


def rotation(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Return the rotations (T, 3, 3) Ry(yaw) Rx(pitch) Rz(-roll) of angles (T,) in radians: roll leans to the left, +X."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(-roll), np.sin(-roll)
    zero, one = np.zeros_like(cy), np.ones_like(cy)
    ry = np.stack([cy, zero, sy, zero, one, zero, -sy, zero, cy], -1).reshape(-1, 3, 3)
    rx = np.stack([one, zero, zero, zero, cp, -sp, zero, sp, cp], -1).reshape(-1, 3, 3)
    rz = np.stack([cr, -sr, zero, sr, cr, zero, zero, zero, one], -1).reshape(-1, 3, 3)
    return ry @ rx @ rz


def two_bones(
    root: np.ndarray, target: np.ndarray, pole: np.ndarray, first: float, second: float
) -> tuple[np.ndarray, np.ndarray]:
    """Place the joints of a limb of two bones by the law of cosines.

    Args:
        root: (T, 3) start of the limb, metres.
        target: (T, 3) where its end should be; out of reach, the limb points at it.
        pole: (T, 3) direction in which the middle joint bends.
        first, second: Lengths of the bones in metres.

    Returns:
        Middle and end joint, each (T, 3).
    """
    # Unit vector to the target, and a unit vector `side` at right angles to it, towards the pole.
    way = target - root
    distance = np.linalg.norm(way, axis=1, keepdims=True)
    ahead = way / np.maximum(distance, 1e-9)
    reach = np.clip(distance, abs(first - second) + 0.25 * min(first, second), (first + second) * 0.998)
    side = pole - (pole * ahead).sum(1, keepdims=True) * ahead
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    # The middle joint: `along` the way to the end, and `off` it (law of cosines, Pythagoras).
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    off = np.sqrt(np.maximum(first**2 - along**2, 0))
    return root + ahead * along + side * off, root + ahead * reach


def solve(tracks: Tracks) -> np.ndarray:
    """Solve tracks for joint positions (T, 22, 3) in metres.

    Where a planted foot would be out of reach, its heel is raised first, then the pelvis lowered.
    """
    body, tracks = tracks.body, copy.copy(tracks)
    pelvis = tracks.pelvis.copy()
    pelvis_frame = rotation(tracks.yaw, tracks.pitch, tracks.roll)
    tracks.foot_pitch = _raised_heels(tracks, body, pelvis, pelvis_frame)
    pelvis[:, 1] -= _out_of_reach(tracks, body, pelvis, pelvis_frame)
    out = np.zeros((tracks.frames, 22, 3))
    out[:, 0] = pelvis
    chest = _trunk(tracks, body, out, pelvis_frame)
    for side in (LEFT, RIGHT):
        _leg(tracks, body, out, pelvis_frame, side)
        _arm(tracks, body, out, chest, side)
    return out


def _place(out: np.ndarray, body: Body, name: str, frame: np.ndarray) -> None:
    joint = _J[name]
    out[:, joint] = out[:, SMPL22.parents[joint]] + frame @ body.offsets[joint]


def _trunk(tracks: Tracks, body: Body, out: np.ndarray, frame: np.ndarray) -> np.ndarray:
    bend, side, twist = (tracks.spine / 3).T
    step = rotation(twist, bend, side)
    for name in ("spine1", "spine2", "spine3"):
        _place(out, body, name, frame)
        frame = frame @ step
    _place(out, body, "neck", frame)
    nod, tilt, turn = tracks.head.T
    _place(out, body, "head", frame @ rotation(turn, nod, tilt))
    return frame


def ankle_targets(tracks: Tracks, body: Body, hip: np.ndarray, frame: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the target of the ankle and the vector from ankle to ball of one foot, each (T, 3).

    Args:
        hip: (T, 3) position of the hip.
        frame: (T, 3, 3) rotation of the pelvis.
        side: LEFT or RIGHT.
    """
    sign = np.array([SIDE_SIGN[side], 1, 1])
    foot = body.foot * sign
    turned = rotation(tracks.foot_yaw[side], tracks.foot_pitch[side], np.zeros(tracks.frames))
    planted_toe = turned @ foot
    free_toe = (frame @ rotation(np.zeros(tracks.frames), tracks.foot_pitch[side], np.zeros(tracks.frames))) @ foot
    weight = tracks.foot_free[side][:, None]
    # A blend of directions is shorter than the foot: it gets its length back.
    toe = planted_toe * (1 - weight) + free_toe * weight
    toe *= np.linalg.norm(foot) / np.maximum(np.linalg.norm(toe, axis=1, keepdims=True), 1e-9)
    local = np.einsum("tij,tj->ti", frame, tracks.foot_local[side] * sign * body.leg)
    planted = tracks.ball[side] - planted_toe
    return planted * (1 - weight) + (hip + local) * weight, toe


def _leg(tracks: Tracks, body: Body, out: np.ndarray, frame: np.ndarray, side: int) -> None:
    prefix = ("left_", "right_")[side]
    _place(out, body, prefix + "hip", frame)
    hip = out[:, _J[prefix + "hip"]]
    target, toe = ankle_targets(tracks, body, hip, frame, side)
    yaw = tracks.foot_yaw[side]
    ahead = np.stack([np.sin(yaw), np.zeros_like(yaw), np.cos(yaw)], axis=1)
    free = tracks.foot_free[side][:, None]
    # The knee bends ahead of the pelvis, and of the foot while that stands; then outwards.
    pole = frame[:, :, 2] + ahead * (1 - free)
    pole = pole + frame[:, :, 0] * (SIDE_SIGN[side] * tracks.knee_out[side])[:, None]
    knee, ankle = two_bones(hip, target, pole, body.thigh, body.shin)
    out[:, _J[prefix + "knee"]], out[:, _J[prefix + "ankle"]] = knee, ankle
    out[:, _J[prefix + "foot"]] = ankle + toe


def _arm(tracks: Tracks, body: Body, out: np.ndarray, chest: np.ndarray, side: int) -> None:
    prefix = ("left_", "right_")[side]
    sign = np.array([SIDE_SIGN[side], 1, 1])
    _place(out, body, prefix + "collar", chest)
    # A raised hand raises the shoulder.
    lift = 0.4 * np.clip(tracks.hand[side][:, 1] + 0.1, 0, 1) * (1 - tracks.hand_fixed[side])
    zero = np.zeros_like(lift)
    _place(out, body, prefix + "shoulder", chest @ rotation(zero, zero, -SIDE_SIGN[side] * lift))
    shoulder = out[:, _J[prefix + "shoulder"]]
    local = np.einsum("tij,tj->ti", chest, tracks.hand[side] * sign * body.arm)
    weight = tracks.hand_fixed[side][:, None]
    target = (shoulder + local) * (1 - weight) + tracks.hand_world[side] * weight
    pole = _ELBOW_POLE * sign + np.stack([zero, 1.6 * tracks.elbow_up[side], zero], axis=1)
    pole = pole + np.stack([0.8 * tracks.elbow_up[side] * sign[0], zero, zero], axis=1)
    elbow, wrist = two_bones(shoulder, target, np.einsum("tij,tj->ti", chest, pole), body.upper_arm, body.forearm)
    out[:, _J[prefix + "elbow"]], out[:, _J[prefix + "wrist"]] = elbow, wrist


def _raised_heels(tracks: Tracks, body: Body, pelvis: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Return the foot pitch (2, T), larger where a planted foot stays behind farther than the straight leg reaches."""
    pitches = tracks.foot_pitch.copy()
    for side in (LEFT, RIGHT):
        hip = pelvis + frame @ body.offsets[_J[("left_", "right_")[side] + "hip"]]
        ahead = np.stack([np.sin(tracks.yaw), np.cos(tracks.yaw)], axis=1)
        # Only feet behind the hip, or hardly before it: a foot ahead lands on its heel.
        behind = ((tracks.ball[side] - hip)[:, [0, 2]] * ahead).sum(axis=1) < 0.1
        trial, needed = copy.copy(tracks), np.zeros(tracks.frames)
        open_frames = behind & (tracks.foot_free[side] < 0.5)
        # Raise the heel in steps of 0.1 radians in the frames that still need it.
        for extra in np.linspace(0, 1, 11)[:-1]:
            trial.foot_pitch = np.maximum(tracks.foot_pitch, extra)
            far = np.linalg.norm(ankle_targets(trial, body, hip, frame, side)[0] - hip, axis=1) > 0.985 * body.leg
            open_frames &= far
            if not open_frames.any():
                break
            needed[open_frames] = extra + 0.1
        pitches[side] = np.maximum(pitches[side], _widened(needed, 2))
    return pitches


def _widened(values: np.ndarray, reach: int) -> np.ndarray:
    """Return the largest value (T,) of the frames within `reach`, smoothed over as many."""
    padded = np.pad(values, 2 * reach, mode="edge")
    widest = np.max([np.roll(padded, s) for s in range(-reach, reach + 1)], axis=0)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(widest, kernel / kernel.sum(), mode="same")[2 * reach : -2 * reach]


def _out_of_reach(tracks: Tracks, body: Body, pelvis: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Return by how many metres (T,) to lower the pelvis so that every planted foot is reached.

    Smoothed, and at most a sixth of the leg: beyond that the foot leaves the floor.
    """
    drop = np.zeros(tracks.frames)
    for side in (LEFT, RIGHT):
        hip = pelvis + frame @ body.offsets[_J[("left_", "right_")[side] + "hip"]]
        target, _ = ankle_targets(tracks, body, hip, frame, side)
        # The highest hip from which the leg, not quite straight, reaches the ankle (Pythagoras).
        flat = np.linalg.norm((target - hip)[:, [0, 2]], axis=1)
        highest = target[:, 1] + np.sqrt(np.maximum((0.994 * body.leg) ** 2 - flat**2, 0))
        # Planted: the foot does not move before or after this frame.
        step = np.linalg.norm(np.diff(tracks.ball[side], axis=0, prepend=tracks.ball[side][:1]), axis=1)
        planted = (tracks.foot_free[side] < 0.5) & (np.minimum(step, np.append(step[1:], 0)) < 0.002)
        drop = np.maximum(drop, np.where(planted, hip[:, 1] - highest, 0))
    return np.minimum(np.maximum(drop, _widened(drop, 2)), 0.16 * body.leg)


def lift_out_of_floor(positions: np.ndarray, lowest: float = BALL_HEIGHT - 0.005) -> np.ndarray:
    """Raise the whole body, smoothly, in frames where a joint would be below `lowest` metres; (T, J, 3)."""
    below = np.maximum(lowest - positions[..., 1].min(axis=1), 0)
    if below.max() <= 0:
        return positions
    lifted = positions.copy()
    lifted[..., 1] += np.maximum(below, _widened(below, 3))[:, None]
    return lifted
