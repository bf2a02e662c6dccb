"""The text of a BVH file, in all its dialects: a hierarchy of joints and one line of channel values a frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.bvh.body import CUT, Body, number_style
from motionpatches.core.io.limits import MAX_JOINTS, check_rate, short
from motionpatches.core.io.text import text_pieces, to_float

MAX_HEADER = 32 << 20
# Of a joint; nine are usual where it also scales.
MAX_CHANNELS = 64
AGAIN = "Export it again"

Channel = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Bvh:
    """A parsed file: `offsets` (J, 3) and `channels` (a joint's (kind, axis) list) in file order; End Sites are left out.

    Kinds are 'p' (position), 'r' (rotation) and '-' (ignored). `values` (T, C) floats, degrees and file units. `claimed`: the
    frames that the header announces, -1 where that is no number. `cut`: the last number may be cut off.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    channels: tuple[tuple[Channel, ...], ...]
    values: np.ndarray
    frame_time: float
    claimed: int
    cut: bool = False


def parse_bvh(path: Path) -> Bvh:
    """Hierarchy and channel values. Raises FileProblem with the line where the file breaks off."""
    header, body = open_bvh(path)
    values = np.concatenate(list(body))
    return replace(header, values=values, cut=body.cut)


def open_bvh(path: Path) -> tuple[Bvh, Body]:
    """The hierarchy, without values, and the values of a file, to be read piece by piece. Raises FileProblem."""
    pieces = text_pieces(path)
    text, hierarchy, (claimed, frame_time, at) = _head(path, pieces)
    first_line = text.count("\n", 0, at) + 1
    style = number_style(text[at:], sum(map(len, hierarchy.channels)))
    channels = _channels(hierarchy, style.per_line)
    width = sum(map(len, channels))
    if not width:
        raise FileProblem(path, "no joint has channels", "Export it with animation")
    header = Bvh(
        tuple(hierarchy.names),
        tuple(hierarchy.parents),
        np.array(hierarchy.offsets, np.float64),
        channels,
        np.zeros((0, width)),
        frame_time,
        claimed,
    )
    return header, Body(path, chain([text[at:]], pieces), style, width, claimed, first_line)


def _head(path: Path, pieces: Iterator[str]) -> tuple[str, _Hierarchy, tuple[int, float, int]]:
    """The text up to the first values at least, its hierarchy, and what stands between."""
    text = next(pieces)
    while True:
        hierarchy = _Hierarchy(path, text)
        try:
            hierarchy.read()
            header = _motion_header(path, text, hierarchy.at)
            if text[header[2] :].strip():
                return text, hierarchy, header
        except FileProblem:
            if len(text) > MAX_HEADER or not (more := next(pieces, "")):
                raise
        else:
            if len(text) > MAX_HEADER or not (more := next(pieces, "")):
                return text, hierarchy, header
        text += more


_TOKEN = re.compile(r"(?:#|//)[^\n]*|[{}]|[^\s{}]+")
# The rest of a statement: to the end of the line, a brace, or a keyword on the same line.
_REST = re.compile(r"[^\n{}]*?(?=[\n{}]|\s(?:ROOT|JOINT|OFFSET|CHANNELS|END|MOTION)\b|\Z)", re.IGNORECASE)
_END_SITE = re.compile(r"[ \t]*SITE[^\n{}]*\s*\{\s*OFFSET\s[^{}]*\}", re.IGNORECASE)
_NAME = re.compile(r"[ \t]*([^\n{]*)")
_NEXT_LINE_NAME = re.compile(r"\s*([^\s{}][^\n{]*)")
_CHANNEL = re.compile(r"([xyz])_?(pos|trans|rot|scal)", re.IGNORECASE)
_KINDS = {"pos": "p", "trans": "p", "rot": "r", "scal": "-"}


def _matched(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    """Match a pattern that fits anywhere, if only nothing."""
    found = pattern.match(text, at)
    assert found is not None, "the pattern fits an empty text"
    return found


class _Hierarchy:
    """The statements from HIERARCHY to MOTION, read one by one; `at` is the place after the last one."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self.at = path, text, 0
        self.names: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[tuple[float, ...]] = []
        self.channels: list[tuple[Channel, ...]] = []
        self.counts: list[int] = []
        # For each open brace: the joint that it belongs to or lies in, and whether it is an End Site's.
        self.stack: list[tuple[int, bool]] = []
        self.pending: tuple[int, bool] | None = None

    def problem(self, what: str, advice: str = AGAIN) -> FileProblem:
        return FileProblem(self.path, what, advice, f"line {self.text.count(chr(10), 0, self.at) + 1}")

    def read(self) -> None:
        started = False
        while True:
            found = _TOKEN.search(self.text, self.at)
            if found is None or found.start() > MAX_HEADER:
                self.breaks_off(started)
            word, self.at = found[0], found.end()
            if word.startswith(("#", "//")):
                continue
            key = word.upper().rstrip(":")
            if not started and key not in ("HIERARCHY", "ROOT"):
                self.breaks_off(False)
            started = True
            if key == "MOTION":
                break
            self.statement(word, key)
        if not self.names:
            raise FileProblem(self.path, "its hierarchy names no joint", AGAIN)
        if self.stack:
            raise FileProblem(self.path, "its hierarchy is cut off: a joint is never closed", CUT)

    def breaks_off(self, started: bool) -> NoReturn:
        if started and self.stack:
            raise FileProblem(self.path, "its hierarchy is cut off: a joint is never closed", CUT)
        raise FileProblem(self.path, "it has no HIERARCHY and MOTION sections, so it is not a (whole) BVH file", AGAIN)

    def statement(self, word: str, key: str) -> None:
        if word == "{":
            if self.pending is None:
                raise self.problem("a brace opens without a joint")
            self.stack.append(self.pending)
            self.pending = None
        elif word == "}":
            if self.stack:
                self.stack.pop()
        elif key in ("ROOT", "JOINT"):
            self.joint()
        elif key == "END":
            if site := _END_SITE.match(self.text, self.at):
                self.at = site.end()
            else:
                self.pending = (self.stack[-1][0] if self.stack else -1, True)
                self.rest()
        elif key == "OFFSET":
            self.offset(self.rest())
        elif key == "CHANNELS":
            self.channel_list(self.rest())
        elif _CHANNEL.match(word) and self.own() and len(self.channels[self.stack[-1][0]]) < self.counts[self.stack[-1][0]]:
            self.add_channels([word, *self.rest().split()])
        elif key != "HIERARCHY":
            self.rest()

    def rest(self) -> str:
        found = _matched(_REST, self.text, self.at)
        self.at = found.end()
        return found[0]

    def own(self) -> bool:
        """Whether the statement is of a joint and not of an End Site."""
        return bool(self.stack) and not self.stack[-1][1]

    def joint(self) -> None:
        if len(self.names) >= MAX_JOINTS:
            raise self.problem(f"more than {MAX_JOINTS:,} joints", "Export only the body")
        found = _matched(_NAME, self.text, self.at)
        if not found[1].strip():
            found = _NEXT_LINE_NAME.match(self.text, self.at) or found
        self.at = found.end()
        name = re.sub(r"\s+(?://|#).*", "", found[1][:300]).strip()
        if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'":
            name = name[1:-1].strip()
        self.names.append(name or f"joint {len(self.names)}")
        self.parents.append(self.stack[-1][0] if self.stack else -1)
        self.offsets.append((0.0, 0.0, 0.0))
        self.channels.append(())
        self.counts.append(0)
        self.pending = (len(self.names) - 1, False)

    def offset(self, text: str) -> None:
        if not self.own():
            return
        words = text.split()
        if len(words) != 3 or "," in text:
            words = _three_words(text[:400])
        values = [value for w in words[:3] if (value := to_float(w)) is not None]
        if len(values) != 3:
            raise self.problem("an OFFSET is not three numbers")
        self.offsets[self.stack[-1][0]] = (values[0], values[1], values[2])

    def channel_list(self, text: str) -> None:
        if not self.own():
            return
        words = re.split(r"\s(?:#|//)", text)[0].replace(",", " ").replace(";", " ").split()
        joint = self.stack[-1][0]
        if words and words[0].isdecimal():
            self.counts[joint] = min(int(words[0][:6]), MAX_CHANNELS)
            words = words[1:]
        self.channels[joint] = ()
        self.add_channels(words)

    def add_channels(self, words: list[str]) -> None:
        joint = self.stack[-1][0]
        if len(self.channels[joint]) + len(words) > MAX_CHANNELS:
            raise self.problem(f"a joint has {len(words):,} channels")
        try:
            self.channels[joint] += tuple(map(_channel, words))
        except KeyError as error:
            raise self.problem(f"unknown channel {short(error.args[0])!r}") from None


def _three_words(text: str) -> list[str]:
    """The numbers of an OFFSET: commas are decimal signs or separators, whatever gives three numbers."""
    text = re.split(r"#|//", text)[0].replace(";", " ")
    words = [w.strip(",") for w in text.split() if w.strip(",")]
    if len(words) != 3:
        words = text.replace(",", " ").split()
    if len(words) == 6 and "." not in text and text.count(",") == 5:
        words = [f"{a}.{b}" for a, b in zip(words[::2], words[1::2], strict=True)]
    return words


@lru_cache(1000)
def _channel(word: str) -> Channel:
    """Kind and axis of a channel's name. Raises KeyError."""
    found = _CHANNEL.match(word)
    if not found:
        raise KeyError(word)
    return _KINDS[found[2].lower()], found[1].upper()


_HEADER = re.compile(r"\s*(?:(?:#|//)[^\n]*|(FRAMES|FRAME[ \t]*TIME)\b[ \t]*[:=]?[ \t]*(\S*))", re.IGNORECASE)


def _motion_header(path: Path, text: str, at: int) -> tuple[int, float, int]:
    """Frames announced, Frame Time, and where the values start."""
    words: dict[str, str] = {}
    where = at
    while found := _HEADER.match(text, at):
        if found[1]:
            key = "frames" if found[1].upper() == "FRAMES" else "time"
            if key in words:
                break
            words[key], where = found[2], found.start(1)
        at = found.end()
    line = f"line {text.count(chr(10), 0, where) + 1}"
    frame_time = to_float(words.get("time", ""))
    if frame_time is None:
        raise FileProblem(path, "its MOTION section has no Frames, Frame Time and values", CUT, line)
    if frame_time <= 0:
        raise FileProblem(path, f"a Frame Time of {frame_time:g} s is not possible", "Correct it in the file", line)
    if not 0.999e-3 <= frame_time <= 1.001:
        check_rate(path, 1 / max(frame_time, 1e-300), f"{line}, Frame Time {frame_time:g} s")
    claimed = to_float(words.get("frames", ""))
    return (int(claimed) if claimed is not None and abs(claimed) < 1e15 else -1), frame_time, at


def _channels(hierarchy: _Hierarchy, per_line: int) -> tuple[tuple[Channel, ...], ...]:
    """The channels as named; as counted where only the counts fit the lines of values."""
    named = sum(map(len, hierarchy.channels))
    if named == per_line or sum(hierarchy.counts) != per_line:
        return tuple(hierarchy.channels)
    return tuple(
        (own + (("-", ""),) * max(0, count - len(own)))[:count]
        for own, count in zip(hierarchy.channels, hierarchy.counts, strict=True)
    )
