"""What import recognises in a folder of data, and how often it is right when it says it is sure.

    python -m tests.recognition DATA

DATA holds `capture` and `cases` (or is one of them). Prints a row for each kind of take, then for `capture` the calibration: each
take alone, and each with the takes of its folder, against the unit and axis that its README states.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from core.errors import StudioError
from core.io.load import is_motion_file
from core.library.scan import Found, FoundFile, notes_of, read_file
from core.recognition.decide import Recognition, decide
from core.recognition.survey import survey

BANDS = ((0.99, "0.99"), (0.9, "0.90 to 0.98"), (0.7, "0.70 to 0.89"), (0.0, "below 0.70"))


@dataclass(frozen=True)
class Truth:
    """What is known of a take: metres per unit and up axis; None where nothing is."""

    unit: float | None
    up: str | None


Z_UP_INCHES = ("135_01", "135_02", "135_11", "94_12")


def truth_of_capture(path: Path, take: Found) -> Truth:
    """By the README of `capture`: centimetres and Y up, but for CMU's 31 joints and the four takes in inches."""
    if path.stem in Z_UP_INCHES:
        return Truth(0.0254, "Z")
    return Truth(0.0254 / 0.45 if path.parent.name == "cmu" and take.joints == 31 else 0.01, "Y")


def read_all(root: Path) -> tuple[list[FoundFile], list[str]]:
    """Every motion file below a folder, and what is said of those that cannot be read."""
    found, refused = [], []
    for file in sorted(f for f in root.rglob("*") if f.is_file() and is_motion_file(f)):
        try:
            found.append(read_file(file))
        except StudioError as error:
            refused.append(str(error))
    return found, refused


def readings(files: list[FoundFile], together: bool) -> dict[tuple[str, str], Recognition]:
    """Takes with those of their folder, or each alone."""
    evidence = {(str(f.path), t.name): t.evidence for f in files for t in f.takes}
    if together:
        return survey(evidence, {key: str(Path(key[0]).parent) for key in evidence})
    return {key: decide([one])[0] for key, one in evidence.items()}


def band(confidence: float) -> str:
    return next(name for least, name in BANDS if confidence >= least)


def calibration(files: list[FoundFile]) -> str:
    """How often unit and up axis are right, by how sure recognition says it is."""
    rows: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for together in (False, True):
        found = readings(files, together)
        for file in files:
            for take in file.takes:
                reading, truth = found[str(file.path), take.name], truth_of_capture(file.path, take)
                how = "folder" if together else "alone"
                if truth.up:
                    rows[f"up axis, {how}", band(reading.up.confidence)][reading.up.value == truth.up] += 1
                if truth.unit:
                    rows[f"unit, {how}", band(reading.unit.confidence)][abs(reading.unit.value / truth.unit - 1) < 0.05] += 1
    lines = ["| what | said to be sure | takes | right |", "|---|---|---:|---:|"]
    lines += [f"| {what} | {sure} | {sum(c.values())} | {c[True]} |" for (what, sure), c in sorted(rows.items())]
    return "\n".join(lines)


def table(root: Path, files: list[FoundFile], refused: list[str]) -> str:
    """A row for each folder: its takes as recognised."""
    found = readings(files, True)
    by_folder: dict[Path, list[FoundFile]] = defaultdict(list)
    for file in files:
        by_folder[file.path.parent].append(file)
    lines = ["| folder | files | takes | read as |", "|---|---:|---:|---|"]
    for folder, inside in sorted(by_folder.items()):
        notes = "; ".join(notes_of(inside, found, 8))
        lines.append(f"| {folder.relative_to(root)} | {len(inside)} | {sum(len(f.takes) for f in inside)} | {notes} |")
    return "\n".join([*lines, "", f"{len(refused)} files were refused:", *(f"- {reason}" for reason in refused)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data.resolve()
    for root in [d for d in (data / "data" / "capture", data / "capture", data / "cases") if d.is_dir()] or [data]:
        files, refused = read_all(root)
        print(f"\n## {root.name}\n\n{table(root, files, refused)}")
        if root.name == "capture":
            print(f"\n{calibration(files)}")


if __name__ == "__main__":
    main()
