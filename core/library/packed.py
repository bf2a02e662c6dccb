"""A whole library in one .npz file: what the demo library ships as.

`positions` (sum of frames, J, 3) int16 in steps of 0.5 mm, `lengths` (N,), and `index`, a JSON text with fps,
skeleton and one {id, captions, split, ...} a clip.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import FileProblem, os_problem
from core.library.library import Clip, Library
from core.library.takes import take_id
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import Skeleton
from core.progress import Job, Progress

STEP_M = 0.0005


def is_packed(path: Path) -> bool:
    """A .npz of this program, not of AMASS or of joints."""
    if not path.is_file() or path.suffix != ".npz":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"positions.npy", "lengths.npy", "index.npy"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def open_packed(path: Path) -> Job[Library]:
    """Reads a packed library; motions stay in memory as int16."""
    yield Progress(f"Reading {path.name}", 0, 1)
    try:
        content = path.read_bytes()
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            positions, lengths = arrays["positions"], arrays["lengths"]
            index = json.loads(str(arrays["index"]))
        skeleton = Skeleton(tuple(index["joint_names"]), tuple(index["parents"]),
                            tuple(tuple(c) for c in index["chains"]))
        fps = float(index["fps"])
    except OSError as error:
        raise os_problem(path, error) from error
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise FileProblem(path, f"it is not a packed library ({error})", "Choose another file") from None
    ends = np.cumsum(lengths)
    if positions.dtype != np.int16 or not len(ends) or ends[-1] != len(positions):
        raise FileProblem(path, "its arrays do not fit together", "Build or copy it again")
    key = hashlib.sha256(content).hexdigest()[:12]
    clips = tuple(
        Clip(c["id"], path, tuple(c["captions"]), c["split"], int(n) / fps, key=f"{key}:{i}")
        for i, (c, n) in enumerate(zip(index["clips"], lengths, strict=True)))
    start_of = {c.id: int(end - n) for c, end, n in zip(clips, ends, lengths, strict=True)}
    length_of = {c.id: int(n) for c, n in zip(clips, lengths, strict=True)}
    rate = Assumption("rate", f"{fps:g} fps", "stored with the library", 1.0)

    def read(clip: Clip) -> Motion:
        take = take_id(clip)
        start = start_of[take]
        block = positions[start:start + length_of[take]].astype(np.float32) * np.float32(STEP_M)
        return Motion(block, fps, skeleton, clip.id, (rate,))

    return Library(path, index.get("name", path.stem), "packed library", clips, read, (),
                   (f"{skeleton.joint_count} joints, metres, up Y, {fps:g} fps",))


def write_packed(path: Path, name: str, motions: Sequence[Motion], clips: Sequence[dict]) -> None:
    """Writes motions of one skeleton and rate; `clips` give id, captions, split (and what else is to be kept)."""
    skeleton = motions[0].skeleton
    stacked = np.concatenate([m.positions for m in motions])
    steps = np.round(stacked / STEP_M)
    if np.abs(steps).max() > 32767:
        raise FileProblem(path, f"a motion leaves the {32767 * STEP_M:.1f} m that this format holds", "Recentre it")
    index = {"name": name, "fps": motions[0].fps, "joint_names": skeleton.joint_names, "parents": skeleton.parents,
             "chains": skeleton.chains, "clips": list(clips)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in (("positions", steps.astype(np.int16)),
                           ("lengths", np.array([m.frame_count for m in motions], np.int32)),
                           ("index", np.array(json.dumps(index)))):
            entry = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)
