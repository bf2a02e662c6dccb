"""ASF and AMC: the Acclaim skeleton of bones, and the angles of each bone by frame (CMU's originals)."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.acclaim.asf import Asf, find_asf, parse_asf
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import check_finite, check_size, note_of_cut, short
from motionpatches.core.io.text import head_text, last_number_may_be_cut, parse_numbers, read_text
from motionpatches.core.motion import kinematics
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.rotations import quaternions
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

CMU_FPS = 120.0
MAX_TEXT = 128 << 20
CHUNK = 4096
ITS_SKELETON = "Use the .asf that belongs to the take"
CUT = "Copy or export the file again"


def read_amc_turned(path: Path) -> list[RawTake]:
    """The same as `read_amc` with the rotations of the joints."""
    return read_amc(path, turned=True)


def read_amc(path: Path, turned: bool = False) -> list[RawTake]:
    """An AMC with the ASF that belongs to it: world positions of the bones' ends in file units."""
    asf = parse_asf(_skeleton_of(path))
    text = read_text(path, MAX_TEXT)
    values, in_degrees, step = _parse(path, text, asf)
    frames = len(next(iter(values.values())))
    check_size(path, frames, len(asf.names))
    in_degrees = asf.in_degrees if in_degrees is None else in_degrees
    turns = np.empty((frames, len(asf.names), 4), np.float32) if turned else None
    positions = joint_positions(asf, values, in_degrees, turns)
    check_finite(path, positions)
    rest = joint_positions(asf, {bone: np.zeros((1, v.shape[1])) for bone, v in values.items()}, in_degrees)[0]
    notes = (note_of_cut(frames),) if last_number_may_be_cut(text) else ()
    fps, rate = _rate(path, step)
    return [
        RawTake(
            positions,
            fps,
            Skeleton(asf.names, asf.parents),
            rate,
            rest=rest,
            unit=asf.unit,
            up=Stated("Y", "Acclaim skeletons stand along Y", 0.9),
            notes=notes,
            turns=turns,
        )
    ]


def _skeleton_of(path: Path) -> Path:
    """The ASF of a take; its first lines may name one (`#!OML:ASF C:\\path\\name.ASF`)."""
    named = re.search(r"ASF[ \t]+(\S[^\n]{0,500}\.asf)\b", head_text(path, 2048), re.IGNORECASE)
    return find_asf(path, PureWindowsPath(named[1]).stem if named else "")


def _rate(path: Path, step: int) -> tuple[float, Assumption]:
    """Frames per second: an AMC carries none. `step`: from one frame's number to the next."""
    named = re.search(r"_(120|240)$", path.stem)
    fps = float(named[1]) if named else CMU_FPS
    why = "its name ends so, as in HDM05's library" if named else "an AMC carries no rate; 120 fps as in CMU's library"
    if step > 1:
        fps, why = fps / step, f"{why}; every {step}th frame is there"
    return fps, Assumption("rate", f"{fps:g} fps", why, 0.75 if named else 0.6)


def parse_amc(path: Path, asf: Asf) -> tuple[dict[int, np.ndarray], bool | None]:
    """Values (T, D) of each bone, and whether they are degrees (None: the file does not say)."""
    return _parse(path, read_text(path, MAX_TEXT), asf)[:2]


def _parse(path: Path, text: str, asf: Asf) -> tuple[dict[int, np.ndarray], bool | None, int]:
    """As parse_amc, and the step from one frame's number to the next (1 where they are irregular)."""
    start = re.search(r"(?m)^[ \t]*\d+[ \t]*$", text)
    if not start:
        raise FileProblem(path, "it has no frames", CUT)
    keys = re.findall(r"(?mi)^[ \t]*:(degrees|radians)\b", text[: start.start()])
    in_degrees = keys[-1].lower() == "degrees" if keys else None
    body = text[start.start() :]
    found = _alike(body, asf)
    if found is None:
        found = _line_by_line(path, body, asf, text.count("\n", 0, start.start()) + 1)
    values, numbers = found
    steps = np.diff(numbers)
    step = int(steps[0]) if len(steps) and (steps == steps[0]).all() and 1 < steps[0] <= 60 else 1
    return values, in_degrees, step


def _alike(body: str, asf: Asf) -> tuple[dict[int, np.ndarray], np.ndarray] | None:
    """Values by bone and frame numbers where every frame lists the same bones in the same order; None otherwise."""
    first = []
    for line in body[: 1 << 20].split("\n")[1:]:
        words = line.split()
        if len(words) < 2 or words[0].startswith(("#", ":")):
            break
        first.append(words[0])
    index = {name: i for i, name in enumerate(asf.names)}
    width = 1 + sum(1 + len(asf.dofs[index[name]]) for name in first if name in index)
    words = body.split()
    if (
        set(first) != {n for n, d in zip(asf.names, asf.dofs, strict=True) if d}
        or len(set(first)) < len(first)
        or (len(words) % width)
    ):
        return None
    frames = len(words) // width
    at, values = 1, {}
    try:
        for name in first:
            count = len(asf.dofs[index[name]])
            if words[at::width] != [name] * frames:
                return None
            columns = [parse_numbers(" ".join(words[at + 1 + c :: width])) for c in range(count)]
            values[index[name]] = np.stack(columns, axis=1)
            at += 1 + count
        numbers = words[::width]
        if not all(map(str.isdecimal, numbers)) or max(map(len, numbers)) > 9 or any(len(v) != frames for v in values.values()):
            return None
    except ValueError:
        return None
    return values, np.array(numbers, np.int64)


def _line_by_line(path: Path, body: str, asf: Asf, first_line: int) -> tuple[dict[int, np.ndarray], np.ndarray]:
    index = {name: i for i, name in enumerate(asf.names)}
    wanted = {name: len(asf.dofs[i]) for name, i in index.items()}
    rows: dict[str, list[list[float]]] = {name: [] for name in asf.names if wanted[name]}
    numbers: list[int] = []
    frame_where = ""
    for number, line in enumerate(body.split("\n"), first_line):
        words = line.split()
        if not words or words[0].startswith(("#", ":")):
            continue
        if len(words) == 1 and words[0].isdecimal():
            if any(len(r) != len(numbers) for r in rows.values()):
                raise _incomplete(path, rows, len(numbers), frame_where)
            numbers.append(int(words[0][:9]))
            frame_where = f"line {number}, frame {short(words[0])}"
            continue
        name, where = words[0], f"line {number}"
        if name not in rows:
            known = "has no degrees of freedom" if name in index else "is not in the skeleton file"
            raise FileProblem(path, f"the bone {short(name)!r} {known}", ITS_SKELETON, where)
        if len(words) - 1 != wanted[name]:
            raise FileProblem(
                path, f"{short(name)!r} has {len(words) - 1:,} values, its skeleton {wanted[name]}", ITS_SKELETON, where
            )
        if len(rows[name]) >= len(numbers):
            rows[name].append([])
            raise _incomplete(path, rows, len(numbers), frame_where)
        try:
            rows[name].append([float(w) for w in words[1:]])
        except ValueError as error:
            raise FileProblem(path, f"a value is not a number ({short(error)})", "Export it again", where) from None
    if any(len(r) != len(numbers) for r in rows.values()):
        raise _incomplete(path, rows, len(numbers), frame_where)
    return {index[name]: np.array(r, dtype=np.float64) for name, r in rows.items()}, np.array(numbers, np.int64)


def _incomplete(path: Path, rows: dict[str, list[list[float]]], frames: int, where: str) -> FileProblem:
    name = max((n for n, r in rows.items() if len(r) != frames), key=lambda n: len(rows[n]))
    what = "is missing" if len(rows[name]) < frames else "is there twice"
    return FileProblem(path, f"the bone {short(name)!r} {what} in a frame", CUT, where)


def joint_positions(asf: Asf, values: dict[int, np.ndarray], in_degrees: bool, turns: np.ndarray | None = None) -> np.ndarray:
    """(T, B, 3) float32 ends of the bones in file units: forward kinematics by the Acclaim rule.

    A bone turns by C M C^-1, C from its `axis`, M from its values, both with the order's first axis applied
    first; its end lies one length along its direction, turned with all bones above it. `turns` (T, B, 4) is filled with
    rotations of the joints.
    """
    frames = len(next(iter(values.values())))
    out = np.empty((frames, len(asf.names), 3), np.float32)
    order = Skeleton(asf.names, asf.parents).topological_order
    with np.errstate(all="ignore"):
        for start in range(0, frames, CHUNK):
            piece = {bone: v[start : start + CHUNK] for bone, v in values.items()}
            world = _ends(asf, piece, in_degrees, order, out[start : start + CHUNK])
            if turns is not None:
                _turns(asf, world, turns[start : start + CHUNK])
    return out


def _turns(asf: Asf, world: dict[int, np.ndarray], out: np.ndarray) -> None:
    """Fill `out` (n, B, 4) with quaternions, x, y, z, w, from the rest pose.

    A bone of Acclaim turns where it begins, which is the joint at the end of its parent: that joint turns as the one bone that it
    carries, and one that carries none or several as its own.
    """
    children = Skeleton(asf.names, asf.parents).children
    rest = _first_axis_first(asf.axes[0][None], asf.axis_orders[0])[:, :, 0]
    for joint, below in enumerate(children):
        turned = np.broadcast_to(world[below[0] if len(below) == 1 else joint], (3, 3, len(out)))
        out[:, joint] = quaternions(np.nan_to_num(turned.transpose(2, 0, 1)) @ rest.T)


def _ends(
    asf: Asf, values: dict[int, np.ndarray], in_degrees: bool, order: tuple[int, ...], out: np.ndarray
) -> dict[int, np.ndarray]:
    """Fill `out` (n, B, 3) for some frames. Returns rotations (3, 3, n) of the bones in the world."""
    frames = len(out)
    world: dict[int, np.ndarray] = {}
    ends: dict[int, np.ndarray] = {}
    for bone in order:
        parent = asf.parents[bone]
        own = values.get(bone, np.zeros((frames, 0)))
        shift, angles, axes = np.zeros((3, 1)), [], ""
        stretch: np.ndarray | float = 0.0
        for column, dof in enumerate(asf.dofs[bone]):
            if dof[0] == "t":
                shift = np.repeat(shift, frames, axis=1) if shift.shape[1] != frames else shift
                shift["xyz".index(dof[1])] = own[:, column]
            elif dof[0] == "r":
                axes += dof[1].upper()
                angles.append(np.deg2rad(own[:, column]) if in_degrees else own[:, column])
            else:
                stretch = own[:, column]
        frame = _first_axis_first(asf.axes[bone][None], asf.axis_orders[bone])
        local = frame
        if angles:
            local = kinematics.multiply(frame, _first_axis_first(np.stack(angles, 1), axes))
        local = kinematics.multiply(local, frame.transpose(1, 0, 2))
        if parent < 0:
            world[bone], ends[bone] = kinematics.multiply(local, frame), shift
        else:
            world[bone] = kinematics.multiply(world[parent], local) if angles else world[parent]
            reach = asf.directions[bone][:, None] * (asf.lengths[bone] + stretch) + shift
            ends[bone] = ends[parent] + kinematics.apply(world[bone], reach)
        out[:, bone] = ends[bone].T
    return world


def _first_axis_first(angles: np.ndarray, order: str) -> np.ndarray:
    """(3, 3, T) for angles (T, n): 'XYZ' turns about X first, Z last, all about fixed axes."""
    return kinematics.euler_matrices(angles[:, ::-1], order[::-1])


def _files(path: Path) -> list[Path]:
    return [path, _skeleton_of(path)]


AMC = Format("ASF/AMC", (".amc",), read_amc, files=_files, turned=read_amc_turned)
