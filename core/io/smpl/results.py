"""SMPL poses in the results of video and text tools: which keys each writes, and where in a nested file they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.smpl.frames import as_people
from motionpatches.core.io.smpl.poses import JOINTS, SmplPoses
from motionpatches.core.io.smpl.rotations import are_rotations, as_axis_angle
from motionpatches.core.io.values import captions_in, number_in, rate_in, text_in, with_text_keys
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.stated import Stated

MAX_FRAMES = 2_000_000
MAX_PEOPLE, DEEPEST, MOST_VISITS = 256, 5, 4000


@dataclass(frozen=True)
class Dialect:
    """The keys of a program: rotations in one array (`full`) or as `root` and `body`; `places` under the first key that is
    there. `scale`: a key that divides the places. `six`: rotations of six numbers, time last. `sure`: the keys alone tell
    that these are rotations."""

    name: str
    full: str = ""
    root: str = ""
    body: str = ""
    places: tuple[str, ...] = ()
    up: Stated[str] | None = None
    fps: float = 30.0
    scale: str = ""
    six: bool = False
    need_places: bool = True
    sure: bool = True

    def fits(self, values: Mapping[str, Any]) -> bool:
        keys = [k for k in (self.full, self.root, self.body, self.scale) if k]
        if not all(_is_numbers(values.get(k)) for k in keys):
            return False
        if self.need_places and not any(_is_numbers(values.get(k)) for k in self.places):
            return False
        return self.sure or "betas" in values or _look_like_rotations(values[self.full])


def _camera(whose: str, confidence: float = 0.7) -> Stated[str]:
    return Stated("-Y", f"{whose} gives poses as the camera sees them, Y down", confidence)


# Most telling keys first: world before camera.
DIALECTS = (
    Dialect("WHAM", full="pose_world", places=("trans_world",), up=Stated("Y", "WHAM's world", 0.8)),
    Dialect(
        "GLAMR", root="smpl_orient_world", body="smpl_pose", places=("root_trans_world",), up=Stated("Z", "GLAMR's world", 0.9)
    ),
    Dialect("AIST++", full="smpl_poses", places=("smpl_trans",), scale="smpl_scaling", up=Stated("Y", "AIST++", 0.9), fps=60.0),
    Dialect("EDGE", full="smpl_poses", places=("smpl_trans", "root_trans"), up=Stated("Z", "EDGE", 0.6)),
    Dialect("ROMP", full="smpl_thetas", places=("cam_trans",), need_places=False, up=_camera("ROMP")),
    Dialect("TRAM", full="pred_rotmat", places=("pred_trans",), need_places=False, up=_camera("TRAM", 0.6)),
    Dialect("AMASS", full="poses", places=("trans", "transl"), up=Stated("Z", "AMASS", 0.93)),
    Dialect("AMASS", root="root_orient", body="pose_body", places=("trans", "transl"), up=Stated("Z", "AMASS", 0.93)),
    Dialect("EMDB", root="poses_root", body="poses_body", places=("trans",)),
    Dialect("smplx", root="global_orient", body="body_pose", places=("transl", "trans", "translation", "cam_trans")),
    Dialect("smplx", full="fullpose", places=("transl", "trans")),
    Dialect("MDM", full="thetas", places=("root_translation",), six=True, up=Stated("Y", "MDM", 0.8), fps=20.0),
    Dialect("VIBE", full="pose", places=("trans", "transl"), need_places=False, sure=False, up=_camera("VIBE")),
    Dialect("smplx", root="global_orient", body="body_pose", need_places=False),
    Dialect("AMASS", root="root_orient", body="pose_body", need_places=False),
    Dialect("SMPL", full="poses", need_places=False, sure=False),
)
# Where in nested results the poses lie, best first, and which way is up there.
NESTED: dict[str, Stated[str] | None] = {
    "smpl_params_global": Stated("Y", "GVHMR's global frame", 0.9),
    "person_data": None,
    "results": None,
    "smplx_world": Stated("Y", "PromptHMR's world", 0.7),
    "smpl_world": Stated("Y", "a world frame", 0.6),
    "smpl": None,
    "smplx": None,
    "smpl_params": None,
    "smplx_params": None,
    "body": None,
    "params": None,
    "people": None,
    "pred": None,
    "smpl_params_incam": _camera("GVHMR"),
}


@dataclass(frozen=True)
class _Around:
    """What the containers around a person's arrays say."""

    name: str = ""
    up: Stated[str] | None = None
    values: Mapping[str, Any] | None = None


def poses_in(path: Path, value: Any) -> list[SmplPoses]:
    """The poses of each person in a file's value; [] where it holds none. Raises FileProblem for those that do not fit."""
    found: list[SmplPoses] = []
    for poses in _search(path, value, _Around(), 0, [MOST_VISITS]):
        found.append(poses)
        if len(found) > MAX_PEOPLE:
            raise FileProblem(path, f"it holds more than {MAX_PEOPLE} people", "Save a part of them")
    if len(found) == 1:
        return [replace(found[0], name="")]
    return found


def _search(path: Path, value: Any, around: _Around, depth: int, visits: list[int]) -> Iterator[SmplPoses]:
    visits[0] -= 1
    if depth > DEEPEST or visits[0] < 0:
        return
    if isinstance(value, list | tuple):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return
    values = with_text_keys(value)
    for name, person in _listed(values):
        yield from _search(path, person, replace(around, name=f"{around.name} {name}".strip()), depth + 1, visits)
    dialect = next((d for d in DIALECTS if d.fits(values)), None)
    if dialect:
        yield from _people(path, values, dialect, around)
        return
    inside = replace(around, values={**(around.values or {}), **{k: v for k, v in values.items() if not isinstance(v, dict)}})
    for key, up in NESTED.items():
        if isinstance(values.get(key), dict | list):
            found = list(_search(path, values[key], replace(inside, up=up or around.up), depth + 1, visits))
            if found:
                yield from found
                return
    people = as_people(values)
    if people is not None and not inside.up:
        inside = replace(inside, up=_camera("a tool that goes frame by frame"))
    for name, entry in (people if people is not None else values).items():
        if isinstance(entry, dict):
            yield from _search(path, entry, replace(inside, name=name[:60]), depth + 1, visits)


def _listed(values: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The people of a file that holds a list of arrays under each key, one for each (3DPW)."""
    lists = {k: v for k, v in values.items() if isinstance(v, list) and 0 < len(v) <= MAX_PEOPLE and all(map(_is_numbers, v))}
    count = len(lists.get("poses", lists.get("pose", ())))
    beside = {k: v for k, v in values.items() if k not in lists}
    return [(str(n), {**beside, **{k: v[n] for k, v in lists.items() if len(v) == count}}) for n in range(count)]


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size > 0 and value.ndim > 0


def _look_like_rotations(array: np.ndarray) -> bool:
    array = np.atleast_2d(array)
    if array.shape[-2:] == (3, 3):
        return True
    rows = array.reshape(-1, array.shape[-1]) if array.shape[-1] > 3 else array.reshape(-1, *array.shape[-2:])
    return rows[0].size % 3 == 0 and bool(np.isfinite(rows).all()) and are_rotations(rows.reshape(len(rows), -1, 3))


def _people(path: Path, values: dict[str, Any], dialect: Dialect, around: _Around) -> list[SmplPoses]:
    """The person of one set of arrays; several where they lead with an axis of people."""
    key = next((k for k in dialect.places if _is_numbers(values.get(k))), "")
    places = np.asarray(values[key], np.float64) if key else None
    lead = np.atleast_2d(values[dialect.root or dialect.full])
    if dialect.six:
        lead = lead.transpose(2, 0, 1) if lead.ndim == 3 and lead.shape[1] == 6 else lead
        places = places.T if places is not None and places.ndim == 2 and places.shape[0] == 3 else places
    rows = _rows(lead, places, bool(dialect.root))
    if places is not None and places.size != 3 * rows or rows > MAX_FRAMES:
        shape = "" if places is None else f"{key} has the shape {places.shape} beside "
        raise FileProblem(path, f"{shape}poses of the shape {lead.shape}", "Copy the file again", around.name)
    if dialect.root:
        root, body = as_axis_angle(lead, rows, joints=1), _led_by(values[dialect.body], rows, JOINTS - 1)
        if root is None or root.shape[1] != 1 or body is None:
            raise FileProblem(
                path,
                f"{dialect.body} has the shape {values[dialect.body].shape} beside {dialect.root} of {lead.shape}",
                f"{JOINTS - 1} joints of 3 numbers a frame are needed",
                around.name,
            )
        rotations = np.concatenate([root, body[:, : JOINTS - 1]], axis=1)
    else:
        whole = _led_by(lead, rows, JOINTS, dialect.six)
        if whole is None:
            beside = f" beside {key} of {places.shape}" if places is not None else ""
            raise FileProblem(
                path,
                f"its {dialect.full} have the shape {lead.shape}{beside}",
                f"{JOINTS} joints of 3 numbers a frame are needed",
                around.name,
            )
        rotations = whole[:, :JOINTS]
    scale = number_in(values[dialect.scale]) if dialect.scale else None
    said = {**(around.values or {}), **values}
    fps, rate = rate_in(said, dialect.fps, f"usual ({dialect.name})", 0.8 if dialect.scale else 0.4)
    notes = () if places is not None else (Assumption("places", "none", "the root stays where it is", 0.5),)
    flat = np.zeros((rows, 3)) if places is None else places.reshape(rows, 3) / (scale if scale and scale > 0 else 1.0)
    smplx = (
        dialect.root == "root_orient"
        or lead[0].size == 165
        or "jaw_pose" in values
        or "smplx" in text_in(values.get("surface_model_type", ""))
    )
    poses = SmplPoses(
        rotations,
        flat,
        fps,
        rate,
        _betas(values),
        _gender(values),
        "smplx" if smplx else "smplh",
        around.up or dialect.up,
        around.name,
        captions_in(said),
        notes,
    )
    return _split(poses, _people_count(lead, places, bool(dialect.root)))


def _rows(lead: np.ndarray, places: np.ndarray | None, is_root: bool) -> int:
    """How many poses there are."""
    if places is not None and places.size % 3 == 0:
        return places.size // 3
    matrices = lead.shape[-2:] == (3, 3) and (lead.ndim > 3 or is_root)
    if is_root:
        return lead.size // (9 if matrices else 3)
    if matrices:
        return int(np.prod(lead.shape[:-3]))
    return int(np.prod(lead.shape[:-1] if lead.shape[-1] > 6 else lead.shape[:-2]))


def _led_by(array: np.ndarray, rows: int, joints: int, six: bool = False) -> np.ndarray | None:
    """(rows, J, 3) of at least `joints`, where the leading axes of the array are the rows."""
    counts = [int(n) for n in np.cumprod(array.shape)]
    if rows not in counts and rows != 1:
        return None
    known = next((j for j in (joints, joints + 1, joints + 2) if rows and array.size in (9 * j * rows, 4 * j * rows)), 0)
    found = as_axis_angle(array, rows, six, known)
    return found if found is not None and found.shape[1] >= joints else None


def _people_count(lead: np.ndarray, places: np.ndarray | None, is_root: bool) -> int:
    """How many people the first axis holds: places or roots (N, T, 3), poses (N, T, 72)."""
    told = places if places is not None else lead
    if told.ndim != 3 or 1 in told.shape[:2] or told.shape[-2:] == (3, 3):
        return 1
    return told.shape[0] if places is not None or is_root or told.shape[2] >= 3 * JOINTS else 1


def _split(poses: SmplPoses, people: int) -> list[SmplPoses]:
    if people < 2:
        return [poses]
    each = len(poses.places) // people
    return [
        replace(
            poses,
            rotations=poses.rotations[n * each : (n + 1) * each],
            places=poses.places[n * each : (n + 1) * each],
            name=f"{poses.name} {n + 1}".strip(),
        )
        for n in range(min(people, MAX_PEOPLE + 1))
    ]


def _betas(values: Mapping[str, Any]) -> np.ndarray:
    betas = next((values[k] for k in ("betas", "smpl_beta", "smpl_betas", "pred_shape") if _is_numbers(values.get(k))), None)
    if betas is None:
        return np.zeros(10)
    row = betas.reshape(-1, betas.shape[-1])[0] if betas.ndim > 1 else betas
    row = np.nan_to_num(row[:300].astype(np.float64))
    return np.clip(row, -100, 100)


def _gender(values: Mapping[str, Any]) -> str:
    gender = text_in(values.get("gender", "")).removeprefix("b'").removesuffix("'").lower()
    return gender if gender in ("male", "female") else "neutral"
