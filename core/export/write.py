"""The table of exporters of motions as data, and writing by it: the suffix decides."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from motionpatches.core import plug_ins
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.arrays import write_csv, write_npy, write_npz
from motionpatches.core.export.bvh import write_bvh
from motionpatches.core.export.choices import PLAIN, Choices, Prepared, prepare
from motionpatches.core.export.clean_up import in_place
from motionpatches.core.export.fbx import write_fbx
from motionpatches.core.export.gltf import write_glb
from motionpatches.core.export.usd import has_usd, write_usd
from motionpatches.core.motion.motion import Motion

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Exporter:
    """A format of motions: its suffix, its name in the window, what writes one person to a path or raises FileProblem, and
    whether it can be written on this computer."""

    suffix: str
    title: str
    write: Callable[[Prepared, Path], None]
    works: Callable[[], bool] = lambda: True


EXPORTERS = {
    one.suffix: one
    for one in (
        Exporter(".bvh", "BVH motion", write_bvh),
        Exporter(".fbx", "FBX motion", write_fbx),
        Exporter(".glb", "glTF motion", write_glb),
        Exporter(".usda", "USD motion", write_usd, has_usd),
        Exporter(".npz", "NPZ arrays", write_npz),
        Exporter(".npy", "NPY array", write_npy),
        Exporter(".csv", "CSV table", write_csv),
    )
}


def exporters() -> dict[str, Exporter]:
    """EXPORTERS with those of other packages (docs/plug-ins.md)."""

    def problem(one: Exporter) -> str:
        fits = isinstance(one.suffix, str) and one.suffix[:1] == "." and one.suffix == one.suffix.lower() != "."
        return (
            ""
            if fits and callable(one.write) and callable(one.works)
            else "its suffix is no text such as '.abc', or it has no write"
        )

    def guarded(plug_in: plug_ins.PlugIn, one: Exporter) -> Exporter:
        def write(prepared: Prepared, path: Path) -> None:
            try:
                one.write(prepared, path)
            except (StudioError, OSError):
                raise
            except Exception as error:
                raise FileProblem(path, plug_ins.fault(plug_in, error), f"Update or uninstall {plug_in.package}") from error

        return replace(one, write=write)

    return plug_ins.join(EXPORTERS, "exporters", Exporter, problem, guarded, lambda _, one: one.suffix)


def write_motion(motion: Motion, path: Path, choices: Choices = PLAIN, replaces: bool = True) -> list[Path]:
    """Write a motion; both people of a pair go to files of their own, 'name.bvh' and 'name_2.bvh'.

    Args:
        motion: What is written.
        path: The file; its suffix says the format.
        choices: Of the format.
        replaces: Whether a file that is there is replaced.

    Returns:
        The files.

    Raises:
        StudioError: an unknown suffix, a file that is there, or one that cannot be written.
    """
    exporter = exporters().get(path.suffix.lower())
    if exporter is None:
        raise StudioError(f"Motions are written as {', '.join(EXPORTERS)}, not {path.suffix or path.name}.")
    if motion.partner is not None and choices.in_place:  # moved alike, so that they keep their distance
        motion, choices = in_place(motion), replace(choices, in_place=False)
    files = [path, path.with_stem(path.stem + "_2")][: len(motion.people)]
    for file in files if not replaces else ():
        refuse_existing(file)
    for person, file in zip(motion.people, files, strict=True):
        exporter.write(prepare(person, choices), file)
    return files


def refuse_existing(file: Path) -> None:
    """Raise FileProblem where a file is there already, so that nothing is overwritten unasked."""
    if os.path.lexists(file):
        raise FileProblem(file, "it exists already", "Choose another name, or have it replaced")


def free_name(file: Path) -> Path:
    """Return the path, with a number at the end of its name where a file or folder is there already."""
    number = 2
    found = file
    while os.path.lexists(found):
        found, number = file.with_name(f"{file.stem}_{number}{file.suffix}"), number + 1
    return found


def write_manifest(folder: Path, query: str, model: str, library: str, rows: Sequence[dict[str, Any]]) -> Path:
    """Write manifest.json beside exported results: query, model, library, and rank, score, id, caption, range, file of each."""
    file = folder / MANIFEST
    values = {"query": query, "model": model, "library": library, "results": list(rows)}
    write_atomically(file, json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    return file


def clean_name(text: str) -> str:
    """Return 'walk_left' for 'walk + left': a name without blanks that every file system and command line takes."""
    kept = "".join(ch if ch.isalnum() or ch in "-." else "_" for ch in text)
    return re.sub("_+", "_", kept)[:80].strip("._") or "motion"


def file_name(rank: int, clip_id: str) -> str:
    """Return '03_walk_left'."""
    return f"{rank:02d}_{clean_name(clip_id)}"
