"""InterHuman: two people a clip, as SMPL poses in a .pkl or as processed .npy arrays of each person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.containers.npy_file import read_array
from motionpatches.core.io.limits import check_finite
from motionpatches.core.io.smpl.body import take_of
from motionpatches.core.io.smpl.results import poses_in
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.motion.stated import Stated

FPS_RAW, FPS_PROCESSED = 60.0, 30.0
# A row of the processed arrays: places of 62 joints, of which 22 are SMPL's body, and rotations of 51.
PROCESSED_WIDTH, PLACES, BODY = 492, 62, 22
PEOPLE = ("person1", "person2")


def is_pair(value: Any) -> bool:
    """Whether a file's value holds the two people of a clip."""
    return isinstance(value, dict) and all(isinstance(value.get(name), dict) for name in PEOPLE)


def pair_in(path: Path, value: dict[str, Any]) -> RawTake:
    """Two people of an InterHuman clip: the first, with the second as `partner`. Raises FileProblem."""
    around = {k: v for k, v in value.items() if not isinstance(v, dict)}
    takes = []
    for name in PEOPLE:
        found = poses_in(path, {"mocap_framerate": np.asarray(FPS_RAW), **around, **value[name]})
        if len(found) != 1:
            raise FileProblem(path, "trans, root_orient and pose_body are needed", "Copy it again", name)
        takes.append(take_of(path, found[0]))
    return paired(path, *takes)


def read_processed(first: Path, second: Path) -> RawTake:
    """Two people from the processed arrays (T, 492) of each: the first, with the second as `partner`; 30 fps."""
    return paired(first, *(processed_take(file, read_array(file)) for file in (first, second)))


def is_processed(array: np.ndarray) -> bool:
    """Whether an array has the rows of InterHuman (T, 492), or its 62 joints (T, 62, 3) or (T, 186)."""
    return array.shape[1:] in ((PROCESSED_WIDTH,), (3 * PLACES,), (PLACES, 3))


def processed_take(path: Path, array: np.ndarray) -> RawTake:
    """One person from rows that lead with the places of SMPL's 22 joints. Raises FileProblem."""
    rows = array.reshape(len(array), -1) if array.ndim in (2, 3) and array.size else array
    if rows.ndim != 2 or rows.shape[1] < 3 * BODY or array.dtype.kind != "f":
        raise FileProblem(path, f"its shape is {array.shape}", f"Rows of {PROCESSED_WIDTH} numbers are needed")
    positions = rows[:, : 3 * BODY].reshape(-1, BODY, 3)
    check_finite(path, positions)
    with np.errstate(over="ignore"):
        positions = np.ascontiguousarray(positions, np.float32)
    return RawTake(
        positions,
        FPS_PROCESSED,
        SMPL22,
        Assumption("rate", "30 fps", "InterHuman's processed rate", 0.9),
        parts=Stated("five chains", "SMPL's joints lead InterHuman's 62", 0.95),
        notes=(Assumption("joints", "22 of 62", "hands and points of the skin are left out", 0.95),),
    )


def paired(path: Path, first: RawTake, second: RawTake) -> RawTake:
    """The two as one take, cut to the shorter; a difference of more than a second is an error."""
    frames = min(len(first.positions), len(second.positions))
    if abs(len(first.positions) - len(second.positions)) > first.fps:
        raise FileProblem(
            path, f"one person has {len(first.positions)} frames, the other {len(second.positions)}", "Copy it again"
        )
    return replace(first, positions=first.positions[:frames], partner=replace(second, positions=second.positions[:frames]))
