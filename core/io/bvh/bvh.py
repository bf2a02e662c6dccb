"""BVH: the takes of a file, one body a root."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from motionpatches.core.io.bvh.body import Body
from motionpatches.core.io.bvh.glance import glance
from motionpatches.core.io.bvh.parse import Bvh, open_bvh
from motionpatches.core.io.bvh.positions import (
    Places,
    joint_positions,
    joint_turns,
    meaning_of_places,
    rest_pose,
    root_offset,
)
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import MAX_BYTES, check_finite, check_size, note_of_cut, short
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition.joint_names import read_name

# A tree of fewer joints than this share of the largest one is a prop.
PROP_SHARE = 0.3


def read_bvh(path: Path) -> list[RawTake]:
    """The people of a BVH file: one take, a pair, or a take for each of more; in file units and axes."""
    bvh, body = open_bvh(path)
    positions, places = _positions(path, bvh, body)
    check_finite(path, positions)
    trees, props = _trees(bvh)
    notes = _notes(bvh, body, places, props)
    takes = [_take(bvh, positions, tree, notes) for tree in trees]
    if len(takes) == 2:
        return [replace(takes[0], partner=replace(takes[1], notes=()))]
    if len(takes) > 2:
        names = _unique([bvh.names[tree[0]] for tree in trees])
        return [replace(take, name=name) for take, name in zip(takes, names, strict=True)]
    return takes


def read_bvh_turned(path: Path) -> list[RawTake]:
    """The same with the rotations of the joints."""
    takes = read_bvh(path)
    bvh, body = open_bvh(path)
    turns = np.concatenate([joint_turns(replace(bvh, values=values)) for values in body])
    people = [take.partner or take if number else take for take in takes for number in range(1 + (take.partner is not None))]
    found = []
    for take, tree in zip(people, _trees(bvh)[0], strict=True):
        # A joint on the ground may have been left out at the start.
        own = turns[:, tree[len(tree) - take.skeleton.joint_count :]]
        found.append(replace(take, turns=np.ascontiguousarray(own)))
    if len(takes) < len(people):
        return [replace(found[0], partner=found[1])]
    return found


def _positions(path: Path, bvh: Bvh, body: Body) -> tuple[np.ndarray, Places]:
    """(T, J, 3) of all values, with memory for as many frames as the header announces, more where there are more; and what the
    places of joints mean, by the first values."""
    joints = len(bvh.names)
    check_size(path, 0, joints)
    announced = min(max(bvh.claimed, 1), path.stat().st_size // (2 * body.width) + 1, MAX_BYTES // (12 * joints))
    positions, places = np.empty((announced, joints, 3), np.float32), None
    for values in body:
        part = replace(bvh, values=values)
        places = places or meaning_of_places(part)
        check_size(path, body.frames, joints)
        if body.frames > len(positions):
            larger = np.empty((body.frames + body.frames // 4, joints, 3), np.float32)
            larger[: body.frames - len(values)] = positions[: body.frames - len(values)]
            positions = larger
        positions[body.frames - len(values) : body.frames] = joint_positions(part, places)
    assert places is not None, "a body without values is refused"
    return positions[: body.frames], places


def _trees(bvh: Bvh) -> tuple[list[list[int]], list[list[int]]]:
    """The joints under each root: bodies, and props to leave out. Roots without children are points of one take."""
    trees: dict[int, list[int]] = {}
    root_of: list[int] = []
    for joint, parent in enumerate(bvh.parents):
        root_of.append(joint if parent < 0 else root_of[parent])
        trees.setdefault(root_of[-1], []).append(joint)
    largest = max(map(len, trees.values()))
    if largest < 5:
        return [list(range(len(bvh.names)))], []
    bodies = [tree for tree in trees.values() if len(tree) >= max(5, PROP_SHARE * largest)]
    return bodies, [tree for tree in trees.values() if len(tree) < max(5, PROP_SHARE * largest)]


def _take(bvh: Bvh, positions: np.ndarray, tree: list[int], notes: tuple[Assumption, ...]) -> RawTake:
    place = {joint: i for i, joint in enumerate(tree)}
    skeleton = Skeleton(tuple(bvh.names[j] for j in tree), tuple(place.get(bvh.parents[j], -1) for j in tree))
    own = positions if len(tree) == positions.shape[1] else positions[:, tree]
    rest = rest_pose(bvh)[tree]
    own, skeleton = drop_ground_joint(own, skeleton)
    rest = rest[len(rest) - skeleton.joint_count :]
    fps = round(1 / bvh.frame_time, 3)
    kind: Literal["body", "points"] = "points" if len(tree) > 1 and max(skeleton.parents) < 0 else "body"
    return RawTake(
        np.ascontiguousarray(own),
        fps,
        skeleton,
        Assumption("rate", f"{fps:.4g} fps", "Frame Time in the file", 1.0),
        rest=(rest - rest[0]).astype(np.float32) if kind == "body" else None,
        root_offset=root_offset(bvh, tree[0]) if kind == "body" else None,
        kind=kind,
        notes=notes,
    )


def drop_ground_joint(positions: np.ndarray, skeleton: Skeleton) -> tuple[np.ndarray, Skeleton]:
    """Leave out first root joints that only stand on the floor (one child, never move): they are no part of the body, and
    would stretch the unit guess."""
    while skeleton.joint_count > 2 and len(skeleton.children[0]) == 1 and skeleton.parents.count(-1) == 1:
        still = np.ptp(positions[:, 0], axis=0).max() <= 1e-3 * max(np.ptp(positions[0], axis=0).max(), 1e-9)
        if not still or read_name(skeleton.joint_names[0]).segment == "hips":
            break
        parents = tuple(-1 if p == 0 else p - 1 for p in skeleton.parents[1:])
        positions, skeleton = positions[:, 1:], Skeleton(skeleton.joint_names[1:], parents)
    return positions, skeleton


def _notes(bvh: Bvh, body: Body, places: Places, props: list[list[int]]) -> tuple[Assumption, ...]:
    frames = body.frames
    notes = []
    if bvh.claimed != frames:
        says = f"{bvh.claimed:,}" if bvh.claimed >= 0 else "no possible number"
        notes.append(Assumption("frames", f"{frames:,}", f"the header announces {says}; the take may be cut off", 0.6))
    elif body.cut:
        notes.append(note_of_cut(frames))
    if places == "world":
        notes.append(Assumption("joint places", "in the world", "so joints are as far apart as their OFFSETs say", 0.95))
    if places == "added":
        notes.append(
            Assumption(
                "joint places",
                "from the OFFSETs",
                "the position channels below the root are near zero, which would leave the body no extent",
                0.95,
            )
        )
    if props:
        names = ", ".join(short(bvh.names[tree[0]]) for tree in props[:3]) + (" …" if len(props) > 3 else "")
        notes.append(
            Assumption("left out", f"{len(props):,} prop{'s' * (len(props) > 1)}", f"further roots of few joints: {names}", 0.9)
        )
    return tuple(notes)


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return out if len(set(out)) == len(out) else [f"{i} {name}" for i, name in enumerate(out, 1)]


BVH = Format("BVH", (".bvh",), read_bvh, glance=glance, turned=read_bvh_turned)
