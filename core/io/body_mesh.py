"""The skin of a captured body: triangles over time from SMPL poses and a licensed body model, through smplx."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.arrays.arrays import read_value
from motionpatches.core.io.smpl.interhuman import PEOPLE, is_pair
from motionpatches.core.io.smpl.model import body_model, run_model
from motionpatches.core.io.smpl.motionx import MOTIONX_WIDTH, motionx_poses
from motionpatches.core.io.smpl.poses import BODY_MODELS, SmplPoses
from motionpatches.core.io.smpl.results import poses_in
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.motion import frame_at, frame_range
from motionpatches.core.progress import Job, Meter

SUFFIXES = (".npz", ".npy", ".pkl", ".pickle", ".joblib", ".pt", ".pth")
# Frames per second that are made, and how many at most: a vertex a frame is twelve bytes.
RATE, MOST, CHUNK = 30.0, 1800, 64


@dataclass(frozen=True, eq=False)
class Mesh:
    """`vertices` (T, V, 3) metres, Y up, float32, at `fps`; `faces` (F, 3) uint32."""

    vertices: np.ndarray
    faces: np.ndarray
    fps: float

    def at(self, time_s: float) -> np.ndarray:
        """(V, 3) of the frame nearest to a time."""
        return self.vertices[frame_at(time_s, self.fps, len(self.vertices))]


def body_mesh(path: Path, start_s: float = 0.0, end_s: float = 0.0, up: str = "", take: str = "") -> Job[Mesh]:
    """Of a file of SMPL poses, or of a range of its seconds (end 0: to its end).

    `up`: the axis that was recognised for the motion ('': as the file's format has it). `take`: which of its people. Raises
    StudioError where the file holds no poses, or no body models are set.
    """
    models = os.environ.get(BODY_MODELS, "")
    if not models:
        raise StudioError("A body's skin needs the licensed body models: name their folder under Edit, Settings.")
    poses = _poses(path, take)
    up = up or (poses.up.value if poses.up else "Y")
    first, last = frame_range(start_s, end_s, poses.fps, len(poses.places))
    stride = max(int(np.ceil(poses.fps / RATE)), int(np.ceil((last - first) / MOST)), 1)
    chosen = np.arange(first, last, stride)
    thinned = replace(poses, rotations=poses.rotations[chosen], places=poses.places[chosen], fps=poses.fps / stride)
    meter = Meter("Making the body", len(chosen))
    yield meter.at(0)
    model = body_model(Path(models), poses)
    found = []
    for start in range(0, len(chosen), CHUNK):
        found.append(run_model(model, thinned, slice(start, start + CHUNK)).vertices.numpy())
        yield meter.at(min(start + CHUNK, len(chosen)))
    vertices = to_y_up(np.concatenate(found), up)
    return Mesh(np.ascontiguousarray(vertices, np.float32), np.asarray(model.faces, np.uint32), thinned.fps)


def _poses(path: Path, take: str) -> SmplPoses:
    """The poses of a take of the file, of the first one for ''."""
    value: Any = read_value(path) if path.suffix.lower() in SUFFIXES else None
    if is_pair(value):
        value = value[PEOPLE[0]]
    is_motionx = isinstance(value, np.ndarray) and value.shape[1:] == (MOTIONX_WIDTH,) and len(value)
    found = [motionx_poses(value, {})] if is_motionx else poses_in(path, value)
    poses = next((one for one in found if one.name == take), found[0] if found else None)
    if poses is None:
        raise StudioError(f"{path.name} holds joints, not the poses of a body model, so it has no skin to show.")
    return poses
