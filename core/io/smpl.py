"""SMPL's body: poses as read from any file, and the joints they give on the mean skeleton or through a body model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import check_finite
from motionpatches.core.motion import kinematics
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
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
BODY_MODELS = "MOTIONPATCHES_BODY_MODELS"
JOINTS = 22
CHUNK = 8192


@dataclass(frozen=True, eq=False)
class SmplPoses:
    """One person's poses: `rotations` (T, 22, 3) axis-angle of the root and 21 body joints, `places` (T, 3) metres.

    `fps` with `rate` on what ground; `betas` (B,) body shape; `family` 'smplh' or 'smplx'; `up` as the source has it; `name`
    where a file holds several people; `notes` what else was assumed.
    """

    rotations: np.ndarray
    places: np.ndarray
    fps: float
    rate: Assumption
    betas: np.ndarray
    gender: str = "neutral"
    family: str = "smplh"
    up: Stated[str] | None = None
    name: str = ""
    captions: tuple[str, ...] = ()
    notes: tuple[Assumption, ...] = ()


def take_of(path: Path, poses: SmplPoses) -> RawTake:
    """Joint positions in metres, in the source's own axes. Raises FileProblem for NaN, StudioError without a body model."""
    bad = ~(np.isfinite(poses.rotations).all((1, 2)) & np.isfinite(poses.places).all(1))
    if bad.any():
        raise FileProblem(
            path,
            f"{int(bad.sum())} of {len(bad)} frames hold NaN or infinite values",
            "Repair or re-export the take",
            f"frame {int(np.argmax(bad))}",
        )
    models = os.environ.get(BODY_MODELS, "")
    if models:
        from motionpatches.core.io.smpl_model import model_joints

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
        notes=(body, *poses.notes),
    )


def mean_joints(poses: SmplPoses) -> np.ndarray:
    """(T, 22, 3) float32 by forward kinematics on REST."""
    found = np.empty((len(poses.places), JOINTS, 3), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(found), CHUNK):
            part = slice(start, start + CHUNK)
            found[part] = _chained(poses.rotations[part].astype(np.float64), poses.places[part].astype(np.float64))
    return found


def _chained(rotations: np.ndarray, places: np.ndarray) -> np.ndarray:
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
    return np.stack(joints).transpose(2, 0, 1)
