"""A body of the 22-joint SMPL skeleton and the tracks that move it: pelvis, spine, head, feet, hands over time.

Angles are radians. Index 0 is the left limb, 1 the right one; sideways values grow outwards from the own side, so that
a left and a right gesture are the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import SMPL22

FPS = 20.0
LEFT, RIGHT = 0, 1
SIDE_SIGN = np.array([1.0, -1.0])
BALL_HEIGHT = 0.02

# Offset of each joint from its parent, metres, for a person of 1.7 m standing with the arms out: anthropometric
# means. Left side; the right one is its mirror image.
_OFFSETS = {
    "pelvis": (0, 0, 0),
    "spine1": (0, 0.11, -0.015),
    "spine2": (0, 0.135, 0.0),
    "spine3": (0, 0.055, 0.012),
    "neck": (0, 0.21, -0.02),
    "head": (0, 0.09, 0.045),
    "left_hip": (0.065, -0.085, -0.005),
    "left_knee": (0, -0.39, 0),
    "left_ankle": (0, -0.405, 0),
    "left_foot": (0.01, -0.06, 0.13),
    "left_collar": (0.075, 0.12, -0.02),
    "left_shoulder": (0.105, 0.035, -0.01),
    "left_elbow": (0.26, 0, 0),
    "left_wrist": (0.25, 0, 0),
}


@dataclass(frozen=True)
class Body:
    """Offsets (22, 3) of the joints from their parents, and the lengths that inverse kinematics needs; all in metres."""

    offsets: np.ndarray

    def length(self, name: str) -> float:
        """Return the length of the bone that ends at a joint."""
        return float(np.linalg.norm(self.offsets[SMPL22.joint_names.index(name)]))

    @property
    def thigh(self) -> float:
        """Return the length from hip to knee."""
        return self.length("left_knee")

    @property
    def shin(self) -> float:
        """Return the length from knee to ankle."""
        return self.length("left_ankle")

    @property
    def leg(self) -> float:
        """Return the length of thigh and shin."""
        return self.thigh + self.shin

    @property
    def upper_arm(self) -> float:
        """Return the length from shoulder to elbow."""
        return self.length("left_elbow")

    @property
    def forearm(self) -> float:
        """Return the length from elbow to wrist."""
        return self.length("left_wrist")

    @property
    def arm(self) -> float:
        """Return the length of upper arm and forearm."""
        return self.upper_arm + self.forearm

    @property
    def foot(self) -> np.ndarray:
        """Return the vector (3,) from the ankle to the ball of the left foot when it is flat."""
        return self.offsets[SMPL22.joint_names.index("left_foot")]

    @property
    def standing(self) -> float:
        """Return the height of the pelvis over the ground with straight legs."""
        hip = self.offsets[SMPL22.joint_names.index("left_hip")]
        return float(-hip[1] + self.leg - self.foot[1] + BALL_HEIGHT)

    @property
    def hip_half(self) -> float:
        """Return half of the distance between the hips."""
        return float(self.offsets[1][0])


def make_body(height_m: float = 1.7, legs: float = 1.0, arms: float = 1.0, shoulders: float = 1.0, hips: float = 1.0) -> Body:
    """Make a body.

    Args:
        height_m: Stature in metres.
        legs: Factor of the length of the legs; arms, shoulders (width) and hips (width) likewise.
    """
    offsets = np.zeros((22, 3))
    for joint, name in enumerate(SMPL22.joint_names):
        right = name.startswith("right_")
        offset = np.array(_OFFSETS[name.replace("right_", "left_")], float)
        if "knee" in name or "ankle" in name:
            offset *= legs
        elif "elbow" in name or "wrist" in name:
            offset *= arms
        elif "shoulder" in name or "collar" in name:
            offset[0] *= shoulders
        elif "hip" in name:
            offset[0] *= hips
        if right:
            offset[0] = -offset[0]
        offsets[joint] = offset
    return Body(offsets * height_m / 1.7)


class Tracks:
    """What moves over T frames at 20 fps; starts as a person standing at the origin, facing +Z, arms hanging.

    Attributes:
        pelvis: (T, 3) metres.
        yaw, pitch, roll: (T,) of the pelvis: to the left, forward, to the left.
        spine: (T, 3) bend, side (left), twist (left).
        head: (T, 3) nod, tilt, turn.
        ball: (2, T, 3) the ball of each foot in the world, metres.
        foot_yaw, foot_pitch: (2, T); pitch raises the heel.
        knee_out: (2, T) how far the knee points outwards.
        foot_local: (2, T, 3) ankle from hip as (out, up, ahead) in leg lengths; foot_free (2, T) is its weight beside `ball`.
        hand: (2, T, 3) wrist from shoulder as (out, up, ahead) in arm lengths.
        hand_world: (2, T, 3) wrist in metres; hand_fixed (2, T) is its weight beside `hand`.
        elbow_up: (2, T) raises the elbow.
    """

    def __init__(self, frames: int, body: Body):
        self.frames, self.body = frames, body
        self.pelvis = np.zeros((frames, 3))
        self.pelvis[:, 1] = body.standing - 0.012
        self.yaw, self.pitch, self.roll = np.zeros(frames), np.zeros(frames), np.zeros(frames)
        self.spine, self.head = np.zeros((frames, 3)), np.zeros((frames, 3))
        self.ball = np.zeros((2, frames, 3))
        for side in (LEFT, RIGHT):
            self.ball[side] = stance(body, side)
        self.foot_yaw = np.repeat(np.array([[0.12], [-0.12]]), frames, axis=1)
        self.foot_pitch, self.knee_out = np.zeros((2, frames)), np.full((2, frames), 0.12)
        self.foot_free, self.foot_local = np.zeros((2, frames)), np.zeros((2, frames, 3))
        self.foot_local[:, :, 1] = -0.98
        self.hand = np.zeros((2, frames, 3))
        self.hand[:] = hang(0.05, 0.12, 0.22)
        self.hand_fixed, self.hand_world = np.zeros((2, frames)), np.zeros((2, frames, 3))
        self.elbow_up = np.zeros((2, frames))

    @property
    def t(self) -> np.ndarray:
        """Return the times (T,) of the frames in seconds."""
        return np.arange(self.frames) / FPS

    @property
    def seconds(self) -> float:
        """Return the duration in seconds."""
        return self.frames / FPS


def stance(body: Body, side: int, width: float = 0.0) -> np.ndarray:
    """Return where (3,) the ball of a foot stands under a pelvis at the origin, `width` metres wider than the hips."""
    return np.array([SIDE_SIGN[side] * (body.hip_half + 0.02 + width / 2), BALL_HEIGHT, body.foot[2] - 0.03])


def hang(swing: float | np.ndarray, out: float | np.ndarray, elbow: float | np.ndarray) -> np.ndarray:
    """Return the wrist (..., 3) of a hanging arm, in arm lengths from the shoulder.

    Args:
        swing: Angle ahead.
        out: Angle away from the body.
        elbow: Angle by which the elbow is bent.
    """
    swing, out, elbow = np.broadcast_arrays(*(np.asarray(v, float) for v in (swing, out, elbow)))

    def direction(ahead: np.ndarray) -> np.ndarray:
        return np.stack([np.sin(out) * np.cos(ahead) * 0.9, -np.cos(out) * np.cos(ahead), np.sin(ahead)], axis=-1)

    return 0.51 * direction(swing) + 0.49 * direction(swing + elbow)
