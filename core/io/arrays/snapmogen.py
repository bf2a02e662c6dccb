"""SnapMoGen's features (296 numbers a frame, 24 joints, centimetres, 30 fps) back to joint positions.

A frame holds (Guo et al., 2025): the turn of the heading to the next frame in radians, the root's step to the next frame as seen
from the heading (2), its height (1), rotations (6 each), the places of all joints as seen from the root's place on the ground and
the heading (3 each), their velocities (3 each) and four foot contacts. Only turn, step and places are read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.containers.npy_file import NotAnArray, read_array, read_header
from motionpatches.core.io.limits import check_finite
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated
from motionpatches.core.regular_file import open_regular

FPS = 30.0
_SIDES = tuple(
    tuple(f"{side}_{bone}_bind_JNT" for bone in bones)
    for bones in (
        ("clavicle", "armUpper0001", "armLower0001", "hand0001"),
        ("legUpper0001", "legLower0001", "foot0001", "foot0002"),
    )
    for side in ("L", "R")
)
_TORSO = ("spine0001", "spine0002", "spine0003", "neck0001", "neck0002", "head")
SKELETON = Skeleton(
    (
        "ROOT",
        *(f"C_{bone}_bind_JNT" for bone in _TORSO),
        *(_SIDES[0] + _SIDES[1]),
        "C_pelvis0001_bind_JNT",
        *(_SIDES[2] + _SIDES[3]),
    ),
    (-1, 0, 1, 2, 3, 4, 5, 3, 7, 8, 9, 3, 11, 12, 13, 0, 15, 16, 17, 18, 15, 20, 21, 22),
)
JOINTS = SKELETON.joint_count
WIDTH = 4 + 12 * JOINTS + 4
_PLACES = slice(4 + 6 * JOINTS, 4 + 9 * JOINTS)


def read_features(path: Path) -> RawTake:
    """Read a file of features. Raises FileProblem."""
    array = read_array(path)
    if array.ndim != 2 or array.shape[1] != WIDTH or not len(array) or array.dtype.kind != "f":
        raise FileProblem(path, f"its shape is {array.shape}", f"Rows of {WIDTH} numbers are needed")
    check_finite(path, array)
    return RawTake(
        positions_from_features(array),
        FPS,
        SKELETON,
        Assumption("rate", "30 fps", "SnapMoGen's rate", 0.95),
        unit=Stated(0.01, "SnapMoGen's features are in centimetres", 0.95),
        up=Stated("Y", "SnapMoGen's features stand on Y", 0.95),
    )


def feature_frames(path: Path) -> int:
    """How many frames a file of features has, by its header. Raises FileProblem."""
    try:
        with open_regular(path) as stream:
            shape = read_header(stream).shape
    except OSError as error:
        raise os_problem(path, error) from error
    except NotAnArray:
        raise FileProblem(path, "it is not a whole .npy array", "Copy or save it again") from None
    if len(shape) != 2 or shape[1] != WIDTH:
        raise FileProblem(path, f"its shape is {shape}", f"Rows of {WIDTH} numbers are needed")
    return int(shape[0])


def positions_from_features(features: np.ndarray) -> np.ndarray:
    """(T, 296) -> (T, 24, 3) in centimetres, starting at the origin, facing +Z."""
    heading = np.concatenate([[0.0], np.cumsum(features[:-1, 0], dtype=np.float64)])
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    ground = np.zeros((len(features), 2))
    # Each step is seen from the heading of the frame that it begins in.
    x, z = features[:-1, 1:2], features[:-1, 2:3]
    ground[1:] = np.cumsum(np.concatenate([cos[:-1] * x - sin[:-1] * z, sin[:-1] * x + cos[:-1] * z], axis=1), axis=0)
    local = features[:, _PLACES].reshape(len(features), JOINTS, 3).astype(np.float64)
    positions = local.copy()
    positions[..., 0] = cos * local[..., 0] - sin * local[..., 2] + ground[:, :1]
    positions[..., 2] = sin * local[..., 0] + cos * local[..., 2] + ground[:, 1:]
    return positions.astype(np.float32)
