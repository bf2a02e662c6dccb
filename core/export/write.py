"""The table of exporters of motions as data, and writing by it: the suffix decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.export.arrays import write_csv, write_npy, write_npz
from motionpatches.core.export.bvh import write_bvh
from motionpatches.core.export.choices import PLAIN, Choices, Prepared, prepare
from motionpatches.core.export.fbx import write_fbx
from motionpatches.core.export.gltf import write_glb
from motionpatches.core.export.mends import in_place
from motionpatches.core.motion.motion import Motion


@dataclass(frozen=True)
class Exporter:
    """A format of motions: its suffix, its name in the window, and what writes one person to a path or raises FileProblem."""

    suffix: str
    title: str
    write: Callable[[Prepared, Path], None]


EXPORTERS = {
    one.suffix: one
    for one in (
        Exporter(".bvh", "BVH motion", write_bvh),
        Exporter(".fbx", "FBX motion", write_fbx),
        Exporter(".glb", "glTF motion", write_glb),
        Exporter(".npz", "NPZ arrays", write_npz),
        Exporter(".npy", "NPY array", write_npy),
        Exporter(".csv", "CSV table", write_csv),
    )
}


def write_motion(motion: Motion, path: Path, choices: Choices = PLAIN) -> None:
    """Both people of a pair go to files of their own, 'name.bvh' and 'name_2.bvh'. Raises StudioError."""
    exporter = EXPORTERS.get(path.suffix.lower())
    if exporter is None:
        raise StudioError(f"Motions are written as {', '.join(EXPORTERS)}, not {path.suffix or path.name}.")
    if motion.partner is not None and choices.in_place:  # moved alike, so that they keep their distance
        motion, choices = in_place(motion), replace(choices, in_place=False)
    first, *others = motion.people
    exporter.write(prepare(first, choices), path)
    for other in others:
        exporter.write(prepare(other, choices), path.with_stem(path.stem + "_2"))


def write_manifest(folder: Path, query: str, model: str, library: str, rows: Sequence[dict[str, Any]]) -> Path:
    """manifest.json beside exported results: query, model, library, and rank, score, id, caption, range and file of each."""
    file = folder / "manifest.json"
    values = {"query": query, "model": model, "library": library, "results": list(rows)}
    write_atomically(file, json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    return file


def file_name(rank: int, clip_id: str) -> str:
    """'03 walk left': a name that every file system takes."""
    clean = "".join(ch if ch.isalnum() or ch in " -_.+" else "_" for ch in clip_id).strip(" .")
    return f"{rank:02d} {clean[:80]}"
