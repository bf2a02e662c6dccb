"""Motions read and prepared by processes of their own, into slots of a file that they share. No torch here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import MAX_FRAMES, PatchRecipe, PatchStatistics, prepare, to_patches


class Slots(NamedTuple):
    """A file of `count` slots, each with the pixels of `size` windows, float16, and what they are made of."""

    file: Path
    count: int
    size: int
    motions: list[Path]
    recipe: PatchRecipe
    statistics: PatchStatistics

    def opened(self, mode: str = "r") -> np.ndarray:
        """Map the file: (count, size, 3, 224, 80); mode 'w+' makes it."""
        width = len(self.statistics.mean)
        return np.memmap(self.file, np.float16, mode, shape=(self.count, self.size, 3, MAX_FRAMES, width))


def fill(slots: Slots, slot: int, first: int) -> int:
    """Read motions from number `first` on (the first ones again after the last), and write their first windows into a slot.
    Returns the slot."""
    shared = slots.opened("r+")[slot]
    for place in range(slots.size):
        positions = np.load(slots.motions[(first + place) % len(slots.motions)])
        motion = prepare(Motion(positions, 20.0, SMPL22), slots.recipe)
        shared[place] = to_patches(motion, slots.statistics, recipe=slots.recipe).pixels
    return slot


def one_thread() -> None:
    """Make numpy's products in one thread: the processes use all cores already."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def nothing(number: int) -> int:
    """Return at once: whoever waits for it knows that a process has started."""
    return number
