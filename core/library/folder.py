"""A folder of motion files of any kind, or a few files: captions from captions.csv, a .txt beside, or the name."""

from __future__ import annotations

from pathlib import Path

from core.errors import FileProblem, StudioError
from core.io import corrections
from core.io.load import LOADERS, load_motion
from core.library.captions import caption_from_name, read_captions_csv, read_humanml3d
from core.library.library import Clip, Library, Skipped, file_key
from core.motion.motion import Motion
from core.progress import Job, Meter


def motion_files(root: Path) -> list[Path]:
    """Files below a folder with a loader, sorted by path; hidden folders are not entered."""
    return sorted(f for f in root.rglob("*") if f.suffix.lower() in LOADERS and f.is_file()
                  and not any(part.startswith(".") for part in f.relative_to(root).parts))


def open_folder(root: Path) -> Job[Library]:
    """Every motion file below `root`."""
    try:
        files = motion_files(root)
    except PermissionError:
        raise FileProblem(root, "no permission to read the folder", "Change its permissions") from None
    if not files:
        raise FileProblem(root, "the folder holds no motion file", f"Choose one with {', '.join(LOADERS)} files")
    library = yield from open_files(files, root, root.name)
    return library


def open_files(files: list[Path], root: Path, name: str) -> Job[Library]:
    """These files as one library; each is read once to see that it is whole."""
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    tables: dict[Path, dict[str, list[str]]] = {}
    meter = Meter(f"Reading {name}", len(files))
    for count, file in enumerate(files):
        yield meter.at(count)
        try:
            motion = load_motion(file)
            captions = _captions(file, tables, skipped)
            clip_id = file.relative_to(root).with_suffix("").as_posix() if file.is_relative_to(root) else file.stem
            clips.append(Clip(clip_id, file, captions, "", motion.duration_s,
                              key=file_key(file) + corrections.find(motion.skeleton).token))
            note = ", ".join(f"{a.what} {a.value}" for a in motion.assumptions if a.what != "body parts")
            note = f"{motion.skeleton.joint_count} joints, {note}"
            if note not in notes:
                notes.append(note)
        except StudioError as error:
            skipped.append(Skipped(file, str(error)))
    yield meter.at(len(files))
    if not clips:
        raise FileProblem(root, f"none of its {len(files)} motion files could be read. {skipped[0].reason}")
    return Library(root, name, "motion files", tuple(clips), _read, tuple(skipped), tuple(notes[:4]))


def _read(clip: Clip) -> Motion:
    return load_motion(clip.path)


def _captions(file: Path, tables: dict[Path, dict[str, list[str]]], skipped: list[Skipped]) -> tuple[str, ...]:
    folder = file.parent
    if folder not in tables:
        table = folder / "captions.csv"
        tables[folder] = {}
        if table.exists():
            try:
                tables[folder] = read_captions_csv(table)
            except StudioError as error:
                skipped.append(Skipped(table, str(error)))
    if file.name in tables[folder]:
        return tuple(tables[folder][file.name])
    beside = file.with_suffix(".txt")
    if beside.exists():
        return tuple(line.text for line in read_humanml3d(beside))
    words = caption_from_name(file)
    return (words,) if words else ()
