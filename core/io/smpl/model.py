"""A licensed body model of the SMPL family, run by smplx. The model's own file is read as plain arrays, so that nothing runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.containers.npy_file import read_npz
from motionpatches.core.io.smpl.poses import BODY_MODELS, JOINTS, SmplPoses


def model_joints(folder: Path, poses: SmplPoses) -> np.ndarray:
    """(T, 22, 3) from the body model of the poses' family and gender below `folder`."""
    model = body_model(folder, poses)
    return np.concatenate(
        [
            run_model(model, poses, slice(start, start + 256)).joints[:, :JOINTS].numpy()
            for start in range(0, len(poses.places), 256)
        ]
    )


def body_model(folder: Path, poses: SmplPoses) -> Any:
    """The smplx layer of the poses' family and gender. Raises StudioError where its .npz does not lie below `folder`.

    A .pkl is not opened: it could run code. smplx itself unpickles the objects of an .npz, so it gets a copy without them.
    """
    import smplx

    name = f"{poses.family.upper()}_{poses.gender.upper()}.npz"
    file = folder / poses.family / name
    if not file.is_file():
        pickled = " The .pkl there is not opened, as it could run code." if file.with_suffix(".pkl").exists() else ""
        raise StudioError(
            f"No {poses.family.upper()} body model for {poses.gender} ({name}) lies in {folder.name}.{pickled} Get "
            f"the .npz from the models' own page, or unset {BODY_MODELS} to use the mean skeleton."
        )
    arrays = read_npz(file)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / name
        np.savez(copy, **arrays)
        try:
            return smplx.create(
                str(copy),
                model_type=poses.family,
                gender=poses.gender,
                num_betas=max(len(poses.betas[:10]), 1),
                use_pca=False,
                ext="npz",
            )
        except Exception as error:  # whatever smplx raises for arrays that are no body model
            raise StudioError(
                f"{name} in {folder.name} is no whole {poses.family.upper()} body model "
                f"({type(error).__name__}). Get it again from the models' own page."
            ) from None


def run_model(model: Any, poses: SmplPoses, frames: slice) -> Any:
    """What the body model makes of some frames: `joints` (T, K, 3) and `vertices` (T, V, 3), metres, the poses' own axes."""
    import torch

    turn = torch.tensor(poses.rotations[frames], dtype=torch.float32)
    count = len(turn)
    hand = torch.zeros(count, 45)
    extra = {} if poses.family == "smplh" else {name: torch.zeros(count, 3) for name in ("jaw_pose", "leye_pose", "reye_pose")}
    if poses.family == "smplx":
        extra["expression"] = torch.zeros(count, model.num_expression_coeffs)
    shape = poses.betas[:10] if len(poses.betas) else np.zeros(1)
    betas = torch.tensor(np.asarray(shape)[None], dtype=torch.float32)
    with torch.no_grad():
        return model(
            betas=betas.expand(count, -1),
            global_orient=turn[:, 0],
            body_pose=turn[:, 1:].flatten(1),
            left_hand_pose=hand,
            right_hand_pose=hand,
            transl=torch.tensor(poses.places[frames], dtype=torch.float32),
            **extra,
        )
