"""Motions in .npy, .npz, pickles and .pt files: SMPL poses, results of generators, and joint positions in any layout."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.arrays import generators
from motionpatches.core.io.arrays.glance import glance
from motionpatches.core.io.arrays.joint_vectors import STATISTICS, WIDTHS, denormalised, statistics_beside
from motionpatches.core.io.arrays.layouts import MAX_NUMBERS, as_float32, check_numbers, positions_of, takes_of
from motionpatches.core.io.arrays.not_positions import check_places, check_rows
from motionpatches.core.io.arrays.skeletons import NAMES, PARENTS, named, skeleton_in
from motionpatches.core.io.containers import torch_file
from motionpatches.core.io.containers.npy_file import MAGIC, Header, read_array, read_npy, read_npz
from motionpatches.core.io.containers.plain_pickle import read_pickle
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import MAX_JOINTS, check_finite, short
from motionpatches.core.io.points.gaps import fill_gaps
from motionpatches.core.io.smpl import interhuman
from motionpatches.core.io.smpl.body import take_of
from motionpatches.core.io.smpl.motionx import MOTIONX_WIDTH, motionx_poses
from motionpatches.core.io.smpl.results import poses_in
from motionpatches.core.io.values import (
    CAPTIONS,
    RATES,
    STEPS,
    captions_in,
    chosen,
    plain_key,
    printable,
    rate_in,
    texts_in,
    with_text_keys,
)
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import KIT21, Skeleton
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition.joint_orders import recognise_order
from motionpatches.core.regular_file import open_regular

__all__ = ["NPY", "NPZ", "PICKLE", "TORCH", "positions_of", "read_array", "read_arrays", "read_npz"]

DEFAULT_FPS = 20.0
KIT_FPS = 12.5
# The keys of joint positions, best first, and words of keys that hold none.
JOINTS = (
    "posed_joints",
    "joints",
    "positions",
    "joint_positions",
    "global_positions",
    "joints3d",
    "joints_3d",
    "keypoints3d",
    "keypoints_3d",
    "kp3d",
    "xyz",
    "jtr",
    "pose3d",
    "poses3d",
    "positions_3d",
    "landmarks",
    "skeleton",
    "skel",
    "motion",
    "motions",
    "keypoints",
    "poses",
    "pose",
    "data",
    "arr_0",
)
OTHER = (
    "vert",
    "vel",
    "rot",
    "mat",
    "orient",
    "betas",
    "trans",
    "contact",
    "cam",
    "box",
    "2d",
    "face",
    "color",
    "offset",
    "quat",
    "euler",
    "angle",
    "axis",
    "expression",
)
# Points of pose estimators, which lose some for a while.
ESTIMATED = {17, 18, 25, 33}
BODY_OF = {543: 33, 553: 33, 75: 33}  # MediaPipe's body leads hands and face


# What may stand beside an array of joint positions.
BESIDE = (*RATES, *STEPS, *CAPTIONS, *PARENTS, *NAMES, "posed_joints")


def read_arrays(path: Path) -> list[RawTake]:
    """The takes of a file of arrays. Raises FileProblem."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return takes_in(path, read_value(path))


def read_arrays_turned(path: Path) -> list[RawTake]:
    """The same as `read_arrays`; SMPL poses with the rotations of the joints."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return takes_in(path, read_value(path), turned=True)


def read_value(path: Path) -> Any:
    """An array, or nested dicts and lists of them: what a file holds, told by its first bytes. Raises FileProblem."""
    try:
        with open_regular(path) as stream:
            start = stream.read(16)
        if start.startswith(MAGIC):
            return read_npy(path)
        if start.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                is_torch = torch_file.is_torch_zip(archive)
            return torch_file.read_torch(path) if is_torch else read_npz(path, _is_wanted, objects=True)
    except OSError as error:
        raise os_problem(path, error) from error
    except FileProblem:
        raise
    except Exception as error:  # a broken zip may raise anything
        raise FileProblem(path, f"it is not whole ({printable(short(error))})", "Copy or save it again") from None
    if torch_file.is_legacy(start):
        return torch_file.read_torch(path)
    if path.suffix.lower() in (".npz", ".pt", ".pth"):
        raise FileProblem(path, f"it is not a {path.suffix.lower()} file", "Copy or save it again")
    return read_pickle(path)


def _is_wanted(name: str, header: Header) -> bool:
    """Whether a member of an .npz may matter: meshes and pictures are never unpacked."""
    return header.objects or len(header.shape) < 3 or max(header.shape[-2:]) <= MAX_JOINTS or 3 not in header.shape[-2:]


def takes_in(path: Path, value: Any, turned: bool = False) -> list[RawTake]:
    """The takes of a file's value; `turned`: SMPL poses with the rotations of the joints.

    Raises:
        FileProblem: It is no motion; the message says what it is.
    """
    if isinstance(value, np.ndarray):
        return _takes_of_array(path, value, {})
    if interhuman.is_pair(value):
        return [interhuman.pair_in(path, value)]
    if isinstance(value, dict) and generators.is_results(values := with_text_keys(value)):
        rate = rate_in(values, *_usual(values["motion"].shape[1]))
        beside = chosen(values, BESIDE)
        return [
            _take(path, positions, beside, name, captions, rate)
            for name, captions, positions in generators.results_in(path, values)
        ]
    people = poses_in(path, value)
    if people:
        return _with_names([take_of(path, poses, turned) for poses in people])
    if isinstance(value, list | tuple):
        if _are_frames(value):
            return _takes_of_array(path, np.stack(value), {})
        value = {str(n): one for n, one in enumerate(value[:10_000])}
    if not isinstance(value, dict):
        raise FileProblem(
            path,
            f"it holds a value of the type {type(value).__name__}, not a motion",
            "Save an array of numbers (frames, joints, 3)",
        )
    return _takes_of_values(path, with_text_keys(value))


def _are_frames(values: Sequence[Any]) -> bool:
    """Whether a list holds an array (J, 3) for each frame."""
    first = values[0] if values else None
    if not isinstance(first, np.ndarray) or first.shape[1:] != (3,) or first.size * len(values) > MAX_NUMBERS:
        return False
    return all(isinstance(v, np.ndarray) and v.shape == first.shape and v.dtype.kind in "fiu" for v in values)


def _takes_of_values(path: Path, values: dict[str, Any]) -> list[RawTake]:
    """The array of joint positions among others; or each array, where all hold the same joints."""
    shaped = {key: array for key, array in values.items() if isinstance(array, np.ndarray) and _may_be_joints(key, array)}
    if not shaped:
        inner = next((v for v in values.values() if isinstance(v, dict)), None)
        if inner is not None and any(isinstance(v, np.ndarray) for v in inner.values()):
            beside = {k: v for k, v in values.items() if not isinstance(v, dict)}
            return _takes_of_values(path, {**beside, **with_text_keys(inner)})
        seen = ", ".join(short(key) for key in sorted(values)[:6]) or "it has none"
        raise FileProblem(
            path, f"none of its arrays ({seen}) holds joint positions", "Save an array of numbers (frames, joints, 3)"
        )
    values = chosen(values, BESIDE)
    plain = {plain_key(key): key for key in shaped}
    best = next((plain[plain_key(name)] for name in JOINTS if plain_key(name) in plain), None)
    if best is None and len(shaped) > 1 and len({array.shape[1:] for array in shaped.values()}) == 1:
        takes = [take for key, array in shaped.items() for take in _takes_of_array(path, array, values, short(key))]
        return _with_names(takes)
    return _takes_of_array(path, shaped[best or next(iter(shaped))], values)


def _may_be_joints(key: str, array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiu" or array.ndim not in (2, 3, 4, 5) or not array.size:
        return False
    if any(word in key.lower() for word in OTHER):
        return False
    flat = array.ndim == 2 and (array.shape[1] in WIDTHS or array.shape[1] % 3 == 0 and array.shape[1] >= 9)
    return (
        flat
        or array.ndim > 2
        and (3 in array.shape or array.shape[-1] in WIDTHS or array.shape[-1] in (4, 5))
        and (min(sorted(array.shape)[-2:]) <= MAX_JOINTS or array.ndim > 3)
    )


def _takes_of_array(path: Path, array: np.ndarray, values: Mapping[str, Any], name: str = "") -> list[RawTake]:
    """The takes of one array, with what stands beside it."""
    check_numbers(path, array)
    if array.ndim == 2 and array.shape[1] == MOTIONX_WIDTH:
        return [take_of(path, motionx_poses(array, values))]
    if interhuman.is_processed(array) and array.dtype.kind == "f":
        return [replace(interhuman.processed_take(path, array), name=name, captions=captions_in(values))]
    notes: tuple[Assumption, ...] = ()
    known = WIDTHS.get(array.shape[-1]) if array.ndim in (2, 3) else None
    if known is not None and array.ndim == 2:
        check_finite(path, array[:, None])
        array, notes = denormalised(path, array)
    elif array.ndim == 2:
        check_rows(path, array)
    found = takes_of(path, array)
    meta = generators.meta_of(path, len(found[0])) if plain_key("posed_joints") in map(plain_key, values) else {}
    rate = rate_in({**meta, **values}, *_usual(known.joint_count if known else found[0].shape[1]))
    if meta and rate[1].confidence == 1.0 and rate_in(values, *_usual(0))[1].confidence < 1.0:
        rate = (rate[0], generators.from_meta(path, rate[1]))
    values = {**(meta if not texts_in(values) else {}), **values}
    if array.ndim == 4 and array.shape[1] == 2 and len(found) == 2 and len(array) > 2:  # (T, 2, J, 3): two people
        first, second = (_take(path, one, values, name, captions_in(values), rate, known, notes) for one in found)
        return [interhuman.paired(path, first, second)]
    names = [name] if len(found) == 1 else [f"{name} {n}".strip() for n in range(len(found))]
    texts = [captions_in(values)] * len(found) if len(found) == 1 else _captions_each(values, len(found))
    return [_take(path, one, values, own, text, rate, known, notes) for one, own, text in zip(found, names, texts, strict=True)]


def _captions_each(values: Mapping[str, Any], count: int) -> list[tuple[str, ...]]:
    texts = texts_in(values)
    return [(text,) if text else () for text in texts] if len(texts) == count else [captions_in(values)] * count


def _take(
    path: Path,
    positions: np.ndarray,
    values: Mapping[str, Any],
    name: str,
    captions: tuple[str, ...],
    rate: tuple[float, Assumption],
    known: Skeleton | None = None,
    notes: Sequence[Assumption] = (),
) -> RawTake:
    """A take of positions (T, J, 3): its skeleton from the layout, from the file, or from the joints themselves."""
    body = BODY_OF.get(positions.shape[1])
    if body is not None and known is None and skeleton_in(path, values, positions.shape[1]) is None:
        notes = (*notes, Assumption("joints", f"{body} of {positions.shape[1]}", "the body's lead those of hands and face", 0.8))
        positions = positions[:, :body]
    if positions.shape[1] in ESTIMATED and known is None:
        positions, said = fill_gaps(positions, rate[0])
        notes = (*notes, Assumption("gaps", said, "points that the estimator lost", 0.9)) if said else notes
    check_finite(path, positions)
    up = unit = parts = None
    if known is not None:
        skeleton, parts, up = known, Stated("five chains", "HumanML3D's features", 1.0), Stated("Y", "HumanML3D's features", 0.97)
    elif (stated := skeleton_in(path, values, positions.shape[1])) is not None:
        skeleton, published = stated, recognise_order(positions)
        if published[1].chains and published[1].parents == stated.parents and stated.joint_names[0] == "joint 0":
            _, skeleton, parts = published
    else:
        check_places(path, positions)
        positions, skeleton, parts = recognise_order(positions)
        if not skeleton.chains:
            skeleton, parts = named(path, values, skeleton), None
    if plain_key("posed_joints") in map(plain_key, values):
        up, unit = Stated("Y", "Kimodo", 0.9), Stated(1.0, "Kimodo", 0.95)
    return RawTake(
        as_float32(positions), rate[0], skeleton, rate[1], name, captions, up=up, unit=unit, parts=parts, notes=tuple(notes)
    )


def _usual(joints: int) -> tuple[float, str, float]:
    """The usual rate of an array of `joints` joints, whose it is, and how sure that is."""
    return (KIT_FPS, "in KIT-ML", 0.5) if joints == KIT21.joint_count else (DEFAULT_FPS, "in HumanML3D", 0.5)


def _with_names(takes: list[RawTake]) -> list[RawTake]:
    """The takes with names that tell them apart."""
    used: set[str] = set()
    named_takes = []
    for number, take in enumerate(takes, 1):
        name = take.name if take.name not in used and (take.name or len(takes) == 1) else f"{take.name} {number}".strip()
        used.add(name)
        named_takes.append(replace(take, name=name))
    return named_takes


def _files(path: Path) -> list[Path]:
    """The file, and the one that a generator wrote beside it."""
    beside = generators.meta_file(path)
    return [path, beside] if beside is not None else [path]


def _npy_fits(path: Path) -> bool:
    """Whether a .npy may hold a motion: not the mean and deviation of features."""
    return path.stem.lower() not in STATISTICS


NPY = Format(
    "NumPy array",
    (".npy",),
    read_arrays,
    fits=_npy_fits,
    files=lambda path: [path, *statistics_beside(path)],
    glance=glance,
)
NPZ = Format("NumPy arrays", (".npz",), read_arrays, files=_files, turned=read_arrays_turned)
PICKLE = Format("Python pickle", (".pkl", ".pickle", ".joblib"), read_arrays, turned=read_arrays_turned)
TORCH = Format("PyTorch file", (".pt", ".pth"), read_arrays, fits=torch_file.fits, turned=read_arrays_turned)
