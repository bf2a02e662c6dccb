"""BVH: the Biovision hierarchy of joints and one line of channel values a frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.errors import FileProblem, os_problem
from core.io.assemble import assemble
from core.motion import kinematics
from core.recognition.joint_names import read_name
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import Skeleton

MAX_JOINTS = 2000
AXES = {"xposition": ("p", "X"), "yposition": ("p", "Y"), "zposition": ("p", "Z"),
        "xrotation": ("r", "X"), "yrotation": ("r", "Y"), "zrotation": ("r", "Z")}


@dataclass(frozen=True, eq=False)
class Bvh:
    """A parsed file: `offsets` (J, 3) and `channels` (a joint's (kind, axis) list) in file order; End Sites
    are left out. `values` (T, C) floats, degrees and file units. `claimed`: the frames that the header announces."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    channels: tuple[tuple[tuple[str, str], ...], ...]
    values: np.ndarray
    frame_time: float
    claimed: int


def load_bvh(path: Path) -> Motion:
    """Reads a BVH file to world positions in metres, Y up."""
    bvh = parse_bvh(path)
    positions = joint_positions(bvh)
    skeleton = Skeleton(bvh.names, bvh.parents)
    fps = 1 / bvh.frame_time
    rate = Assumption("rate", f"{fps:.4g} fps", "Frame Time in the file", 1.0)
    positions, skeleton = drop_ground_joint(positions, skeleton)
    rest = rest_pose(bvh)[-skeleton.joint_count:]
    motion = assemble(path, positions, round(fps, 3), skeleton, rate, rest)
    if bvh.claimed == motion.frame_count:
        return motion
    lie = Assumption("frames", f"{motion.frame_count:,}", f"the header announces {bvh.claimed:,}; the take may be cut off", 0.6)
    return replace(motion, assumptions=(*motion.assumptions, lie))


def parse_bvh(path: Path) -> Bvh:
    """Hierarchy and channel values. Raises FileProblem with the line where the file breaks off."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise os_problem(path, error) from error
    at = text.find("MOTION")
    if at < 0 or "HIERARCHY" not in text[:at]:
        raise FileProblem(path, "it has no HIERARCHY and MOTION sections, so it is not a (whole) BVH file",
                          "Export it again")
    names, parents, offsets, channels = _parse_hierarchy(path, text[:at])
    values, frame_time, claimed = _parse_motion(path, text[at:], sum(map(len, channels)), text.count("\n", 0, at))
    return Bvh(names, parents, offsets, channels, values, frame_time, claimed)


# Where one line holds several statements: before and after braces, before a keyword.
_STATEMENT = re.compile(r"(?=[{}])|(?<=[{}])|\s(?=(?:ROOT|OFFSET|CHANNELS|JOINT|End\s+Site)\b)")


def _parse_hierarchy(path: Path, text: str):
    names, parents, offsets, channels = [], [], [], []
    stack: list[int] = []
    pending: int | None = None
    for number, line in ((n, piece) for n, whole in enumerate(text.splitlines(), 1) for piece in _STATEMENT.split(whole)):
        words = line.replace(",", " ").split()
        if not words:
            continue
        key = words[0].upper()
        where = f"line {number}"
        if key in ("ROOT", "JOINT"):
            if len(names) >= MAX_JOINTS:
                raise FileProblem(path, f"more than {MAX_JOINTS} joints", "Export only the body", where)
            names.append(" ".join(words[1:]).rstrip("{").strip() or f"joint {len(names)}")
            parents.append(next((j for j in reversed(stack) if j >= 0), -1) if key == "JOINT" else -1)
            offsets.append((0.0, 0.0, 0.0))
            channels.append(())
            pending = len(names) - 1
        elif key == "END":
            pending = -1
        elif key == "OFFSET" and stack:
            if stack[-1] >= 0:
                offsets[stack[-1]] = _three_numbers(path, words[1:4], where)
        elif key == "CHANNELS" and stack and stack[-1] >= 0:
            try:
                channels[stack[-1]] = tuple(AXES[w.lower()] for w in words[2:])
            except KeyError as error:
                raise FileProblem(path, f"unknown channel {error.args[0]!r}", "Export it again", where) from None
        if "{" in line:
            if pending is None:
                if key != "HIERARCHY":
                    raise FileProblem(path, "a brace opens without a joint", "Export it again", where)
                continue
            stack.append(pending)
            pending = None
        if "}" in line and stack:
            stack.pop()
    if not names:
        raise FileProblem(path, "its hierarchy names no joint", "Export it again")
    if stack:
        raise FileProblem(path, "its hierarchy is cut off: a joint is never closed", "Copy or export the file again")
    return tuple(names), tuple(parents), np.array(offsets, np.float64), tuple(channels)


def _three_numbers(path: Path, words: list[str], where: str) -> tuple[float, ...]:
    try:
        values = tuple(float(w) for w in words)
    except ValueError:
        values = ()
    if len(values) != 3:
        raise FileProblem(path, "an OFFSET is not three numbers", "Export it again", where)
    return values


def _parse_motion(path: Path, text: str, width: int, line: int) -> tuple[np.ndarray, float, int]:
    lines = text.split("\n", 3)
    where = f"line {line + 2}"
    try:
        claimed = int(float(lines[1].split(":")[1]))
        frame_time = float(lines[2].split(":")[1])
        body = lines[3]
    except (IndexError, ValueError):
        raise FileProblem(path, "its MOTION section has no Frames, Frame Time and values", "Copy or export the file "
                          "again", where) from None
    if not 1e-4 < frame_time < 10:
        raise FileProblem(path, f"a Frame Time of {frame_time:g} s is not possible", "Correct it in the file", where)
    try:
        values = np.fromstring(body.replace(",", " "), dtype=np.float64, sep=" ") if body.strip() else np.zeros(0)
    except (ValueError, DeprecationWarning):
        raise FileProblem(path, "a value is not a number", "Export it again", _bad_line(body, line + 4)) from None
    if width == 0:
        raise FileProblem(path, "no joint has channels", "Export it with animation")
    frames, rest = divmod(len(values), width)
    if rest:
        raise FileProblem(path, f"it is cut off: {len(values):,} values are no whole number of frames of {width}",
                          "Copy or export the file again", f"frame {frames}")
    if frames == 0:
        raise FileProblem(path, "it has no frames", "Export it with animation")
    if frames < claimed and not body.rstrip(" \t\r").endswith("\n"):
        raise FileProblem(path, f"it is cut off: {claimed:,} frames are announced, {frames:,} are there",
                          "Copy or export the file again", f"frame {frames}")
    return values.reshape(frames, width), frame_time, claimed


def _bad_line(body: str, first: int) -> str:
    for number, line in enumerate(body.splitlines(), first):
        for word in line.replace(",", " ").split():
            try:
                float(word)
            except ValueError:
                return f"line {number}"
    return f"line {first}"


def joint_positions(bvh: Bvh) -> np.ndarray:
    """(T, J, 3) float32 world positions by forward kinematics, in file units.

    A root's position channels are added to its OFFSET; any other joint's stand in for it (what exporters
    that write positions on every joint mean by them).
    """
    frames = len(bvh.values)
    world: list[np.ndarray] = []
    places: list[np.ndarray] = []
    has_children = set(bvh.parents)
    at = 0
    for joint, channels in enumerate(bvh.channels):
        offset = np.repeat(bvh.offsets[joint][:, None], frames, axis=1)
        block = bvh.values[:, at:at + len(channels)]
        at += len(channels)
        order = ""
        angles = []
        for column, (kind, axis) in enumerate(channels):
            if kind == "p":
                base = bvh.offsets[joint]["XYZ".index(axis)] if bvh.parents[joint] < 0 else 0.0
                offset["XYZ".index(axis)] = base + block[:, column]
            else:
                order += axis
                angles.append(column)
        parent = bvh.parents[joint]
        places.append(offset if parent < 0 else places[parent] + kinematics.apply(world[parent], offset))
        if joint in has_children:
            local = kinematics.euler_matrices(np.deg2rad(block[:, angles]), order)
            world.append(local if parent < 0 else kinematics.multiply(world[parent], local))
        else:
            world.append(np.zeros(0))
    return np.stack(places).transpose(2, 0, 1).astype(np.float32)


def rest_pose(bvh: Bvh) -> np.ndarray:
    """(J, 3) positions with all rotations zero, from the OFFSETs."""
    rest = bvh.offsets.copy()
    for joint, parent in enumerate(bvh.parents):
        if parent >= 0:
            rest[joint] += rest[parent]
    return rest


def drop_ground_joint(positions: np.ndarray, skeleton: Skeleton) -> tuple[np.ndarray, Skeleton]:
    """Leaves out a first root joint that only stands on the floor (one child, never moves): it is no part of
    the body, and would stretch the unit guess."""
    still = np.ptp(positions[:, 0], axis=0).max() <= 1e-3 * max(np.ptp(positions[0], axis=0).max(), 1e-9)
    body = read_name(skeleton.joint_names[0]).segment == "hips"
    if len(skeleton.children[0]) == 1 and still and not body and skeleton.joint_count > 2 and skeleton.parents.count(-1) == 1:
        parents = tuple(-1 if p == 0 else p - 1 for p in skeleton.parents[1:])
        return positions[:, 1:], Skeleton(skeleton.joint_names[1:], parents)
    return positions, skeleton
