"""CSV of joints or markers: wide (a row a frame) or long (a row a point), as programs for capture and analysis write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import check_rate, check_size, note_of_cut
from motionpatches.core.io.points.csv_header import Header, is_numbers, read_header
from motionpatches.core.io.points.gaps import fill_gaps, missing_points
from motionpatches.core.io.points.named_points import takes_of_points
from motionpatches.core.io.points.number_table import METRES, number_table, rate_of_times, without_zeros
from motionpatches.core.io.text import head_text, last_number_may_be_cut, read_text, to_float
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

MAX_TEXT = 1 << 30
MAX_LONG = 256 << 20
MAX_COLUMNS = 20_000
HEAD = 1 << 18
NUMBERED = re.compile(r"(?:joint|j|kp|key_?point|landmark|point|p|node|marker)?[\s_]*\d+", re.IGNORECASE)
DELIMITERS = ("\t", ";", ",")
# Names, positions (T, J, 3), and times (T,) where there is a column of them.
Points = tuple[list[str], np.ndarray, np.ndarray | None]


def read_joint_csv(path: Path) -> list[RawTake]:
    """The takes of a table of points. Raises FileProblem where it holds no places."""
    text = read_text(path, MAX_TEXT)
    lines = _section(text.split("\n"))
    delimiter = _delimiter(lines)
    heads = [_cells(line, delimiter) for line in lines[:80]]
    if max(map(len, heads), default=0) > MAX_COLUMNS:
        raise FileProblem(path, f"more than {MAX_COLUMNS:,} columns", "Export only the body")
    header = read_header(heads)
    if header is None:
        raise FileProblem(
            path,
            "it is no table of joint positions: no columns of x, y and z by name were found",
            "Export joint positions with a header row",
        )
    if not header.names:
        raise FileProblem(path, f"its {header.flat:,} points have two coordinates, not three", "Export positions in 3D")
    start = next(i for i in range(len(heads)) if is_numbers(heads[i]))
    rows = [line for line in lines[start:] if line.strip().strip(delimiter)]
    check_size(path, 1, len(header.names))
    if header.label >= 0:
        names, positions, times = _long(path, rows, header, delimiter, start + 1)
    else:
        check_size(path, len(rows), len(header.names))
        names, positions, times = _wide(path, rows, header, delimiter, start + 1)
    positions = without_zeros(positions)
    fps, rate = _rate(path, header, times, lines[:start])
    unit, up = _stated(header, lines[:start])
    notes = (note_of_cut(len(positions)),) if last_number_may_be_cut(text) else ()
    if all(NUMBERED.fullmatch(name) for name in names):
        take = _unnamed(path, positions, fps, rate, unit, up)
        return [replace(take, notes=(*take.notes, *notes))]
    return takes_of_points(path, names, positions, fps, rate, unit=unit, up=up, notes=notes)


def _section(lines: list[str]) -> list[str]:
    """Of a file with several tables (Vicon's), the one of trajectories; else the whole."""
    for word in ("trajectories", "segments"):
        for i, line in enumerate(lines[: MAX_COLUMNS * 5]):
            if len(line) < 40 and line.strip(' ,;\t"').lower() == word:
                end = next((k for k in range(i + 6, len(lines)) if not lines[k].strip(" ,;\t")), len(lines))
                return lines[i:end]
    return lines


def _delimiter(lines: Sequence[str]) -> str:
    sample = [line for line in lines[:80] if line.strip()]
    counts = {d: sum(line.count(d) for line in sample) for d in DELIMITERS}
    for delimiter in DELIMITERS:
        if counts[delimiter] >= max(3, len(sample)):
            return delimiter
    return ","


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.replace('"', "").split(delimiter)


def _unquoted(rows: list[str], delimiter: str) -> list[str]:
    if not any('"' in row for row in rows[:50]):
        return rows
    quoted = re.compile(r'"(-?\d+),(\d+(?:[eE][+-]?\d+)?)"')
    return [quoted.sub(r"\1.\2", row).replace('"', "") for row in rows]


def _wide(path: Path, rows: list[str], header: Header, delimiter: str, line: int) -> Points:
    columns = [c for place in header.places for c in place]
    wanted = [*([header.time] if header.time >= 0 else []), *columns]
    width = max(rows[0].count(delimiter) + 1, max(wanted) + 1)
    table = number_table(path, _unquoted(rows, delimiter), width, line, delimiter, wanted)
    times = table[:, 0] if header.time >= 0 else None
    positions = table[:, len(wanted) - len(columns) :].reshape(len(table), len(header.names), 3)
    return list(header.names), positions, times


def _long(path: Path, rows: list[str], header: Header, delimiter: str, line: int) -> Points:
    """One row a point: points by name (and person), frames by the column of frames, or of times, or by names starting anew."""
    order = header.frame if header.frame >= 0 else header.time
    numbers = [*header.places[0], *([order] if order >= 0 else []), *([header.time] if header.time >= 0 else [])]
    if sum(map(len, rows)) > MAX_LONG:
        raise FileProblem(path, f"it is longer than {MAX_LONG >> 20} MB with a row for each point", "Cut it into takes")

    def cell(row: list[str], column: int) -> str:
        return row[column].strip() if column < len(row) else ""

    points: dict[str, int] = {}
    who = np.empty(len(rows), np.int64)
    texts = []
    for i, text in enumerate(rows):
        row = _cells(text, delimiter)
        texts.append("\t".join(cell(row, c) for c in numbers))
        name = cell(row, header.label)
        name = f"joint {name}" if name.isdecimal() else name[:200]
        if header.person >= 0 and (person := cell(row, header.person)):
            name = f"{person[:60]}:{name}"
        who[i] = points.setdefault(name, len(points))
        if len(points) > 4000:
            raise FileProblem(path, "more than 4,000 names of points", "Export only the body", f"line {line + i}")
    table = number_table(path, texts, len(numbers), line)
    keys = table[:, 3] if order >= 0 else _turns(who)
    if not np.isfinite(keys).all():
        raise FileProblem(path, "a row has no frame", "Export it again", f"line {line + int(np.argmin(np.isfinite(keys)))}")
    frames, at = np.unique(keys, return_inverse=True)
    check_size(path, len(frames), len(points))
    positions = np.full((len(frames), len(points), 3), np.nan)
    positions[at, who] = table[:, :3]
    times = None
    if header.time >= 0:
        times = np.full(len(frames), np.nan)
        times[at] = table[:, -1]
    return *_usual_people(list(points), positions), times


def _turns(who: np.ndarray) -> np.ndarray:
    """A frame number for each row: a new frame starts where the first point comes again."""
    return np.cumsum(who == who[0]).astype(float)


def _usual_people(names: list[str], positions: np.ndarray) -> tuple[list[str], np.ndarray]:
    """People that are seen in half of the frames, or the one seen most; a single person without the number."""
    people = list(dict.fromkeys(name.rpartition(":")[0] for name in names))
    if len(people) < 2:
        return [name.rpartition(":")[2] for name in names], positions
    seen = np.isfinite(positions).all(axis=2)
    share = {p: seen[:, [n.rpartition(":")[0] == p for n in names]].any(axis=1).mean() for p in people}
    usual = [p for p in people if share[p] >= 0.5] or [max(people, key=share.__getitem__)]
    keep = [i for i, n in enumerate(names) if n.rpartition(":")[0] in usual]
    return [names[i] if len(usual) > 1 else names[i].rpartition(":")[2] for i in keep], positions[:, keep]


def _rate(path: Path, header: Header, times: np.ndarray | None, above: Sequence[str]) -> tuple[float, Assumption]:
    timed = rate_of_times(times, header.time_label) if times is not None else None
    text = "\n".join(above[:60])[:20_000]
    said = None
    for key in ("export frame rate", "capture frame rate", r"frame[\s_]?rate", "data ?rate", "fps"):
        if (found := re.search(rf"(?i)\b{key}\b[\s\"]{{0,5}}[:=,;\t ][\s\"]{{0,5}}([\d.]+)", text)) and to_float(found[1]):
            said = to_float(found[1])
            break
    if said is None and (found := re.match(r"(?i)\W*(?:trajectories|segments)\W+(\d+(?:\.\d+)?)\W", text)):
        said = to_float(found[1])
    if said and (timed is None or abs(said / timed - 1) < 0.02):
        return check_rate(path, said), Assumption("rate", f"{said:.4g} fps", "the frame rate in the header", 0.98)
    if timed:
        return check_rate(path, round(timed, 3)), Assumption("rate", f"{timed:.4g} fps", "the column of times", 0.9)
    return 30.0, Assumption("rate", "30 fps", "nothing in the table tells it", 0.3)


def _stated(header: Header, above: Sequence[str]) -> tuple[Stated[float] | None, Stated[str] | None]:
    text = "\n".join(above[:60])[:20_000]
    if found := re.search(r"(?i)length units\W+([a-z]+)", text):
        unit = METRES.get(found[1].lower())
        return (
            Stated(unit, f"Length Units {found[1]} in the header", 0.98) if unit else None,
            Stated("Y", "Motive exports with Y up unless told otherwise", 0.85),
        )
    if header.unit in METRES:
        return Stated(METRES[header.unit], f"{header.unit} in the header", 0.97), None
    return None, None


def _unnamed(
    path: Path, positions: np.ndarray, fps: float, rate: Assumption, unit: Stated[float] | None, up: Stated[str] | None
) -> RawTake:
    """Points that are only numbered: in the order of a data set or pose estimator, if they are in one."""
    from motionpatches.core.recognition.joint_orders import recognise_order

    positions, words = fill_gaps(positions, fps)
    missing = missing_points(positions)
    if missing.any():
        raise FileProblem(path, "points are missing for longer", "Fill the gaps", f"frame {int(np.argmax(missing.any(axis=1)))}")
    notes = (Assumption("gaps", words, "missing points of the file", 0.8),) if words else ()
    if np.abs(positions).max(initial=0) > 1e30:
        raise FileProblem(path, "its numbers are too large for positions", "Export it again")
    found, skeleton, parts = recognise_order(np.ascontiguousarray(positions, np.float32))
    return RawTake(
        found,
        fps,
        Skeleton(skeleton.joint_names, skeleton.parents, skeleton.chains),
        rate,
        unit=unit,
        up=up,
        parts=parts if skeleton.chains else None,
        notes=notes,
    )


def _fits(path: Path) -> bool:
    """Whether the first rows are a header of places and numbers below it: captions and indices of files are not."""
    if re.search(r"(?:^|[_\-. ])rot(?:ations?)?$", path.stem.lower()):
        return False
    lines = _section(head_text(path, HEAD).split("\n"))
    delimiter = _delimiter(lines)
    header = read_header([_cells(line, delimiter) for line in lines[:80]])
    return header is not None and bool(header.names)


JOINT_CSV = Format("CSV of joints", (".csv", ".tsv"), read_joint_csv, fits=_fits)
