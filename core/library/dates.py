"""When the files of takes were changed."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from motionpatches.core.library.library import Library
from motionpatches.core.library.packed import PACKED


def dates_of(library: Library) -> np.ndarray:
    """Return (N,) when the file of each clip was changed, in seconds since 1970.

    0 where that is not known, and in a packed library: the date of its one file says nothing about a take.
    """
    packed = {one.root for one in (part.library for part in library.sources) if one.layout == PACKED}
    changed = cache(_changed)
    return np.array([0.0 if clip.path in packed else changed(clip.path) for clip in library.clips])


def _changed(path: Path) -> float:
    with suppress(OSError):
        return os.stat(path).st_mtime
    return 0.0
