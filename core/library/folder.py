"""A folder of motion files of any kind, or a few files: captions from captions.csv, a .txt beside, or the name."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from core.errors import FileProblem, StudioError, os_problem
from core.io.load import LOADERS, load_motion
from core.library import index
from core.library.captions import CaptionLine, caption_from_name, read_captions_csv, read_humanml3d
from core.library.library import Clip, Library, Skipped, content_digest
from core.library.takes import FOLDER, clips_by_range
from core.motion.motion import Motion
from core.progress import Job, Meter
from core.recognition import corrections

# Seconds after which a scan gives out what it has found so far.
PARTLY_S = 1.5


def motion_files(root: Path) -> list[Path]:
    """Files below a folder with a loader, sorted by path; hidden folders are not entered."""
    return sorted(f for f in root.rglob("*") if f.suffix.lower() in LOADERS and f.is_file()
                  and not any(part.startswith(".") for part in f.relative_to(root).parts))


def open_folder(root: Path) -> Job[Library]:
    """Every motion file below `root`. Files that the index of an earlier (even a cancelled) scan knows are not read again."""
    try:
        files = motion_files(root)
    except PermissionError:
        raise FileProblem(root, "no permission to read the folder", "Change its permissions") from None
    if not files:
        raise FileProblem(root, "the folder holds no motion file", f"Choose one with {', '.join(LOADERS)} files")
    library = yield from open_files(files, root, root.name, index.load(root), index.load_stamps(root))
    return library


def open_files(files: list[Path], root: Path, name: str, known: index.Indexed | None = None,
               stamps: dict[str, tuple[str, str]] | None = None) -> Job[Library]:
    """These files as one library; each new or changed one is read once to see that it is whole."""
    whole = {str(c.path): c for c in known.clips if not c.start_s and not c.end_s} if known else {}
    scan = _Scan(root, whole, stamps or {}, list(known.notes) if known else [])
    meter = Meter(f"Reading {name}", len(files))
    shown = time.perf_counter()
    try:
        for count, file in enumerate(files):
            if count % 20 == 0 or file.suffix == ".bvh":
                partly = time.perf_counter() - shown > PARTLY_S and bool(scan.clips)
                yield replace(meter.at(count), found=scan.library(name) if partly else None)
                shown = time.perf_counter() if partly else shown
            scan.add(file)
        yield meter.at(len(files))
    except GeneratorExit:
        if stamps is not None:
            index.save(scan.library(name), scan.stamps, complete=False)
        raise
    if not scan.clips:
        raise FileProblem(root, f"none of its {len(files)} motion files could be read. {scan.skipped[0].reason}")
    return scan.library(name)


class _Scan:
    """What a scan has found so far, and what an earlier one knew."""

    def __init__(self, root: Path, known: dict[str, Clip], old_stamps: dict[str, tuple[str, str]], notes: list[str]):
        self.root, self.known, self.old_stamps, self.notes = root, known, old_stamps, notes
        self.said = corrections.version()
        self.clips: list[Clip] = []
        self.skipped: list[Skipped] = []
        self.stamps: list[tuple[str, str, str]] = []
        self.tables: dict[Path, dict[str, list[CaptionLine]]] = {}

    def add(self, file: Path) -> None:
        try:
            captions = _captions(file, self.tables, self.skipped)
            stat = file.stat()
            stamp = f"{stat.st_size}:{stat.st_mtime_ns}:{self.said}"
            old_stamp, digest = self.old_stamps.get(str(file), ("", ""))
            clip = self.known.get(str(file))
            if clip is None or stamp != old_stamp:
                seen = content_digest(file)
                clip = clip if clip and seen == digest and old_stamp.endswith(f":{self.said}") else self._read(file, seen)
                digest = seen
            self.clips += clips_by_range(clip, captions, keep_whole=True)
            self.stamps.append((str(file), stamp, digest))
        except OSError as error:
            self.skipped.append(Skipped(file, str(os_problem(file, error))))
        except StudioError as error:
            self.skipped.append(Skipped(file, str(error)))

    def _read(self, file: Path, digest: str) -> Clip:
        motion = load_motion(file)
        note = ", ".join(f"{a.what} {a.value}" for a in motion.assumptions if a.what != "body parts")
        note = f"{motion.skeleton.joint_count} joints, {note}"
        if note not in self.notes:
            self.notes.append(note)
        inside = file.is_relative_to(self.root)
        clip_id = file.relative_to(self.root).with_suffix("").as_posix() if inside else file.stem
        key = f"{file.name}:{digest}{corrections.find(motion.skeleton).token}"
        return Clip(clip_id, file, (), "", motion.duration_s, key=key)

    def library(self, name: str) -> Library:
        return Library(self.root, name, FOLDER, tuple(self.clips), read_clip, tuple(self.skipped), tuple(self.notes[:4]),
                       tuple(self.stamps))


def read_clip(clip: Clip) -> Motion:
    return load_motion(clip.path)


def _captions(file: Path, tables: dict[Path, dict[str, list[CaptionLine]]], skipped: list[Skipped]) -> list[CaptionLine]:
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
        return tables[folder][file.name]
    beside = file.with_suffix(".txt")
    if beside.exists():
        return read_humanml3d(beside)
    words = caption_from_name(file)
    return [CaptionLine(words)] if words else []
