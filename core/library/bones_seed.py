"""BONES-SEED (Bones Studio, 2026): BVH files of one rig, a table that describes each, and timelines of labelled ranges.

metadata/seed_metadata_v*.csv or .parquet name the file of each take; metadata/*_temporal_labels.jsonl have a timeline a line. The
data set has no splits of its own: lists of NVIDIA's Kimodo benchmark (train_split_paths.txt, test_content_split_paths.txt,
test_repetition_split_paths.txt) are read from splits/, metadata/ or the folder itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.columns import read_columns
from motionpatches.core.library.library import Clip, Library, Skipped, left_out
from motionpatches.core.library.one_rig import (
    OneRig,
    frames_of,
    library_of,
    licence_note,
    look_at,
    whole_clip,
    without_file,
)
from motionpatches.core.library.takes import after_the_end, clips_by_range
from motionpatches.core.library.text_file import read_text
from motionpatches.core.library.walk import files_below
from motionpatches.core.progress import Job, Meter

LAYOUT = "BONES-SEED folder"
LICENCE = "BONES-SEED License, huggingface.co/datasets/bones-studio/seed"
# One body for all takes, or that of each performer. The first that was unpacked is read.
BODIES = {"soma_uniform/bvh": "move_soma_uniform_path", "soma_proportional/bvh": "move_soma_proportional_path"}
DESCRIBED = (
    *(f"content_natural_desc_{number}" for number in range(1, 5)),
    "content_short_description",
    "content_short_description_2",
)
NAME, FRAMES, KIND = "filename", "move_duration_frames", "content_type_of_movement"
SPLITS = {"train_split_paths.txt": "train", "test_content_split_paths.txt": "test", "test_repetition_split_paths.txt": "test"}
MOST_LIST, MOST_TIMELINES = 64 << 20, 1 << 30
# A range that leaves out no more of its take than this describes the whole.
WHOLE_S = 0.05
_TABLE = re.compile(r"seed_metadata_v(\d+)\.(csv|parquet)")
_TIMELINES = re.compile(r"seed_metadata_v(\d+)_temporal_labels\.jsonl")


def is_bones_seed(root: Path) -> bool:
    return _newest(root, _TABLE) is not None


def _newest(root: Path, name: re.Pattern[str]) -> Path | None:
    """The file of the highest version in metadata/; of one version the CSV, which needs no package."""
    folder = root / "metadata"
    named = [(found, file) for file in folder.iterdir() if (found := name.fullmatch(file.name))] if folder.is_dir() else []
    return min(named, key=lambda one: (-int(one[0][1]), one[1].suffix), default=(None, None))[1]


@dataclass(frozen=True)
class _Row:
    """A take of the table that has a file."""

    clip_id: str
    name: str
    file: Path
    frames: str
    kind: str
    captions: tuple[str, ...]


def open_bones_seed(root: Path) -> Job[Library]:
    """A clip for every take, with its descriptions, and one for every labelled range; motions are read on demand."""
    folder, column = next(((root / name, column) for name, column in BODIES.items() if (root / name).is_dir()), (None, ""))
    if folder is None:
        raise FileProblem(root, "its motions are not unpacked", "Unpack soma_uniform.tar in it")
    yield Meter(f"Reading {root.name}", 1).at(0)
    rows, missing = _rows(root, folder, column)
    skipped = without_file(folder, missing)
    if not rows:
        raise FileProblem(root, f"none of the takes of its table has a file. {skipped[0].reason if skipped else ''}")
    rig, failed = yield from look_at(root, [row.file for row in rows])
    skipped += failed
    lost = {one.path for one in failed}
    timelines, faults = _timelines(root)
    splits = _splits(root)
    clips: list[Clip] = []
    frames: dict[Path, int] = {}
    meter = Meter(f"Reading {root.name}", len(rows))
    for count, row in enumerate(rows):
        if count % 500 == 0:
            yield meter.at(count)
        if row.file in lost:
            continue
        try:
            frames[row.file], made, late = _clips_of(row, rig, timelines.get(row.name, []), splits.get(row.clip_id, ""))
        except Exception as error:  # a fault with one take must not take the others down
            skipped.append(left_out(row.file, error))
            continue
        clips += made
        skipped += late
    yield meter.at(len(rows))
    ranges = sum(bool(clip.end_s) for clip in clips)
    notes = [licence_note(root, LICENCE), f"{len(frames):,} takes, {ranges:,} labelled ranges"]
    if not splits:
        notes.append("no splits: put the lists of the Kimodo benchmark into splits/ to have them")
    return library_of(root, LAYOUT, rig, clips, frames, [*skipped, *faults], notes)


def _rows(root: Path, folder: Path, column: str) -> tuple[list[_Row], list[str]]:
    """The takes of the table that have a file, and the names of those that have none."""
    table = _newest(root, _TABLE)
    assert table is not None  # is_bones_seed has looked
    values = read_columns(table, (NAME, column, FRAMES, KIND, *DESCRIBED))
    if column not in values:
        raise FileProblem(table, f"it has no column {column}", "Choose the table of the data set")
    there = {entry.path for entry in files_below([str(folder)], {".bvh"}, _refused)}
    rows, missing = [], []
    blank = [""] * len(values[column])
    named, frames, kinds = (values.get(name, blank) for name in (NAME, FRAMES, KIND))
    texts = zip(*(values.get(name, blank) for name in DESCRIBED), strict=True)
    for path, name, count, kind, described in zip(values[column], named, frames, kinds, texts, strict=True):
        inside = PurePosixPath(path.replace("\\", "/"))
        file = root / inside
        if str(file) not in there:
            missing.append(name or path[-80:])
            continue
        captions = tuple(dict.fromkeys(filter(None, map(clean_caption, described))))
        clip_id = file.relative_to(folder).with_suffix("").as_posix()
        rows.append(_Row(clip_id, name or file.stem, file, count, kind, captions))
    return rows, missing


def _refused(folder: str, error: OSError) -> None:
    raise FileProblem(Path(folder), "it cannot be read", "Change its permissions") from error


def _clips_of(row: _Row, rig: OneRig, timeline: list[CaptionLine], split: str) -> tuple[int, list[Clip], list[Skipped]]:
    """Frames of a take, its clips, and labels that lie after its end."""
    frames = int(float(row.frames)) if row.frames.replace(".", "", 1).isdigit() else 0
    frames = frames or frames_of(row.file)
    whole = whole_clip(rig, row.clip_id, row.file, frames, split, (row.kind,) if row.kind else ())
    lines = [CaptionLine(text) for text in row.captions]
    for line in timeline:
        all_of_it = line.start_s <= WHOLE_S and line.end_s >= whole.duration_s - WHOLE_S
        lines.append(CaptionLine(line.text) if all_of_it else line)
    lines = list(dict.fromkeys(lines))
    return frames, clips_by_range(whole, lines, keep_whole=True), after_the_end(whole, lines)


def _timelines(root: Path) -> tuple[dict[str, list[CaptionLine]], list[Skipped]]:
    """Labelled ranges by the name of a take, and lines that are none."""
    file = _newest(root, _TIMELINES)
    if file is None:
        return {}, []
    found: dict[str, list[CaptionLine]] = {}
    faults = []
    for number, text in enumerate(read_text(file, MOST_TIMELINES).splitlines(), 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
            found[_name(line["filename"])] = list(_events(line["events"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            faults.append(Skipped(file, f"{file.name}, line {number}: it is no timeline ({type(error).__name__})"))
    return found, faults


def _name(value: Any) -> str:
    """A take's name; some lists have the suffix of a file."""
    if not isinstance(value, str):
        raise TypeError("no name")
    return value.removesuffix(".bvh").removesuffix(".csv")


def _events(values: Any) -> Iterator[CaptionLine]:
    for event in values:
        start, end, text = float(event["start_time"]), float(event["end_time"]), event["description"]
        if not isinstance(text, str) or not 0 <= start < end < float("inf"):
            raise ValueError("no labelled range")
        if caption := clean_caption(text):
            yield CaptionLine(caption, start, end)


def _splits(root: Path) -> dict[str, str]:
    """The split of each take, by its date and name."""
    found: dict[str, str] = {}
    for name, split in SPLITS.items():
        for folder in (root, root / "metadata", root / "splits"):
            if (folder / name).is_file():
                lines = read_text(folder / name, MOST_LIST).splitlines()
                found.update((_name(line.strip().replace("\\", "/")), split) for line in lines if line.strip())
    return found
