"""What the header rows of a table say of its columns: which hold whose x, y and z, the frame, the time, the names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from motionpatches.core.io.points.number_table import METRES
from motionpatches.core.io.text import to_float

_SEP = r"[\s_.:/|,\-]"
_POS = r"(?:(?:global|world|joint)?[\s_.]*(?:position|pos|translation|translate|trans|location|loc|coordinates?|coords?|point))"
_UNIT = re.compile(r"[\s_]*[(\[]\s*([a-zA-Z]+)\s*[)\]]\s*$|(?<=[xyzXYZ])[\s_]+(mm|cm|m|in)$")
_TURN = (
    r"(?:rot(?:ation)?|quat(?:ernion)?|euler|angles?|orient(?:ation)?|vel(?:ocity)?|acc(?:eleration)?|angular|flexion|gyro|"
    r"mag|q)"
)
_TURNS = re.compile(
    rf"(?i:(?:^|{_SEP}){_TURN}(?={_SEP}|[xyzw]?$)|(?:^|{_SEP})r[xyzw]$)|"
    r"(?<=[a-z])(?:Rot|Quat|Euler|Orient|Vel|Acc)"
)
# Labels of a place, most definite first; the first that fits gives name and axis.
_LABELS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"^(?:{_POS}{_SEP}*)?(?P<axis>[xyz])(?P<name>)(?:pos(?:ition)?)?$", re.IGNORECASE),
        (rf"^(?P<name>.+?)(?:{_SEP}+{_POS})?{_SEP}+(?P<axis>[xyz])$", re.IGNORECASE),
        (rf"^(?P<name>.+?){_SEP}+(?:{_POS}|t|p)(?P<axis>[xyz])$", re.IGNORECASE),
        (rf"^(?P<name>.+?){_SEP}+(?P<axis>[xyz]){_SEP}*{_POS}$", re.IGNORECASE),
        (r"^(?P<name>.+?)\s*[\[(](?P<axis>[xyz])[\])]$", re.IGNORECASE),
        (rf"^(?P<axis>[xyz]){_SEP}+(?P<name>.+)$", re.IGNORECASE),
        (r"^(?P<name>.*[a-z0-9)])(?P<axis>[XYZ])$", 0),
        (r"^(?P<axis>[xyz])(?P<name>\d+)$", re.IGNORECASE),
        (r"^(?P<name>\d+)(?P<axis>[xyz])$", re.IGNORECASE),
    )
)
_FRAME = re.compile(r"^(?:unnamed.*|#|index|sample|frame[\s_]?(?:#|id|idx|index|no\.?|num(?:ber)?)?|frames?)$", re.IGNORECASE)
_TIME = re.compile(
    r"^(?:time(?:[\s_]?stamps?)?|t|secs?|seconds)(?:[\s_]*[(\[]?(?:s|ms|us|µs|ns|secs?|seconds|milli\w*|micro\w*|"
    r"nano\w*|unix)[)\]]?)?$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?:(?:joint|landmark|key[\s_]?point|marker|point|body[\s_]?part|bone|segment|part|node)"
    r"(?:[\s_]?(?:name|id|index|idx|type))?|name|label)$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"^(?:person|subject|skeleton|player|track|individual|people|actor|body)"
    r"(?:[\s_]?(?:id|index|idx|name))?$|^id$",
    re.IGNORECASE,
)
_KINDS = frozenset({"bone", "marker", "bone marker", "rigid body", "rigid body marker"})
_NO_NAMES = _KINDS | {
    "position",
    "rotation",
    "name",
    "type",
    "id",
    "parent",
    "frame",
    "time",
    "scorer",
    "bodyparts",
    "coords",
    "individuals",
    "sub frame",
    "units",
}
MAX_ROWS = 60


@dataclass(frozen=True)
class Header:
    """`names` (J) and the columns of their x, y, z; columns of frame, time, and in a long table of names and people (-1: none).
    `unit`: a key of METRES or ''. `flat`: how many points lack the third coordinate. `first`: the row where data starts."""

    names: tuple[str, ...]
    places: tuple[tuple[int, int, int], ...]
    frame: int
    time: int
    time_label: str
    label: int
    person: int
    unit: str
    flat: int
    first: int


def is_numbers(cells: Sequence[str]) -> bool:
    """Whether a row is one of data: numbers, or numbers with a few words."""
    words = [c.strip() for c in cells if c.strip()]
    numbers = sum(to_float(w) is not None or w.lower() in ("nan", "-nan") for w in words)
    if not words or words[0].lower() in _NO_NAMES:
        return False
    return numbers >= 3 and 2 * numbers >= len(words) or numbers == len(words) >= 2


def read_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The header of a table from its first rows of cells, None where no columns of places are found."""
    first = next((i for i, cells in enumerate(rows[:MAX_ROWS]) if is_numbers(cells)), None)
    if not first:
        return None
    above = [list(map(str.strip, cells)) for cells in rows[:first] if any(c.strip() for c in cells)]
    if not above:
        return None
    axes = next((i for i in range(len(above) - 1, -1, -1) if _is_axes(above[i])), None)
    if axes is not None and axes > 0 and (names := _name_row(above[:axes])):
        labels = _from_rows(above, axes, names)
        base = above[axes]
    else:
        base = max(above, key=lambda cells: sum(read_label(c) is not None for c in cells))
        labels = [read_label(c) for c in base]
    unit = next((found[2] for found in labels if found and found[2]), "") or _unit_row(above)
    return _header(base, labels, unit, first)


def _header(base: list[str], labels: list[tuple[str, int, str] | None], unit: str, first: int) -> Header | None:
    def column(pattern: re.Pattern[str]) -> int:
        return next((i for i, c in enumerate(base) if labels[i] is None and pattern.match(c)), -1)

    points: dict[str, list[dict[int, int]]] = {}
    for i, found in enumerate(labels):
        if found:
            same = points.setdefault(found[0], [{}])
            if found[1] in same[-1]:
                same.append({})
            same[-1][found[1]] = i
    names, places, flat = [], [], 0
    turns = {c[:-1].rstrip(" _.:") for c in base if c[-1:] in "wW"}
    for name, copies in points.items():
        for n, axes in enumerate(copies):
            if len(axes) == 3 and (not name or name not in turns):
                names.append(name if not n else f"{name} {n + 1}")
                places.append((axes[0], axes[1], axes[2]))
            flat += len(axes) == 2 and bool(name)
    label = column(_NAME) if names == [""] else -1
    if not (flat or names) or (names == [""] and label < 0):
        return None
    time = column(_TIME)
    time_label = base[time] if time >= 0 else ""
    return Header(tuple(names), tuple(places), column(_FRAME), time, time_label, label, column(_PERSON), unit, flat, first)


def read_label(label: str) -> tuple[str, int, str] | None:
    """Name, axis (0 to 2) and unit of a column's label: 'Hips X (mm)', 'Hips_position_x', 'Hips.tx', 'x_Hips', 'HipsX'."""
    text, unit = label.strip().strip("\"'").strip()[:120], ""
    if re.search(rf"{_SEP}{{5}}", text):
        return None
    if (found := _UNIT.search(text)) and (found[1] or found[2]).lower() in METRES:
        text, unit = text[: found.start()], (found[1] or found[2]).lower()
    if _TURNS.search(text):
        return None
    for pattern in _LABELS:
        if found := pattern.match(text):
            return found["name"].strip(" _.:/|,-"), "xyz".index(found["axis"].lower()), unit
    return None


# An identifier, as of OptiTrack: hexadecimal runs between single marks.
_HEX_RUNS = re.compile(r"[0-9A-Fa-f]{2,}(?:[:\-][0-9A-Fa-f]{2,})*[:\-]?")
_AXIS_CELL = re.compile(
    r"^[tr]?[xyzw](?:\s*[(\[]\w+[)\]])?$|^(?:likelihood|confidence|score|visibility|error|"
    r"mean marker error)$",
    re.IGNORECASE,
)


def _is_axes(cells: list[str]) -> bool:
    words = [c for c in cells if c and not _FRAME.match(c) and not _TIME.match(c) and c.lower() not in _NO_NAMES]
    return len(words) >= 6 and sum(bool(_AXIS_CELL.match(c)) for c in words) > 0.8 * len(words)


def _name_row(rows: list[list[str]]) -> list[str] | None:
    """The row of names above a row of axes: marked as such, or the one with most different words."""
    for cells in rows:
        if next((c.lower() for c in cells if c), "") in ("name", "bodyparts"):
            return cells
    best = max(rows, key=lambda cells: len(_distinct(cells)))
    return best if _distinct(best) else None


def _distinct(cells: list[str]) -> set[str]:
    return {
        c
        for c in cells
        if c
        and c.lower() not in _NO_NAMES
        and to_float(c) is None
        and c.lower() not in METRES
        and not (len(c) >= 8 and _HEX_RUNS.fullmatch(c))
    }


def _filled(cells: list[str], width: int) -> list[str]:
    """Blank cells take the word to their left."""
    out, last = [], ""
    for cell in [*cells, *[""] * (width - len(cells))]:
        last = cell or last
        out.append(last)
    return out


def _from_rows(above: list[list[str]], axes: int, names: list[str]) -> list[tuple[str, int, str] | None]:
    """Labels from a row of axes with the rows above: names, position or rotation, kinds of points, people."""
    width = len(above[axes])
    spread = _filled(names, width)
    kinds = next((r for r in above[:axes] if sum(c.lower() in ("position", "rotation") for c in r) >= 3), [])
    types = next((r for r in above[:axes] if sum(c.lower() in _KINDS for c in r) >= 3), [])
    people = next((r for r in above[:axes] if r and r[0].lower() == "individuals"), [])
    bones = any(c.lower() == "bone" for c in types)
    kinds, types, people = _filled(kinds, width), _filled(types, width), _filled(people, width)
    labels: list[tuple[str, int, str] | None] = []
    for i, cell in enumerate(above[axes]):
        found = read_label(cell[1:] if re.match(r"^[tT][xyzXYZ]\b", cell) else cell)
        fits = (
            found is not None
            and not found[0]
            and spread[i]
            and kinds[i].lower() in ("", "position")
            and (not bones or types[i].lower() == "bone")
            and spread[i].lower() not in _NO_NAMES
        )
        name = f"{people[i]}:{spread[i]}" if people[i] else spread[i]
        labels.append((name, found[1], found[2]) if found is not None and fits else None)
    return labels


def _unit_row(above: list[list[str]]) -> str:
    for cells in above:
        words = [c.lower() for c in cells if c]
        lengths = [w for w in words if w in METRES]
        if len(lengths) >= 3 and len(lengths) > 0.5 * len(words) - 3:
            return lengths[-1]
    return ""
