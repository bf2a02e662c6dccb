"""SnapMoGen (Guo et al., 2025): BVH files at 30 fps, several captions of ranges of their frames, and lists of splits.

renamed_bvhs/NAME.bvh, or renamed_feats/NAME.npy where these are not unpacked, have the motions; all_caption_clean.json has the
captions of each clip, people's first ("manual") and a language model's ("gpt"); data_split_info/{train,val,test}_ids.txt name
clips. A clip is called NAME#START#END, in frames of its features, which the authors make without the first frame of a BVH file: a
range begins one frame later in that file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, files_in, left_out
from motionpatches.core.library.one_rig import (
    OneRig,
    frames_of,
    library_of,
    licence_note,
    look_at,
    raw_bvh,
    whole_clip,
    without_file,
)
from motionpatches.core.library.recognised import recognised
from motionpatches.core.library.scan import FoundFile, found_in, read_file
from motionpatches.core.library.splits import SPLITS
from motionpatches.core.library.takes import after_the_end, clips_by_range
from motionpatches.core.library.text_file import read_text
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.progress import Job, Meter, counted
from motionpatches.core.recognition.corrections import find_by_key

LAYOUT = "SnapMoGen folder"
LICENCE = "that of SnapMoGen, huggingface.co/datasets/Ericguo5513/SnapMoGen"
CAPTIONS = "all_caption_clean.json"
# Folders of motions and the suffix of their files: the first that is there is read.
MOTIONS = {"renamed_bvhs": ".bvh", "renamed_feats": ".npy"}
# Folders of the lists, in the release and in the authors' code.
LISTS = ("data_split_info", "data_split_info1")
WRITERS = ("manual", "gpt")
# Frames of a BVH file before the first frame of its features.
LATER = 1
MOST_TABLE, MOST_LIST = 1 << 30, 64 << 20
# A clip of a motion: first frame and the one after the last, its captions and split.
Ranges = list[tuple[int, int, tuple[str, ...], str]]


def is_snapmogen(root: Path) -> bool:
    return (root / CAPTIONS).is_file() and any((root / name).is_dir() for name in (*MOTIONS, *LISTS))


def open_snapmogen(root: Path) -> Job[Library]:
    """A clip for every range that has captions or a split; motions are read on demand."""
    folder, suffix = next(((root / name, suffix) for name, suffix in MOTIONS.items() if (root / name).is_dir()), (None, ""))
    if folder is None:
        raise FileProblem(root, "its motions are not unpacked", "Unpack renamed_bvhs.zip in it")
    yield Meter(f"Reading {root.name}", 1).at(0)
    ranges, faults = _ranges(root)
    files = {file.stem: file for file in files_in(folder, suffix)}
    skipped = [*without_file(folder, [name for name in ranges if name not in files]), *faults]
    captioned = {name: file for name, file in files.items() if name in ranges}
    if not captioned:
        raise FileProblem(root, f"none of its clips has a motion. {skipped[0].reason if skipped else ''}")
    rig, failed = yield from look_at(root, list(captioned.values()), _found)
    lost = {one.path for one in failed}
    clips: list[Clip] = []
    frames: dict[Path, int] = {}
    meter = Meter(f"Reading {root.name}", len(captioned))
    for count, (name, file) in enumerate(captioned.items()):
        if count % 200 == 0:
            yield meter.at(count)
        if file in lost:
            continue
        try:
            frames[file] = _frames_of(file)
            made, late = _clips_of(name, file, frames[file], rig, ranges[name])
        except Exception as error:  # a fault with one motion must not take the others down
            skipped.append(left_out(file, error))
            continue
        clips += made
        skipped += late
    yield meter.at(len(captioned))
    bare = len(files) - len(captioned)
    notes = [licence_note(root, LICENCE), f"{len(frames):,} motions, {len(clips):,} clips of them"]
    notes += [f"{counted(bare, 'motion has', 'motions have')} neither captions nor a split"] if bare else []
    return library_of(root, LAYOUT, rig, clips, frames, [*skipped, *failed], notes, _raw)


def snapmogen_reader(root: Path) -> Reader:
    """The reader of a folder that was opened from its index."""
    return recognised(root, _raw)


def _raw(clip: Clip) -> RawTake:
    if clip.path.suffix != ".npy":
        return raw_bvh(clip)
    from motionpatches.core.io.arrays.snapmogen import read_features  # the readers take a while to import

    return read_features(clip.path)


def _found(file: Path) -> FoundFile:
    return FoundFile(file, "", "", (found_in(_raw(Clip(file.stem, file))),)) if file.suffix == ".npy" else read_file(file)


def _frames_of(file: Path) -> int:
    if file.suffix != ".npy":
        return frames_of(file)
    from motionpatches.core.io.arrays.snapmogen import feature_frames

    return feature_frames(file)


def _clips_of(name: str, file: Path, frames: int, rig: OneRig, ranges: Ranges) -> tuple[list[Clip], list[Skipped]]:
    """The clips of a motion, and those that lie after its end."""
    whole = whole_clip(rig, name, file, frames)
    fps = find_by_key(rig.like.hierarchy, file).fps or rig.like.fps
    later = 0 if file.suffix == ".npy" else LATER
    by_split: dict[str, list[CaptionLine]] = defaultdict(list)
    for first, last, captions, split in ranges:
        start, end = (first + later) / fps, (last + later) / fps
        by_split[split] += [CaptionLine(text, start, end) for text in captions or ("",)]
    clips: list[Clip] = []
    late: list[Skipped] = []
    for split, lines in by_split.items():
        part = replace(whole, split=split)
        clips += clips_by_range(part, lines)
        late += after_the_end(part, lines)
    return clips, late


def _ranges(root: Path) -> tuple[dict[str, Ranges], list[Skipped]]:
    """Clips by the name of their motion, in the order of the captions and then of the lists, and entries that are none."""
    captions, splits = _captions(root / CAPTIONS), _splits(root)
    found: dict[str, Ranges] = defaultdict(list)
    faults = []
    for clip in dict.fromkeys((*captions, *splits)):
        name, first, last = ([*clip.rsplit("#", 2), "", ""])[:3]
        if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
            faults.append(Skipped(root / CAPTIONS, f"{clip[:80]!r} is no clip (NAME#START#END)"))
            continue
        found[name].append((int(first), int(last), captions.get(clip, ()), splits.get(clip, "")))
    return dict(found), faults


def _captions(file: Path) -> dict[str, tuple[str, ...]]:
    """Captions by clip. Raises FileProblem."""
    try:
        values = json.loads(read_text(file, MOST_TABLE))
    except (ValueError, RecursionError) as error:
        raise FileProblem(file, f"it is not JSON ({str(error)[:80]})", "Copy it again") from None
    if not isinstance(values, dict):
        raise FileProblem(file, "it holds no table of clips", "Copy it again")
    return {clip: _texts(entry) for clip, entry in values.items()}


def _texts(entry: Any) -> tuple[str, ...]:
    """Captions of an entry, each once."""
    lists = [entry.get(writer) for writer in WRITERS] if isinstance(entry, Mapping) else []
    texts = (text for some in lists if isinstance(some, list) for text in some if isinstance(text, str))
    return tuple(dict.fromkeys(filter(None, map(clean_caption, texts))))


def _splits(root: Path) -> dict[str, str]:
    """The split of each clip that a list names."""
    folder = next((root / name for name in LISTS if (root / name).is_dir()), root)
    found: dict[str, str] = {}
    for split in SPLITS:
        file = folder / f"{split}_ids.txt"
        if file.is_file():
            found.update(dict.fromkeys(read_text(file, MOST_LIST).split(), split))
    return found
