"""What the arrays of one dataset folder share: skeleton, rate, unit and up axis, recognised once from several takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.errors import FileProblem, StudioError, os_problem
from core.io.arrays import DEFAULT_FPS, KIT_FPS, read_array, read_positions, recognise
from core.io.assemble import assemble, check_finite
from core.io.joint_vectors import WIDTHS
from core.io.units import to_y_up
from core.motion.motion import Assumption, Motion, Source
from core.motion.skeleton import Skeleton, known_name
from core.recognition import corrections

SAMPLE_FILES, SAMPLE_FRAMES, TRIES = 12, 20, 50


@dataclass(frozen=True, eq=False)
class SharedFormat:
    """How every array of a folder is to be read; `token` changes with what a person has said about the skeleton."""

    skeleton: Skeleton
    fps: float
    source: Source
    assumptions: tuple[Assumption, ...]
    token: str

    @property
    def note(self) -> str:
        said = ", ".join(f"{a.what} {a.value}" for a in self.assumptions if a.what != "body parts")
        return f"{self.skeleton.joint_count} joints, {said}"

    def read(self, path: Path) -> Motion:
        """The motion of one file of the folder. Raises FileProblem."""
        raw = read_positions(path, read_array(path), self.skeleton.joint_count)
        check_finite(path, raw)
        positions = to_y_up(raw * np.float32(self.source.unit_m), self.source.up)
        return Motion(np.ascontiguousarray(positions, np.float32), self.fps, self.skeleton, path.stem, self.assumptions,
                      self.source)


def recognise_folder(files: Sequence[Path], described: Path) -> SharedFormat:
    """From `described` (a skeleton.json with joint_names, parents and fps) where it exists, else from the first readable of
    the files; unit and up axis from takes spread over the folder, so that one take of crawling decides nothing."""
    first = own = problem = None
    for file in files[:TRIES]:
        try:
            first, own = _raw(file)
            break
        except StudioError as error:
            problem = error
    if first is None:
        raise problem or FileProblem(described.parent, "it holds no motion", "Check the folder")
    if described.exists():
        skeleton, fps = _described(described, first.shape[1])
        rate = Assumption("rate", f"{fps:g} fps", f"{described.name}", 1.0)
    else:
        skeleton = own or recognise(first)
        fps, whose = (KIT_FPS, "KIT-ML") if known_name(skeleton) == "KIT-ML 21" else (DEFAULT_FPS, "HumanML3D")
        rate = Assumption("rate", f"{fps:g} fps", f"arrays carry no rate; {fps:g} fps as in {whose}", 0.5)
    sample = np.concatenate([first[::max(len(first) // SAMPLE_FRAMES, 1)], *_samples(files, skeleton.joint_count)])
    seen = assemble(described.parent, sample, fps, replace(skeleton, chains=()), rate)
    unit = next(a for a in seen.assumptions if a.what == "unit")
    source, assumptions = seen.source, seen.assumptions
    if unit.confidence < 0.5:
        plain = Assumption("unit", "metres", "no usual unit fits; as the layout has it", 0.3)
        source, assumptions = Source(1.0, source.up), tuple(plain if a is unit else a for a in assumptions)
    return SharedFormat(seen.skeleton, seen.fps, source, assumptions, corrections.find(skeleton).token)


def _raw(file: Path) -> tuple[np.ndarray, Skeleton | None]:
    """Positions, and the skeleton where the array's own layout tells it (feature vectors)."""
    array = read_array(file)
    positions = read_positions(file, array)
    check_finite(file, positions)
    return positions, WIDTHS.get(array.shape[1]) if array.ndim == 2 else None


def _samples(files: Sequence[Path], joints: int) -> list[np.ndarray]:
    """A few frames of takes spread over the folder; unreadable ones are passed by (and named when they are listed)."""
    found = []
    for file in files[::max(len(files) // SAMPLE_FILES, 1)][:SAMPLE_FILES]:
        try:
            raw, _ = _raw(file)
        except StudioError:
            continue
        if raw.shape[1] == joints:
            found.append(raw[::max(len(raw) // SAMPLE_FRAMES, 1)])
    return found


def _described(file: Path, joints: int) -> tuple[Skeleton, float]:
    try:
        values = json.loads(file.read_text(encoding="utf-8", errors="replace"))
        skeleton = Skeleton(tuple(values["joint_names"]), tuple(int(p) for p in values["parents"]))
        fps = float(values.get("fps", DEFAULT_FPS))
    except OSError as error:
        raise os_problem(file, error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileProblem(file, f"it does not describe a skeleton ({error})", "It needs joint_names, parents and fps") from None
    if skeleton.joint_count != joints:
        raise FileProblem(file, f"it names {skeleton.joint_count} joints, the motions have {joints}", "Correct it")
    return skeleton, fps
