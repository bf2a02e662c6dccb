"""The HumanML3D folder layout: new_joints/*.npy, texts/*.txt, train/val/test.txt, skeleton.json where present."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from core.errors import FileProblem, StudioError, os_problem
from core.io.arrays import DEFAULT_FPS, KIT_FPS, load_npy, read_array, read_positions
from core.io.joint_vectors import WIDTHS
from core.io.units import guess_unit
from core.library.captions import CaptionLine, read_humanml3d, read_text
from core.library.library import Clip, Library, Skipped, file_key
from core.motion.body_parts import find_body_parts
from core.motion.motion import Motion
from core.motion.skeleton import Skeleton, known_name
from core.progress import Job, Meter

SPLITS = ("train", "val", "test")


def is_humanml3d(root: Path) -> bool:
    return _joint_folder(root) is not None


def _joint_folder(root: Path) -> Path | None:
    """Where the motions lie: positions, or the feature vectors alone."""
    return next((root / name for name in ("new_joints", "new_joint_vecs") if (root / name).is_dir()), None)


def open_humanml3d(root: Path) -> Job[Library]:
    """Reads captions, splits and lengths; motions are read on demand."""
    folder = _joint_folder(root) or root
    files = sorted(folder.glob("*.npy"))
    if not files:
        raise FileProblem(folder, "the folder holds no .npy file", "Choose the dataset's own folder")
    skeleton, fps, note, factor = _skeleton(root, files)
    splits = _splits(root)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    meter = Meter(f"Reading {root.name}", len(files))
    for count, file in enumerate(files, 1):
        if count % 200 == 1:
            yield meter.at(count - 1)
        try:
            clips += _clips_of(root, file, skeleton, fps, splits.get(file.stem, ""))
        except StudioError as error:
            skipped.append(Skipped(file, str(error)))
    yield meter.at(len(files))
    missing = sorted(set(splits) - {f.stem for f in files})
    if missing:
        skipped += [Skipped(folder / f"{m}.npy", f"{m} is named in a split but has no file")
                    for m in missing]

    layout = "KIT-ML folder" if known_name(skeleton) == "KIT-ML 21" else "HumanML3D folder"
    return Library(root, root.name, layout, tuple(clips), _reader(skeleton, fps, factor), tuple(skipped), (note,))


def humanml3d_reader(root: Path) -> Callable[[Clip], Motion]:
    folder = _joint_folder(root) or root
    skeleton, fps, _, factor = _skeleton(root, sorted(islice(folder.glob("*.npy"), 50)))
    return _reader(skeleton, fps, factor)


def _reader(skeleton: Skeleton, fps: float, factor: float) -> Callable[[Clip], Motion]:
    def read(clip: Clip) -> Motion:
        motion = load_npy(clip.path, skeleton, fps)
        return motion if factor == 1 else replace(motion, positions=motion.positions * np.float32(factor))

    return read


def _clips_of(root: Path, file: Path, skeleton: Skeleton, fps: float, split: str) -> list[Clip]:
    frames = _frame_count(file, skeleton)
    text = root / "texts" / f"{file.stem}.txt"
    lines = read_humanml3d(text) if text.exists() else []
    ranges: dict[tuple[float, float], list[str]] = {}
    for line in lines or [CaptionLine("")]:
        ranges.setdefault((line.start_s, line.end_s), []).append(line.text)
    clips = []
    for (start, end), captions in ranges.items():
        whole = not start and not end
        stop = min(end, frames / fps) if end else frames / fps
        if stop <= start:
            continue
        clips.append(Clip(
            file.stem if whole else f"{file.stem}@{start:g}-{end:g}", file, tuple(c for c in captions if c), split,
            stop - start, start, end, file_key(file, start, end)))
    return clips


def _frame_count(file: Path, skeleton: Skeleton) -> int:
    """From the array's header alone."""
    try:
        with open(file, "rb") as stream:
            version = np.lib.format.read_magic(stream)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(stream)
    except OSError as error:
        raise os_problem(file, error) from error
    except ValueError:
        raise FileProblem(file, "it is not a whole .npy array", "Copy or save it again") from None
    if dtype.kind in "fiu" and len(shape) == 2 and shape[1] in WIDTHS and shape[0] \
            and WIDTHS[shape[1]].joint_count == skeleton.joint_count:
        return shape[0]
    if dtype.kind not in "fiu" or len(shape) != 3 or shape[1:] != (skeleton.joint_count, 3) or not shape[0]:
        raise FileProblem(file, f"it holds {dtype} of shape {shape}, not joint positions (frames, "
                          f"{skeleton.joint_count}, 3)", "Remove it or save it again")
    return shape[0]


def _skeleton(root: Path, files: list[Path]) -> tuple[Skeleton, float, str, float]:
    """Skeleton and rate from skeleton.json, else recognised from the first readable motion; a note; metres a unit."""
    described = root / "skeleton.json"
    first, problem, raw = None, None, np.zeros(0)
    for file in files[:50]:
        try:
            first, raw = load_npy(file), read_positions(file, read_array(file))
            break
        except StudioError as error:
            problem = error
    if first is None:
        raise problem or FileProblem(root, "no motion in new_joints could be read", "Check the folder")
    factor, unit = guess_unit(raw, first.skeleton)
    if unit.confidence < 0.5:
        factor = 1.0
    if described.exists():
        try:
            values = json.loads(read_text(described))
            skeleton = Skeleton(tuple(values["joint_names"]), tuple(int(p) for p in values["parents"]))
            fps = float(values.get("fps", DEFAULT_FPS))
        except (ValueError, KeyError, TypeError) as error:
            raise FileProblem(described, f"it does not describe a skeleton ({error})",
                              "It needs joint_names, parents and fps") from None
        if skeleton.joint_count != first.skeleton.joint_count:
            raise FileProblem(described, f"it names {skeleton.joint_count} joints, the motions have "
                              f"{first.skeleton.joint_count}", "Correct it")
        finding = find_body_parts(skeleton, first.positions)
        skeleton = Skeleton(skeleton.joint_names, skeleton.parents, finding.chains)
        return skeleton, fps, f"{skeleton.joint_count} joints and {fps:g} fps from skeleton.json; {finding.reason}", factor
    usual, whose = (KIT_FPS, "KIT-ML") if known_name(first.skeleton) == "KIT-ML 21" else (DEFAULT_FPS, "HumanML3D")
    return first.skeleton, usual, (f"{first.skeleton.joint_count} joints in {unit.value}, "
                                   f"{first.assumptions[-1].reason}; {usual:g} fps as in {whose}"), factor


def _splits(root: Path) -> dict[str, str]:
    found = {}
    for split in SPLITS:
        file = root / f"{split}.txt"
        if file.exists():
            for line in read_text(file).split():
                found[line] = split
    return found
