"""A library prepared for training: columns once, in memory-mapped files that belong to the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.atomic import replacing, write_atomically
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.io.text import MAX_TEXT, read_json
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import (
    PatchRecipe,
    PatchStatistics,
    columns_of,
    mirror_columns,
    normalise,
    prepare_for,
)
from motionpatches.core.progress import Job, Meter

FILE = "prepared.json"
SPLITS = ("train", "val", "test")


@dataclass(frozen=True, eq=False)
class PreparedClips:
    """Columns of clip i: points[starts[i]:starts[i + 1]], (T, P, C, 3) float16 of P people in metres (z-scores where the
    recipe's statistics are per joint, since they come before interpolation). `mirror` (C,): the column that each takes its
    place from in a mirrored motion. `skipped` lists clips that could not be read."""

    points: np.ndarray
    starts: np.ndarray
    ids: tuple[str, ...]
    captions: tuple[tuple[str, ...], ...]
    recipe: PatchRecipe
    mirror: np.ndarray
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        return len(self.captions)

    @property
    def phrases(self) -> int:
        """Number of different first captions, with which the clips are measured."""
        return len({captions[0] for captions in self.captions})

    @property
    def normalised(self) -> bool:
        """Tell whether the z-score is done already."""
        return self.recipe.normalisation == "joint" and self.recipe.form == "patches"

    def clip_points(self, index: int) -> np.ndarray:
        """Return the columns of a clip, (P, T, C, 3) float32."""
        return self.points[self.starts[index] : self.starts[index + 1]].swapaxes(0, 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that a run reads of its library: clips by split (`test` None where there is none), the statistics of the model's
    input, and what the model's card says of the data."""

    train: PreparedClips
    val: PreparedClips
    test: PreparedClips | None
    statistics: PatchStatistics
    library: str
    clips: int

    @property
    def skipped(self) -> list[str]:
        return [s.reason for part in (self.train, self.val, self.test) if part is not None for s in part.skipped]


def prepare_clips(
    library: Library, clips: Sequence[Clip], recipe: PatchRecipe, file: Path, statistics: PatchStatistics, people: int = 1
) -> Job[PreparedClips]:
    """Read, prepare and sample every captioned clip once, into a file.

    Args:
        library: of the clips.
        clips: those of one split.
        recipe: how the model reads motions.
        file: where the columns are written, float16.
        statistics: of the model; used where they come before interpolation.
        people: 1, or 2 for pairs.

    Raises:
        StudioError: no clip can be used. Others that cannot are counted in `skipped`.
    """
    starts, ids, captions, skipped, mirror, shape = [0], [], [], [], None, None
    meter = Meter("Preparing patches", len(clips))
    try:
        with replacing(file) as stream:
            for count, clip in enumerate(clips):
                if count % 50 == 0:
                    yield meter.at(count)
                if not clip.captions:
                    skipped.append(Skipped(clip.path, f"{clip.id} has no caption"))
                    continue
                try:
                    motion = library.load(clip.id)
                    everybody = prepare_for(motion, recipe, people).people
                    points = np.stack([_columns(person, recipe, statistics) for person in everybody], axis=1)
                    if shape not in (None, points.shape[1:]):
                        raise StudioError(
                            f"{clip.id} has {points.shape[2]} joints, the others {shape[1]}; raw joints need one skeleton."
                        )
                except StudioError as error:
                    skipped.append(Skipped(clip.path, str(error)))
                    continue
                shape = points.shape[1:]
                mirror = mirror_columns(motion.skeleton, recipe) if mirror is None else mirror
                stream.write(np.ascontiguousarray(points, np.float16).tobytes())
                starts.append(starts[-1] + len(points))
                ids.append(clip.id)
                captions.append(clip.captions)
    except OSError as error:
        raise os_problem(file, error) from error
    yield meter.at(len(clips))
    if shape is None or mirror is None:
        reason = f" {skipped[0].reason}" if skipped else ""
        raise StudioError(f"No clip of {library.name} can be trained on: captions are needed.{reason}")
    points = np.memmap(file, np.float16, "r", shape=(starts[-1], *shape))
    return PreparedClips(points, np.array(starts), tuple(ids), tuple(captions), recipe, mirror, tuple(skipped))


def _columns(motion: Motion, recipe: PatchRecipe, statistics: PatchStatistics) -> np.ndarray:
    if recipe.normalisation == "joint" and recipe.form == "patches":
        return normalise(motion, statistics, recipe)
    return columns_of(motion, recipe)


def save_prepared(prepared: Prepared, run: Path, made_for: dict[str, Any]) -> None:
    """Write what the memory-mapped files do not say. It comes last, so that it stands for the whole.

    `made_for`: the fields of the configuration that the data depend on."""
    statistics = prepared.statistics
    values = {
        "made_for": made_for,
        "library": prepared.library,
        "clips": prepared.clips,
        "recipe": asdict(prepared.train.recipe),
        "statistics": {
            "mean": statistics.mean.tolist(),
            "std": statistics.std.tolist(),
            "normalisation": statistics.normalisation,
        },
    }
    for name in SPLITS:
        part = getattr(prepared, name)
        values[name] = part and {
            "shape": part.points.shape,
            "starts": part.starts.tolist(),
            "ids": part.ids,
            "captions": part.captions,
            "mirror": part.mirror.tolist(),
            "skipped": [[str(s.path), s.reason] for s in part.skipped],
        }
    write_atomically(run / FILE, json.dumps(values))


def load_prepared(run: Path) -> Prepared:
    """Read what an earlier start of the run prepared; the library is not needed any more. Raises FileProblem."""
    try:
        values = read_json(run / FILE, MAX_TEXT)
        recipe, statistics = PatchRecipe(**values["recipe"]), values["statistics"]
        parts = {}
        for name in SPLITS:
            kept = values[name]
            parts[name] = kept and _whole(
                np.memmap(points_file(run, name), np.float16, "r", shape=tuple(kept["shape"])),
                np.array(kept["starts"]),
                tuple(kept["ids"]),
                tuple(map(tuple, kept["captions"])),
                recipe,
                np.array(kept["mirror"]),
                tuple(Skipped(Path(path), reason) for path, reason in kept["skipped"]),
            )
        mean, std = (np.array(statistics[name], np.float32) for name in ("mean", "std"))
        return Prepared(
            **parts,
            statistics=PatchStatistics(mean, std, statistics["normalisation"]),
            library=values["library"],
            clips=values["clips"],
        )
    except OSError as error:
        raise os_problem(run / FILE, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FileProblem(
            run / FILE, f"the prepared data are broken ({str(error)[:120]})", "Delete it to prepare them again"
        ) from None


def _whole(points: np.ndarray, starts: np.ndarray, *rest: Any) -> PreparedClips:
    """Raises ValueError where the clips do not share out the frames."""
    part = PreparedClips(points, starts, *rest)
    ends = starts.shape == (len(part.ids) + 1,) and starts[0] == 0 and starts[-1] == len(points) and (np.diff(starts) > 0).all()
    if not ends or len(part.captions) != len(part.ids) or not all(part.captions):
        raise ValueError("its clips do not share out its frames")
    if points.ndim != 4 or sorted(part.mirror.tolist()) != list(range(points.shape[2])):
        raise ValueError("its columns cannot be mirrored")
    return part


def is_prepared(run: Path, made_for: dict[str, Any]) -> bool:
    """Tell whether the run's data are there, made for the same fields and by a recipe of this version."""
    try:
        values = read_json(run / FILE, MAX_TEXT)
        same_fields = set(values["recipe"]) == {field.name for field in fields(PatchRecipe)}
        return same_fields and values["made_for"] == json.loads(json.dumps(made_for))
    except (StudioError, KeyError, TypeError):
        return False


def remove_prepared(run: Path) -> None:
    for file in (run / FILE, *(points_file(run, name) for name in SPLITS)):
        file.unlink(missing_ok=True)


def points_file(run: Path, split: str) -> Path:
    return run / f"{split}.points"
