"""What import recognises in a folder of data, and how often it is right when it says it is sure.

    python -m tests.recognition DATA

DATA holds `capture` and `cases` (or is one of them). Prints a row for each kind of take, then for `capture` the calibration
against the unit and axis that its README states: each take alone, each with the takes of its folder, and each alone once more
after it was turned, scaled and robbed of its joints' names.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.load import is_motion_file
from motionpatches.core.library.scan import Found, FoundFile, Readings, notes_of, raw_take, read_file
from motionpatches.core.motion.axes import from_y_up, to_y_up
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Chains, Skeleton
from motionpatches.core.recognition.decide import Recognition, decide, recognise
from motionpatches.core.recognition.survey import survey

BANDS = ((0.99, "0.99"), (0.9, "0.90 to 0.98"), (0.7, "0.70 to 0.89"), (0.0, "below 0.70"))


@dataclass(frozen=True)
class Truth:
    """What is known of a take: metres per unit and up axis."""

    unit: float
    up: str


Z_UP_INCHES = ("135_01", "135_02", "135_11", "94_12")


def truth_of_capture(path: Path, take: Found) -> Truth:
    """By the README of `capture`: centimetres and Y up, but for CMU's 31 joints and the four takes in inches."""
    if path.stem in Z_UP_INCHES:
        return Truth(0.0254, "Z")
    return Truth(0.0254 / 0.45 if path.parent.name == "cmu" and take.joints == 31 else 0.01, "Y")


def read_all(root: Path) -> tuple[list[FoundFile], list[str]]:
    """Every motion file below a folder, and the errors of those that cannot be read."""
    found, refused = [], []
    for file in sorted(f for f in root.rglob("*") if f.is_file() and is_motion_file(f)):
        try:
            found.append(read_file(file))
        except StudioError as error:
            refused.append(str(error))
    return found, refused


def readings(files: list[FoundFile]) -> Readings:
    """Each take with those of its folder."""
    evidence = {(str(f.path), t.name): t.evidence for f in files for t in f.takes}
    return survey(evidence, {key: str(Path(key[0]).parent) for key in evidence})


def band(confidence: float) -> str:
    return next(name for least, name in BANDS if confidence >= least)


def calibration(files: list[FoundFile]) -> str:
    """How often unit, up axis and body parts are right, by how sure recognition says it is."""
    rows: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)

    def count(how: str, found: Recognition, truth: Truth, chains: Chains) -> None:
        rows[f"up axis, {how}", band(found.up.confidence)][found.up.value == truth.up] += 1
        rows[f"unit, {how}", band(found.unit.confidence)][abs(found.unit.value / truth.unit - 1) < 0.05] += 1
        rows[f"body parts, {how}", band(found.parts.confidence)][limbs(found.parts.chains) == limbs(chains)] += 1

    together = readings(files)
    random = np.random.default_rng(0)
    for file in files:
        for take in file.takes:
            truth, chains = truth_of_capture(file.path, take), take.evidence.parts.chains
            count("folder", together[str(file.path), take.name], truth, chains)
            count("alone", decide([take.evidence])[0], truth, chains)
            changed, moved = changed_take(raw_take(file.path, take.name), truth, random)
            count("alone, changed", recognise(changed), moved, chains)
    lines = ["| what | said to be sure | takes | right |", "|---|---|---:|---:|"]
    lines += [f"| {what} | {sure} | {sum(c.values())} | {c[True]} |" for (what, sure), c in sorted(rows.items())]
    return "\n".join(lines)


def limbs(chains: Chains) -> Chains:
    """Chains without their first joints: several joints lie in one place at the root."""
    return tuple(chain[1:] for chain in chains)


def changed_take(take: RawTake, truth: Truth, random: np.random.Generator) -> tuple[RawTake, Truth]:
    """The take with Y or Z up, in another unit, on a floor that is not at 0, under names that say nothing."""
    up, factor = str(random.choice(["Y", "Z"])), float(random.choice([1.0, 0.01, 0.001, 0.0254]))
    positions = from_y_up(to_y_up(take.positions, truth.up), up) * np.float32(truth.unit / factor)
    positions = positions + (random.normal(0, 1, 3) / factor).astype(np.float32)
    skeleton = Skeleton(tuple(f"joint {j}" for j in range(take.skeleton.joint_count)), take.skeleton.parents)
    return replace(take, positions=positions, skeleton=skeleton, rest=None, root_offset=None), Truth(factor, up)


def table(root: Path, files: list[FoundFile], refused: list[str]) -> str:
    """A row for each folder: its takes as recognised."""
    found = readings(files)
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
