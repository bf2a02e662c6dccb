"""Named points without a hierarchy, as tables of markers and joints have them: a body where the names are a person's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import check_size, short
from motionpatches.core.io.points.gaps import LONGEST_S, fill_gaps, missing_points
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition.joint_names import read_names

Notes = tuple[Assumption, ...]

SIDES = ("left", "right")
LEG = ("thigh", "shin", "foot")
ARM = ("upper arm", "forearm", "hand")
# Joint centres of Plug-in Gait: LHJC, RKJC.
_CENTRES = {"H": "thigh", "K": "shin", "A": "foot", "S": "upper arm", "E": "forearm", "W": "hand"}
# A group of points before a colon ('Bob:LHip') is a person of its own from this number on.
PERSON = 8
_FACE = re.compile(r"(?i)nose|ear|eye|mouth|jaw|face")
FILL = "Fill its gaps in the capture program"


@dataclass(frozen=True)
class _Names:
    """What the names of points say: for each, its side and segment; `main` the points of each side and segment in file order;
    `twice`: how many joints of limbs have several points, as in sets of markers."""

    sides: tuple[str, ...]
    segments: tuple[str, ...]
    main: dict[tuple[str, str], list[int]]
    twice: int


def takes_of_points(
    path: Path,
    names: Sequence[str],
    positions: np.ndarray,
    fps: float,
    rate: Assumption,
    *,
    unit: Stated[float] | None = None,
    up: Stated[str] | None = None,
    notes: Notes = (),
) -> list[RawTake]:
    """Takes of points (T, J, 3), NaN where one is missing: a body where the names are joints or a set of markers, else points.

    Names of the form 'person:point' part the people: two are a pair, more a take each.
    """
    check_size(path, len(positions), len(names))
    groups: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        groups.setdefault(name.rpartition(":")[0], []).append(i)
    people = {who: members for who, members in groups.items() if len(members) >= PERSON}
    if len(people) < 2 or sum(map(len, people.values())) < 0.7 * len(names):
        return [_take(path, names, positions, fps, rate, unit, up, notes)]
    # The people of a take share their frames: no one's ends are trimmed.
    takes = [
        replace(
            _take(path, [names[i] for i in members], positions[:, members], fps, rate, unit, up, notes, trim=False),
            name=(who or "other") if len(people) > 2 else "",
        )
        for who, members in people.items()
    ]
    return takes if len(takes) > 2 else [replace(takes[0], partner=takes[1])]


def _take(
    path: Path,
    names: Sequence[str],
    positions: np.ndarray,
    fps: float,
    rate: Assumption,
    unit: Stated[float] | None,
    up: Stated[str] | None,
    notes: Notes,
    trim: bool = True,
) -> RawTake:
    positions, words = fill_gaps(positions, fps, names=names)
    if words:
        notes = (*notes, Assumption("gaps", words, "missing points of the file", 0.8))
    read = _read(names)
    body = _is_body(read)
    needed = sorted({members[0] for members in read.main.values()}) if body else []
    if trim:
        positions, notes = _trimmed(positions, needed, notes)
    if joints := _from_markers(names, positions):
        notes = (*notes, Assumption("joints", f"{joints[0].joint_count} from markers", "the names are a marker set's", 0.8))
        return RawTake(_float32(path, joints[1]), fps, joints[0], rate, unit=unit, up=up, notes=notes)
    names, positions, notes = _without_gaps(path, names, positions, needed, notes)
    if not body:
        skeleton = Skeleton(tuple(names), (-1,) * len(names))
        return RawTake(_float32(path, positions), fps, skeleton, rate, unit=unit, up=up, kind="points", notes=notes)
    names, parents, positions, added = _body(list(names), _read(names), positions)
    if added:
        notes = (*notes, Assumption("joints", ", ".join(added), "between points of the file, which has no such joint", 0.9))
    return RawTake(_float32(path, positions), fps, Skeleton(tuple(names), tuple(parents)), rate, unit=unit, up=up, notes=notes)


def _trimmed(positions: np.ndarray, needed: list[int], notes: Notes) -> tuple[np.ndarray, Notes]:
    """Without the frames at both ends where points are missing: the joints of a body, unless that would cost half of the take;
    other points that are there as a rule, unless it would cost a tenth."""
    missing = missing_points(positions)
    columns = np.array(needed, int) if needed else np.flatnonzero(missing.mean(axis=0) < 0.1)
    whole = np.flatnonzero(~missing[:, columns].any(axis=1)) if len(columns) else np.zeros(0, int)
    if not len(whole):
        return positions, notes
    start, end = int(whole[0]), int(whole[-1]) + 1
    if end - start in (len(positions), 0) or end - start < (0.5 if needed else 0.9) * len(positions):
        return positions, notes
    why = f"points are missing at the ends of the {len(positions):,} frames"
    return positions[start:end], (*notes, Assumption("frames", f"{start:,} to {end - 1:,}", why, 0.8))


def _without_gaps(
    path: Path, names: Sequence[str], positions: np.ndarray, needed: list[int], notes: Notes
) -> tuple[list[str], np.ndarray, Notes]:
    """Leave out points that are missing for longer. Raises FileProblem where a body needs them or none is left."""
    missing = missing_points(positions)
    gone = np.flatnonzero(missing.any(axis=0)).tolist()
    lost = [j for j in gone if j in set(needed)]
    if lost:
        raise FileProblem(
            path,
            f"{short(names[lost[0]])!r} is missing for longer than {LONGEST_S:g} s",
            FILL,
            f"frame {int(np.argmax(missing[:, lost[0]]))}",
        )
    if len(gone) == len(names):
        raise FileProblem(path, f"every point is missing for longer than {LONGEST_S:g} s", FILL)
    if not len(gone):
        return list(names), positions, notes
    listed = ", ".join(short(names[j], 30) for j in gone[:5]) + (" …" if len(gone) > 5 else "")
    keep = np.flatnonzero(~missing.any(axis=0)).tolist()
    note = Assumption("left out", f"{len(gone):,} points", f"missing for longer than {LONGEST_S:g} s: {listed}", 0.9)
    return [names[j] for j in keep], positions[:, keep], (*notes, note)


def _float32(path: Path, positions: np.ndarray) -> np.ndarray:
    if np.abs(positions).max(initial=0) > 1e30:
        raise FileProblem(path, "its numbers are too large for positions", "Export it again")
    return np.ascontiguousarray(positions, np.float32)


def _from_markers(names: Sequence[str], positions: np.ndarray) -> tuple[Skeleton, np.ndarray] | None:
    """Joints of a set of markers with those of the waist, which tables of joints never have."""
    from motionpatches.core.io.points.markers import SKELETON, body_of

    whole = np.flatnonzero(~missing_points(positions).any(axis=0)).tolist()
    found = body_of([names[j].rpartition(":")[2] for j in whole], positions[:, whole])
    return (SKELETON, found.positions) if found is not None and np.isfinite(found.positions).all() else None


def _read(names: Sequence[str]) -> _Names:
    """Segments as joints: a shoulder is the upper arm's where there is no other, 'arm' and 'leg' what their limb lacks."""
    readings = read_names(list(names))
    sides, segments = [r.side for r in readings], [r.segment for r in readings]
    for i, name in enumerate(names):
        if found := re.search(r"(?:^|[:_ .])([LR])([HKASEW])JC$", name.upper()):
            sides[i], segments[i] = SIDES["LR".index(found[1])], _CENTRES[found[2]]
    for side in SIDES:
        own = {s for s, of in zip(segments, sides, strict=True) if of == side}
        instead = {"leg": "shin" if "thigh" in own else "thigh", "arm": "forearm" if "upper arm" in own else "upper arm"}
        if "upper arm" not in own and "arm" not in own:
            instead["collar"] = "upper arm"
        segments = [instead.get(s, s) if of == side else s for s, of in zip(segments, sides, strict=True)]
    segments = ["spine" if s == "collar" and not of else s for s, of in zip(segments, sides, strict=True)]
    main: dict[tuple[str, str], list[int]] = {}
    for i, key in enumerate(zip(sides, segments, strict=True)):
        if key[1] in (*LEG, *ARM, "collar", "hips", "neck", "head"):
            main.setdefault(key, []).append(i)
    for side in SIDES:
        # Of two shoulders the first is the collar's.
        if len(both := main.get((side, "upper arm"), [])) > 1 and (side, "collar") not in main:
            main[side, "collar"], main[side, "upper arm"] = both[:1], both[1:]
    twice = sum(len(members) > 1 for (_, segment), members in main.items() if segment in ("shin", "foot", "forearm", "hand"))
    return _Names(tuple(sides), tuple(segments), main, twice)


def _is_body(read: _Names) -> bool:
    def both(segment: str) -> bool:
        return all((side, segment) in read.main for side in SIDES)

    return both("shin") and both("forearm") and both("upper arm") and (both("thigh") or ("", "hips") in read.main)


def _body(names: list[str], read: _Names, positions: np.ndarray) -> tuple[list[str], list[int], np.ndarray, list[str]]:
    """Names, parents and positions of the tree, with the joints that had to be added in front."""
    places = [positions[:, i] for i in range(len(names))]
    parents = [-1] * len(names)
    main = read.main
    added: list[str] = []

    def add(name: str, sources: list[int]) -> int:
        added.append(name)
        names.append(name)
        parents.append(-1)
        places.append(np.mean([places[i] for i in sources], axis=0))
        return len(names) - 1

    def gap(a: int, b: int) -> float:
        return float(np.linalg.norm(places[a] - places[b], axis=1).mean())

    shoulders = [main[side, "upper arm"][0] for side in SIDES]
    hips = main["", "hips"][0] if ("", "hips") in main else add("pelvis", [main[side, "thigh"][-1] for side in SIDES])
    middle = np.mean([places[i] for i in shoulders], axis=0)
    spine = [i for i, s in enumerate(read.segments) if s == "spine" and not read.sides[i]]
    necks = main.get(("", "neck"), [])
    # What carries the arms: the nearest joint of the trunk, if one is near; collars are never a neck's.
    collars = all((side, "collar") in main for side in SIDES)
    carriers = spine if spine and collars else [*spine, *necks[:1]]
    far = {i: float(np.linalg.norm(places[i] - middle, axis=1).mean()) for i in carriers}
    chest = min(far, key=far.__getitem__, default=None)
    if chest is None or far[chest] > 0.4 * float(np.linalg.norm(places[hips] - middle, axis=1).mean()):
        chest = add("chest", shoulders)
    spine = sorted((i for i in spine if i != chest), key=lambda i: gap(hips, i))
    below = [i for i in spine if gap(hips, i) < gap(hips, chest)]
    trunk = [hips, *below, chest, *spine[len(below) :], *(i for i in necks if i != chest)]
    face = [i for i, s in enumerate(read.segments) if s == "helper" and _FACE.search(names[i])]
    head = main[("", "head")][0] if ("", "head") in main else None
    if head is None and face:
        head = add("head", [i for i in face if re.search(r"(?i)(?:^|[^a-z])[lr]?_?ear|ear$", names[i])] or face)
    trunk += [head] if head is not None else []
    for above, joint in zip(trunk, trunk[1:], strict=False):
        parents[joint] = above
    placed = set(trunk)
    for side in SIDES:
        for start, segments in ((hips, LEG), (chest, ("collar", *ARM))):
            above = start
            for segment in segments:
                members = main.get((side, segment), [])
                for joint in members if segment in ("collar", "thigh", "hand") and read.twice < 4 else members[:1]:
                    parents[joint], above = above, joint
                    placed.add(joint)
    _hang_the_rest(names, read, placed, places, parents, hips, head)
    count = len(read.sides)
    order = [*range(count, len(names)), *range(count)]
    at = {joint: i for i, joint in enumerate(order)}
    return (
        [names[j] for j in order],
        [at[parents[j]] if parents[j] >= 0 else -1 for j in order],
        np.stack([places[j] for j in order], axis=1),
        added,
    )


def _hang_the_rest(
    names: list[str], read: _Names, placed: set[int], places: list[np.ndarray], parents: list[int], hips: int, head: int | None
) -> None:
    """Fingers in their chains, toes on feet, faces on heads, unknown joints on the hips; others on the nearest joint."""
    lower = {name.lower(): i for i, name in enumerate(names)}
    wanted = {"finger": "hand", "toe": "foot", "heel": "foot"}
    joints = sorted(placed)
    middles = np.stack([p[:: max(1, len(p) // 50)] for p in places])
    for i in range(len(read.sides)):
        if i in placed:
            continue
        side, segment = read.sides[i], read.segments[i]
        found = re.fullmatch(r"(.*?)(\d+)(\D*)", names[i].lower()[-200:])
        before = lower.get(f"{found[1]}{int(found[2]) - 1:0{len(found[2])}}{found[3]}") if found and len(found[2]) < 6 else None
        limb = read.main.get((side, wanted.get(segment, "")))
        if before is not None and before != i and segment in ("finger", "toe"):
            parents[i] = before
        elif limb:
            parents[i] = limb[-1] if segment == "finger" else limb[0]
        elif head is not None and segment == "helper" and _FACE.search(names[i]):
            parents[i] = head
        elif not side and not segment:
            parents[i] = hips
        else:
            near = [j for j in joints if j >= len(read.sides) or not side or read.sides[j] in ("", side)] or joints
            apart = np.linalg.norm(middles[near] - middles[i], axis=2).mean(axis=1)
            parents[i] = near[int(np.argmin(apart))]
