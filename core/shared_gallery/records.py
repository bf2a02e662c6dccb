"""What a shared gallery keeps: records of what people say of takes, and the vectors of their windows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from motionpatches.core.library.captions import CaptionLine

T = TypeVar("T")
CLIP, CAPTION, TAG, SHEET = KINDS = ("clip", "caption", "tag", "sheet")
# Kinds whose names are there or not; the value of the others is what counts.
SETS = (CAPTION, TAG)


class Place(NamedTuple):
    """What a record is about: a clip or a take by its id, the kind, and a name within that.

    clip: '', and the value is a `ClipFacts`. caption: a `caption_name` of the take. tag: the tag of the clip. sheet: the field of
    the take.
    """

    kind: str
    item: str
    name: str

    @property
    def digest(self) -> str:
        """The place in 32 hexadecimal digits, whatever the length of its texts."""
        return hashlib.sha256("\0".join(self).encode()).hexdigest()[:32]


class Record(NamedTuple):
    """A value, '' for one that was taken away, and when it was written in µs since 1970: of each place the later one stands.
    Records that are put together are of different places."""

    place: Place
    value: str
    written: int

    @property
    def low(self) -> str:
        """What filters look through, in small letters: the id of a clip, the text of a caption, the tag, the value of a field."""
        kind, item, name = self.place
        texts = {CLIP: item, CAPTION: caption_line(name).text if kind == CAPTION else "", TAG: name}
        return texts.get(kind, self.value).lower()


class ClipFacts(NamedTuple):
    """What an engine knows of a clip; `content` names its vectors, wherever its file lies."""

    content: str
    take: str
    duration_s: float
    split: str
    start_s: float
    end_s: float

    def text(self) -> str:
        return json.dumps(self)

    @staticmethod
    def of(text: str) -> ClipFacts:
        """Read what `text` wrote. Raises ValueError or TypeError."""
        content, take, duration_s, split, start_s, end_s = json.loads(text)
        return ClipFacts(str(content), str(take), float(duration_s), str(split), float(start_s), float(end_s))


def caption_name(text: str, start_s: float, end_s: float) -> str:
    """The name of a caption of a range of seconds of its take; 0 and 0 for all of it."""
    return json.dumps([text, float(start_s), float(end_s)], ensure_ascii=False)


def caption_line(name: str) -> CaptionLine:
    """Read what `caption_name` wrote. Raises ValueError or TypeError."""
    text, start_s, end_s = json.loads(name)
    return CaptionLine(str(text), float(start_s), float(end_s))


class Window(NamedTuple):
    """A window of a clip in seconds, by the clip's content."""

    content: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Vectors:
    """Windows and their unit rows (N, D) in fp32."""

    windows: tuple[Window, ...]
    rows: np.ndarray

    def by_content(self) -> dict[str, list[int]]:
        """The places of each content's windows."""
        found: dict[str, list[int]] = {}
        for at, window in enumerate(self.windows):
            found.setdefault(window.content, []).append(at)
        return found

    def parts(self, size: int) -> Iterator[Vectors]:
        """Give some windows at a time; those of one content stay together."""
        for contents in chunks(self.by_content().values(), max(1, size // 4)):
            at = [row for rows in contents for row in rows]
            yield Vectors(tuple(self.windows[row] for row in at), self.rows[at])


def can_be_kept(text: str) -> bool:
    """Whether engines keep a text: one of Unicode without NUL. Names of files may be other bytes."""
    return "\0" not in text and text.isascii() or ("\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))


def chunks(values: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Give some values at a time."""
    stream = iter(values)
    while part := tuple(islice(stream, size)):
        yield part
