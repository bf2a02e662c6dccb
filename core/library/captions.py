"""Captions: what a line of a file says, captions from file names, and mirror images."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

MOST_S = 1e9


@dataclass(frozen=True)
class CaptionLine:
    """A caption and its range in seconds (0, 0: the whole motion)."""

    text: str
    start_s: float = 0.0
    end_s: float = 0.0


def caption_line(text: str, start: str = "", end: str = "") -> CaptionLine:
    """A caption as a file has it; times that are none count as 0, and an end before the start as none."""
    start_s, end_s = seconds_of(start), seconds_of(end)
    return CaptionLine(text.strip(), start_s, end_s if end_s > start_s else 0.0)


def clean_caption(text: str) -> str:
    """On one line, and without '#', which separates fields."""
    return " ".join(text.replace("#", " ").split())


def seconds_of(field: str) -> float:
    """A time in a file; 0 for what is none, and no time that frames cannot be counted to."""
    try:
        value = float(field or 0)
    except ValueError:
        return 0.0
    return min(value, MOST_S) if math.isfinite(value) and value > 0 else 0.0


def caption_from_name(path: Path) -> str:
    """'dataset-2_walk-turn-left_normal_001' -> 'walk turn left normal'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path.stem)
    words = re.sub(r"(?i)\bdataset\b", " ", re.sub(r"[_\-.]+", " ", words))
    return " ".join(w for w in words.lower().split() if not w.isdigit())


_SWAPS = {
    "left": "right",
    "right": "left",
    "leftward": "rightward",
    "rightward": "leftward",
    "leftwards": "rightwards",
    "rightwards": "leftwards",
    "lefthanded": "righthanded",
    "righthanded": "lefthanded",
}
# A side, or a sense of rotation in any spelling: counterclockwise, counter clockwise, anti-clock wise.
_SIDE_WORD = re.compile(
    r"(?i)\b(?P<side>" + "|".join(sorted(_SWAPS, key=len, reverse=True)) + r")\b"
    r"|\b(?P<against>(?:counter|anti)[\s-]{0,3})?clock[\s-]?wise\b"
)
_LEFT_AS_VERB = re.compile(r"(?i)\b(?:has|have|had|was|were|is|are|been|be|just|he|she|they|person|man|woman|who|it)\s+$")
_NOUN_AFTER = re.compile(r"(?i)\s*(?:hand|arm|leg|foot|side|knee|elbow|shoulder|fist|and|then|\.|,|$|or|wrist|hip)")
_RIGHT_AS_ADVERB = re.compile(r"(?i)\s+(?:away|now|before|after|behind|in front|at the|up to|there|here)\b")
# How far before a word the one before it is looked for: each word costs the same, however long the caption.
_REACH = 24


def mirror_caption(caption: str) -> str:
    """Left and right exchanged, and the sense of rotation, whole words only; 'left' as a verb ("she left the room", "is left
    standing") and 'right' as an adverb ("right away") stay."""

    def swap(match: re.Match[str]) -> str:
        word, lower = match[0], match[0].lower()
        before = caption[max(match.start() - _REACH, 0) : match.start()]
        if lower == "left" and _LEFT_AS_VERB.search(before) and not _NOUN_AFTER.match(caption, match.end()):
            return word
        if lower == "right" and _RIGHT_AS_ADVERB.match(caption, match.end()):
            return word
        swapped = _SWAPS[lower] if match["side"] else "clockwise" if match["against"] else "counterclockwise"
        return swapped.upper() if word.isupper() else swapped.capitalize() if word[0].isupper() else swapped

    return _SIDE_WORD.sub(swap, caption)
