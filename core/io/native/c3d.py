"""C3D: tracks of optical markers. Those of a known set become a person's joints; others are shown as points."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.points.gaps import LONGEST_S, fill_gaps, missing_points
from motionpatches.core.io.points.marker_names import is_nameless, split_label
from motionpatches.core.io.points.markers import body_of, find_roles, is_body
from motionpatches.core.io.scene.rigs import in_pairs, with_own_names
from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048}
# Numbers of points times frames, and points.
MAX_CELLS, MAX_POINTS = 40_000_000, 1000
# Parameters that list labels of what is no marker.
MODELLED = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")


@dataclass(frozen=True, eq=False)
class Tracks:
    """`points` (T, M, 3) in the file's unit, NaN where a marker was not seen; `labels` with their prefixes."""

    labels: tuple[str, ...]
    points: np.ndarray
    fps: float
    rate: Assumption
    unit: Stated[float] | None
    up: Stated[str] | None
    prefixes: tuple[str, ...]


def read_c3d(path: Path) -> list[RawTake]:
    """A take for each person with a known set of markers; without one, all named markers as points."""
    tracks = read_tracks(path)
    subjects: dict[str, list[int]] = {}
    nameless = 0
    for column, label in enumerate(tracks.labels):
        subject, marker = split_label(label, tracks.prefixes)
        if is_nameless(marker):
            nameless += 1
        else:
            subjects.setdefault(subject, []).append(column)
    notes = _note(nameless, "track", "markers that nobody named")
    people = {subject: columns for subject, columns in subjects.items() if _has_body(tracks, columns)}
    if people:
        others = sum(len(columns) for subject, columns in subjects.items() if subject not in people)
        notes = (*notes, *_note(others, "marker", "they belong to no known set"))
        takes = [_person(tracks, subject, columns, len(people) == 1, notes) for subject, columns in people.items()]
        return with_own_names(in_pairs(takes, list(people)))
    columns = [column for listed in subjects.values() for column in listed] or list(range(len(tracks.labels)))
    return [_points(path, tracks, columns, notes)]


def read_tracks(path: Path) -> Tracks:
    """The markers of a file by the compiled library ezc3d, analog channels and forces left out."""
    _check_size(path)
    try:
        import ezc3d
    except ImportError:  # there is no build of it for every machine
        raise FileProblem(
            path, "C3D files need the library ezc3d, which is not installed", "Install it with: pip install ezc3d"
        ) from None
    try:
        content = ezc3d.c3d(str(path))
        parameters, data = content["parameters"], content["data"]["points"]
        points = np.array(data[:3], np.float32).transpose(2, 1, 0)
        rate = float(content["header"]["points"]["frame_rate"])
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever C++ does
        raise FileProblem(path, f"it is no whole C3D file ({str(error)[:60]})", "Export or copy it again") from None
    if not points.size:
        raise FileProblem(path, "it holds no markers, only other signals", "Export it with its trajectories")
    if points.shape[1] > MAX_POINTS * 10 or points.size > 3 * MAX_CELLS:
        raise FileProblem(path, f"it holds {points.shape[1]:,} points over {len(points):,} frames", "Export fewer")
    group, subjects = parameters.get("POINT", {}), parameters.get("SUBJECTS", {})
    stated = _numbers(group, "RATE")
    fps = stated[0] if stated and stated[0] > 0 else rate
    known = np.isfinite(fps) and 1 <= fps <= 5000
    absent = (points == 0).all(axis=2) | ~np.isfinite(points).all(axis=2) | (np.abs(points) > 1e9).any(axis=2)
    modelled = {label.strip() for name in MODELLED for label in _texts(group, name)}
    labels = [label for name in ("LABELS", *(f"LABELS{n}" for n in range(2, 10))) for label in _texts(group, name)]
    labels = (labels + [f"*{n}" for n in range(len(labels), points.shape[1])])[: points.shape[1]]
    kept = [column for column, label in enumerate(labels) if label.strip() not in modelled][:MAX_POINTS]
    units, upwards = (_texts(group, name)[:1] for name in ("UNITS", "Y_SCREEN"))
    unit = UNITS.get(units[0].strip().lower()) if units else None
    up = upwards[0].strip().upper().lstrip("+") if upwards else ""
    return Tracks(
        tuple(labels[column] for column in kept),
        np.where(absent[:, :, None], np.nan, points)[:, kept],
        float(fps) if known else 100.0,
        Assumption("rate", f"{fps:.4g} fps", "POINT:RATE of the file", 0.99)
        if known
        else Assumption("rate", "100 fps", "the file states no possible rate", 0.3),
        Stated(unit, f"POINT:UNITS of the file ({units[0].strip()})", 0.97) if unit else None,
        Stated(up, "POINT:Y_SCREEN of the file", 0.9) if up in UP_AXES else None,
        tuple(prefix.strip()[:60] for prefix in _texts(subjects, "LABEL_PREFIXES")),
    )


def _check_size(path: Path) -> None:
    """Refuse what is no C3D file, or promises more than it holds, before a library takes memory for it."""
    try:
        size = path.stat().st_size
        with open(path, "rb") as stream:
            head = stream.read(512)
            if len(head) < 512 or head[1] != 0x50 or not head[0]:
                raise FileProblem(path, "it is no whole C3D file", "Export or copy it again")
            stream.seek(512 * (head[0] - 1) + 3)
            processor = stream.read(1)
    except OSError as error:
        raise os_problem(path, error) from error
    order = ">" if processor == b"\x56" else "<"
    points, analog, first, last = struct.unpack_from(f"{order}HHHH", head, 2)
    (start,) = struct.unpack_from(f"{order}H", head, 16)
    # The scale is below zero where numbers have four bytes; its sign lies elsewhere for each kind of processor.
    width = 4 if head[{b"\x56": 12, b"\x55": 13}.get(processor, 15)] & 0x80 else 2
    frames = last - first + 1
    needed = 512 * max(start - 1, 0) + frames * (4 * points + analog) * width
    if last < 65535 and frames > 0 and needed > size:
        raise FileProblem(
            path, f"it is cut off: {frames:,} frames of {points:,} markers are announced", "Copy or export it again"
        )


def _markers(tracks: Tracks, columns: Sequence[int]) -> list[str]:
    return [split_label(tracks.labels[column], tracks.prefixes)[1] for column in columns]


def _often_seen(points: np.ndarray) -> np.ndarray:
    """Columns of markers that are seen in half of the frames."""
    return np.flatnonzero((~missing_points(points)).mean(axis=0) >= 0.5)


def _has_body(tracks: Tracks, columns: list[int]) -> bool:
    markers = _markers(tracks, columns)
    return is_body(find_roles([markers[k] for k in _often_seen(tracks.points[:, columns])]))


def _person(tracks: Tracks, subject: str, columns: list[int], alone: bool, notes: tuple[Assumption, ...]) -> RawTake:
    """The joints of one subject; `alone`: frames before it comes in and after it has gone are left out."""
    markers, points = _markers(tracks, columns), tracks.points[:, columns]
    kept = _often_seen(points)
    roles = find_roles([markers[k] for k in kept])
    used = [int(kept[k]) for k in sorted(roles.values())]
    notes = (*notes, *_dropped([marker for k, marker in enumerate(markers) if k not in set(kept.tolist())]))
    points = points[:, used]
    inside = np.flatnonzero((~missing_points(points)).mean(axis=1) >= 0.5)
    if alone and len(inside) and inside[-1] + 1 - inside[0] < len(points):
        note = Assumption(
            "frames", f"{inside[-1] + 1 - inside[0]:,} of {len(points):,}", "most markers are missing before or after", 0.95
        )
        points, notes = points[inside[0] : inside[-1] + 1], (*notes, note)
    filled, gaps = filled_points(points, tracks.fps, [markers[k] for k in used])
    body = body_of([markers[k] for k in used], filled)
    assert body is not None, "its markers are those of a person"
    how = Assumption("joints", f"from {len(used)} markers", "regression of the waist's markers; centres within the limbs", 0.9)
    return RawTake(
        body.positions,
        tracks.fps,
        body.skeleton,
        tracks.rate,
        subject[:60],
        unit=tracks.unit,
        up=tracks.up,
        notes=(how, *notes, *gaps),
    )


def filled_points(points: np.ndarray, fps: float, names: Sequence[str]) -> tuple[np.ndarray, tuple[Assumption, ...]]:
    """Without gaps: short ones filled as everywhere, longer ones by a straight line, at the ends of the take by the nearest
    place. Also what was done. Points that are nowhere seen stay NaN."""
    filled, said = fill_gaps(points, fps, names=names)
    notes = (Assumption("gaps", said, f"up to {LONGEST_S:g} s, in a straight line", 0.95),) if said else ()
    left = missing_points(filled)
    frames = np.arange(len(filled))
    longer = 0
    for column in np.flatnonzero(left.any(axis=0) & ~left.all(axis=0)):
        good = ~left[:, column]
        longer += int((~good).sum())
        for axis in range(3):
            filled[~good, column, axis] = np.interp(frames[~good], frames[good], filled[good, column, axis])
    if longer:
        notes = (
            *notes,
            Assumption(
                "long gaps",
                f"{longer:,} places in {int(left.any(axis=0).sum())} markers",
                f"longer than {LONGEST_S:g} s: in a straight line, at the ends held",
                0.5,
            ),
        )
    return filled, notes


def _points(path: Path, tracks: Tracks, columns: list[int], notes: tuple[Assumption, ...]) -> RawTake:
    """The markers themselves."""
    points = tracks.points[:, columns]
    often = _often_seen(points)
    if not len(often):
        raise FileProblem(path, "no marker is seen in half of its frames", "Fill the gaps, or export a shorter range")
    names = [tracks.labels[column] for column in columns]
    dropped = _dropped([name for k, name in enumerate(names) if k not in set(often.tolist())])
    filled, gaps = filled_points(points[:, often], tracks.fps, [names[k] for k in often])
    shown = Assumption("joints", "none", "markers of no known set: they are shown as points and cannot be searched", 0.9)
    labels = tuple(names[k].strip()[:60] or f"point {k + 1}" for k in often)
    return RawTake(
        filled.astype(np.float32),
        tracks.fps,
        Skeleton(labels, (-1,) * len(labels)),
        tracks.rate,
        unit=tracks.unit,
        up=tracks.up,
        kind="points",
        notes=(shown, *notes, *dropped, *gaps),
    )


def _dropped(names: Sequence[str]) -> tuple[Assumption, ...]:
    if not names:
        return ()
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    named = ", ".join(name[:30] for name in names[:5]) + more
    return (Assumption("left out", named, "missing in more than half of the frames", 0.9),)


def _note(count: int, what: str, why: str) -> tuple[Assumption, ...]:
    return (Assumption("left out", f"{count:,} {what}{'s' * (count != 1)}", why, 0.9),) if count else ()


def _value(group: Any, name: str) -> Any:
    return group[name]["value"] if name in group and "value" in group[name] else []


def _texts(group: Any, name: str) -> list[str]:
    return [text for text in np.ravel(np.asarray(_value(group, name), dtype=object)).tolist() if isinstance(text, str)]


def _numbers(group: Any, name: str) -> list[float]:
    return [float(n) for n in np.ravel(np.asarray(_value(group, name), dtype=object)).tolist() if isinstance(n, int | float)]


C3D = Format("C3D", (".c3d",), read_c3d, native=True)
