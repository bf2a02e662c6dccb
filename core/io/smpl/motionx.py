"""Motion-X: SMPL-X parameters as rows of 322 numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from motionpatches.core.io.smpl.poses import JOINTS, SmplPoses
from motionpatches.core.io.values import captions_in, rate_in

# Root 3, body 63, hands 90, jaw 3, face expression 50, face shape 100, place 3, body shape 10.
MOTIONX_WIDTH = 322
PLACES, BETAS = slice(309, 312), slice(312, 322)


def motionx_poses(rows: np.ndarray, values: Mapping[str, Any]) -> SmplPoses:
    """The poses of rows (T, 322); `values`: what stands beside them."""
    fps, rate = rate_in(values, 30.0, "in Motion-X", 0.8)
    betas = np.nan_to_num(rows[0, BETAS].astype(np.float64)).clip(-100, 100)
    rotations = rows[:, : 3 * JOINTS].reshape(-1, JOINTS, 3)
    return SmplPoses(
        rotations.astype(np.float64),
        rows[:, PLACES].astype(np.float64),
        fps,
        rate,
        betas,
        family="smplx",
        captions=captions_in(values),
    )
