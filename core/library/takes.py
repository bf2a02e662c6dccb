"""Takes: a file's whole motion and the clips that captions of its ranges make of it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Clip, Library, Skipped

Lines = tuple[CaptionLine, ...]
# The layout in which each file stays in the list, whatever the ranges of its captions.
FOLDER = "motion files"


def take_id(clip: Clip) -> str:
    """The id of the take that a clip, whole or a range, belongs to."""
    return clip.id.rpartition("@")[0] if clip.start_s or clip.end_s else clip.id


def clips_by_range(whole: Clip, lines: Iterable[CaptionLine], keep_whole: bool = False) -> list[Clip]:
    """A clip for each captioned range, with all captions of that range. `whole` itself, without captions, where there is
    none, or for `keep_whole` always. In the order of the lines. Ranges beyond the motion's end are cut there, or left out."""
    ranges: dict[tuple[float, float], list[str]] = {}
    for line in lines:
        ranges.setdefault((line.start_s, line.end_s), []).append(line.text)
    if keep_whole and (0.0, 0.0) not in ranges:
        ranges = {(0.0, 0.0): [], **ranges}
    clips = []
    for (start, end), captions in (ranges or {(0.0, 0.0): []}).items():
        texts = tuple(c for c in captions if c)
        if not start and not end:
            clips.append(replace(whole, captions=texts))
            continue
        stop = min(end, whole.duration_s) if end else whole.duration_s
        if stop > start:
            span = f"@{start:g}-{end:g}"
            clips.append(
                replace(
                    whole,
                    id=whole.id + span,
                    captions=texts,
                    duration_s=stop - start,
                    start_s=start,
                    end_s=end,
                    key=whole.key + span,
                )
            )
    return clips


def after_the_end(whole: Clip, lines: Iterable[CaptionLine]) -> list[Skipped]:
    """Name the captions whose range begins after the motion's end: `clips_by_range` makes no clip of them."""
    late = [line for line in lines if line.start_s and line.start_s >= whole.duration_s]
    ends = f"the motion ends at {whole.duration_s:.2f} s"
    return [
        Skipped(whole.path, f"{whole.id}: the caption {line.text[:40]!r} begins at {line.start_s:g} s, {ends}") for line in late
    ]


def clips_of(library: Library, takes: Container[str]) -> dict[str, list[Clip]]:
    """The clips of each of these takes that the library has."""
    found: dict[str, list[Clip]] = {}
    for clip in library.clips:
        take = take_id(clip)
        if take in takes:
            found.setdefault(take, []).append(clip)
    return found


def whole_takes(clips: Iterable[Clip]) -> list[Clip]:
    """Return the whole take of each clip, once, without captions; its length is 0 where only ranges of it are known."""
    takes: dict[tuple[Path, str], Clip] = {}
    for clip in clips:
        takes.setdefault((clip.path, take_id(clip)), _whole(clip))
    return list(takes.values())


def _whole(clip: Clip) -> Clip:
    if not clip.start_s and not clip.end_s:
        return replace(clip, captions=(), labels=())
    key = clip.key.rpartition("@")[0]
    return replace(clip, id=take_id(clip), captions=(), labels=(), start_s=0.0, end_s=0.0, duration_s=0.0, key=key)


def lines_of(clips: Iterable[Clip]) -> Lines:
    """The captions of one take's clips."""
    return tuple(CaptionLine(text, c.start_s, c.end_s) for c in clips for text in c.captions)


def whole_of(library: Library, take: str, clips: Sequence[Clip]) -> Clip:
    """The whole take; read for its length where the library holds only ranges of it. Raises FileProblem."""
    for clip in clips:
        if not clip.start_s and not clip.end_s:
            return clip
    bare = _whole(clips[0])
    return replace(bare, duration_s=library.read(bare).duration_s)


def with_lines(library: Library, wanted: Mapping[str, Lines]) -> Library:
    """The library with other captions of some takes; unknown takes are skipped. Raises FileProblem."""
    made = {}
    for take, clips in clips_of(library, wanted).items():
        labels = {(c.start_s, c.end_s): c.labels for c in clips}
        whole = whole_of(library, take, clips)
        made[take] = [
            replace(c, labels=labels.get((c.start_s, c.end_s), ()))
            for c in clips_by_range(whole, wanted[take], keep_whole=library.layout == FOLDER)
        ]
    found: list[Clip] = []
    for clip in library.clips:
        take = take_id(clip)
        found += made.pop(take, []) if take in wanted else (clip,)
    return replace(library, clips=tuple(found))
