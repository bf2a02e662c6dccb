"""Splits of a data set: train.txt, val.txt and test.txt name the clips of each, or a column of a table does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from motionpatches.core.library.library import Clip
from motionpatches.core.library.text_file import read_text

SPLITS = ("train", "val", "test")
# Other names of a split, as tables have them.
OTHER_NAMES = {"training": "train", "valid": "val", "validation": "val", "dev": "val", "testing": "test"}


def read_splits(*folders: Path) -> dict[str, str]:
    """Read the split of each named clip from the files in these folders; a later file wins. Raises FileProblem."""
    found: dict[str, str] = {}
    for split in SPLITS:
        for folder in folders:
            file = folder / f"{split}.txt"
            if file.exists():
                found.update(dict.fromkeys(read_text(file).split(), split))
    return found


def read_names(*files: Path) -> set[str]:
    """Read the clips that lists name, with or without the suffix of a file; nothing where a list is not there."""
    names = (name for file in files if file.exists() for name in read_text(file).split())
    return {name.removesuffix(".pkl").removesuffix(".npy") for name in names}


def split_named(text: str) -> str:
    """Return the split that a cell of a table names, '' for none of them."""
    name = text.strip().lower()
    return OTHER_NAMES.get(name, name if name in SPLITS else "")


def training_clips(clips: Iterable[Clip]) -> list[Clip]:
    """Return the clips of the split train; where no clip is in it, those in no split."""
    clips = list(clips)
    return [c for c in clips if c.split == "train"] or [c for c in clips if not c.split]


def in_no_split(clips: Iterable[Clip]) -> str:
    """Say which clips are left out of training because no split names them; '' for none."""
    clips = list(clips)
    left = [c.id for c in clips if not c.split] if any(c.split == "train" for c in clips) else []
    if not left:
        return ""
    named = ", ".join(left[:3]) + (" …" if len(left) > 3 else "")
    return f"{len(left):,} of {len(clips):,} captioned clips are in no split and are not trained on: {named}"
