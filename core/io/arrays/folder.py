"""What the arrays of one dataset folder share: skeleton, rate, unit and up axis, recognised once from several takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.arrays.arrays import DEFAULT_FPS, KIT_FPS, positions_of, read_array
from motionpatches.core.io.arrays.joint_vectors import WIDTHS
from motionpatches.core.io.assemble import assemble
from motionpatches.core.io.limits import check_rate, check_reach, check_take
from motionpatches.core.io.text import read_json
from motionpatches.core.motion.motion import Assumption, Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton, known_name
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition import corrections, unit
from motionpatches.core.recognition.decide import Recognition, decide
from motionpatches.core.recognition.evidence import evidence_of
from motionpatches.core.recognition.joint_orders import recognise_order, with_virtual
from motionpatches.core.recognition.published_orders import ORDERS

SAMPLE_FILES, TRIES = 12, 50
UNSURE = 0.5


@dataclass(frozen=True, eq=False)
class SharedFormat:
    """How every array of a folder is to be read: `columns` brings the joints of a file into the skeleton's."""

    skeleton: Skeleton
    rate: Assumption
    fps: float
    parts: Stated[str] | None
    recognition: Recognition
    columns: Callable[[np.ndarray], np.ndarray]
    joints: int

    def note(self, root: Path) -> str:
        """'22 joints, unit metres, up axis Y, 20 fps': what holds in a folder."""
        said = corrections.find(self.skeleton, root / "any")
        factor, up = said.unit_m or self.recognition.unit.value, said.up or self.recognition.up.value
        return f"{self.skeleton.joint_count} joints, unit {unit.name_of(factor)}, up axis {up}, {said.fps or self.fps:g} fps"

    def fps_of(self, path: Path) -> float:
        """The rate of a file, as recognised or as said."""
        return corrections.find(self.skeleton, path).fps or self.fps

    def token(self, path: Path) -> str:
        """Changes with the reading and with the corrections of it."""
        return self.recognition.token + corrections.find(self.skeleton, path).token

    def raw(self, path: Path) -> RawTake:
        """The take of one file of the folder. Raises FileProblem."""
        positions = positions_of(path, read_array(path), self.joints)
        check_reach(path, positions)
        take = RawTake(self.columns(positions), self.fps, self.skeleton, self.rate, parts=self.parts)
        check_take(path, take)
        return take

    def read(self, path: Path) -> Motion:
        """The motion of one file of the folder. Raises FileProblem."""
        return assemble(path, self.raw(path), self.recognition)


def recognise_folder(files: Sequence[Path], described: Path) -> SharedFormat:
    """From `described` (a skeleton.json with joint_names, parents and fps) where it exists, else from the first readable of
    the files; unit and up axis from takes spread over the folder, so that one take of crawling decides nothing."""
    first, own = _first(files, described)
    columns: Callable[[np.ndarray], np.ndarray] = lambda positions: positions  # noqa: E731
    parts = None
    if described.exists():
        skeleton, fps = _described(described, first.shape[1])
        rate = Assumption("rate", f"{fps:g} fps", f"{described.name}", 1.0)
    else:
        if own is None:
            _, skeleton, parts = recognise_order(first)
            order = next((o for o in ORDERS if o.name == parts.value and skeleton.chains), None)
            if order is not None:
                columns = lambda positions: with_virtual(positions, order)  # noqa: E731
        else:
            skeleton = own
        fps, whose = (KIT_FPS, "KIT-ML") if known_name(skeleton) == "KIT-ML 21" else (DEFAULT_FPS, "HumanML3D")
        rate = Assumption("rate", f"{fps:g} fps", f"arrays carry no rate; {fps:g} fps as in {whose}", 0.5)
    parts = parts if skeleton.chains else None
    takes = [RawTake(columns(p), fps, skeleton, rate, parts=parts) for p in [first, *_samples(files, first.shape[1])]]
    readings = decide([evidence_of(take) for take in takes])
    found = max(readings, key=readings.count)
    if found.unit.confidence < UNSURE:
        found = replace(found, unit=Stated(1.0, "no usual unit fits; metres, as the layout has it", 0.3))
    return SharedFormat(skeleton, rate, fps, parts, found, columns, first.shape[1])


def _first(files: Sequence[Path], described: Path) -> tuple[np.ndarray, Skeleton | None]:
    problem: StudioError | None = None
    for file in files[:TRIES]:
        try:
            return _raw(file)
        except StudioError as error:
            problem = error
    raise problem or FileProblem(described.parent, "it holds no motion", "Check the folder")


def _raw(file: Path) -> tuple[np.ndarray, Skeleton | None]:
    """Positions, and the skeleton where the array's own layout tells it (feature vectors)."""
    array = read_array(file)
    positions = positions_of(file, array)
    check_reach(file, positions)
    return positions, WIDTHS.get(array.shape[1]) if array.ndim == 2 else None


def _samples(files: Sequence[Path], joints: int) -> list[np.ndarray]:
    """Takes spread over the folder; unreadable ones are skipped (and named when they are listed)."""
    found = []
    for file in files[:: max(len(files) // SAMPLE_FILES, 1)][:SAMPLE_FILES]:
        try:
            raw, _ = _raw(file)
        except StudioError:
            continue
        if raw.shape[1] == joints:
            found.append(raw)
    return found


def _described(file: Path, joints: int) -> tuple[Skeleton, float]:
    try:
        values = read_json(file)
        skeleton = Skeleton(tuple(map(str, values["joint_names"])), tuple(int(p) for p in values["parents"]))
        fps = check_rate(file, float(values.get("fps", DEFAULT_FPS)))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FileProblem(
            file, f"it does not describe a skeleton ({str(error)[:80]})", "It needs joint_names, parents and fps"
        ) from None
    if skeleton.joint_count != joints:
        raise FileProblem(file, f"it names {skeleton.joint_count} joints, the motions have {joints}", "Correct it")
    return skeleton, fps
