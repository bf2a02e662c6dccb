"""One door for motions as data: the suffix decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.export.arrays import write_csv, write_npy, write_npz
from motionpatches.core.export.bvh import write_bvh
from motionpatches.core.motion.motion import Motion

WRITERS: dict[str, Callable[[Motion, Path], None]] = {".bvh": write_bvh, ".npz": write_npz, ".npy": write_npy, ".csv": write_csv}


def write_motion(motion: Motion, path: Path) -> None:
    """Both people of a pair go to files of their own, 'name.bvh' and 'name_2.bvh'. Raises StudioError."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise StudioError(f"Motions are written as {', '.join(WRITERS)}, not {path.suffix or path.name}.")
    writer(motion, path)
    if motion.partner is not None:
        writer(motion.partner, path.with_stem(path.stem + "_2"))


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
