"""Which clips of a split are the items of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip
from motionpatches.core.library.takes import take_id


@dataclass(frozen=True)
class Items:
    """A choice of test items: `title` names it beside the figures."""

    title: str
    choose: Callable[[Iterable[Clip]], tuple[Clip, ...]]


def captioned_ranges(clips: Iterable[Clip]) -> tuple[Clip, ...]:
    """Return every clip with captions: a file with several captioned ranges gives several."""
    return tuple(clip for clip in clips if clip.captions)


def first_lines(clips: Iterable[Clip]) -> tuple[Clip, ...]:
    """Return one clip of each file: that of the first line of its captions, with this caption alone (a clip of its range where
    the line has one). Yu et al., CVPR 2024, published code."""
    first: dict[str, Clip] = {}
    for clip in clips:
        if clip.captions:
            first.setdefault(take_id(clip), replace(clip, captions=clip.captions[:1]))
    return tuple(first.values())


RANGES, FIRST_LINES = "ranges", "first_lines"
ITEMS: dict[str, Items] = {
    RANGES: Items("every captioned range", captioned_ranges),
    FIRST_LINES: Items("the first line of each file alone", first_lines),
}


def choose_items(clips: Sequence[Clip], name: str) -> tuple[Clip, ...]:
    """Return the items that a choice of ITEMS makes of clips. Raises StudioError for an unknown choice."""
    if name not in ITEMS:
        raise StudioError(f"There is no choice of test items {name!r}. Choose from {', '.join(ITEMS)}.")
    return ITEMS[name].choose(clips)
