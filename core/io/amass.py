"""AMASS .npz: SMPL poses by body shape, in both key dialects (SMPL-H and SMPL-X)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.io import units
from core.motion import kinematics
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import SMPL22

# A mean body's joints in the SMPL rest pose (T-pose, metres, root at the origin): rounded proportions of a person of 1.7 m.
REST = np.array([
    [0, 0, 0], [0.062, -0.09, -0.005], [-0.062, -0.09, -0.005], [0, 0.115, -0.025], [0.105, -0.465, -0.01],
    [-0.105, -0.465, -0.01], [0, 0.25, 0], [0.09, -0.87, -0.045], [-0.09, -0.87, -0.045], [0, 0.305, 0.025],
    [0.115, -0.925, 0.08], [-0.115, -0.925, 0.08], [0, 0.515, -0.02], [0.08, 0.42, -0.01], [-0.08, 0.42, -0.01],
    [0, 0.6, 0.03], [0.19, 0.46, -0.02], [-0.19, 0.46, -0.02], [0.445, 0.45, -0.045], [-0.445, 0.45, -0.045],
    [0.695, 0.455, -0.045], [-0.695, 0.455, -0.045]])
BODY_MODELS = "MOTIONPATCHES_BODY_MODELS"


@dataclass(frozen=True, eq=False)
class SmplPoses:
    """`rotations` (T, 22, 3) axis-angle of the root and 21 body joints, `places` (T, 3) metres, Z up; `betas` (B,)."""

    rotations: np.ndarray
    places: np.ndarray
    betas: np.ndarray
    gender: str
    fps: float
    family: str


def is_amass(keys: set[str]) -> bool:
    return "trans" in keys and ("poses" in keys or {"root_orient", "pose_body"} <= keys)


def read_poses(path: Path, arrays: dict[str, np.ndarray]) -> SmplPoses:
    """From the arrays of a file in either dialect. Raises FileProblem naming the key that does not fit."""
    rate = next((arrays[k] for k in ("mocap_framerate", "mocap_frame_rate") if k in arrays), None)
    if rate is None:
        raise FileProblem(path, "it has no mocap_framerate or mocap_frame_rate", "It may hold a body shape, not a motion")
    fps = float(np.asarray(rate, np.float64).reshape(-1)[0])
    if not 1 <= fps <= 1000:
        raise FileProblem(path, f"a rate of {fps:g} fps is not possible", "Correct it", "mocap_framerate")
    if "root_orient" in arrays and "pose_body" in arrays:
        rotations = np.concatenate([arrays["root_orient"], arrays["pose_body"]], axis=-1)
        family = "smplx"
    else:
        rotations, family = arrays["poses"], "smplh"
    places = arrays["trans"]
    if rotations.ndim != 2 or rotations.shape[1] < 66 or rotations.dtype.kind != "f":
        raise FileProblem(path, f"its poses have the shape {rotations.shape}", "22 joints of 3 numbers a frame are needed")
    if places.shape != (len(rotations), 3) or not len(rotations):
        raise FileProblem(path, f"trans has the shape {places.shape} beside {len(rotations)} poses", "Copy the file again")
    if family == "smplh" and rotations.shape[1] == 165:
        family = "smplx"
    betas = np.asarray(arrays.get("betas", np.zeros(10)), np.float64).reshape(-1)
    gender = str(np.asarray(arrays.get("gender", "neutral")).reshape(-1)[0])
    gender = gender.removeprefix("b'").removesuffix("'").lower()
    return SmplPoses(rotations[:, :66].reshape(-1, 22, 3).astype(np.float64), places.astype(np.float64), betas,
                     gender if gender in ("male", "female") else "neutral", fps, family)


def motion_from_poses(path: Path, poses: SmplPoses) -> Motion:
    """Joint positions through smplx where a folder of body models is set, else on the mean skeleton; Y up."""
    bad = ~(np.isfinite(poses.rotations).all((1, 2)) & np.isfinite(poses.places).all(1))
    if bad.any():
        raise FileProblem(path, f"{int(bad.sum())} of {len(bad)} frames hold NaN or infinite values",
                          "Repair or re-export the take", f"frame {int(np.argmax(bad))}")
    models = os.environ.get(BODY_MODELS, "")
    if models:
        positions = smplx_joints(Path(models), poses)
        body = Assumption("body", f"{poses.family} {poses.gender}", "the licensed body model and the file's shape", 1.0)
    else:
        positions = mean_joints(poses)
        body = Assumption("body", "mean skeleton", f"no body models are set ({BODY_MODELS}), so the person's own "
                          "proportions are not known", 0.7)
    return Motion(
        np.ascontiguousarray(units.to_y_up(positions, "Z"), np.float32), poses.fps, SMPL22, path.stem,
        (Assumption("rate", f"{poses.fps:g} fps", "stored with the motion", 1.0),
         Assumption("unit", "metres", "AMASS", 1.0), Assumption("up axis", "Z", "AMASS", 1.0), body,
         Assumption("body parts", "five chains", "SMPL's joints", 1.0)))


def mean_joints(poses: SmplPoses) -> np.ndarray:
    """(T, 22, 3) by forward kinematics on REST."""
    local = kinematics.axis_angle_matrices(poses.rotations)
    world: list[np.ndarray] = []
    places: list[np.ndarray] = []
    for joint, parent in enumerate(SMPL22.parents):
        turn = local[:, joint].transpose(1, 2, 0)
        if parent < 0:
            world.append(turn)
            places.append(poses.places.T + REST[0][:, None])
        else:
            places.append(places[parent] + kinematics.apply(world[parent], REST[joint] - REST[parent]))
            world.append(kinematics.multiply(world[parent], turn))
    return np.stack(places).transpose(2, 0, 1)


def smplx_joints(folder: Path, poses: SmplPoses) -> np.ndarray:
    """(T, 22, 3) from the body model of the poses' family and gender below `folder`, read by smplx."""
    model = body_model(folder, poses)
    return np.concatenate([run_model(model, poses, slice(start, start + 256)).joints[:, :22].numpy()
                           for start in range(0, len(poses.places), 256)])


def body_model(folder: Path, poses: SmplPoses) -> Any:
    """The smplx layer of the poses' family and gender. Raises StudioError where it does not lie below `folder`."""
    import smplx

    betas = len(poses.betas[:10])
    try:
        return smplx.create(str(folder), model_type=poses.family, gender=poses.gender, num_betas=betas,
                            use_pca=False, ext="npz" if _has_npz(folder, poses) else "pkl")
    except (AssertionError, FileNotFoundError, ValueError, KeyError) as error:
        raise StudioError(f"No {poses.family.upper()} body model for {poses.gender} lies in {folder.name} ({error}). Get it "
                          f"from the models' own page, or unset {BODY_MODELS} to use the mean skeleton.") from None


def run_model(model: Any, poses: SmplPoses, frames: slice) -> Any:
    """What the body model makes of some frames: `joints` (T, K, 3) and `vertices` (T, V, 3), metres, Z up."""
    import torch

    turn = torch.tensor(poses.rotations[frames], dtype=torch.float32)
    count = len(turn)
    hand = torch.zeros(count, 45)
    extra = {} if poses.family == "smplh" else {name: torch.zeros(count, 3) for name in ("jaw_pose", "leye_pose", "reye_pose")}
    if poses.family == "smplx":
        extra["expression"] = torch.zeros(count, model.num_expression_coeffs)
    betas = torch.tensor(poses.betas[None, :10], dtype=torch.float32)
    with torch.no_grad():
        return model(betas=betas.expand(count, -1), global_orient=turn[:, 0], body_pose=turn[:, 1:].flatten(1),
                     left_hand_pose=hand, right_hand_pose=hand, transl=torch.tensor(poses.places[frames], dtype=torch.float32),
                     **extra)


def _has_npz(folder: Path, poses: SmplPoses) -> bool:
    name = f"{poses.family}/{poses.family.upper()}_{poses.gender.upper()}.npz"
    return (folder / name).exists()
