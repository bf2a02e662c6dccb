"""Open motion files: the table of formats, and the takes or motions of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionpatches.core import plug_ins
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.acclaim.amc import AMC
from motionpatches.core.io.arrays.arrays import NPY, NPZ, PICKLE, TORCH
from motionpatches.core.io.assemble import assemble
from motionpatches.core.io.bvh.bvh import BVH
from motionpatches.core.io.formats import Format, Glance, index_of
from motionpatches.core.io.gltf.gltf import GLTF
from motionpatches.core.io.limits import check_take
from motionpatches.core.io.native.c3d import C3D
from motionpatches.core.io.native.child import LONG, belongs_in_child, read_in_child
from motionpatches.core.io.native.fbx import FBX
from motionpatches.core.io.native.usd import USD
from motionpatches.core.io.plugged import plugged_formats
from motionpatches.core.io.points.joint_csv import JOINT_CSV
from motionpatches.core.io.points.mvnx import MVNX
from motionpatches.core.io.points.ntu import NTU
from motionpatches.core.io.points.trc import TRC
from motionpatches.core.io.text import read_bytes
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.recognition.evidence import evidence_of
from motionpatches.core.recognition.survey import survey

# Those of plug-ins follow: `formats`.
FORMATS: tuple[Format, ...] = (BVH, FBX, GLTF, C3D, AMC, NPY, NPZ, PICKLE, TORCH, TRC, JOINT_CSV, MVNX, NTU, USD)


@plug_ins.cached
def formats() -> tuple[Format, ...]:
    """Every format that is read: the program's own first, so that a plug-in changes none of them."""
    return (*FORMATS, *plugged_formats(FORMATS).values())


@plug_ins.cached
def suffixes() -> frozenset[str]:
    """The suffixes of all formats."""
    return frozenset(suffix for one in formats() for suffix in one.suffixes)


def read_by(suffix: str) -> str:
    """The plug-ins that may read files of a suffix, with their versions; '' for none."""
    return ", ".join(str(plug_in) for plug_in, one in plugged_formats(FORMATS).items() if suffix in one.suffixes)


def format_of(path: Path) -> Format:
    """The format of a file, by its suffix and, where that does not tell, a look inside. Raises FileProblem."""
    kinds = [one for one in formats() if path.suffix.lower() in one.suffixes]
    if not kinds:
        raise FileProblem(
            path,
            f"{path.suffix or 'a file without extension'} is not a motion format read here",
            f"Open one of {', '.join(sorted(suffixes()))}",
        )
    try:
        return next((one for one in kinds if one.fits(path)), kinds[-1])
    except OSError as error:
        raise os_problem(path, error) from error


def is_motion_file(path: Path) -> bool:
    """Whether a file has the suffix of a format and, where other kinds of file have it too, looks like a motion."""
    try:
        return any(path.suffix.lower() in one.suffixes and one.fits(path) for one in formats())
    except OSError:
        return True  # It is named when it is read.


def files_of(path: Path) -> Sequence[Path]:
    """Every file that the takes of a file depend on, itself first. Raises FileProblem."""
    return format_of(path).files(path)


def glance_at(path: Path) -> Glance | None:
    """What a file shows without its takes being read; None where it has to be read. Raises FileProblem."""
    kind = format_of(path)
    try:
        if kind.glance is None or path.stat().st_size >= LONG:
            return None
    except OSError as error:
        raise os_problem(path, error) from error
    return kind.glance(read_bytes(path))


def read_takes_of(path: Path, turned: bool = False) -> list[RawTake]:
    """The takes of a file as it holds them; by a child process where a compiled library reads it, or where it is long.

    Args:
        path: The file.
        turned: With the rotations of the joints, where the format has them.

    Raises:
        FileProblem: It cannot be read.
    """
    if not path.exists():
        raise FileProblem(path, "it does not exist", "Check the path")
    kind = format_of(path)
    with np.errstate(over="ignore", invalid="ignore"):
        read = kind.turned if turned and kind.turned else kind.read
        takes = read_in_child(kind, path, turned) if belongs_in_child(kind, path) else read(path)
    if not takes:
        raise FileProblem(path, "it holds no motion", "Export it with animation")
    for take in takes:
        check_take(path, take)
    return takes


def load_motions(path: str | Path) -> list[Motion]:
    """Every take of a file as a motion, recognised from the file alone. Raises FileProblem."""
    path = Path(path)
    takes = read_takes_of(path)
    readings = survey({i: evidence_of(take) for i, take in enumerate(takes)}, dict.fromkeys(range(len(takes)), ""))
    return [assemble(path, take, readings[i], reuse=len(takes) == 1) for i, take in enumerate(takes)]


def load_motion(path: str | Path, take: str = "") -> Motion:
    """One take of a file: the one of that name, or the first. Raises FileProblem."""
    path = Path(path)
    takes = read_takes_of(path)
    at = index_of(path, takes, take)
    readings = survey({i: evidence_of(one) for i, one in enumerate(takes)}, dict.fromkeys(range(len(takes)), ""))
    return assemble(path, takes[at], readings[at], reuse=True)
