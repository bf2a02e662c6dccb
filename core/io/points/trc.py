"""TRC: tracked points by frame, of OpenSim, Motion Analysis' Cortex, OpenCap and Pose2Sim."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import check_rate, check_size, note_of_cut
from motionpatches.core.io.points.named_points import takes_of_points
from motionpatches.core.io.points.number_table import METRES, number_table, rate_of_times, without_zeros
from motionpatches.core.io.text import last_number_may_be_cut, read_text, to_float
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.stated import Stated

MAX_TEXT = 1 << 30
CUT = "Copy or export the file again"


def read_trc(path: Path) -> list[RawTake]:
    """The points of a TRC file: a body where they are named as joints or as a marker set, else points."""
    text = read_text(path, MAX_TEXT)
    lines = text.split("\n")
    header, names, start = _header(path, lines)
    # A row: frame, time, and three numbers a point; rows may end in more tabs.
    rows = [line for line in lines[start:] if line.strip()]
    width = 2 + 3 * len(names)
    check_size(path, len(rows), len(names))
    table = number_table(path, rows, width, start + 1)
    if not len(table):
        raise FileProblem(path, "it has no frames", CUT)
    fps, rate = _rate(path, header, table[:, 1])
    positions = without_zeros(table[:, 2:].reshape(len(table), len(names), 3))
    notes: tuple[Assumption, ...] = ()
    claimed = to_float(header.get("numframes", ""))
    if claimed is not None and claimed != len(table):
        notes = (Assumption("frames", f"{len(table):,}", f"the header announces {claimed:,.0f}; the take may be cut off", 0.6),)
    elif last_number_may_be_cut(text):
        notes = (note_of_cut(len(table)),)
    metres = METRES.get(header.get("units", "").lower())
    unit = Stated(metres, f"Units {header['units']} in the header", 0.95) if metres else None
    return takes_of_points(path, names, positions, fps, rate, unit=unit, notes=notes)


def _header(path: Path, lines: list[str]) -> tuple[dict[str, str], list[str], int]:
    """Keys with their values, the points' names, and the index of the first line of numbers."""
    at = next((i for i, line in enumerate(lines[:40]) if line.lower().lstrip().startswith("frame#")), None)
    if at is None:
        raise FileProblem(path, "it has no line of point names (Frame#, Time, …), so it is not a (whole) TRC file", CUT)
    header: dict[str, str] = {}
    for keys, values in zip(lines[:at], lines[1:at], strict=False):
        if keys.lower().lstrip().startswith("datarate"):
            header = dict(zip((k.lower() for k in keys.split()), values.split(), strict=False))
    cells = lines[at].strip("\n").split("\t")
    names = [c.strip() for c in cells[2:] if c.strip()] if len(cells) > 2 else lines[at].split()[2:]
    start = at + 1
    axes = lines[start].split() if start < len(lines) else []
    if axes and axes[0][:1].upper() == "X":
        start += 1
        # A point without a name still has its three columns.
        names += [f"point {k}" for k in range(len(names), min(len(axes) // 3, 10_000))]
    if not names:
        raise FileProblem(path, "it names no points", "Export it with its points", f"line {at + 1}")
    return header, names, start


def _rate(path: Path, header: dict[str, str], times: np.ndarray) -> tuple[float, Assumption]:
    said = to_float(header.get("datarate", ""))
    timed = rate_of_times(times)
    if said and (timed is None or abs(said / timed - 1) < 0.02):
        return check_rate(path, said), Assumption("rate", f"{said:.4g} fps", "DataRate in the header", 0.98)
    if timed is None:
        raise FileProblem(path, "it has neither a DataRate nor a column of times", "Correct it in the file")
    why = f"the column of times; DataRate says {said:g}" if said else "the column of times"
    return check_rate(path, timed), Assumption("rate", f"{timed:.4g} fps", why, 0.8)


TRC = Format("TRC", (".trc",), read_trc)
