"""ASF and AMC: the Acclaim skeleton of bones, and the angles of each bone by frame (CMU's originals)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import FileProblem, os_problem
from core.io.assemble import assemble
from core.motion import kinematics
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import Skeleton

INCH_M = 0.0254
CMU_FPS = 120.0
MAX_BONES = 2000
DOFS = {"tx", "ty", "tz", "rx", "ry", "rz", "l"}


@dataclass(frozen=True, eq=False)
class Asf:
    """A skeleton file: bone 0 is the root. `directions` (B, 3) unit vectors times `lengths` (B,) in file units;
    `axes` (B, 3) radians with their order; `dofs` name the values of a bone's line in the AMC ('rx', 'ty', 'l')."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    directions: np.ndarray
    lengths: np.ndarray
    axes: np.ndarray
    axis_orders: tuple[str, ...]
    dofs: tuple[tuple[str, ...], ...]
    metres: float
    in_degrees: bool


def load_amc(path: Path) -> Motion:
    """Reads an AMC with the ASF that belongs to it. World positions of the bones' ends in metres, Y up."""
    skeleton_file = find_asf(path)
    asf = parse_asf(skeleton_file)
    values, in_degrees = parse_amc(path, asf)
    positions = joint_positions(asf, values, asf.in_degrees if in_degrees is None else in_degrees) * asf.metres
    rate = Assumption("rate", f"{CMU_FPS:g} fps", "an AMC carries no rate; 120 fps as in CMU's library", 0.6)
    skeleton = Skeleton(asf.names, asf.parents)
    motion = assemble(path, positions.astype(np.float32), CMU_FPS, skeleton, rate)
    return motion


def find_asf(path: Path) -> Path:
    """The skeleton of a take: of the same name, or of its subject ('07' for 07_01.amc), or the folder's only one."""
    try:
        found = sorted(f for f in path.parent.iterdir() if f.suffix.lower() == ".asf")
    except OSError as error:
        raise os_problem(path.parent, error) from error
    for stem in (path.stem, path.stem.split("_")[0]):
        for file in found:
            if file.stem.lower() == stem.lower():
                return file
    if len(found) == 1:
        return found[0]
    seen = f"{len(found)} .asf files lie beside it and none has its name" if found else "no .asf file lies beside it"
    raise FileProblem(path, f"its skeleton is missing: {seen}", f"Put {path.stem.split('_')[0]}.asf into the same folder")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise os_problem(path, error) from error


def parse_asf(path: Path) -> Asf:
    """Raises FileProblem naming the line that cannot be read."""
    sections = _sections(path, _read(path))
    if "root" not in sections or "bonedata" not in sections or "hierarchy" not in sections:
        missing = [s for s in ("root", "bonedata", "hierarchy") if s not in sections]
        raise FileProblem(path, f"it has no :{missing[0]} section, so it is not a whole ASF file", "Export it again")
    units = {words[0].lower(): words[1:] for _, words in sections.get("units", [])}
    in_degrees = (units.get("angle") or ["deg"])[0].lower().startswith("deg")
    scale = _numbers(path, units.get("length") or ["1.0"], 1, "units")[0] or 1.0
    bones = [_root(path, sections["root"])] + _bones(path, sections["bonedata"])
    for bone in bones:
        if sorted(bone["order"]) != ["X", "Y", "Z"]:
            raise FileProblem(path, f"the axis order {bone['order']!r} is none", "Export it again", bone["where"])
        if not set(bone["dof"]) <= DOFS or len(set(bone["dof"])) < len(bone["dof"]):
            raise FileProblem(path, f"{' '.join(bone['dof'])!r} are no degrees of freedom", "Export it again", bone["where"])
    if len(bones) > MAX_BONES:
        raise FileProblem(path, f"more than {MAX_BONES} bones", "Export only the body")
    index = {}
    for i, bone in enumerate(bones):
        if bone["name"] in index:
            raise FileProblem(path, f"the bone {bone['name']!r} is there twice", "Export it again", bone["where"])
        index[bone["name"]] = i
    parents = _parents(path, sections["hierarchy"], index)
    turn = np.pi / 180 if in_degrees else 1.0
    return Asf(
        tuple(b["name"] for b in bones), parents, np.array([b["direction"] for b in bones]),
        np.array([b["length"] for b in bones]), np.array([b["axis"] for b in bones]) * turn,
        tuple(b["order"] for b in bones), tuple(b["dof"] for b in bones), INCH_M / scale, in_degrees)


def _sections(path: Path, text: str) -> dict[str, list[tuple[int, list[str]]]]:
    """Lines as (number, words) by section; comments left out."""
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    current: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            current = sections.setdefault(words[0][1:].lower(), [])
            continue
        current.append((number, words))
    return sections


def _numbers(path: Path, words: list[str], count: int, where: str) -> list[float]:
    try:
        values = [float(w.strip("()")) for w in words[:count]]
    except ValueError:
        values = []
    if len(values) != count or not np.isfinite(values).all():
        raise FileProblem(path, f"{count} number{'s' * (count > 1)} should stand here", "Export it again", where)
    return values


def _root(path: Path, lines: list[tuple[int, list[str]]]) -> dict:
    bone = {"name": "root", "direction": (0.0, 0.0, 0.0), "length": 0.0, "axis": (0.0, 0.0, 0.0), "order": "XYZ",
            "dof": ("tx", "ty", "tz", "rx", "ry", "rz"), "where": ""}
    for number, words in lines:
        key = words[0].lower()
        if key == "order":
            bone["dof"] = tuple(w.lower() for w in words[1:])
        elif key == "axis":
            bone["order"] = words[1].upper() if len(words) > 1 else "XYZ"
        elif key == "orientation":
            bone["axis"] = tuple(_numbers(path, words[1:], 3, f"line {number}"))
    return bone


def _bones(path: Path, lines: list[tuple[int, list[str]]]) -> list[dict]:
    bones: list[dict] = []
    bone: dict | None = None
    for number, words in lines:
        key, where = words[0].lower(), f"line {number}"
        if key == "begin":
            bone = {"name": "", "direction": (0.0, 0.0, 0.0), "length": 0.0, "axis": (0.0, 0.0, 0.0), "order": "XYZ",
                    "dof": (), "where": where}
        elif key == "end" and bone is not None:
            if not bone["name"]:
                raise FileProblem(path, "a bone has no name", "Export it again", where)
            bones.append(bone)
            bone = None
        elif bone is None:
            continue
        elif key == "name" and len(words) > 1:
            bone["name"] = words[1]
        elif key == "direction":
            bone["direction"] = tuple(_numbers(path, words[1:], 3, where))
        elif key == "length":
            bone["length"] = _numbers(path, words[1:], 1, where)[0]
        elif key == "axis":
            bone["axis"] = tuple(_numbers(path, words[1:], 3, where))
            bone["order"] = words[4].upper() if len(words) > 4 else "XYZ"
        elif key == "dof":
            bone["dof"] = tuple(w.lower() for w in words[1:])
    if bone is not None or not bones:
        raise FileProblem(path, "its :bonedata breaks off", "Copy or export the file again", bone["where"] if bone else "")
    return bones


def _parents(path: Path, lines: list[tuple[int, list[str]]], index: dict[str, int]) -> tuple[int, ...]:
    parents = {0: -1}
    for number, words in lines:
        if words[0].lower() in ("begin", "end"):
            continue
        for name in words:
            if name not in index:
                raise FileProblem(path, f"the hierarchy names {name!r}, which is no bone", "Export it again", f"line {number}")
        parent, children = index[words[0]], [index[w] for w in words[1:]]
        for child in children:
            if child in parents:
                raise FileProblem(path, f"{words[0]!r} takes a bone that already has a parent", "Export it again",
                                  f"line {number}")
            parents[child] = parent
    lost = [name for name, i in index.items() if i not in parents]
    if lost:
        raise FileProblem(path, f"the bone {lost[0]!r} has no parent in the hierarchy", "Export it again")
    found = tuple(parents[i] for i in range(len(index)))
    for joint in range(len(found)):
        steps, at = 0, joint
        while at >= 0 and steps <= len(found):
            at, steps = found[at], steps + 1
        if at >= 0:
            raise FileProblem(path, "its hierarchy runs in a circle", "Export it again")
    return found


def parse_amc(path: Path, asf: Asf) -> tuple[dict[int, np.ndarray], bool | None]:
    """Values (T, D) of each bone, and whether they are degrees (None: the file does not say)."""
    in_degrees: bool | None = None
    index = {name: i for i, name in enumerate(asf.names)}
    wanted = {name: len(asf.dofs[i]) for name, i in index.items()}
    rows: dict[str, list[list[str]]] = {name: [] for name in asf.names if wanted[name]}
    frames, frame_where = 0, ""
    for number, line in enumerate(_read(path).splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith(":"):
            key = words[0].lower()
            in_degrees = True if key == ":degrees" else False if key == ":radians" else in_degrees
            continue
        if len(words) == 1 and words[0].isdigit():
            if any(len(r) != frames for r in rows.values()):
                raise _incomplete(path, rows, frames, frame_where)
            frames, frame_where = frames + 1, f"line {number}, frame {words[0]}"
            continue
        name, where = words[0], f"line {number}"
        if name not in rows:
            known = "has no degrees of freedom" if name in index else "is not in the skeleton file"
            raise FileProblem(path, f"the bone {name!r} {known}", "Use the .asf that belongs to the take", where)
        if len(words) - 1 != wanted[name]:
            raise FileProblem(path, f"{name!r} has {len(words) - 1} values, its skeleton {wanted[name]}",
                              "Use the .asf that belongs to the take", where)
        rows[name].append(words[1:])
    if not frames:
        raise FileProblem(path, "it has no frames", "Copy or export the file again")
    if any(len(r) != frames for r in rows.values()):
        raise _incomplete(path, rows, frames, frame_where)
    try:
        return {index[name]: np.array(r, dtype=np.float64) for name, r in rows.items()}, in_degrees
    except ValueError as error:
        raise FileProblem(path, f"a value is not a number ({error})", "Export it again") from None


def _incomplete(path: Path, rows: dict[str, list], frames: int, where: str) -> FileProblem:
    name = next(n for n, r in rows.items() if len(r) != frames)
    what = "is missing" if len(rows[name]) < frames else "is there twice"
    return FileProblem(path, f"the bone {name!r} {what} in a frame", "Copy or export the file again", where)


def joint_positions(asf: Asf, values: dict[int, np.ndarray], in_degrees: bool) -> np.ndarray:
    """(T, B, 3) ends of the bones in file units: forward kinematics by the Acclaim rule.

    A bone turns by C M C^-1, C from its `axis`, M from its values, both with the order's first axis applied
    first; its end lies one length along its direction, turned with all bones above it.
    """
    frames = len(next(iter(values.values())))
    order = Skeleton(asf.names, asf.parents).topological_order
    world: dict[int, np.ndarray] = {}
    ends: dict[int, np.ndarray] = {}
    for bone in order:
        parent = asf.parents[bone]
        own = values.get(bone, np.zeros((frames, 0)))
        shift, stretch, angles, axes = np.zeros((3, frames)), np.zeros(frames), [], ""
        for column, dof in enumerate(asf.dofs[bone]):
            if dof[0] == "t":
                shift["xyz".index(dof[1])] = own[:, column]
            elif dof[0] == "r":
                axes += dof[1].upper()
                angles.append(np.deg2rad(own[:, column]) if in_degrees else own[:, column])
            else:
                stretch = own[:, column]
        frame = _first_axis_first(np.repeat(asf.axes[bone][None], frames, 0), asf.axis_orders[bone])
        local = frame
        if angles:
            local = kinematics.multiply(frame, _first_axis_first(np.stack(angles, 1), axes))
        local = kinematics.multiply(local, frame.transpose(1, 0, 2))
        if parent < 0:
            world[bone], ends[bone] = kinematics.multiply(local, frame), shift
            continue
        world[bone] = kinematics.multiply(world[parent], local)
        reach = asf.directions[bone][:, None] * (asf.lengths[bone] + stretch) + shift
        ends[bone] = ends[parent] + kinematics.apply(world[bone], reach)
    return np.stack([ends[b] for b in range(len(asf.names))]).transpose(2, 0, 1)


def _first_axis_first(angles: np.ndarray, order: str) -> np.ndarray:
    """(3, 3, T) for angles (T, n): 'XYZ' turns about X first, Z last, all about fixed axes."""
    return kinematics.euler_matrices(angles[:, ::-1], order[::-1])
