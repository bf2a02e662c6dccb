"""The words of captions and names: which clips hold all words of a sentence, and how closely.

Each line (a caption, or the name of a clip) is a row of word numbers. All lines stand one after the other in one array, with the
places of each word beside it (an inverted index), so that a sentence is found by a few array operations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from motionpatches.core.library.filters import passing
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.takes import take_id

# How closely a line holds the words of a sentence: all of them, side by side, nothing else.
ALL, PHRASE, WHOLE = 1, 2, 3
# A line that has more words than TIMES those of the sentence, and more than a SHORT line, says much else.
TIMES, SHORT = 2, 12
# Words that a line need not hold.
ARTICLES = frozenset(("a", "an", "the"))
# Clips whose words are split at once.
CHUNK = 5_000
_WORD = re.compile(r"[^\W\d_]+|\d+|\n")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters; digits are words of their own, and 'WalkFast' is two."""
    return _split(_CAMEL.sub(" ", text.replace("\n", " ")))


def _split(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def name_of(clip: Clip) -> str:
    """Return the path of a clip in its library, with the suffix of its file: 'walks/slow_03.bvh#take'."""
    before, stem, after = take_id(clip).rpartition(clip.path.stem)
    return f"{before}{clip.path.name}{after}" if stem else take_id(clip)


def caption_with(sentence: str, captions: Sequence[str]) -> str:
    """Return the shortest caption that holds all words of a sentence, but for articles; '' for none."""
    needed = set(words_of(sentence)) - ARTICLES
    return min((text for text in captions if needed and needed <= set(words_of(text))), key=len, default="")


@dataclass(frozen=True, eq=False)
class WordIndex:
    """The lines of a library's clips.

    Args:
        clips: The clips.
        vocabulary: The number of each word, from 1.
        words: The word numbers (T,) of all lines.
        lines: The line (T,) of each of these.
        owners: The number of the clip (L,) of each line.
    """

    clips: tuple[Clip, ...]
    vocabulary: dict[str, int]
    words: np.ndarray
    lines: np.ndarray
    owners: np.ndarray
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, clips: Iterable[Clip]) -> WordIndex:
        """Split the captions and names of clips into words."""
        none = np.zeros(0, np.int32)
        return cls((), {"\n": 0}, none, none, none).updated(tuple(clips))

    def updated(self, clips: tuple[Clip, ...]) -> WordIndex:
        """Return the index of other clips; the words of those that it has already are not split again."""
        known = {clip.id: at for at, clip in enumerate(self.clips)}
        moved = np.full(len(self.clips), -1, np.int32)
        new: list[int] = []
        for at, clip in enumerate(clips):
            before = known.get(clip.id)
            if before is not None and _same(self.clips[before], clip):
                moved[before] = at
            else:
                new.append(at)
        vocabulary = dict(self.vocabulary)
        words, lines, owners = _lines_of([clips[at] for at in new], vocabulary)
        kept = moved[self.owners] >= 0
        here = kept[self.lines] if len(self.lines) else np.zeros(0, bool)
        return WordIndex(
            clips,
            vocabulary,
            np.concatenate([self.words[here], words]),
            np.concatenate([(np.cumsum(kept, dtype=np.int32) - 1)[self.lines[here]], lines + np.int32(kept.sum())]),
            np.concatenate([moved[self.owners[kept]], np.array(new, np.int32)[owners]]).astype(np.int32),
        )

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the places (T,) of all words, word after word, and where each word begins in them (V + 1,)."""
        return np.argsort(self.words, kind="stable"), np.concatenate(
            [[0], np.cumsum(np.bincount(self.words, minlength=len(self.vocabulary)))]
        )

    @cached_property
    def _bounds(self) -> np.ndarray:
        """Return where each line begins in `words`, and the end (L + 1,)."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.lines, minlength=len(self.owners)))])

    def prepare(self) -> None:
        """Work out what sentences need, before the first of them."""
        _ = self._places, self._bounds

    def passing(self, text: str, marks: Mapping[str, Mark], sheet: Mapping[str, Row]) -> np.ndarray:
        """Return which clips (C,) pass a filter; the answer is kept for the next sentence with the same filter.

        Args:
            text: The filter.
            marks: Favourites and tags; another mapping where they are others.
            sheet: The take sheet, as `marks`.
        """
        before = self._kept.get("passing")
        if before is None or (text, marks, sheet) != before[:3]:
            before = text, marks, sheet, passing(text, self.clips, marks, sheet)
            self._kept["passing"] = before
        found: np.ndarray = before[3]
        return found

    def among(self, ids: Collection[str]) -> np.ndarray:
        """Return which clips (C,) have one of some ids; the answer is kept for the same frozen set."""
        before = self._kept.get("among")
        if before is None or before[0] is not ids:
            before = ids, np.fromiter((clip.id in ids for clip in self.clips), bool, len(self.clips))
            if isinstance(ids, frozenset):
                self._kept["among"] = before
        found: np.ndarray = before[1]
        return found

    def find(self, sentence: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers (N,) of the clips of which a line holds all words of a sentence, and how closely (N,).

        Articles may be missing, but for a whole line or a phrase. A long line that says much else is left to the search by
        motion. The order is that of the clips.
        """
        asked = words_of(sentence)
        numbers = [self.vocabulary.get(word, -1) for word in asked]
        needed = {number for number, word in zip(numbers, asked, strict=True) if word not in ARTICLES}
        if not needed or -1 in needed or not len(self.words):
            return np.zeros(0, np.int64), np.zeros(0, np.int8)
        rarest, *others = sorted(needed, key=lambda number: len(self._at(number)))
        found = self.lines[self._at(rarest)]
        found = found[np.diff(found, prepend=-1) > 0]
        for number in others:
            held = self.lines[self._at(number)]
            at = np.minimum(np.searchsorted(held, found), len(held) - 1)
            found = found[held[at] == found]
        lengths = self._bounds[found + 1] - self._bounds[found]
        found = found[lengths <= max(SHORT, TIMES * len(asked))]
        closeness = np.zeros(len(self.clips), np.int8)
        closeness[self.owners[found]] = ALL
        holds = np.zeros(len(self.owners), bool)
        holds[found] = True
        for lines, level in self._phrases(np.array(numbers, np.int64), self._at(rarest), numbers.index(rarest)):
            closeness[self.owners[lines[holds[lines]]]] = level
        clips = np.flatnonzero(closeness)
        return clips, closeness[clips]

    def _at(self, number: int) -> np.ndarray:
        """Return the places of a word, in the order of the lines."""
        places, first = self._places
        return places[first[number] : first[number + 1]]

    def _phrases(self, asked: np.ndarray, places: np.ndarray, offset: int) -> list[tuple[np.ndarray, int]]:
        """Return the lines that hold words side by side, and those that hold nothing else.

        Args:
            asked: The word numbers (n,) of the sentence.
            places: Where one of them stands.
            offset: Which one of the sentence that is, at its first place there.
        """
        begins, lines = places - offset, self.lines[places]
        starts, ends = self._bounds[lines], self._bounds[lines + 1]
        fits = (begins >= starts) & (begins + len(asked) <= ends)
        begins, lines, starts, ends = begins[fits], lines[fits], starts[fits], ends[fits]
        same = (self.words[begins[:, None] + np.arange(len(asked))] == asked).all(axis=1)
        whole = same & (begins == starts) & (begins + len(asked) == ends)
        return [(lines[same], PHRASE), (lines[whole], WHOLE)]


def _same(one: Clip, other: Clip) -> bool:
    return one is other or (one.captions == other.captions and one.path == other.path)


def _lines_of(clips: Sequence[Clip], vocabulary: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return word numbers (T,), their lines (T,), and the clip (L,) of each line; new words enter the vocabulary."""
    parts: list[np.ndarray] = []
    owners: list[np.ndarray] = []
    for at in range(0, len(clips), CHUNK):
        chunk = clips[at : at + CHUNK]
        texts = [text.replace("\n", " ") for clip in chunk for text in (_CAMEL.sub(" ", name_of(clip)), *clip.captions)]
        split = _split("\n".join(texts) + "\n")
        parts.append(np.fromiter((vocabulary.setdefault(word, len(vocabulary)) for word in split), np.int32, len(split)))
        owners.append(np.repeat(np.arange(at, at + len(chunk), dtype=np.int32), [1 + len(clip.captions) for clip in chunk]))
    if not parts:
        return (np.zeros(0, np.int32),) * 3
    numbers = np.concatenate(parts)
    ends = numbers == 0
    lines = np.cumsum(ends, dtype=np.int32) - ends
    return numbers[~ends], lines[~ends].astype(np.int32), np.concatenate(owners)
