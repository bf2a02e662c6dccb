"""Splits of a data set: train.txt, val.txt and test.txt name the clips of each."""

from __future__ import annotations

from pathlib import Path

from motionpatches.core.library.text_file import read_text

SPLITS = ("train", "val", "test")


def read_splits(*folders: Path) -> dict[str, str]:
    """Read the split of each named clip from the files in these folders; a later file wins. Raises FileProblem."""
    found: dict[str, str] = {}
    for split in SPLITS:
        for folder in folders:
            file = folder / f"{split}.txt"
            if file.exists():
                found.update(dict.fromkeys(read_text(file).split(), split))
    return found
