"""A text file of a library: its encoding is found out, and kept when it is edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.text import encoding_of, read_bytes

# Bytes of a table or a text that is edited, and of a list of names.
MOST, MOST_LIST = 64 * 2**20, 16 * 2**20
LINE_ENDS = ("\r\n", "\n", "\r")


class Splice(NamedTuple):
    """Characters `start` to `end` of a text that `text` takes the place of."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class TextFile:
    """`text`: what follows the `mark`. `exact`: it gives the bytes of the file back, so that it can be edited."""

    path: Path
    text: str = ""
    encoding: str = "utf-8"
    mark: bytes = b""
    exact: bool = True

    @property
    def line_end(self) -> str:
        """That of the first line."""
        found = [(at, -len(end), end) for end in LINE_ENDS if (at := self.text.find(end)) >= 0]
        return min(found)[2] if found else "\n"

    def encoded(self, text: str) -> bytes:
        """Another text as this file would hold it. Raises FileProblem where its encoding has no such letter."""
        if not self.exact:
            raise FileProblem(self.path, f"it is no whole text in {self.encoding}", "Save it again as UTF-8")
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            letter = text[error.start]
            raise FileProblem(
                self.path, f"its encoding ({self.encoding}) has no letter {letter!r}", "Save it again as UTF-8"
            ) from None


def read_text_file(path: Path, most: int = MOST) -> TextFile:
    """Raises FileProblem where it cannot be read, is no regular file or has more than `most` bytes."""
    return text_file(path, read_bytes(path, most))


def text_file(path: Path, data: bytes) -> TextFile:
    """Bytes as text: UTF-8 and UTF-16 with or without a mark, Windows' Western code page, else Latin-1."""
    mark, encoding = encoding_of(data)
    body = data[len(mark) :]
    for name in (encoding, "latin-1") if encoding == "cp1252" else (encoding,):
        try:
            text = body.decode(name)
            return TextFile(path, text, name, mark, text.encode(name) == body)
        except UnicodeError:
            continue
    return TextFile(path, body.decode(encoding, "replace"), encoding, mark, False)


def read_text(path: Path, most: int = MOST_LIST) -> str:
    """The text of a file in any encoding, without its mark. Raises FileProblem, also for more than `most` bytes."""
    return read_text_file(path, most).text


def spliced(text: str, splices: Iterable[Splice]) -> tuple[str, list[Splice]]:
    """A text with pieces replaced, and the splices that bring the old text back."""
    parts, back, at, made = [], [], 0, 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        parts += [text[at:start], new]
        made += start - at
        back.append(Splice(made, made + len(new), text[start:end]))
        made, at = made + len(new), end
    return "".join((*parts, text[at:])), back
