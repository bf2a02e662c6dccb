"""The authors' statistics of a data set, and the frame that its motions lie in: what an imported checkpoint needs beside its
weights.

Mean_raw.npy and Std_raw.npy (J, 3) are of the data set's arrays as they are stored: KIT-ML's are in millimetres. Motions are read
in metres, so the statistics are brought into metres with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.containers.npy_file import read_array
from motionpatches.core.io.limits import MAX_JOINTS, check_finite
from motionpatches.core.library.library import Library
from motionpatches.core.library.takes import whole_takes
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.canonical import leg_length
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import PatchRecipe, PatchStatistics

MEAN, STD = "Mean_raw.npy", "Std_raw.npy"
# Motions that the statistics and the frame are told by, spread over the data set.
SAMPLES = 48
UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001}
# Between two units lies a factor of ten: what is nearer to one than to the next is of that one.
NEAREST = 10**0.5
# Root mean square of the coordinates of HumanML3D's motions in metres, for a folder without motions to compare with.
USUAL_M = 0.8
# Sizes of bodies that differ by less are those of one skeleton.
ONE_SIZE = 0.02


@dataclass(frozen=True, eq=False)
class Published:
    """Statistics in metres, and in a sentence what was done to them; '' for nothing."""

    values: PatchStatistics
    note: str


def sample_motions(library: Library) -> list[Motion]:
    """Read whole takes spread over a library; unreadable ones are passed over. Raises StudioError where none can be read."""
    takes = whole_takes(library.clips)
    motions = []
    for clip in takes[:: max(len(takes) // SAMPLES, 1)][:SAMPLES]:
        with suppress(StudioError):
            motions.append(library.read(clip))
    if not motions:
        raise StudioError(f"No motion of {library.name} can be read.")
    return motions


def published_statistics(folder: Path, motions: Sequence[Motion]) -> Published | None:
    """Read Mean_raw.npy and Std_raw.npy of a folder, None where they are not there.

    Args:
        folder: of the data set.
        motions: of the data set, in metres; by their magnitude the unit is told. Without any, by the usual one of people.

    Raises:
        FileProblem: other joints than those of the motions, no known unit, and as `dataset_statistics`.
    """
    found = dataset_statistics(folder)
    if found is None:
        return None
    mean, std = found
    if motions and len(mean) != (joints := motions[0].skeleton.joint_count):
        raise FileProblem(folder / MEAN, f"it is of {len(mean)} joints, the motions have {joints}", "Copy that of this data set")
    motions = [motion for motion in motions if motion.skeleton.joint_count == len(mean)]
    unit = _unit_of(folder / MEAN, mean, std, motions)
    factor, notes = UNITS[unit], []
    mean, std, up = mean * factor, std * factor, _up_of(mean * factor, motions)
    if up != "Y":
        mean, std = to_y_up(mean, up), np.abs(to_y_up(std, up))
    if factor != 1 or up != "Y":
        axes = f", with {up} up," if up != "Y" else ""
        ground = "as the arrays of the data set" if motions else "by their magnitude"
        notes.append(f"in {unit}{axes} {ground}, turned into metres with the motions")
    still = std < 1e-6
    if still.any():
        notes.append(f"{int(still.sum())} of {still.size} deviations are 0 and count as 1 m")
    values = PatchStatistics(mean.astype(np.float32), np.where(still, 1, std).astype(np.float32), "joint")
    return Published(values, "; ".join(notes))


def dataset_statistics(folder: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Read mean and deviation (J, 3) float64 as stored, None where the files are not there. Raises FileProblem for shapes that do
    not fit, values that are not finite, and a deviation below 0."""
    if not ((folder / MEAN).is_file() and (folder / STD).is_file()):
        return None
    mean, std = _rows_of_joints(folder / MEAN), _rows_of_joints(folder / STD)
    if mean.shape != std.shape:
        raise FileProblem(folder / STD, f"its shape is {std.shape}, that of {MEAN} {mean.shape}", "Both are of the same joints")
    if (std < 0).any():
        raise FileProblem(folder / STD, f"its deviation of joint {int((std < 0).any(1).argmax())} is below 0", "Copy it again")
    return mean, std


def recipe_in_frame_of(recipe: PatchRecipe, motions: Sequence[Motion]) -> PatchRecipe:
    """Return the recipe with the frame and size of the data that a checkpoint was trained on.

    Where its motions lie in the frame of HumanML3D's processing, others are brought into it, and to the size of its skeleton
    where all are of one. Else motions are read where they lie. Without motions the frame is HumanML3D's, of no size.
    """
    if not motions:
        return replace(recipe, leg_m=0.0)
    if np.mean([motion.placed for motion in motions]) <= 0.5:
        return replace(recipe, canonical=False, leg_m=0.0, keep_placed=False)
    legs = [leg_length(motion) for motion in motions if motion.skeleton.chains]
    one_size = bool(legs) and max(legs) - min(legs) < ONE_SIZE * min(legs)
    return replace(recipe, leg_m=round(float(np.median(legs)), 4) if one_size else 0.0)


def _unit_of(file: Path, mean: np.ndarray, std: np.ndarray, motions: Sequence[Motion]) -> str:
    """The unit in which the root mean square of all coordinates is that of the motions."""
    squares = np.mean([np.mean(motion.positions.astype(np.float64) ** 2) for motion in motions]) if motions else USUAL_M**2
    ratio = np.sqrt(np.mean(mean**2 + std**2) / squares)
    unit = min(UNITS, key=lambda name: abs(np.log(max(ratio, 1e-12) * UNITS[name])))
    if not 1 / NEAREST < ratio * UNITS[unit] < NEAREST:
        raise FileProblem(
            file,
            f"with {STD} its values are {ratio:.3g} times those of {'the motions' if motions else 'people'} in metres, so that "
            "they are neither in metres, centimetres nor millimetres",
            "Copy those of this data set",
        )
    return unit


def _up_of(mean: np.ndarray, motions: Sequence[Motion]) -> str:
    """Y, or the up axis of the arrays where the mean pose lies nearer to that of the motions so."""
    up = next((motion.source.up for motion in motions if motion.source), "Y")
    if up == "Y":
        return up
    own = np.concatenate([motion.positions for motion in motions]).mean(0)
    apart = {axis: float(np.abs(to_y_up(mean, axis) - own).mean()) for axis in ("Y", up)}
    return min(apart, key=lambda axis: apart[axis])


def _rows_of_joints(file: Path) -> np.ndarray:
    """(J, 3) finite numbers of a .npy file. Raises FileProblem."""
    array = read_array(file)
    if array.dtype.kind not in "fiu" or array.ndim != 2 or array.shape[1] != 3 or not 0 < len(array) <= MAX_JOINTS:
        raise FileProblem(file, f"its shape is {array.shape} of {array.dtype}", "It holds numbers (joints, 3)")
    check_finite(file, array[:, None])
    return array.astype(np.float64)
