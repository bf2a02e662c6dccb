"""Rotations that a file holds for its joints, kept beside the positions of a motion that is exported."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.motion.rotations import slerp


@dataclass(frozen=True, eq=False)
class Turns:
    """`quaternions` (T, J, 4) float32, x, y, z, w: rotation of each joint in the world from the rest pose; `rest` (J, 3): the
    joints in the rest pose, in metres, Y up.

    They stay true where the whole motion is moved or turned: core/retarget/from_turns.py fits them to the positions.
    """

    quaternions: np.ndarray
    rest: np.ndarray

    def crop(self, start: int, end: int) -> Turns:
        """Cut out frames start (included) to end (excluded)."""
        return replace(self, quaternions=self.quaternions[start:end])

    def at(self, frames: np.ndarray) -> Turns:
        """Interpolate at frames (N,) that may be fractions, by the shorter way (slerp)."""
        low = np.clip(np.floor(frames).astype(np.int64), 0, max(len(self.quaternions) - 2, 0))
        high = np.minimum(low + 1, len(self.quaternions) - 1)
        share = np.clip(frames - low, 0, 1)[:, None, None]
        return replace(self, quaternions=slerp(self.quaternions[low], self.quaternions[high], share).astype(np.float32))
