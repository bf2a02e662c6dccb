"""The skin of a captured body: triangles over time from an AMASS file and a licensed body model, through smplx."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import StudioError
from core.io import amass, units
from core.io.arrays import read_npz
from core.progress import Job, Meter

# Frames a second that are made, and how many at most: a vertex a frame is twelve bytes.
RATE, MOST, CHUNK = 30.0, 1800, 64


@dataclass(frozen=True, eq=False)
class Mesh:
    """`vertices` (T, V, 3) metres, Y up, float32, at `fps`; `faces` (F, 3) uint32."""

    vertices: np.ndarray
    faces: np.ndarray
    fps: float

    def at(self, time_s: float) -> np.ndarray:
        """(V, 3) of the frame nearest to a time."""
        return self.vertices[int(np.clip(round(time_s * self.fps), 0, len(self.vertices) - 1))]


def body_mesh(path: Path, start_s: float = 0.0, end_s: float = 0.0) -> Job[Mesh]:
    """Of an AMASS file, or of a range of its seconds (end 0: to its end). Raises StudioError where the file holds no poses, or no
    body models are set."""
    models = os.environ.get(amass.BODY_MODELS, "")
    if not models:
        raise StudioError("A body's skin needs the licensed body models: name their folder under Edit, Settings.")
    arrays = read_npz(path) if path.suffix.lower() == ".npz" else {}
    if not amass.is_amass(set(arrays)):
        raise StudioError(f"{path.name} holds joints, not the poses of a body model, so it has no skin to show.")
    poses = amass.read_poses(path, arrays)
    first = int(start_s * poses.fps)
    last = min(int(end_s * poses.fps), len(poses.places)) if end_s else len(poses.places)
    stride = max(int(np.ceil(poses.fps / RATE)), int(np.ceil((last - first) / MOST)), 1)
    chosen = np.arange(first, max(last, first + 1), stride)
    thinned = amass.SmplPoses(poses.rotations[chosen], poses.places[chosen], poses.betas, poses.gender, poses.fps / stride,
                              poses.family)
    meter = Meter("Making the body", len(chosen))
    yield meter.at(0)
    model = amass.body_model(Path(models), poses)
    found = []
    for start in range(0, len(chosen), CHUNK):
        found.append(amass.run_model(model, thinned, slice(start, start + CHUNK)).vertices.numpy())
        yield meter.at(min(start + CHUNK, len(chosen)))
    vertices = units.to_y_up(np.concatenate(found), "Z")
    return Mesh(np.ascontiguousarray(vertices, np.float32), np.asarray(model.faces, np.uint32), thinned.fps)
