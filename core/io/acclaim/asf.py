"""ASF: the Acclaim skeleton, a tree of bones with their directions, lengths and degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.limits import MAX_JOINTS, short
from motionpatches.core.io.text import read_text, to_float
from motionpatches.core.motion.stated import Stated

INCH_M = 0.0254
MAX_TEXT = 16 << 20
DOFS = {"tx", "ty", "tz", "rx", "ry", "rz", "l"}
AGAIN = "Export it again"
# `length` counts units to the inch; 1.0, the default, is also written where lengths are in any other unit.
_SURE_LENGTHS = {0.45: 0.98, 2.54: 0.8, 25.4: 0.8, 0.0254: 0.8}


@dataclass(frozen=True, eq=False)
class Asf:
    """A skeleton file: bone 0 is the root. `directions` (B, 3) unit vectors times `lengths` (B,) in file units;
    `axes` (B, 3) radians with their order; `dofs` name the values of a bone's line in the AMC ('rx', 'ty', 'l').
    `unit`: metres a unit where the file tells."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    directions: np.ndarray
    lengths: np.ndarray
    axes: np.ndarray
    axis_orders: tuple[str, ...]
    dofs: tuple[tuple[str, ...], ...]
    unit: Stated[float] | None
    in_degrees: bool


@dataclass
class _Bone:
    name: str
    where: str
    direction: tuple[float, ...] = (0.0, 0.0, 0.0)
    length: float = 0.0
    axis: tuple[float, ...] = (0.0, 0.0, 0.0)
    order: str = "XYZ"
    dof: tuple[str, ...] = ()


Lines = list[tuple[int, list[str]]]


def find_asf(path: Path, named: str = "") -> Path:
    """The skeleton of a take: of the same name, of its subject ('07' for 07_01.amc, 'HDM_bd' for HDM_bd_01-01_01_120.amc),
    the one of the stem `named`, or the folder's only one."""
    try:
        found = sorted(f for f in path.parent.iterdir() if f.suffix.lower() == ".asf")
    except OSError as error:
        raise os_problem(path.parent, error) from error
    stem = path.stem.lower()
    begins = [f for f in found if stem == f.stem.lower() or (stem.startswith(f.stem.lower()) and not stem[len(f.stem)].isalnum())]
    if begins:
        return max(begins, key=lambda f: len(f.stem))
    same = [f for f in found if named and f.stem.lower() == named.lower()]
    if same or len(found) == 1:
        return (same or found)[0]
    seen = f"{len(found):,} .asf files lie beside it and none has its name" if found else "no .asf file lies beside it"
    raise FileProblem(path, f"its skeleton is missing: {seen}", f"Put {short(path.stem.split('_')[0])}.asf into the same folder")


def parse_asf(path: Path) -> Asf:
    """Raises FileProblem naming the line that cannot be read."""
    sections = _sections(read_text(path, MAX_TEXT))
    missing = [s for s in ("root", "bonedata", "hierarchy") if s not in sections]
    if missing:
        raise FileProblem(path, f"it has no :{missing[0]} section, so it is not a whole ASF file", AGAIN)
    units = {words[0].lower(): words[1:] for _, words in sections.get("units", [])}
    in_degrees = (units.get("angle") or ["deg"])[0].lower().startswith("deg")
    bones = [_root(path, sections["root"])] + _bones(path, sections["bonedata"])
    index: dict[str, int] = {}
    for i, bone in enumerate(bones):
        if sorted(bone.order) != ["X", "Y", "Z"]:
            raise FileProblem(path, f"the axis order {short(bone.order)!r} is none", AGAIN, bone.where)
        if not set(bone.dof) <= DOFS or len(set(bone.dof)) < len(bone.dof):
            raise FileProblem(path, f"{short(' '.join(bone.dof))!r} are no degrees of freedom", AGAIN, bone.where)
        if bone.name in index:
            raise FileProblem(path, f"the bone {short(bone.name)!r} is there twice", AGAIN, bone.where)
        index[bone.name] = i
    turn = np.pi / 180 if in_degrees else 1.0
    return Asf(
        tuple(b.name for b in bones),
        _parents(path, sections["hierarchy"], index),
        np.array([b.direction for b in bones]),
        np.array([b.length for b in bones]),
        np.array([b.axis for b in bones]) * turn,
        tuple(b.order for b in bones),
        tuple(b.dof for b in bones),
        _unit((units.get("length") or [""])[0]),
        in_degrees,
    )


def _unit(word: str) -> Stated[float] | None:
    length = to_float(word)
    if length is None or length == 1 or not 1e-3 <= length <= 1e3:
        return None
    return Stated(INCH_M / length, f":units length {length:g}, units to the inch", _SURE_LENGTHS.get(length, 0.5))


def _sections(text: str) -> dict[str, Lines]:
    """Lines as (number, words) by section; comments left out."""
    sections: dict[str, Lines] = {}
    current: Lines = []
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            current = sections.setdefault(words[0][1:].lower(), [])
            continue
        current.append((number, words))
    return sections


def _numbers(path: Path, words: list[str], count: int, where: str) -> tuple[float, ...]:
    values = [value for w in words[:count] if (value := to_float(w.strip("(),"))) is not None]
    if len(values) != count or max(map(abs, values)) > 1e9:
        raise FileProblem(path, f"{count} number{'s' * (count > 1)} should stand here", AGAIN, where)
    return tuple(values)


def _root(path: Path, lines: Lines) -> _Bone:
    bone = _Bone("root", "", dof=("tx", "ty", "tz", "rx", "ry", "rz"))
    for number, words in lines:
        key, where = words[0].lower(), f"line {number}"
        if key == "order":
            bone.dof, bone.where = tuple(w.lower() for w in words[1:]), where
        elif key == "axis":
            bone.order, bone.where = words[1].upper() if len(words) > 1 else "XYZ", where
        elif key == "orientation":
            bone.axis = _numbers(path, words[1:], 3, where)
    return bone


def _bones(path: Path, lines: Lines) -> list[_Bone]:
    bones: list[_Bone] = []
    bone: _Bone | None = None
    for number, words in lines:
        key, where = words[0].lower(), f"line {number}"
        if key == "begin":
            bone = _Bone("", where)
        elif key == "end" and bone is not None:
            if not bone.name:
                raise FileProblem(path, "a bone has no name", AGAIN, where)
            if len(bones) >= MAX_JOINTS - 1:
                raise FileProblem(path, f"more than {MAX_JOINTS:,} bones", "Export only the body", where)
            bones.append(bone)
            bone = None
        elif bone is None:
            continue
        elif key == "name" and len(words) > 1:
            bone.name = words[1]
        elif key == "direction":
            bone.direction = _numbers(path, words[1:], 3, where)
        elif key == "length":
            bone.length = _numbers(path, words[1:], 1, where)[0]
        elif key == "axis":
            bone.axis = _numbers(path, words[1:], 3, where)
            bone.order = words[4].upper() if len(words) > 4 else "XYZ"
        elif key == "dof":
            bone.dof = tuple(w.lower() for w in words[1:])
    if bone is not None or not bones:
        raise FileProblem(path, "its :bonedata breaks off", "Copy or export the file again", bone.where if bone else "")
    return bones


def _parents(path: Path, lines: Lines, index: dict[str, int]) -> tuple[int, ...]:
    parents = {0: -1}
    children: dict[int, list[int]] = {}
    for number, words in lines:
        if words[0].lower() in ("begin", "end"):
            continue
        for name in words:
            if name not in index:
                raise FileProblem(path, f"the hierarchy names {short(name)!r}, which is no bone", AGAIN, f"line {number}")
        parent = index[words[0]]
        for child in (index[w] for w in words[1:]):
            if child in parents:
                raise FileProblem(path, f"{short(words[0])!r} takes a bone that already has a parent", AGAIN, f"line {number}")
            parents[child] = parent
            children.setdefault(parent, []).append(child)
    lost = [name for name, i in index.items() if i not in parents]
    if lost:
        raise FileProblem(path, f"the bone {short(lost[0])!r} has no parent in the hierarchy", AGAIN)
    reached = [0]
    for bone in reached:
        reached.extend(children.get(bone, ()))
    if len(reached) < len(index):
        raise FileProblem(path, "its hierarchy runs in a circle", AGAIN)
    return tuple(parents[i] for i in range(len(index)))
