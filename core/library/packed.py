"""A whole library in one .npz file: what the demo library ships as.

`positions` (sum of frames x joints, 3) int16 in steps of 0.5 mm, `lengths` (N,) in frames, and `index`, a JSON text with fps,
skeletons and one {id, captions, split, skeleton, ...} a clip.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.hashing import content_digest
from motionpatches.core.io.containers.npy_file import read_npz
from motionpatches.core.io.limits import LONGEST_NAME, MAX_JOINTS, check_rate
from motionpatches.core.library.facts import Facts, Said
from motionpatches.core.library.library import Clip, Library, Reader
from motionpatches.core.library.takes import take_id
from motionpatches.core.motion.motion import Assumption, Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.progress import Job, Progress
from motionpatches.core.recognition.corrections import hierarchy_key

# The name of the layout.
PACKED = "packed library"
STEP_M = 0.0005
LONGEST_TEXT = 10_000


def is_packed(path: Path) -> bool:
    """A .npz of this program, not of AMASS or of joints."""
    if not path.is_file() or path.suffix != ".npz":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"positions.npy", "lengths.npy", "index.npy"} <= set(archive.namelist())
    except Exception:  # a broken zip may raise anything
        return False


def open_packed(path: Path) -> Job[Library]:
    """Reads a packed library; motions stay in memory as int16."""
    yield Progress(f"Reading {path.name}", 0, 1)
    try:
        arrays = read_npz(path)
        positions, lengths = arrays["positions"], arrays["lengths"]
        index = json.loads(str(arrays["index"]))
        skeletons = [_skeleton(s) for s in index["skeletons"]]
        name = index.get("name", path.stem)
        if not isinstance(name, str) or not all(map(_is_described, index["clips"])):
            raise ValueError("a clip is not described by texts")
        of = [skeletons[c["skeleton"]] for c in index["clips"]]
        ends = np.cumsum([n * s.joint_count for n, s in zip(lengths.tolist(), of, strict=True)])
        fps = float(index["fps"])
        key = content_digest(path)[:12]
    except OSError as error:
        raise os_problem(path, error) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise FileProblem(path, f"it is not a packed library ({str(error)[:120]})", "Choose another file") from None
    check_rate(path, fps)
    fits = positions.dtype == np.int16 and positions.shape[1:] == (3,) and lengths.dtype.kind in "iu" and lengths.ndim == 1
    if not fits or not len(lengths) or lengths.min() < 1 or ends[-1] != len(positions):
        raise FileProblem(path, "its arrays do not fit together", "Build or copy it again")
    clips = tuple(
        Clip(c["id"], path, tuple(c["captions"]), c["split"], int(n) / fps, key=f"{key}:{i}")
        for i, (c, n) in enumerate(zip(index["clips"], lengths, strict=True))
    )
    rows = {c.id: (int(end) - int(n) * s.joint_count, int(end), s) for c, end, n, s in zip(clips, ends, lengths, of, strict=True)}
    rate = Assumption("rate", f"{fps:g} fps", "stored with the library", 1.0)

    def read(clip: Clip) -> Motion:
        start, end, skeleton = rows[take_id(clip)]
        block = positions[start:end].reshape(-1, skeleton.joint_count, 3).astype(np.float32) * np.float32(STEP_M)
        return Motion(block, fps, skeleton, clip.id, (rate,))

    def facts(clip: Clip, _: Said) -> Facts:
        skeleton = rows[take_id(clip)][2]
        return Facts(hierarchy_key(skeleton), skeleton.joint_count, fps, "good" if skeleton.chains else "no body")

    kinds = f"{skeletons[0].joint_count} joints" if len(skeletons) == 1 else f"{len(skeletons)} skeletons"
    return Library(path, name, PACKED, clips, Reader(read, facts=facts), (), (f"{kinds}, metres, up Y, {fps:g} fps",))


def _skeleton(values: dict[str, Any]) -> Skeleton:
    """Raises ValueError, KeyError or TypeError for what is none."""
    names = tuple(values["joint_names"])
    if len(names) > MAX_JOINTS or not all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in names):
        raise ValueError("the names of its joints are too many, too long, or no texts")
    return Skeleton(names, tuple(values["parents"]), tuple(tuple(c) for c in values["chains"]))


def _is_described(clip: dict[str, Any]) -> bool:
    texts = [clip["id"], clip["split"], *clip["captions"]]
    return isinstance(clip["captions"], list) and all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts)


def write_packed(path: Path, name: str, motions: Sequence[Motion], clips: Sequence[dict[str, Any]]) -> None:
    """Writes motions of one rate; `clips` give id, captions, split (and what else is to be kept)."""
    skeletons = list(dict.fromkeys(m.skeleton for m in motions))
    place = {skeleton: i for i, skeleton in enumerate(skeletons)}
    steps = np.round(np.concatenate([m.positions.reshape(-1, 3) for m in motions]) / STEP_M)
    if np.abs(steps).max() > 32767:
        raise FileProblem(path, f"a motion leaves the {32767 * STEP_M:.1f} m that this format holds", "Recentre it")
    index = {
        "name": name,
        "fps": motions[0].fps,
        "skeletons": [{"joint_names": s.joint_names, "parents": s.parents, "chains": s.chains} for s in skeletons],
        "clips": [{**clip, "skeleton": place[m.skeleton]} for clip, m in zip(clips, motions, strict=True)],
    }
    with replacing(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in (
            ("positions", steps.astype(np.int16)),
            ("lengths", np.array([m.frame_count for m in motions], np.int32)),
            ("index", np.array(json.dumps(index))),
        ):
            entry = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)
