"""An edit of what is kept of one clip, as other programs ask for it: what to add and what to take away, so that edits meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from motionpatches.core.errors import StudioError
from motionpatches.core.library import kept, sheet
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.library import Library
from motionpatches.core.library.marks import NONE, Mark, tags_of
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id, whole_of, with_lines

# Characters of a caption or a tag, and captions of a take.
LONGEST, MOST_CAPTIONS = 1_000, 1_000


@dataclass(frozen=True)
class Edit:
    """`favourite`: None leaves it. `fields`: of the take sheet; '' takes a value away. Captions are those of the clip's take; one
    is taken away by its text."""

    favourite: bool | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    add_captions: Lines = ()
    remove_captions: tuple[str, ...] = ()


def edited(library: Library, clip_id: str, edit: Edit) -> Library:
    """Keep an edit on disk, and return the library with it.

    Args:
        library: One library, or several that are open together.
        clip_id: Of a clip.
        edit: What is wanted; it is checked as a whole before anything is written.

    Raises:
        StudioError: Something of it cannot be kept.
        FileProblem: A file cannot be read or written.
    """
    clip = library.by_id.get(clip_id)
    if clip is None:
        raise StudioError(f"{library.name} has no clip {clip_id[:120]!r}.")
    take = take_id(clip)
    add, remove = _tags(edit.add_tags), _tags(edit.remove_tags)
    for name, value in edit.fields.items():
        sheet.check(name, value)
    lines = _lines(library, take, edit)
    if add or remove or edit.favourite is not None:
        was = kept.marks_of(library).get(clip_id, NONE)
        tags = tuple(dict.fromkeys(tag for tag in (*was.tags, *add) if tag not in remove))
        kept.change_marks(
            library, {clip_id: was}, {clip_id: Mark(was.favourite if edit.favourite is None else edit.favourite, tags)}
        )
    if edit.fields:
        kept.change_sheet(library, {(take, name): value for name, value in edit.fields.items()})
    if lines is None:
        return library
    return with_lines(library, kept.save_captions(library, {take: lines}, own=False).lines)


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(tag for text in tags for tag in tags_of(text)))
    if any(len(tag) > LONGEST for tag in found):
        raise StudioError(f"A tag has at most {LONGEST:,} letters.")
    return found


def _lines(library: Library, take: str, edit: Edit) -> Lines | None:
    """The captions of a take after an edit; None where it leaves them. Raises StudioError for one that cannot be kept."""
    if not edit.add_captions and not edit.remove_captions:
        return None
    clips = clips_of(library, (take,))[take]
    gone = {clean_caption(text) for text in edit.remove_captions}
    left = tuple(line for line in lines_of(clips) if line.text not in gone)
    seconds = whole_of(library, take, clips).duration_s
    new = tuple(_checked(line, seconds) for line in edit.add_captions)
    found = tuple(dict.fromkeys((*left, *new)))
    if len(found) > MOST_CAPTIONS:
        raise StudioError(f"A take has at most {MOST_CAPTIONS:,} captions.")
    return found


def _checked(line: CaptionLine, seconds: float) -> CaptionLine:
    text = clean_caption(line.text)
    if not text or len(text) > LONGEST:
        raise StudioError(f"A caption has 1 to {LONGEST:,} letters.")
    if not (line.start_s or line.end_s):
        return replace(line, text=text)
    end_s = line.end_s or round(seconds, 2)
    if not 0 <= line.start_s < min(end_s, seconds):
        raise StudioError(f"The take lasts {seconds:.2f} s. Choose a range within it for {text[:60]!r}.")
    return CaptionLine(text, line.start_s, end_s)
