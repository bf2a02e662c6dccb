"""The InterHuman layout: motions/*.pkl or motions_processed/person1|person2/*.npy, annots/*.txt, split/*.txt.

Clips that split/ignore_list.txt names are left out, as the data set's own loader does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, file_key, files_in, left_out
from motionpatches.core.library.recognised import recognised
from motionpatches.core.library.scan import FoundFile, Readings, found_in, notes_of, raw_take, readings_of
from motionpatches.core.library.splits import read_names, read_splits
from motionpatches.core.library.text_file import read_text
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.progress import Job, Meter
from motionpatches.core.recognition.corrections import find_by_key

IGNORED = "ignore_list.txt"
MOST_TEXT = 2**20


def is_interhuman(root: Path) -> bool:
    return (root / "annots").is_dir() and ((root / "motions").is_dir() or (root / "motions_processed" / "person1").is_dir())


def open_interhuman(root: Path) -> Job[Library]:
    """Every clip with both people; each is read once. Those that the data set says to ignore are named."""
    processed = root / "motions_processed"
    use_processed = (processed / "person1").is_dir()
    files = files_in(processed / "person1", ".npy") if use_processed else files_in(root / "motions", ".pkl")
    if not files:
        raise FileProblem(root, "it holds no clip", "motions/*.pkl or motions_processed/person1/*.npy are needed")
    raw = _raw_of(root)
    ignored = read_names(root / "split" / IGNORED, root / IGNORED)
    found: list[FoundFile] = []
    skipped: list[Skipped] = []
    meter = Meter(f"Reading {root.name}", len(files))
    for count, file in enumerate(files):
        if count % 20 == 0:
            yield meter.at(count)
        if file.stem in ignored:
            skipped.append(Skipped(file, f"{file.name}: the data set's {IGNORED} names it"))
            continue
        try:
            found.append(FoundFile(file, "", "", (found_in(raw(Clip(file.stem, file))),)))
        except Exception as error:  # a fault with one clip must not take the others down
            skipped.append(left_out(file, error))
    yield meter.at(len(files))
    if not found:
        raise FileProblem(root, f"none of its clips ({len(files):,}) could be read. {skipped[0].reason}")
    readings = readings_of(found)
    splits = read_splits(root / "split", root)
    clips: list[Clip] = []
    for one in found:
        try:
            clips.append(_clip(root, one, readings, splits))
        except Exception as error:  # its text cannot be read
            skipped.append(left_out(one.path, error))
    return Library(
        root,
        root.name,
        "InterHuman folder",
        tuple(clips),
        recognised(root, raw, readings),
        tuple(skipped),
        ("two people a clip", *notes_of(found, readings)),
        tuple(found),
        readings,
    )


def _clip(root: Path, file: FoundFile, readings: Readings, splits: dict[str, str]) -> Clip:
    path, (take,) = file.path, file.takes
    text = root / "annots" / f"{path.stem}.txt"
    captions = tuple(line.strip() for line in read_text(text, MOST_TEXT).splitlines() if line.strip()) if text.exists() else ()
    said = find_by_key(take.hierarchy, path)
    key = f"{file_key(path)}{readings[str(path), ''].token}{said.token}"
    return Clip(path.stem, path, captions, splits.get(path.stem, ""), take.frames / (said.fps or take.fps), key=key)


def interhuman_reader(root: Path) -> Reader:
    """The reader of a folder that was opened from its index."""
    return recognised(root, _raw_of(root))


def _raw_of(root: Path) -> Callable[[Clip], RawTake]:
    second = root / "motions_processed" / "person2"

    def raw(clip: Clip) -> RawTake:
        if clip.path.suffix != ".npy":
            return raw_take(clip.path, "")
        from motionpatches.core.io.smpl.interhuman import read_processed  # the readers take a while to import

        return read_processed(clip.path, second / clip.path.name)

    return raw
