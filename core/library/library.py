"""Clips with captions and splits, and the way to their motions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.motion.motion import Motion, frame_range
from motionpatches.core.motion.raw import RawTake

if TYPE_CHECKING:
    from motionpatches.core.library.facts import Facts, Said
    from motionpatches.core.library.scan import FoundFile
    from motionpatches.core.recognition.decide import Recognition


@dataclass(frozen=True, slots=True)
class Clip:
    """One searchable motion: a file, or a range of its frames.

    `captions` may be empty; `split` is 'train', 'val', 'test' or ''. `start_s` and `end_s` bound the range in
    the take (end 0: to its end). `key` changes when the content or its reading does. `labels`: action categories
    where a dataset has them. `take`: the take's name in a file of several, else ''.
    """

    id: str
    path: Path
    captions: tuple[str, ...] = ()
    split: str = ""
    duration_s: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0
    key: str = ""
    labels: tuple[str, ...] = ()
    take: str = ""

    @property
    def caption(self) -> str:
        """The first caption, or the id where there is none."""
        return self.captions[0] if self.captions else self.id


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why."""

    path: Path
    reason: str


def left_out(path: Path, error: Exception) -> Skipped:
    """A file that is left out because of an error: one that tells the user, or a fault of a reader, which must not take the other
    files down."""
    if isinstance(error, StudioError):
        return Skipped(path, str(error))
    return Skipped(path, f"{path.name[:60]}: it could not be read ({type(error).__name__}: {str(error)[:120]}).")


def files_in(folder: Path, suffix: str) -> list[Path]:
    """Files of a suffix in a folder, sorted. Raises FileProblem where the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name.endswith(suffix))
    except OSError as error:
        raise os_problem(folder, error) from error


class Reader(NamedTuple):
    """The way to a library's motions. `raw` and `recognition` give a clip's take as its file holds it and how it is read, where
    import can be checked (None: the layout says it all). `frames` turns the range of a clip into frames. `facts` tells what is
    known of a clip's take (None: what the scan found)."""

    read: Callable[[Clip], Motion]
    raw: Callable[[Clip], RawTake] | None = None
    recognition: Callable[[Clip], Recognition] | None = None
    frames: Callable[[float, float, float, int], tuple[int, int]] = frame_range
    facts: Callable[[Clip, Said], Facts] | None = None


class Part(NamedTuple):
    """One of several libraries that are open together; its clips' ids begin with `prefix` there."""

    prefix: str
    library: Library


@dataclass(frozen=True, eq=False)
class Library:
    """What was opened: `layout` names how it was recognised; `skipped` lists every file left out.

    `files`: what a scan found, and `readings`: how it reads each take (path, name), for the index. `from_index`: taken from the
    index of an earlier scan, and still to be checked against the disk. `parts`: the libraries that are open together in it.
    `moved`: the new ids of clips and takes that the scan found in another place; `gone`: takes that are no longer there.
    """

    root: Path
    name: str
    layout: str
    clips: tuple[Clip, ...]
    reader: Reader = field(repr=False)
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[FoundFile, ...] = field(default=(), repr=False)
    readings: Mapping[tuple[str, str], Recognition] = field(default_factory=dict, repr=False)
    from_index: bool = False
    parts: tuple[Part, ...] = field(default=(), repr=False)
    moved: Mapping[str, str] = field(default_factory=dict, repr=False)
    gone: tuple[str, ...] = ()

    @property
    def read(self) -> Callable[[Clip], Motion]:
        """Read the whole take of a clip. Raises FileProblem."""
        return self.reader.read

    @property
    def sources(self) -> tuple[Part, ...]:
        """The libraries that are open together in it; it alone, under no prefix, where it is one."""
        return self.parts or (Part("", self),)

    @cached_property
    def by_id(self) -> dict[str, Clip]:
        return {clip.id: clip for clip in self.clips}

    def load(self, clip_id: str) -> Motion:
        """The motion of a clip, cropped to its range. Raises FileProblem, or StudioError for an unknown id."""
        clip = self.by_id.get(clip_id)
        if clip is None:
            raise StudioError(f"{self.name} has no clip {clip_id!r}.")
        frames = next((p.library.reader.frames for p in self.parts if clip_id.startswith(p.prefix)), self.reader.frames)
        return crop_to_range(self.read(clip), clip, frames)

    def same_content(self, other: Library) -> bool:
        """Whether another scan found the same clips, left out the same files and notes the same."""
        return (self.clips, self.skipped, self.notes, self.gone) == (other.clips, other.skipped, other.notes, other.gone)

    def changes_since(self, before: Library) -> str:
        """'walks: 2 new, 1 gone, 1 moved, 3 changed.'"""
        now, then = self.by_id, before.by_id
        new, gone = now.keys() - then.keys(), then.keys() - now.keys()
        moved = {old for old in gone if self.moved.get(old) in new}
        counts = {
            "new": len(new) - len({self.moved[old] for old in moved}),
            "gone": len(gone) - len(moved),
            "moved": len(moved),
            "changed": sum(now[clip] != then[clip] for clip in now.keys() & then.keys()),
        }
        news = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        return f"{self.name}: {news or 'other files are left out'}."

    def in_split(self, split: str) -> tuple[Clip, ...]:
        """Clips of one split; all of them for ''."""
        return self.clips if not split else tuple(c for c in self.clips if c.split == split)


def crop_to_range(
    motion: Motion, clip: Clip, frames: Callable[[float, float, float, int], tuple[int, int]] = frame_range
) -> Motion:
    """Cut the range of a clip out of its take; the take itself where the clip is all of it."""
    if not clip.start_s and not clip.end_s:
        return motion
    return motion.crop(*frames(clip.start_s, clip.end_s, motion.fps, motion.frame_count))


def file_key(path: Path, start_s: float = 0.0, end_s: float = 0.0) -> str:
    """Changes with a file's size or time of change, and with the range."""
    stat = path.stat()
    return f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}:{start_s:g}:{end_s:g}"


def skipped_sentence(skipped: Iterable[Skipped]) -> str:
    """'2 files were left out: a.bvh (…); b.npy (…)', at most three named."""
    skipped = list(skipped)
    if not skipped:
        return ""
    named = "; ".join(s.reason for s in skipped[:3])
    more = f" And {len(skipped) - 3} more." if len(skipped) > 3 else ""
    return f"{len(skipped)} file{'s were' if len(skipped) > 1 else ' was'} left out. {named}{more}"
