"""InterHuman: two people a clip, as SMPL poses in a .pkl or as processed .npy arrays of each person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.io import amass, units
from core.io.arrays import read_array
from core.io.plain_pickle import read_pickle
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import SMPL22

FPS_RAW, FPS_PROCESSED = 60.0, 30.0
PROCESSED_WIDTH = 492
def load_pkl(path: Path) -> Motion:
    """Two people of an InterHuman clip: the first, with the second as `partner`."""
    values = read_pickle(path)
    people = [values.get(name) for name in ("person1", "person2")] if isinstance(values, dict) else []
    if len(people) != 2 or not all(isinstance(p, dict) for p in people):
        raise FileProblem(path, "it has no person1 and person2, so it is no InterHuman clip", "Save joint positions as .npy")
    rate = values.get("mocap_framerate", FPS_RAW)
    motions = []
    for number, person in enumerate(people, 1):
        arrays = {k: np.asarray(v) for k, v in person.items() if v is not None and not isinstance(v, dict)}
        if not amass.is_amass(set(arrays)):
            raise FileProblem(path, "trans, root_orient and pose_body are needed", "Copy it again", f"person{number}")
        motions.append(amass.motion_from_poses(path, amass.read_poses(path, {**arrays, "mocap_frame_rate": np.asarray(rate)})))
    return pair(path, *motions)


def load_processed(first: Path, second: Path) -> Motion:
    """Two people from the processed arrays (T, 492): positions of 22 joints lead each row; 30 fps."""
    motions = []
    for file in (first, second):
        array = read_array(file)
        if array.ndim != 2 or array.shape[1] < 66 or array.dtype.kind != "f" or not len(array):
            raise FileProblem(file, f"its shape is {array.shape}", f"Rows of {PROCESSED_WIDTH} numbers are needed")
        positions = array[:, :66].reshape(-1, 22, 3)
        bad = ~np.isfinite(positions).all((1, 2))
        if bad.any():
            raise FileProblem(file, f"{int(bad.sum())} frames hold NaN or infinite values", "Repair it",
                              f"frame {int(np.argmax(bad))}")
        up, note = units.guess_up_axis(positions, SMPL22, [10, 11], 15)
        motions.append(Motion(np.ascontiguousarray(units.to_y_up(positions, up), np.float32), FPS_PROCESSED, SMPL22, first.stem,
                              (Assumption("rate", "30 fps", "InterHuman's processed rate", 0.9), note)))
    return pair(first, *motions)


def pair(path: Path, first: Motion, second: Motion) -> Motion:
    """The two as one motion, cut to the shorter; a difference of more than a second is an error."""
    frames = min(first.frame_count, second.frame_count)
    if abs(first.frame_count - second.frame_count) > first.fps:
        raise FileProblem(path, f"one person has {first.frame_count} frames, the other {second.frame_count}", "Copy it again")
    return replace(first.crop(0, frames), partner=second.crop(0, frames))
