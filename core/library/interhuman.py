"""The InterHuman layout: motions/*.pkl or motions_processed/person1|person2/*.npy, annots/*.txt, split/*.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import FileProblem, StudioError
from core.io.interhuman import load_pkl, load_processed
from core.library.captions import read_text
from core.library.library import Clip, Library, Skipped, file_key
from core.motion.motion import Motion
from core.progress import Job, Meter

SPLITS = ("train", "val", "test")


def is_interhuman(root: Path) -> bool:
    return (root / "annots").is_dir() and ((root / "motions").is_dir() or (root / "motions_processed" / "person1").is_dir())


def open_interhuman(root: Path) -> Job[Library]:
    """Every clip with both people; each is read once for its length."""
    processed = root / "motions_processed"
    use_processed = (processed / "person1").is_dir()
    files = sorted((processed / "person1").glob("*.npy") if use_processed else (root / "motions").glob("*.pkl"))
    if not files:
        raise FileProblem(root, "it holds no clip", "motions/*.pkl or motions_processed/person1/*.npy are needed")
    splits = _splits(root)
    read = interhuman_reader(root)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    meter = Meter(f"Reading {root.name}", len(files))
    for count, file in enumerate(files):
        if count % 20 == 0:
            yield meter.at(count)
        text = root / "annots" / f"{file.stem}.txt"
        try:
            captions = tuple(line.strip() for line in read_text(text).splitlines() if line.strip()) if text.exists() else ()
            clip = Clip(file.stem, file, captions, splits.get(file.stem, ""), key=file_key(file))
            motion = read(clip)
            clips.append(Clip(clip.id, file, captions, clip.split, motion.duration_s, key=clip.key))
        except StudioError as error:
            skipped.append(Skipped(file, str(error)))
    yield meter.at(len(files))
    if not clips:
        raise FileProblem(root, f"none of its {len(files)} clips could be read. {skipped[0].reason}")
    return Library(root, root.name, "InterHuman folder", tuple(clips), read, tuple(skipped),
                   ("two people a clip, 22 joints each",))


def interhuman_reader(root: Path) -> Callable[[Clip], Motion]:
    second = root / "motions_processed" / "person2"

    def read(clip: Clip) -> Motion:
        return load_processed(clip.path, second / clip.path.name) if clip.path.suffix == ".npy" else load_pkl(clip.path)

    return read


def _splits(root: Path) -> dict[str, str]:
    found = {}
    for split in SPLITS:
        for file in (root / "split" / f"{split}.txt", root / f"{split}.txt"):
            if file.exists():
                found.update(dict.fromkeys(read_text(file).split(), split))
    return found
