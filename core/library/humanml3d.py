"""The HumanML3D folder layout: new_joints/*.npy, texts/*.txt, train/val/test.txt, skeleton.json where present.

Motions that HumanML3D's processing has placed are marked (`Motion.placed`), so that models trained in its frame read them as
they lie. The folder's takes tell: other data in this layout lie elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library.caption_text import read_captions_txt
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.facts import Facts, Said, doubts_of, facts_from
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, file_key, files_in, left_out
from motionpatches.core.library.splits import read_splits
from motionpatches.core.library.takes import after_the_end, clips_by_range
from motionpatches.core.motion.motion import Motion, caption_range
from motionpatches.core.motion.placement import are_placed, is_placed
from motionpatches.core.motion.skeleton import known_name
from motionpatches.core.progress import Job, Meter
from motionpatches.core.recognition import corrections

if TYPE_CHECKING:
    from motionpatches.core.io.arrays.folder import SharedFormat

DESCRIBED = "skeleton.json"
SAMPLE_FILES = 24


def is_humanml3d(root: Path) -> bool:
    return _joint_folder(root) is not None


def is_kit_ml(root: Path) -> bool:
    """Tell whether a folder in this layout holds motions of KIT-ML's skeleton."""
    try:
        return is_humanml3d(root) and known_name(_recognise(root).skeleton) == "KIT-ML 21"
    except (StudioError, OSError):
        return False


def _joint_folder(root: Path) -> Path | None:
    """Where the motions lie: positions, or the feature vectors alone."""
    return next((root / name for name in ("new_joints", "new_joint_vecs") if (root / name).is_dir()), None)


def open_humanml3d(root: Path) -> Job[Library]:
    """Reads captions, splits and lengths; motions are read on demand."""
    folder = _joint_folder(root) or root
    files = files_in(folder, ".npy")
    if not files:
        raise FileProblem(folder, "the folder holds no .npy file", "Choose the dataset's own folder")
    shared = _recognise(root)
    splits = read_splits(root)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    meter = Meter(f"Reading {root.name}", len(files))
    for count, file in enumerate(files, 1):
        if count % 200 == 1:
            yield meter.at(count - 1)
        try:
            whole, lines = _take_of(root, file, shared, splits.get(file.stem, ""))
            clips += clips_by_range(whole, lines)
            skipped += after_the_end(whole, lines)
        except Exception as error:  # a fault with one clip must not take the others down
            skipped.append(left_out(file, error))
    yield meter.at(len(files))
    missing = sorted(set(splits) - {f.stem for f in files})
    if missing:
        skipped += [Skipped(folder / f"{m}.npy", f"{m} is named in a split but has no file") for m in missing]
    layout = "KIT-ML folder" if known_name(shared.skeleton) == "KIT-ML 21" else "HumanML3D folder"
    return Library(root, root.name, layout, tuple(clips), _reader(root, lambda: shared), tuple(skipped), (shared.note(folder),))


def humanml3d_reader(root: Path) -> Reader:
    """Recognises the folder when the first motion is read."""
    return _reader(root, cache(lambda: _recognise(root)))


def _files(root: Path) -> list[Path]:
    return files_in(_joint_folder(root) or root, ".npy")


def _recognise(root: Path) -> SharedFormat:
    from motionpatches.core.io.arrays.folder import recognise_folder  # the readers take a while to import

    return recognise_folder(_files(root), root / DESCRIBED)


def _reader(root: Path, shared: Callable[[], SharedFormat]) -> Reader:
    placed = cache(lambda: _are_placed(_files(root), shared()))

    def read(clip: Clip) -> Motion:
        motion = shared().read(clip.path)
        return replace(motion, placed=placed() and is_placed(motion))

    return Reader(
        read,
        lambda clip: shared().raw(clip.path),
        lambda clip: shared().recognition,
        caption_range,
        _facts(shared),
    )


def _facts(shared: Callable[[], SharedFormat]) -> Callable[[Clip, Said], Facts]:
    @cache
    def common() -> tuple[str, int, float, bool, tuple[tuple[str, str], ...]]:
        form = shared()
        key, body = corrections.hierarchy_key(form.skeleton), bool(form.skeleton.chains or form.recognition.parts.chains)
        return key, form.skeleton.joint_count, form.fps, body, doubts_of(form.recognition)

    def facts(clip: Clip, said: Said) -> Facts:
        key, joints, fps, body, doubts = common()
        return facts_from(key, joints, fps, said(key, clip.path), body, doubts)

    return facts


def _are_placed(files: list[Path], shared: SharedFormat) -> bool:
    """Whether takes spread over the folder lie in HumanML3D's frame; unreadable ones are named when they are listed."""
    motions = []
    for file in files[:: max(len(files) // SAMPLE_FILES, 1)][:SAMPLE_FILES]:
        with suppress(StudioError):
            motions.append(shared.read(file))
    return are_placed(motions)


def _take_of(root: Path, file: Path, shared: SharedFormat, split: str) -> tuple[Clip, list[CaptionLine]]:
    """The whole take of a file, and its captions."""
    frames, fps = _frame_count(file, shared.joints), shared.fps_of(file)
    text = root / "texts" / f"{file.stem}.txt"
    lines = read_captions_txt(text) if text.exists() else []
    return Clip(file.stem, file, (), split, frames / fps, key=file_key(file) + shared.token(file)), lines


def _frame_count(file: Path, joints: int) -> int:
    """From the array's header alone."""
    from motionpatches.core.io.arrays.joint_vectors import WIDTHS
    from motionpatches.core.io.containers.npy_file import NotAnArray, read_header
    from motionpatches.core.regular_file import open_regular

    try:
        with open_regular(file) as stream:
            header = read_header(stream)
        shape, dtype = header.shape, np.dtype(header.dtype)
    except OSError as error:
        raise os_problem(file, error) from error
    except (NotAnArray, TypeError):
        raise FileProblem(file, "it is not a whole .npy array", "Copy or save it again") from None
    if dtype.kind in "fiu" and len(shape) == 2 and shape[1] in WIDTHS and shape[0] and WIDTHS[shape[1]].joint_count == joints:
        return shape[0]
    if dtype.kind not in "fiu" or len(shape) != 3 or shape[1:] != (joints, 3) or not shape[0]:
        raise FileProblem(
            file, f"it holds {dtype} of shape {shape}, not joint positions (frames, {joints}, 3)", "Remove it or save it again"
        )
    return shape[0]
