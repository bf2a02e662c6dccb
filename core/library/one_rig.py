"""Large data sets of one rig whose tables state captions and lengths: a few of their files are read, and speak for the others.

A file that speaks otherwise after all is noticed when it is loaded (core/library/recognised.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, file_key, left_out
from motionpatches.core.library.recognised import recognised
from motionpatches.core.library.scan import Found, FoundFile, notes_of, raw_take, read_file, readings_of
from motionpatches.core.library.text_file import text_file
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.progress import Job, Meter, counted
from motionpatches.core.recognition.corrections import find_by_key
from motionpatches.core.regular_file import open_regular

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition

LOOKED_AT = 24
LICENCES = ("LICENSE.md", "LICENSE", "LICENSE.txt")
# Bytes of a BVH file within which its number of frames stands, and characters of a licence's first line.
HEADER, FIRST_LINE = 1 << 17, 80
_FRAMES = re.compile(rb"\bFrames:[ \t]*(\d{1,9})\b")


@dataclass(frozen=True, eq=False)
class OneRig:
    """`like`: a take that was looked at, of the rig that most files have; `reading`: how all are read."""

    like: Found
    reading: Recognition


def raw_bvh(clip: Clip) -> RawTake:
    """Read the take of a clip from a file with a reader of its own. Raises FileProblem."""
    return raw_take(clip.path, clip.take)


def look_at(
    root: Path, files: Sequence[Path], read: Callable[[Path], FoundFile] | None = None
) -> Job[tuple[OneRig, list[Skipped]]]:
    """Read files spread over all of them, and name those of these that cannot be read. Raises FileProblem where none can."""
    from motionpatches.core.recognition.decide import shared_reading

    some = files[:: max(len(files) // LOOKED_AT, 1)][:LOOKED_AT]
    found: list[FoundFile] = []
    skipped: list[Skipped] = []
    meter = Meter(f"Looking at {root.name}", len(some))
    for count, file in enumerate(some):
        yield meter.at(count)
        try:
            found.append((read or read_file)(file))
        except Exception as error:  # a fault of a reader must not take the data set down
            skipped.append(left_out(file, error))
    if not found:
        raise FileProblem(root, f"none of {len(some)} files that were looked at could be read. {skipped[0].reason}")
    readings = readings_of(found)
    takes = [(readings[str(file.path), take.name], take) for file in found for take in file.takes]
    common = Counter(take.hierarchy for _, take in takes).most_common(1)[0][0]
    alike = [(reading, take) for reading, take in takes if take.hierarchy == common]
    shared = shared_reading([(reading, take.evidence) for reading, take in alike if take.evidence is not None])
    return OneRig(alike[0][1], shared), skipped


def whole_clip(rig: OneRig, clip_id: str, file: Path, frames: int, split: str = "", labels: tuple[str, ...] = ()) -> Clip:
    """The whole take of a file, without captions. Raises OSError."""
    said = find_by_key(rig.like.hierarchy, file)
    key = f"{file_key(file)}{rig.reading.token}{said.token}"
    return Clip(clip_id, file, (), split, frames / (said.fps or rig.like.fps), key=key, labels=labels)


def library_of(
    root: Path,
    layout: str,
    rig: OneRig,
    clips: Iterable[Clip],
    frames: Mapping[Path, int],
    skipped: Iterable[Skipped],
    notes: Iterable[str],
    raw: Callable[[Clip], RawTake] = raw_bvh,
) -> Library:
    """The library of these clips.

    Args:
        root: Its folder.
        layout: The name of its layout.
        rig: How its files are read.
        clips: With captions, ranges and splits.
        frames: Of each file.
        skipped: What was left out.
        notes: The licence first: the window shows no more than a few.
        raw: Reads the take of a clip.
    """
    found = tuple(
        FoundFile(file, "", "", (replace(rig.like, frames=count, evidence=None, notes=()),)) for file, count in frames.items()
    )
    readings = {(str(file), rig.like.name): rig.reading for file in frames}
    reader = recognised(root, raw, readings)
    notes = (*notes, *notes_of(found, readings))
    return Library(root, root.name, layout, tuple(clips), reader, tuple(skipped), notes, found, readings)


def one_rig_reader(root: Path) -> Reader:
    """The reader of a data set of BVH files that was opened from its index."""
    return recognised(root, raw_bvh)


def frames_of(file: Path) -> int:
    """How many frames a BVH file announces. Raises FileProblem."""
    try:
        with open_regular(file) as stream:
            found = _FRAMES.search(stream.read(HEADER))
    except OSError as error:
        raise os_problem(file, error) from error
    if found is None:
        raise FileProblem(file, "it does not say how many frames it has", "Copy it again")
    return int(found[1])


def licence_note(root: Path, otherwise: str) -> str:
    """The first line of the licence in the folder of a data set; `otherwise`: its name, and where to read it."""
    for name in LICENCES:
        try:
            with open_regular(root / name) as stream:
                lines = text_file(root / name, stream.read(4096)).text.splitlines()
        except OSError:
            continue
        first = next(filter(None, (" ".join(line.strip("#* \t").split()) for line in lines)), "")
        return f"licence: {first[:FIRST_LINE]} ({name})" if first else f"licence: {name}"
    return f"licence: {otherwise}"


def without_file(folder: Path, names: Sequence[str]) -> list[Skipped]:
    """Name the takes of a table that have no file, which are many where a data set was unpacked in part."""
    if not names:
        return []
    first = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    count = counted(len(names), "take of the table has", "takes of the table have")
    return [Skipped(folder, f"{count} no file in {folder.name}: {first}")]
