"""Text files of captions, a line each: `caption#tokens#start#end` as in HumanML3D, or the caption alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.captions import CaptionLine, caption_line, clean_caption, seconds_of
from motionpatches.core.library.changes import changes
from motionpatches.core.library.text_file import Splice, TextFile, read_text_file

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
MOST_LINES = 100_000
# Fields of a line with a range.
FIELDS = 4


class Placed(NamedTuple):
    """A line that holds a caption: its fields, and where it stands; `end` is behind its line end."""

    line: CaptionLine
    fields: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class CaptionText:
    """The captions of a text file, with the place of each."""

    source: TextFile

    @cached_property
    def placed(self) -> list[Placed]:
        if max(map(self.source.text.count, "\r\n")) > MOST_LINES:
            raise FileProblem(self.source.path, f"it has more than {MOST_LINES:,} lines", "Keep the captions of one take in it")
        found = []
        for match in _LINE.finditer(self.source.text):
            fields = tuple(match[1].split("#"))
            if fields[0].strip():
                line = caption_line(fields[0], *(fields[2:4] if len(fields) >= FIELDS else ()))
                found.append(Placed(line, fields, match.start(), match.end()))
        return found

    def lines(self) -> list[CaptionLine]:
        return [placed.line for placed in self.placed]

    def forms(self) -> Iterator[tuple[CaptionLine, str]]:
        """Each caption with its whole line."""
        return ((placed.line, "#".join(placed.fields)) for placed in self.placed)

    def splices(self, wanted: Sequence[CaptionLine], form: Callable[[CaptionLine], str | None] = lambda _: None) -> list[Splice]:
        """What changes in the text for other captions: the lines that differ. `form`: the whole line of a caption, if known."""
        placed, edits, end = self.placed, [], self.source.line_end
        known = set(self.lines())
        lines = [line if line in known or form(line) else replace(line, text=clean_caption(line.text)) for line in wanted]
        for at, before, after in changes(self.lines(), lines):
            replaced = min(len(before), len(after))
            for old, line in zip(placed[at : at + replaced], after[:replaced], strict=True):
                edits.append(Splice(old.start, old.start + len("#".join(old.fields)), form(line) or _changed(old, line)))
            edits += [Splice(old.start, old.end, "") for old in placed[at + replaced : at + len(before)]]
            if len(after) > replaced:
                last = at + len(before) - 1
                place = placed[last].end if placed and last >= 0 else placed[0].start if placed else len(self.source.text)
                ended = not place or self.source.text[place - 1] in "\r\n"
                new = (form(line) or self._new(line) for line in after[replaced:])
                edits.append(Splice(place, place, "".join(row + end if ended else end + row for row in new)))
        return edits

    def _new(self, line: CaptionLine) -> str:
        """As the other lines: the caption alone where all of them are so."""
        plain = self.placed and all(len(placed.fields) < FIELDS for placed in self.placed)
        return line.text if plain and not (line.start_s or line.end_s) else f"{line.text}##{line.start_s}#{line.end_s}"


def read_captions_txt(path: Path) -> list[CaptionLine]:
    """Raises FileProblem."""
    return CaptionText(read_text_file(path)).lines()


def _changed(old: Placed, line: CaptionLine) -> str:
    """A line with another caption or range: tokens stay with their caption, fields that say the same stay as they are."""
    if len(old.fields) < FIELDS:
        return f"{line.text}##{line.start_s}#{line.end_s}" if line.start_s or line.end_s else line.text
    text, tokens, start, end, *more = old.fields
    same = line.text == old.line.text
    times = ((start, line.start_s), (end, line.end_s))
    return "#".join(
        (
            text if same else line.text,
            tokens if same else "",
            *(field if seconds_of(field) == value else str(value) for field, value in times),
            *more,
        )
    )
