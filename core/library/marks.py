"""Favourites and tags of clips: the user's own, kept beside no library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem
from motionpatches.core.library.text_file import read_text


@dataclass(frozen=True)
class Mark:
    """Whether a clip is a favourite, and its tags."""

    favourite: bool = False
    tags: tuple[str, ...] = ()


NONE = Mark()


def marks_file(root: Path) -> Path:
    return paths.user_captions().parent / "marks" / f"{hashlib.sha256(str(root).encode()).hexdigest()[:16]}.json"


def read_marks(root: Path) -> dict[str, Mark]:
    """By clip id. Raises FileProblem where the file is damaged."""
    file = marks_file(root)
    if not file.exists():
        return {}
    try:
        return {
            clip: Mark(bool(m["favourite"]), tuple(str(t) for t in m["tags"]))
            for clip, m in json.loads(read_text(file))["clips"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileProblem(
            file, "your favourites and tags for this library could not be read", "Remove the file or bring back a copy"
        ) from None


def write_marks(root: Path, marks: Mapping[str, Mark]) -> None:
    """Clips without any are left out. Raises FileProblem."""
    clips = {clip: {"favourite": m.favourite, "tags": list(m.tags)} for clip, m in marks.items() if m != NONE}
    write_atomically(marks_file(root), json.dumps({"root": str(root), "clips": clips}, ensure_ascii=False, indent=1))


def tags_of(text: str) -> tuple[str, ...]:
    """'walk, reviewed' as tags: in small letters, without blanks at the ends, each once."""
    return tuple(dict.fromkeys(t.strip().lower() for t in text.split(",") if t.strip()))
