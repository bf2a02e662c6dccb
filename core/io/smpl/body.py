"""The joints that SMPL poses give, on the mean skeleton or through a licensed body model."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from motionpatches.core.io.limits import check_finite
from motionpatches.core.io.smpl.model import model_joints
from motionpatches.core.io.smpl.poses import BODY_MODELS, JOINTS, SmplPoses
from motionpatches.core.motion import kinematics
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.rotations import quaternions
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.motion.stated import Stated

# A mean body's joints in the SMPL rest pose (T-pose, metres, root at the origin): rounded proportions of a person of 1.7 m.
REST = np.array(
    [
        [0, 0, 0],
        [0.062, -0.09, -0.005],
        [-0.062, -0.09, -0.005],
        [0, 0.115, -0.025],
        [0.105, -0.465, -0.01],
        [-0.105, -0.465, -0.01],
        [0, 0.25, 0],
        [0.09, -0.87, -0.045],
        [-0.09, -0.87, -0.045],
        [0, 0.305, 0.025],
        [0.115, -0.925, 0.08],
        [-0.115, -0.925, 0.08],
        [0, 0.515, -0.02],
        [0.08, 0.42, -0.01],
        [-0.08, 0.42, -0.01],
        [0, 0.6, 0.03],
        [0.19, 0.46, -0.02],
        [-0.19, 0.46, -0.02],
        [0.445, 0.45, -0.045],
        [-0.445, 0.45, -0.045],
        [0.695, 0.455, -0.045],
        [-0.695, 0.455, -0.045],
    ]
)
CHUNK = 8192


def take_of(path: Path, poses: SmplPoses, turned: bool = False) -> RawTake:
    """Joint positions in metres, in the source's own axes; `turned`: with the joints' rotations.

    Raises:
        FileProblem: A number is not finite.
        StudioError: A body model is wanted and missing.
    """
    check_finite(path, poses.rotations, poses.places)
    models = os.environ.get(BODY_MODELS, "")
    if models:
        positions = model_joints(Path(models), poses)
        body = Assumption("body", f"{poses.family} {poses.gender}", "the licensed body model and the file's shape", 1.0)
    else:
        positions = mean_joints(poses)
        check_finite(path, positions)
        body = Assumption(
            "body", "mean skeleton", f"no body models are set ({BODY_MODELS}), so the person's own proportions are not known", 0.7
        )
    return RawTake(
        np.ascontiguousarray(positions, np.float32),
        poses.fps,
        SMPL22,
        poses.rate,
        poses.name,
        poses.captions,
        unit=Stated(1.0, "SMPL's body is in metres", 1.0),
        up=poses.up,
        parts=Stated("five chains", "SMPL's joints", 1.0),
        rest=REST.astype(np.float32) if turned else None,
        notes=(body, *poses.notes),
        turns=world_turns(poses) if turned else None,
    )


def mean_joints(poses: SmplPoses) -> np.ndarray:
    """(T, 22, 3) float32 by forward kinematics on REST."""
    found = np.empty((len(poses.places), JOINTS, 3), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(found), CHUNK):
            part = slice(start, start + CHUNK)
            found[part], _ = _chained(poses.rotations[part].astype(np.float64), poses.places[part].astype(np.float64))
    return found


def world_turns(poses: SmplPoses) -> np.ndarray:
    """(T, 22, 4) float32 rotations of the joints in the world, as quaternions x, y, z, w."""
    found = np.empty((len(poses.places), JOINTS, 4), np.float32)
    for start in range(0, len(found), CHUNK):
        part = slice(start, start + CHUNK)
        _, world = _chained(poses.rotations[part].astype(np.float64), poses.places[part].astype(np.float64))
        for joint, turn in enumerate(world):
            found[part, joint] = quaternions(turn.transpose(2, 0, 1))
    return found


def _chained(rotations: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Places (T, 22, 3), and of each joint the rotation in the world (3, 3, T)."""
    local = kinematics.axis_angle_matrices(rotations)
    world: list[np.ndarray] = []
    joints: list[np.ndarray] = []
    for joint, parent in enumerate(SMPL22.parents):
        turn = local[:, joint].transpose(1, 2, 0)
        if parent < 0:
            world.append(turn)
            joints.append(places.T + REST[0][:, None])
        else:
            joints.append(joints[parent] + kinematics.apply(world[parent], REST[joint] - REST[parent]))
            world.append(kinematics.multiply(world[parent], turn))
    return np.stack(joints).transpose(2, 0, 1), world
