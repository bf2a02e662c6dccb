"""Captions: HumanML3D text files, sidecars, and their mirror images."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import FileProblem, os_problem


@dataclass(frozen=True)
class CaptionLine:
    """A caption and its range in seconds (0, 0: the whole motion)."""

    text: str
    start_s: float = 0.0
    end_s: float = 0.0


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise os_problem(path, error) from error


def read_humanml3d(path: Path) -> list[CaptionLine]:
    """Lines of `caption#tokens#start#end`; a line without the last three fields is a plain caption."""
    lines = []
    for line in read_text(path).splitlines():
        fields = line.strip().split("#")
        if not fields[0].strip():
            continue
        start, end = (_seconds(f) for f in fields[2:4]) if len(fields) >= 4 else (0.0, 0.0)
        lines.append(CaptionLine(fields[0].strip(), start, end if end > start else 0.0))
    return lines


def format_humanml3d(lines: Iterable[CaptionLine], before: str = "") -> str:
    """Lines of `caption#tokens#start#end`. Captions that stood in the text `before` keep their tokens; new ones have none."""
    fields = (line.split("#") for line in before.splitlines())
    tokens = {f[0].strip(): f[1] for f in fields if len(f) >= 4}
    return "".join(f"{line.text}#{tokens.get(line.text, '')}#{line.start_s}#{line.end_s}\n" for line in lines)


def clean_caption(text: str) -> str:
    """On one line, and without '#', which separates fields."""
    return " ".join(text.replace("#", " ").split())


def _seconds(field: str | None) -> float:
    try:
        value = float(field or 0)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0


def read_captions_csv(path: Path) -> dict[str, list[CaptionLine]]:
    """Captions by file name, from a table with the columns file and caption, and start and end (seconds)
    for a range. A file whose caption is empty has none."""
    found: dict[str, list[CaptionLine]] = {}
    reader = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff")))
    if not reader.fieldnames or not {"file", "caption"} <= set(reader.fieldnames):
        raise FileProblem(path, "its first line does not name the columns file and caption", "Add that line")
    try:
        for row in reader:
            if row["file"]:
                start, end = _seconds(row.get("start")), _seconds(row.get("end"))
                lines = found.setdefault(row["file"].strip(), [])
                if text := (row["caption"] or "").strip():
                    lines.append(CaptionLine(text, start, end if end > start else 0.0))
    except csv.Error as error:
        raise FileProblem(
            path, f"it is no whole table ({error})", "Look for a quotation mark that is never closed", f"line {reader.line_num}"
        ) from None
    return found


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
    "clockwise": "counterclockwise",
    "counterclockwise": "clockwise",
    "anticlockwise": "clockwise",
    "counter-clockwise": "clockwise",
    "anti-clockwise": "clockwise",
    "lefthanded": "righthanded",
    "righthanded": "lefthanded",
}
_SIDE_WORD = re.compile(r"(?i)\b(" + "|".join(sorted(_SWAPS, key=len, reverse=True)) + r")\b")
_LEFT_AS_VERB = re.compile(r"(?i)\b(?:has|have|had|was|were|is|are|been|be|just|he|she|they|person|man|woman|who|it)\s+$")
_NOUN_AFTER = re.compile(r"(?i)^\s*(?:hand|arm|leg|foot|side|knee|elbow|shoulder|fist|and|then|\.|,|$|or|wrist|hip)")
_RIGHT_AS_ADVERB = re.compile(r"(?i)^\s+(?:away|now|before|after|behind|in front|at the|up to|there|here)\b")


def mirror_caption(caption: str) -> str:
    """Left and right exchanged, whole words only; 'left' as a verb ("she left the room", "is left standing")
    and 'right' as an adverb ("right away") stay."""

    def swap(match: re.Match[str]) -> str:
        word = match.group(0)
        before, after = caption[: match.start()], caption[match.end() :]
        lower = word.lower()
        if lower == "left" and _LEFT_AS_VERB.search(before) and not _NOUN_AFTER.match(after):
            return word
        if lower == "right" and _RIGHT_AS_ADVERB.match(after):
            return word
        swapped = _SWAPS[lower]
        return swapped.capitalize() if word[0].isupper() else swapped

    return _SIDE_WORD.sub(swap, caption)
