"""Whether a root's OFFSET is added to its position channels, or replaced by them (151 of 156 real files)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.recognition.up_axis import DIRECTIONS

# Log-odds of adding before a file is looked at.
PRIOR = float(np.log(5 / 151))
# How far from height 0 a floor usually lies, in statures.
NEAR = 0.06


def evidence(positions: np.ndarray, offset: np.ndarray, stature: float) -> np.ndarray:
    """(6,) log-odds that `offset` (3,) is to be added to `positions` (T, J, 3), for each of UP_AXES: whichever brings the
    lowest points nearer to height 0."""
    along = np.einsum("tjk,ak->tja", positions.astype(np.float64), DIRECTIONS).min(axis=1)
    floor = np.quantile(along, 0.05, axis=0) / stature
    added = floor + DIRECTIONS @ np.asarray(offset, np.float64) / stature

    def fit(height: np.ndarray) -> np.ndarray:
        return -np.log1p((height / NEAR) ** 2)

    return fit(added) - fit(floor)
