"""HumanML3D's rotation-invariant features (263 numbers a frame; KIT-ML's 251) back to joint positions.

A frame holds, for J joints (Guo et al., CVPR 2022): the root's turn to the next frame (half the angle), its step to the
next frame ahead and aside (2), its height (1), the other joints' places as seen from the root (3 (J - 1)), their rotations
(6 (J - 1)), all joints' velocities (3 J) and four foot contacts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.containers.npy_file import read_array
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.skeleton import KIT21, SMPL22, Skeleton

# Files that hold no motion but what features were normalised by.
STATISTICS = {"mean", "std", "mean_raw", "std_raw"}
WIDTHS: dict[int, Skeleton] = {263: SMPL22, 251: KIT21}


def denormalised(path: Path, vectors: np.ndarray) -> tuple[np.ndarray, tuple[Assumption, ...]]:
    """Features (T, 263 or 251) in their own unit, and how they came to be so.

    Features that were divided by their deviation, as models are trained on, are multiplied again where Mean.npy and Std.npy
    lie beside the file or one folder up. Raises FileProblem where they do not.
    """
    if not is_normalised(vectors):
        return vectors, ()
    beside = statistics_beside(path)
    if beside:
        mean, deviation = (read_array(file).reshape(-1) for file in beside)
        if mean.dtype.kind == deviation.dtype.kind == "f" and len(mean) == len(deviation) == vectors.shape[1]:
            names = " and ".join(file.name for file in beside)
            return vectors * deviation + mean, (Assumption("features", "denormalised", f"by {names}", 0.9),)
    raise FileProblem(
        path, "its features are normalised (mean 0, deviation 1)", "Mean.npy and Std.npy are needed: put them beside the file"
    )


def statistics_beside(path: Path) -> list[Path]:
    """Mean.npy and Std.npy beside a file, or one folder up; [] where there are not both."""
    for folder in (path.parent, path.parent.parent):
        for names in (("Mean.npy", "Std.npy"), ("mean.npy", "std.npy")):
            if all((folder / name).is_file() for name in names):
                return [folder / name for name in names]
    return []


def is_normalised(vectors: np.ndarray) -> bool:
    """Whether features are no longer in their own unit: no root above the floor, contacts below 0, or bones of no body."""
    sample = vectors[:: max(len(vectors) // 200, 1)].astype(np.float64)
    if np.median(sample[:, 3]) < 0.02 or np.quantile(sample[:, -4:], 0.02) < -0.5:
        return True
    skeleton = WIDTHS[vectors.shape[1]]
    joints = skeleton.joint_count
    # Places as seen from the root: bones keep their length there too.
    local = np.zeros((len(sample), joints, 3))
    local[:, 1:] = sample[:, 4 : 4 + 3 * (joints - 1)].reshape(len(sample), -1, 3)
    local[:, 0, 1] = sample[:, 3]
    length = np.linalg.norm(local[:, skeleton.bones[:, 1]] - local[:, skeleton.bones[:, 0]], axis=2)
    rigid = float(np.median(length.std(axis=0) / np.maximum(length.mean(axis=0), 1e-9)))
    mean = {int(child): float(n) for (_, child), n in zip(skeleton.bones, length.mean(axis=0), strict=True)}
    sides = [
        abs(np.log(max(mean[a], 1e-9) / max(mean[b], 1e-9)))
        for right, left in ((0, 1), (3, 4))
        for a, b in zip(skeleton.chains[right][1:], skeleton.chains[left][1:], strict=True)
    ]
    return rigid > 0.15 or float(np.median(sides)) > 0.3


def positions_from_vectors(vectors: np.ndarray) -> np.ndarray:
    """(T, 263 or 251) -> (T, J, 3), in the features' own unit, starting at the origin, facing +Z."""
    joints = WIDTHS[vectors.shape[1]].joint_count
    turn = np.concatenate([[0.0], np.cumsum(vectors[:-1, 0], dtype=np.float64)])
    cos, sin = np.cos(2 * turn), np.sin(2 * turn)
    step = np.zeros((len(vectors), 2))
    step[1:] = vectors[:-1, 1:3]
    # Seen from the root, ahead is +Z; back in the world it is turned by minus twice the summed half angles.
    root = np.cumsum(np.stack([cos * step[:, 0] - sin * step[:, 1], sin * step[:, 0] + cos * step[:, 1]], 1), axis=0)
    local = vectors[:, 4 : 4 + 3 * (joints - 1)].reshape(len(vectors), joints - 1, 3)
    positions = np.empty((len(vectors), joints, 3))
    positions[:, 0] = np.stack([root[:, 0], vectors[:, 3], root[:, 1]], 1)
    x, z = local[..., 0], local[..., 2]
    positions[:, 1:, 0] = cos[:, None] * x - sin[:, None] * z + root[:, None, 0]
    positions[:, 1:, 1] = local[..., 1]
    positions[:, 1:, 2] = sin[:, None] * x + cos[:, None] * z + root[:, None, 1]
    return positions.astype(np.float32)
