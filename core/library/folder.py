"""A folder of motion files of any kind, or a few files: captions from captions.csv, a .txt beside, or the name."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library import index
from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.caption_table import read_captions_csv
from motionpatches.core.library.caption_text import read_captions_txt
from motionpatches.core.library.captions import CaptionLine, caption_from_name
from motionpatches.core.library.glances import Glances, order
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, left_out
from motionpatches.core.library.moves import known_so_far
from motionpatches.core.library.recognised import recognised
from motionpatches.core.library.scan import (
    Found,
    FoundFile,
    Readings,
    notes_of,
    raw_take,
    read_file,
    readings_of,
)
from motionpatches.core.library.takes import FOLDER, after_the_end, clips_by_range
from motionpatches.core.library.walk import files_below
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter, run
from motionpatches.core.recognition.corrections import find_by_key

# Seconds after which a scan gives out what it has found so far.
PARTLY_S = 1.5
# Seconds after which a scan that reads files keeps what it has found so far: it may be ended at any moment.
KEPT_S = 15.0
# Each takes at most one part in ten of the time.
PARTLY_SHARE = 10
# How many files of a folder are asked about one that is opened alone.
SIBLINGS = 12


def motion_files(root: Path) -> tuple[list[Path], list[Skipped]]:
    """Files below a folder with a reader, sorted by path, and folders that cannot be read. Hidden folders and links to folders
    are not entered. Raises FileProblem where `root` itself cannot be read."""
    from motionpatches.core.io.load import is_motion_file, suffixes  # the readers take a while to import

    skipped: list[Skipped] = []

    def failed(folder: str, error: OSError) -> None:
        problem = os_problem(folder, error)
        if folder == str(root):
            raise problem from error
        skipped.append(Skipped(Path(folder), str(problem)))

    found = [Path(entry.path) for entry in files_below([str(root)], suffixes(), failed)]
    return sorted(file for file in found if is_motion_file(file)), skipped


def open_folder(root: Path, waiting: frozenset[Path] = frozenset()) -> Job[Library]:
    """Every motion file below `root`. Files that the index of an earlier scan knows, of one that was ended half-way too, are not
    read again. `waiting`: files that are being written, as open_files takes them."""
    files, skipped = motion_files(root)
    if not files:
        from motionpatches.core.io.load import suffixes

        if skipped:
            raise FileProblem(root, f"the folder holds no motion file that can be read. {skipped[0].reason.rstrip('.')}")
        raise FileProblem(root, "the folder holds no motion file", f"Choose one with {', '.join(sorted(suffixes()))} files")
    return (yield from open_files(files, root, root.name, index.load_files(root), skipped, waiting))


def open_files(
    files: list[Path],
    root: Path,
    name: str,
    known: Mapping[str, FoundFile] | None = None,
    skipped: Iterable[Skipped] = (),
    waiting: frozenset[Path] = frozenset(),
) -> Job[Library]:
    """These files as one library; each that is new or changed since `known` is read once. `skipped`: what was left out before.
    `waiting`: files that are being written, which stay as they are known, or are left out."""
    scan = _Scan(root, files, known or {}, skipped, waiting)
    meter = Meter(f"Reading {name}", len(files))
    due, kept_due = time.perf_counter() + PARTLY_S, time.perf_counter() + KEPT_S
    try:
        for count, file in enumerate(order(files, scan.known)):
            start = time.perf_counter()
            partly = start > due and bool(scan.files)
            yield replace(meter.at(count), found=scan.library(name) if partly else None)
            if partly:
                due = time.perf_counter() + max(PARTLY_S, PARTLY_SHARE * (time.perf_counter() - start))
            scan.add(file)
            start = time.perf_counter()
            if known is not None and scan.read and start > kept_due:
                scan.keep(name)
                kept_due = time.perf_counter() + max(KEPT_S, PARTLY_SHARE * (time.perf_counter() - start))
        yield meter.at(len(files))
    except GeneratorExit:
        if known is not None and scan.read:
            scan.keep(name)
        raise
    if len(files) == 1:
        scan.ask_siblings(files[0])
    if not scan.files:
        raise FileProblem(root, f"none of its motion files ({len(files):,}) could be read. {scan.skipped[-1].reason}")
    return scan.library(name)


def _none_of(count: int) -> str:
    return "its only motion file" if count == 1 else f"none of its {count:,} motion files"


class _Scan:
    """What a scan of `paths` has found so far, and what an earlier one knew. `stems`: how many files share a path but for the
    suffix."""

    def __init__(
        self,
        root: Path,
        paths: list[Path],
        known: Mapping[str, FoundFile],
        skipped: Iterable[Skipped],
        waiting: frozenset[Path] = frozenset(),
    ):
        self.root, self.paths, self.known, self.waiting = root, paths, known, waiting
        self.stems = Counter(str(path.with_suffix("")) for path in paths)
        self.glances = Glances(len(paths))
        self.files: dict[Path, FoundFile] = {}
        self.read = 0
        self.siblings: list[FoundFile] = []
        self.skipped = list(skipped)
        self.notes: list[str] = []
        self.captions: dict[Path, list[CaptionLine] | None] = {}
        self.tables: dict[Path, dict[str, list[CaptionLine]]] = {}
        self.splits: dict[Path, dict[str, str]] = {}

    def add(self, file: Path) -> None:
        """A file that fails is named with the reason, and the next one is read."""
        try:
            self.captions[file] = self._captions_beside(file)
            self.files[file] = self._found(file)
        except Exception as error:  # a fault of a reader must not take the folder down
            self.skipped.append(left_out(file, error))

    def ask_siblings(self, file: Path) -> None:
        """A file opened alone that leaves doubt is read as the other takes of its rig in its folder are."""
        from motionpatches.core.recognition.survey import SURE

        if all(min(r.up.confidence, r.unit.confidence) >= SURE for r in readings_of([*self.files.values()]).values()):
            return
        with suppress(OSError):
            beside = sorted(f for f in file.parent.iterdir() if f.suffix.lower() == file.suffix.lower() and f != file)
            for other in beside[:: max(len(beside) // SIBLINGS, 1)][:SIBLINGS]:
                with suppress(StudioError):
                    self.siblings.append(read_file(other))

    def _found(self, file: Path) -> FoundFile:
        before = self.known.get(str(file))
        if file in self.waiting:
            if before is None:
                raise FileProblem(file, "it is still being written", "It is read when it is whole")
            return before
        if before is not None and self.glances.trusts(before):
            content = take_cache().content(file, before.stamp, before.digest)
            if content.digest == before.digest:
                return self.glances.add(before if content.stamp == before.stamp else replace(before, stamp=content.stamp))
        shown = self.glances.at(file)
        told = None if shown is None else self.glances.told(file, shown)
        self.read += 1
        return told or self.glances.add(read_file(file), shown)

    def _captions_beside(self, file: Path) -> list[CaptionLine] | None:
        """Of captions.csv or a .txt of the file's name; None where neither says anything of it."""
        if file.parent not in self.tables:
            table = file.parent / "captions.csv"
            self.tables[file.parent] = {}
            self.splits[file.parent] = {}
            if table.exists():
                try:
                    found = read_captions_csv(table)
                    self.tables[file.parent] = found.lines()
                    self.splits[file.parent] = found.splits
                    self.notes += filter(None, [found.note()])
                except StudioError as error:
                    self.skipped.append(Skipped(table, str(error)))
        if file.name in self.tables[file.parent]:
            return self.tables[file.parent][file.name]
        beside = file.with_suffix(".txt")
        return read_captions_txt(beside) if beside.exists() else None

    def keep(self, name: str) -> None:
        """Write what is found so far into the index, with what an earlier scan knew of files that are still to come or gone."""
        found, before = self.library(name), index.load(self.root)
        here = {str(path) for path in self.files}
        files = tuple(file for path, file in self.known.items() if path not in here)
        with suppress(FileProblem):  # a problem is reported by the scan's end
            clips = known_so_far(before.clips if before else (), found)
            index.save(replace(found, clips=clips, files=(*found.files, *files)), complete=False)
        self.read = 0

    def library(self, name: str) -> Library:
        files = [self.files[path] for path in self.paths if path in self.files]
        readings = readings_of([*files, *self.siblings])
        clips: list[Clip] = []
        skipped = list(self.skipped)
        for file in files:
            try:
                takes = [self._take(file, take, readings) for take in file.takes]
                clips += [clip for whole, lines in takes for clip in clips_by_range(whole, lines, keep_whole=True)]
                skipped += [late for whole, lines in takes for late in after_the_end(whole, lines)]
            except Exception as error:
                skipped.append(left_out(file.path, error))
        stamps = {str(f.path): (f.stamp, f.digest) for f in files}
        return Library(
            self.root,
            name,
            FOLDER,
            tuple(_unique(clips)),
            folder_reader(self.root, readings, stamps),
            tuple(skipped),
            (*notes_of(files, readings), *self.notes),
            tuple(files),
            readings,
        )

    def _take(self, file: FoundFile, take: Found, readings: Readings) -> tuple[Clip, list[CaptionLine]]:
        """The whole take, and its captions."""
        path, several = file.path, len(file.takes) > 1 or bool(take.name)
        said = find_by_key(take.hierarchy, path)
        inside = path.is_relative_to(self.root)
        stem = path if self.stems[str(path.with_suffix(""))] > 1 else path.with_suffix("")
        named = f"#{take.name}" if several else ""
        clip_id = (stem.relative_to(self.root).as_posix() if inside else stem.name) + named
        key = f"{path.name}:{file.digest}:{readings[str(path), take.name].token}{said.token}{named}"
        splits = self.splits.get(path.parent, {})
        split = splits.get(f"{path.name}#{take.name}") or splits.get(path.name, "")
        whole = Clip(clip_id, path, (), split, take.frames / (said.fps or take.fps), key=key, take=take.name)
        return whole, self._lines(file, take, several)

    def _lines(self, file: FoundFile, take: Found, several: bool) -> list[CaptionLine]:
        """Captions of a take: of the table by its own name, of the file, the take's own, or the words of its name."""
        own = self.tables[file.path.parent].get(f"{file.path.name}#{take.name}") if several else None
        lines = own if own is not None else self.captions[file.path]
        if lines is not None and (own is not None or len(file.takes) == 1):
            return lines
        if take.captions:
            return [CaptionLine(text) for text in take.captions]
        words = caption_from_name(Path(take.name) if several and not take.name.isdigit() else file.path)
        return [CaptionLine(words)] if words else []


def _unique(clips: Iterable[Clip]) -> Iterator[Clip]:
    """Clips, numbered where a file is named as a range of another is."""
    seen: Counter[str] = Counter()
    for clip in clips:
        seen[clip.id] += 1
        yield clip if seen[clip.id] == 1 else replace(clip, id=f"{clip.id} ({seen[clip.id]})")


def folder_reader(root: Path, readings: Readings | None = None, stamps: Mapping[str, tuple[str, str]] | None = None) -> Reader:
    """The reader of a folder; without readings and stamps that of one opened from its index. `stamps`: stamp and digest of files,
    so that what has not changed is not hashed."""
    known = cache(lambda: index.load_stamps(root) if stamps is None else stamps)
    return recognised(root, lambda clip: raw_take(clip.path, clip.take, *known().get(str(clip.path), ("", ""))), readings)


def load_take(path: Path, take: str = "") -> Motion:
    """One take of a file: the one of that name, or the first; read as the other takes of its rig in its folder are. `path` may
    name the take itself, as 'file#take'. Raises FileProblem."""
    if not take and not path.exists() and "#" in path.name:
        name, _, take = path.name.partition("#")
        path = path.with_name(name)
    path = path.resolve()
    library = run(open_files([path], path.parent, path.name))
    clip = next((c for c in library.clips if c.take == take or not take), None)
    if clip is None:
        raise FileProblem(path, f"it holds no take {take[:60]!r}", f"It holds {', '.join(c.take for c in library.clips[:8])}")
    return library.read(clip)
